"""Saying that two persons who look alike are not the same."""

from django.db import transaction

from cohorts.refusals import ReasonMissing
from g60portal.accounts.models import User
from g60portal.audit.record import record
from g60portal.common import clock
from g60portal.common.locks import locked_rows
from g60portal.common.row_walls import as_system
from participants.models import NotSamePerson, Person
from participants.queries.duplicates import known_people, pair_fingerprint
from participants.refusals import SamePerson, SuspicionGone


@as_system()
@transaction.atomic
def keep_apart(*, one: Person, other: Person, reason: str, by: User | None) -> NotSamePerson:
    """Remembered until the facts of either change; a second time replaces the first. Locks both.

    Raises ReasonMissing, SamePerson, and SuspicionGone when one of them was merged meanwhile.
    """
    if not reason.strip():
        raise ReasonMissing(fields={"reason": ReasonMissing.text})
    if one.pk == other.pk:
        raise SamePerson
    first, second = sorted((one.pk, other.pk))
    rows = locked_rows(Person.objects.filter(pk__in=[first, second]))
    known = known_people([row.pk for row in rows])
    if len(known) < 2:  # noqa: PLR2004 - of the two
        raise SuspicionGone
    decision, _made = NotSamePerson.objects.update_or_create(
        one_id=first,
        other_id=second,
        defaults={
            "reason": reason.strip(),
            "fingerprint": pair_fingerprint(known[first].facts, known[second].facts),
            "by": by,
            "at": clock.now(),
        },
    )
    for row in rows:
        apart = second if row.pk == first else first
        record("person.kept_apart", row, by=by, after={"from": apart}, reason=reason.strip())
    return decision
