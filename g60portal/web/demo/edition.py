"""One edition, built as an organizer would: by the portal's own actions, on a stopped clock."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cohorts.actions.cohorts import create_cohort
from cohorts.actions.legs import add_leg
from cohorts.actions.quotas import QuotaFacts, set_quotas
from cohorts.models import Cohort, Leg, Organization, Theme
from g60portal.accounts.models import User
from g60portal.common import clock
from g60portal.web.demo import numbers
from g60portal.web.demo.people import DemoPerson
from g60portal.web.demo.programme import FIRST_HEFEI_DAY, GROUPS, LAST_DAY, WEEK, DemoSession
from g60portal.web.demo.shared import cities
from participants.actions.enrollments import enroll_person
from participants.actions.groups import create_group, spread_over_groups
from participants.choices import PaperKind
from participants.models import Group
from participants.rules.person_facts import PersonFacts
from sessions.actions.training_sessions import create_training_session
from sessions.models import Speaker, TrainingSession, Venue

SEATS_A_CITY = 5
# Of every nine people, the fifth does not want to be listed.
NINTH, UNLISTED = 9, 4
REQUIRED_HOURS = Decimal(26)
TITLE = "长三角G60科创走廊九城市高层次人才研修班（第{edition}期）"
TITLE_EN = "G60 Corridor Training for Leading Talents of Nine Cities, Edition {edition}"


@dataclass(frozen=True)
class Plan:
    """What tells the two editions apart. `serial` keeps invented numbers distinct."""

    code: str
    edition: int
    starts_on: dt.date
    people: Sequence[DemoPerson]
    first_email: str
    serial: int


def at(day: dt.date, time: str) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.fromisoformat(time), tzinfo=clock.SHANGHAI)


def plan_cohort(plan: Plan, hosts: dict[str, Organization], *, by: User) -> tuple[Cohort, Leg, Leg]:
    """The cohort with its two legs and the quotas of nine cities."""
    ends_on = plan.starts_on + dt.timedelta(days=LAST_DAY)
    cohort = create_cohort(
        code=plan.code,
        edition=plan.edition,
        title=TITLE.format(edition="一二三"[plan.edition - 1]),
        title_en=TITLE_EN.format(edition=plan.edition),
        seats=45,
        starts_on=plan.starts_on,
        ends_on=ends_on,
        by=by,
        required_hours=REQUIRED_HOURS,
    )
    known = cities()
    change = plan.starts_on + dt.timedelta(days=FIRST_HEFEI_DAY)
    songjiang = add_leg(
        cohort=cohort,
        city=known["songjiang"],
        host=hosts["songjiang"],
        starts_on=plan.starts_on,
        ends_on=change - dt.timedelta(days=1),
        by=by,
    )
    hefei = add_leg(
        cohort=cohort,
        city=known["hefei"],
        host=hosts["hefei"],
        starts_on=change,
        ends_on=ends_on,
        by=by,
    )
    deadline = at(plan.starts_on - dt.timedelta(days=20), "18:00")
    quotas = [QuotaFacts(city, SEATS_A_CITY, 2, deadline) for city in known.values()]
    set_quotas(cohort=cohort, quotas=quotas, by=by)
    return cohort, songjiang, hefei


def enroll_people(cohort: Cohort, plan: Plan, *, by: User) -> None:
    """Everybody of the plan, in the official order of the cities."""
    known = {code: city.pk for code, city in cities().items()}
    for position, person in enumerate(plan.people):
        enroll_person(
            cohort=cohort,
            facts=_facts(plan, position, person, known[person.city]),
            by=by,
            meaning="new",
        )


def _facts(plan: Plan, position: int, person: DemoPerson, city_id: int) -> PersonFacts:
    serial = plan.serial + position
    born = dt.date(1970 + position % 20, 1 + position % 12, 1 + position % 28)
    paper = (
        (PaperKind.PASSPORT, f"X{serial:08d}")
        if person.foreign
        else (PaperKind.RESIDENT_ID, numbers.identity_number(serial, born, person.gender))
    )
    return PersonFacts(
        name=person.name,
        city_id=city_id,
        organization_name=person.employer,
        title=person.post,
        gender=person.gender,
        phone=numbers.mobile(serial),
        email=plan.first_email if position == 0 else f"talent{serial}@example.org",
        language="en" if person.foreign else "zh-hans",
        paper_kind=paper[0],
        identity=paper[1],
        credit_code=numbers.credit_code(serial),
        directory_consent=position % NINTH != UNLISTED,
    )


def make_groups(cohort: Cohort, *, by: User) -> list[Group]:
    """Five groups that mix the cities."""
    for name in GROUPS:
        create_group(cohort=cohort, name=name, by=by)
    spread_over_groups(cohort=cohort, count=len(GROUPS), by=by)
    return list(Group.objects.filter(cohort=cohort).order_by("position"))


def make_timetable(
    plan: Plan,
    legs: tuple[Leg, Leg],
    groups: Sequence[Group],
    venues: dict[str, Venue],
    speakers: dict[str, Speaker],
    *,
    by: User,
) -> list[TrainingSession]:
    """The week, in the order of the programme."""
    themes = {theme.code: theme for theme in Theme.objects.all()}
    return [
        create_training_session(
            leg=legs[0] if entry.day < FIRST_HEFEI_DAY else legs[1],
            facts=_session_facts(plan, entry, venues, themes),
            speakers=[speakers[key] for key in entry.speakers],
            groups=[groups[number - 1] for number in entry.groups],
            by=by,
        )
        for entry in WEEK
    ]


def _session_facts(
    plan: Plan, entry: DemoSession, venues: dict[str, Venue], themes: dict[str, Theme]
) -> dict[str, object]:
    day = plan.starts_on + dt.timedelta(days=entry.day)
    return {
        "kind": entry.kind,
        "title": entry.title,
        "title_en": entry.title_en,
        "theme": themes.get(entry.theme),
        "venue": venues.get(entry.venue),
        "starts_at": at(day, entry.start),
        "ends_at": at(day, entry.end),
        "hours": entry.hours,
        "compulsory": entry.compulsory,
    }
