"""Places on vehicles pass to whoever comes instead of somebody replaced."""

from django.db.models import Q

from g60portal.common import clock
from participants.models import Enrollment
from sessions.models import VehicleSeat


def hand_over_places(leaving: Enrollment, coming: Enrollment) -> None:
    """On journeys that have not begun; who sat on those before stays written down."""
    still_to_come = Q(training_session__starts_at__gt=clock.now()) | Q(
        training_session__starts_at__isnull=True
    )
    VehicleSeat.objects.filter(still_to_come, enrollment=leaving).update(enrollment=coming)
