"""A participant puts the changes of a release aside: from then on only what came later is shown."""

from django.db import transaction

from g60portal.common.locks import locked
from participants.models import Enrollment
from sessions.models import OwnLook, Release


@transaction.atomic
def put_changes_aside(*, enrollment: Enrollment, number: int) -> None:
    """`number` is the release that the person had before the eyes; an earlier one than the last
    changes nothing. Locks the enrollment.

    Not audited: what somebody reads on the own phone is nobody's business.
    """
    row = locked(enrollment)
    release = Release.objects.filter(cohort_id=row.cohort_id, number=number).first()
    if release is None:
        return
    look, made = OwnLook.objects.get_or_create(
        enrollment=row, defaults={"release": release, "group_id": row.group_id}
    )
    if not made and look.release.number <= number:
        look.release, look.group_id = release, row.group_id
        look.save(update_fields=["release", "group"])
