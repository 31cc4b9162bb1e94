"""Loading the demo: edition 1 to its certificates, edition 2 into the middle of its week, edition 3
into the midst of its nominations.

Idempotent by cohort code. Everything goes through the actions, so audit, releases and notices are
as real as an organizer's; only the clock is set back to when each deed would have been done.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from django.db import transaction

from cohorts.actions.roles import grant_role
from cohorts.choices import CohortState, Role
from cohorts.models import City, Cohort, CohortRole, Leg
from g60portal.accounts.models import User
from g60portal.common import clock
from g60portal.notices.claims import mark_sent, waiting
from g60portal.web.demo import arranging, logins, nominating, people, shared
from g60portal.web.demo.edition import (
    Plan,
    at,
    enroll_people,
    make_groups,
    make_timetable,
    plan_cohort,
)
from g60portal.web.demo.lodging import make_lodging
from participants.actions.enrollments import withdraw_enrollment
from participants.models import Enrollment
from sessions.actions.attendance import Mark, mark_attendance
from sessions.actions.cohort_states import move_cohort
from sessions.actions.completion import complete_and_issue, run_completion
from sessions.actions.releases import publish_release
from sessions.actions.training_sessions import cancel_training_session, change_training_session
from sessions.choices import AttendanceState
from sessions.models import TrainingSession

EDITION_1 = "G60-2026-01"
EDITION_2 = "G60-2026-02"
FIRST_STATES = (CohortState.APPROVED, CohortState.ANNOUNCED, CohortState.NOMINATING)
# Edition 1 was about five months ago, from a Monday; of edition 2 today is the second day.
DAYS_SINCE_EDITION_1 = 165
CANCELLED_TITLE = "存储芯片与设备国产化"
MOVED_TITLE = "现场教学：科大讯飞"
CANCEL_REASON = "授课专家临时公务，课程改为线上资料"


def load_demo() -> list[str]:
    """Load what is not there yet; answers the codes of the cohorts that were made."""
    today = clock.today()
    staff = logins.make_staff()
    made = []
    for plan in (_edition_1(today), _edition_2(today)):
        if not Cohort.objects.filter(code=plan.code).exists():
            _load(plan, staff)
            made.append(plan.code)
    if not Cohort.objects.filter(code=nominating.CODE).exists():
        with transaction.atomic():
            nominating.load_edition_3(
                staff, lambda cohort, hefei: _grant_roles(cohort, hefei, staff)
            )
        made.append(nominating.CODE)
    logins.set_passwords()
    logins.write_down()
    return made


def _edition_1(today: dt.date) -> Plan:
    day = today - dt.timedelta(days=DAYS_SINCE_EDITION_1)
    names = {city.code: city.name.removeprefix("上海") for city in City.objects.all()}
    return Plan(
        EDITION_1,
        1,
        day - dt.timedelta(days=day.weekday()),
        people.edition_1(names),
        logins.GRADUATE,
        serial=1000,
    )


def _edition_2(today: dt.date) -> Plan:
    start = today - dt.timedelta(days=1)
    return Plan(EDITION_2, 2, start, people.edition_2(), logins.PARTICIPANT, serial=2000)


@transaction.atomic
def _load(plan: Plan, staff: dict[str, User]) -> None:
    lead = staff["lead"]
    venues, speakers = shared.make_venues(), shared.make_speakers()
    shared.make_journeys(venues)
    with clock.frozen(at(plan.starts_on - dt.timedelta(days=45), "09:00")):
        cohort, *legs = plan_cohort(plan, shared.make_hosts(), by=lead)
        _grant_roles(cohort, legs[1], staff)
        for state in FIRST_STATES:
            move_cohort(cohort=cohort, target=state, reason="", by=lead)
    with clock.frozen(at(plan.starts_on - dt.timedelta(days=12), "10:00")):
        enroll_people(cohort, plan, by=lead)
        move_cohort(cohort=cohort, target=CohortState.CONFIRMED, reason="", by=lead)
        groups = make_groups(cohort, by=lead)
        make_timetable(plan, (legs[0], legs[1]), groups, venues, speakers, by=lead)
        publish_release(cohort=cohort, name="第一版", comment="课程表定稿", by=lead)
        if plan.edition != 1:  # of edition 1 all of it has been deleted since
            make_lodging(cohort, by=lead)
        move_cohort(cohort=cohort, target=CohortState.RUNNING, reason="", by=lead)
    with clock.frozen(at(plan.starts_on - dt.timedelta(days=12), "10:05")):
        _mails_arrive(cohort)
    if plan.edition == 1:
        _finish(cohort, plan, by=lead)
    else:
        _be_in_the_week(cohort, plan, by=lead)
        _arrange(cohort, legs, plan, staff)


def _mails_arrive(cohort: Cohort) -> None:
    """What waits by now was sent at that time: later releases tell what has changed since."""
    for notice in waiting().filter(scope=cohort.code):
        mark_sent(notice)


def _grant_roles(cohort: Cohort, hefei: Leg, staff: dict[str, User]) -> None:
    lead = staff["lead"]
    grant_role(cohort=cohort, email=staff["hefei"].email, role=Role.LEG, leg=hefei, by=lead)
    grant_role(cohort=cohort, email=staff["desk"].email, role=Role.DESK, by=lead)
    grant_role(cohort=cohort, email=staff["reader"].email, role=Role.READER, by=lead)
    # The coordinator serves the city in every cohort: a row without cohort, kept by administrators.
    CohortRole.objects.get_or_create(
        user=staff["jiaxing"], role=Role.COORDINATOR, city=shared.cities()["jiaxing"]
    )


def _finish(cohort: Cohort, plan: Plan, *, by: User) -> None:
    """Everybody attended, but one was away too long and one withdrew; then the certificates."""
    enrollments = list(Enrollment.objects.filter(cohort=cohort).order_by("seat"))
    away, leaving = enrollments[17], enrollments[31]
    with clock.frozen(at(plan.starts_on + dt.timedelta(days=2), "08:00")):
        withdraw_enrollment(enrollment=leaving, reason="企业紧急事务", by=by)
    last_day = cohort.ends_on
    with clock.frozen(at(last_day, "14:00")):
        for row in TrainingSession.objects.filter(cohort=cohort, compulsory=True):
            _mark(row, enrollments, {away.pk: AttendanceState.LEAVE}, by=by)
        move_cohort(cohort=cohort, target=CohortState.FINISHING, reason="", by=by)
        run_completion(cohort=cohort, by=by)
        complete_and_issue(cohort=cohort, by=by)
        move_cohort(cohort=cohort, target=CohortState.COMPLETED, reason="", by=by)


def _be_in_the_week(cohort: Cohort, plan: Plan, *, by: User) -> None:
    """A first day behind us, and a second release with one change and one cancellation."""
    with clock.frozen(at(plan.starts_on, "20:00")):
        enrollments = list(Enrollment.objects.filter(cohort=cohort).order_by("seat"))
        late = {row.pk: AttendanceState.LATE for row in enrollments[7:9]}
        first_day = TrainingSession.objects.filter(
            cohort=cohort, compulsory=True, starts_at__date=plan.starts_on
        )
        for row in first_day:
            _mark(row, enrollments, late, by=by)
        visit = TrainingSession.objects.get(cohort=cohort, title=MOVED_TITLE)
        change_training_session(
            training_session=visit,
            version=visit.version,
            facts={
                "starts_at": (visit.starts_at or clock.now()) + dt.timedelta(minutes=15),
                "ends_at": (visit.ends_at or clock.now()) + dt.timedelta(minutes=10),
            },
            by=by,
        )
        lecture = TrainingSession.objects.get(cohort=cohort, title=CANCELLED_TITLE)
        cancel_training_session(
            training_session=lecture, version=lecture.version, reason=CANCEL_REASON, by=by
        )
        publish_release(cohort=cohort, name="第二版", comment="科大讯飞顺延，一讲取消", by=by)


def _arrange(cohort: Cohort, legs: Sequence[Leg], plan: Plan, staff: dict[str, User]) -> None:
    """Coaches for the roads, answers for the days in Hefei, and a wish of its host."""
    with clock.frozen(at(plan.starts_on, "20:30")):
        arranging.make_coaches(cohort, by=staff["lead"])
        arranging.note_answers(cohort, legs[1], by=staff["hefei"])
        arranging.ask_the_other_host(cohort, legs, by=staff["hefei"])


def _mark(
    row: TrainingSession, enrollments: Sequence[Enrollment], others: Mapping[int, str], *, by: User
) -> None:
    """Everybody present but the named ones; the action leaves out who is not in the audience."""
    seen_at = row.starts_at or clock.now()
    marks = [
        Mark(
            session_id=row.pk,
            enrollment_id=enrollment.pk,
            state=others.get(enrollment.pk, AttendanceState.PRESENT),
            client_uuid=uuid.uuid4(),
            marked_at=seen_at,
        )
        for enrollment in enrollments
    ]
    mark_attendance(training_session=row, marks=marks, by=by)
