"""What printed documents say of a cohort and its people, as values: the same rows, columns and
orders as the roster. Nothing here prints.
"""

from collections.abc import Mapping
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection

from cohorts.choices import Role
from cohorts.models import City, Cohort, CohortRole, Quota
from cohorts.queries.standing import Standing
from participants.choices import ACTIVE_NOMINATIONS, ConsentPurpose, Gender, Post
from participants.documents.facts import (
    PrintedCohort,
    PrintedNomination,
    PrintedPerson,
    PrintedQuota,
)
from participants.models import Consent, Enrollment, Group, Nomination
from participants.queries.nominations import Sight, in_city_order, nominations_seen, sight_of
from participants.queries.roster import Ordering, RosterWish, roster_select
from participants.queries.roster_columns import columns_for

_PUBLIC = (
    "enrollment", "seat", "name", "name_latin", "gender", "city", "organization", "title", "group",
)  # fmt: skip
_CONTACTS = ("phone", "email")
GENDER_WORDS = (Gender.MALE, Gender.FEMALE)


def printed_cohort(cohort: Cohort) -> PrintedCohort:
    """Two queries."""
    legs = list(cohort.legs.select_related("city", "host").order_by("position"))
    lit = {leg.city_id for leg in legs}
    cities = tuple((city.local_name, city.pk in lit) for city in City.objects.order_by("position"))
    return PrintedCohort(
        code=cohort.code,
        edition=cohort.edition,
        title=cohort.local_title,
        starts_on=cohort.starts_on,
        ends_on=cohort.ends_on,
        seats=cohort.seats,
        cities=cities,
        hosts=tuple(dict.fromkeys(leg.host.local_name for leg in legs)),
    )


def printed_people(
    cohort: Cohort, standing: Standing, ordering: Ordering, *, contacts: bool = False
) -> list[PrintedPerson]:
    """Those who hold a seat, as far as the standing may see them, with their posts in the class.
    Two queries."""
    names = (*_PUBLIC, *_CONTACTS) if contacts else _PUBLIC
    columns = columns_for(standing, names)
    if columns is None:
        raise ValueError("A column of the printed roster is not known to the roster.")
    wish = RosterWish(ordering=ordering, seated=True)
    statement = roster_select(cohort, standing, columns, wish, spelling="words")
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.cursor))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    posts = dict(
        Enrollment.objects.filter(cohort=cohort).exclude(post="").values_list("pk", "post")
    )
    return [_person(dict(zip(names, row, strict=True)), posts) for row in rows]


def _person(facts: dict[str, Any], posts: Mapping[int, str]) -> PrintedPerson:
    post = posts.get(facts["enrollment"], "")
    word = str(Post(post).label) if post else ""
    return PrintedPerson(**facts, post=word, leads=post == Post.LEADER)


def listed_enrollments(cohort: Cohort) -> set[int]:
    """Who agreed to be listed, by enrollment."""
    consents = Consent.objects.filter(
        purpose=ConsentPurpose.DIRECTORY,
        withdrawn_at__isnull=True,
        person__enrollments__cohort=cohort,
    )
    return set(consents.values_list("person__enrollments", flat=True))


def group_names(cohort: Cohort) -> list[str]:
    """In their order."""
    return list(
        Group.objects.filter(cohort=cohort).order_by("position").values_list("name", flat=True)
    )


def printed_quotas(cohort: Cohort) -> list[PrintedQuota]:
    """The cities that were offered seats, in their official order, with their coordinators."""
    quotas = Quota.objects.filter(cohort=cohort).select_related("city").order_by("city__position")
    liaisons: dict[int, list[str]] = {}
    roles = CohortRole.objects.filter(role=Role.COORDINATOR).select_related("user").order_by("pk")
    for role in roles:
        if role.city_id and role.cohort_id in (None, cohort.pk):
            liaisons.setdefault(role.city_id, []).append(role.user.get_short_name())
    return [
        PrintedQuota(
            city=quota.city.local_name,
            seats=quota.seats,
            reserve=quota.reserve,
            deadline=quota.deadline,
            liaisons=tuple(dict.fromkeys(liaisons.get(quota.city_id, ()))),
        )
        for quota in quotas
    ]


def printed_nominations(
    cohort: Cohort, standing: Standing, *, photos: bool = False
) -> list[PrintedNomination]:
    """Handed in and not ended: cities in their order, each by its rank. Photos only for those who
    see a nomination in full."""
    rows = nominations_seen(cohort, standing).filter(state__in=ACTIVE_NOMINATIONS)
    sight = sight_of(standing)
    return [
        _nomination(row, sight, photo=_photo(row) if photos and sight.full else None)
        for row in in_city_order(rows)
    ]


def _nomination(row: Nomination, sight: Sight, *, photo: bytes | None) -> PrintedNomination:
    named = row.organization.local_name if row.organization else row.organization_name
    return PrintedNomination(
        name=row.name,
        gender=row.get_gender_display() if row.gender in GENDER_WORDS else "",
        city=row.city.local_name,
        rank=sight.rank(row),
        organization=named,
        title=row.title,
        phone=sight.phone(row),
        email=sight.email(row),
        reason=sight.reason(row),
        conditions=row.conditions if sight.full else "",
        state=row.get_state_display(),
        photo=photo,
    )


def _photo(row: Nomination) -> bytes | None:
    name = row.photo.name
    if not name or not default_storage.exists(name):
        return None
    with default_storage.open(name) as stored:
        return bytes(stored.read())
