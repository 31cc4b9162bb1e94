"""What stands around the sessions of a board and changes without them: how far speakers and sites
have confirmed, and how far the draft is from what has been released. Cheap enough to be asked for
again and again.
"""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cohorts.models import Cohort
from sessions.choices import SlotState
from sessions.queries.releases import draft_sessions, draft_slots, latest_release, picture_of
from sessions.queries.slots import SlotMark, slot_states
from sessions.rules.release_diff import diff_of

# Somebody has agreed to another time or place than the present one.
OUTDATED = "outdated"
# The state that needs attention most comes first.
_WORST_FIRST = (
    SlotState.REFUSED.value,
    OUTDATED,
    SlotState.ASKED.value,
    SlotState.PENCILLED.value,
    SlotState.CONFIRMED.value,
    SlotState.LIST_SENT.value,
    SlotState.DONE.value,
)


def confirmation_labels() -> dict[str, str]:
    """The word of each state that `confirmations_of` gives."""
    return {**{state.value: str(state.label) for state in SlotState}, OUTDATED: _("ask again")}


def confirmations_of(cohort: Cohort) -> dict[int, str]:
    """The worst state among those asked for a session, by session, in one query."""
    return {key: _worst(marks) for key, marks in slot_states(cohort).items()}


def draft_words(cohort: Cohort) -> str:
    """How the draft differs from the latest release, in words; empty when it does not."""
    previous = latest_release(cohort)
    if previous is None:
        return _("Draft, not released yet")
    old = picture_of(previous).slots
    count = len(diff_of(old, draft_slots(draft_sessions(cohort), old)).session_ids)
    if not count:
        return ""
    return ngettext(
        "%(count)d change since release %(number)d is not released",
        "%(count)d changes since release %(number)d are not released",
        count,
    ) % {"count": count, "number": previous.number}


def _worst(marks: Iterable[SlotMark]) -> str:
    states = [
        mark.state if mark.current or mark.state == SlotState.REFUSED else OUTDATED
        for mark in marks
    ]
    return min(states, key=_WORST_FIRST.index)
