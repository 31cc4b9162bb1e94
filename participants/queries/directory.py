"""Who is listed for the other participants: only those whose consent is in force."""

from django.db.models import Exists, OuterRef, QuerySet

from cohorts.models import Cohort
from participants.choices import ConsentPurpose
from participants.models import Consent, Enrollment


def listed_people(cohort: Cohort) -> QuerySet[Enrollment]:
    """Those who hold a seat and agreed to be listed, by strokes; person, city and group come along.

    What may be shown of them is name, employer, post, city and group; no phone, no paper.
    """
    consent = Consent.objects.filter(
        person_id=OuterRef("person_id"),
        purpose=ConsentPurpose.DIRECTORY,
        withdrawn_at__isnull=True,
    )
    return (
        Enrollment.objects.filter(Exists(consent), cohort=cohort)
        .active()
        .select_related("person", "city", "group")
        .order_by("person__stroke_key", "seat")
    )
