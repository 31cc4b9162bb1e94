"""Who takes over what from somebody replaced: apps above this one register their heirlooms.

An heirloom is a function of two enrollments, the one that leaves and the one that comes; it moves
its own rows in the transaction of the replacement.
"""

from collections.abc import Callable

from participants.models import Enrollment

Heirloom = Callable[[Enrollment, Enrollment], None]

_heirlooms: list[Heirloom] = []


def register(heirloom: Heirloom) -> None:
    """Registering again changes nothing."""
    if heirloom not in _heirlooms:
        _heirlooms.append(heirloom)


def hand_over(leaving: Enrollment, coming: Enrollment) -> None:
    for heirloom in _heirlooms:
        heirloom(leaving, coming)
