"""A nomination from its draft to the committee: every step, every refusal, who is told."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from cohorts.choices import Role
from cohorts.models import Quota
from cohorts.refusals import ReasonMissing
from g60portal.audit.models import AuditEvent
from g60portal.common import clock
from g60portal.notices.models import Notice
from participants.actions.admissions import (
    admit_nomination,
    decline_nomination,
    replace_with_new,
    waitlist_nomination,
    withdraw_nomination,
)
from participants.actions.nominations import (
    change_nomination,
    check_nomination,
    create_nomination,
    rank_nominations,
    return_nomination,
    submit_nomination,
)
from participants.choices import NOMINATION_MOVES, NominationState
from participants.models import Enrollment, Nomination, NominationStep, SealedIdentity
from participants.refusals import (
    AlreadyEnrolled,
    AlreadyNominated,
    DeadlinePassed,
    IdentityInvalid,
    NominationFixed,
    NominationIncomplete,
    NominationMove,
    NominationsClosed,
    NoQuota,
    PersonFactsWrong,
)
from tests.factories import EnrollmentFactory, city, user_with
from tests.participants.nominating import (
    admitted,
    checked,
    drafted,
    facts,
    open_cohort,
    submitted,
    waiting,
)
from tests.participants.people import enrolled, identity_number

pytestmark = pytest.mark.django_db
S = NominationState


@pytest.fixture
def cohort():
    return open_cohort()


def test_draft_when_made_then_clean_sealed_and_logged(cohort):
    row = drafted(cohort, 1, name=" 张 三 ", phone="１３９００００１１１１")
    row.refresh_from_db()
    number = identity_number(1, birth="19700101")
    assert (row.name, row.phone, row.state) == ("张三", "13900001111", "draft")
    assert row.masked == number[:3] + "*" * 11 + number[-4:]
    assert row.gender == "1"
    assert number.encode() not in bytes(row.sealed)
    assert list(row.steps.values_list("state", flat=True)) == ["draft"]
    event = AuditEvent.objects.get(verb="nomination.created")
    assert event.scope == cohort.code
    assert event.after["phone"] == event.after["email"] == "***"
    assert number not in str(event.after)


def test_draft_when_only_a_name_then_kept_and_not_handed_in(cohort):
    row = create_nomination(cohort=cohort, city=city(), facts={"name": "张三"}, by=None)
    with pytest.raises(NominationIncomplete) as refused:
        submit_nomination(nomination=row, by=None)
    assert set(refused.value.fields) == {"organization", "phone", "identity"}


def test_draft_when_facts_are_wrong_then_each_at_its_field(cohort):
    with pytest.raises(IdentityInvalid) as refused:
        drafted(cohort, 1, identity="123", email="x", phone="12")
    assert set(refused.value.fields) == {"identity", "email", "phone"}
    with pytest.raises(PersonFactsWrong) as refused:
        drafted(cohort, 1, name=" ")
    assert set(refused.value.fields) == {"name"}


def test_draft_when_city_has_no_quota_then_refused(cohort):
    with pytest.raises(NoQuota):
        drafted(cohort, 1, "hefei")


def test_draft_when_city_has_the_person_then_refused_and_named(cohort):
    first = drafted(cohort, 1)
    with pytest.raises(AlreadyNominated) as refused:
        drafted(cohort, 1)
    assert refused.value.facts == {"where": "own_city", "nomination": first.pk}


def test_submit_when_another_city_has_the_person_then_refused_and_not_told_which():
    cohort = open_cohort({"songjiang": 2, "jiaxing": 2})
    submitted(cohort, 1, "jiaxing")
    second = drafted(cohort, 1, "songjiang")
    with pytest.raises(AlreadyNominated) as refused:
        submit_nomination(nomination=second, by=None)
    assert refused.value.facts == {"where": "another_city"}
    second.refresh_from_db()
    assert second.state == "draft"


def test_submit_when_another_citys_has_ended_then_passes():
    cohort = open_cohort({"songjiang": 2, "jiaxing": 2})
    first = submitted(cohort, 1, "jiaxing")
    withdraw_nomination(nomination=first, reason="换人", by=None)
    assert submitted(cohort, 1, "songjiang").state == "submitted"


def test_submit_when_person_is_enrolled_directly_then_refused():
    cohort = open_cohort({"songjiang": 2, "jiaxing": 2})
    number = identity_number(1, birth="19700101")
    enrolled(cohort, "张三", "jiaxing", identity=number, organization_name="某公司")
    with pytest.raises(AlreadyEnrolled) as refused:
        submitted(cohort, 1, "songjiang")
    assert refused.value.facts == {}


def test_submit_when_deadline_has_passed_then_only_late_or_again(cohort):
    returned = return_nomination(nomination=submitted(cohort, 1), reason="补充单位", by=None)
    fresh = drafted(cohort, 2)
    Quota.objects.update(deadline=clock.now() - dt.timedelta(minutes=1))
    with pytest.raises(DeadlinePassed):
        submit_nomination(nomination=fresh, by=None)
    assert submit_nomination(nomination=returned, by=None).state == "submitted"
    assert submit_nomination(nomination=fresh, by=None, late=True).state == "submitted"


def test_change_when_handed_in_then_fixed_but_rank_and_notes(cohort):
    row = submitted(cohort, 1)
    with pytest.raises(NominationFixed):
        change_nomination(nomination=row, facts={"title": "董事长"}, by=None)
    changed = change_nomination(
        nomination=row, facts={"rank": 3, "reviewer_notes": "待核"}, by=None
    )
    assert (changed.rank, changed.reviewer_notes) == (3, "待核")


def test_change_when_sent_back_then_writes_only_what_differs(cohort):
    row = return_nomination(nomination=submitted(cohort, 1), reason="职务不清", by=None)
    before = bytes(Nomination.objects.get(pk=row.pk).sealed)
    same = facts(1)["identity"]
    changed = change_nomination(
        nomination=row, facts={"title": "董事长", "identity": same}, by=None
    )
    assert (changed.title, bytes(changed.sealed)) == ("董事长", before)
    event = AuditEvent.objects.get(verb="nomination.changed")
    assert event.after == {"title": "董事长"}


def test_return_when_no_reason_then_refused(cohort):
    with pytest.raises(ReasonMissing):
        return_nomination(nomination=submitted(cohort, 1), reason=" ", by=None)


def test_admit_when_seats_are_free_then_enrolled_with_consents_and_told(cohort):
    coordinator = user_with(Role.COORDINATOR, cohort=cohort, city=city())
    other = user_with(Role.COORDINATOR, cohort=cohort, city=city("hefei"))
    row = checked(cohort, 1)
    row.consents.create(purpose="photo", text_version="7")
    lead = user_with(Role.LEAD, cohort=cohort)
    admit_nomination(nomination=row, by=lead)
    row.refresh_from_db()
    enrollment = Enrollment.objects.get()
    assert (row.state, row.enrollment_id, enrollment.seat) == ("admitted", enrollment.pk, 1)
    assert enrollment.city == city()
    identity = SealedIdentity.objects.get(person=enrollment.person)
    assert (identity.masked, identity.blind_index) == (row.masked, row.blind_index)
    assert enrollment.person.consents.get(purpose="photo").text_version == "7"
    assert Quota.objects.get().admitted == 1
    told = set(Notice.objects.values_list("kind", "address"))
    assert told == {
        ("nomination_news", coordinator.email),
        ("nominee_news", "nominee1@example.org"),
    }
    assert other.email not in {address for _kind, address in told}


def test_admit_when_city_is_full_then_waits_and_is_told_why(cohort):
    for number in (1, 2):
        admitted(cohort, number)
    third = admitted(cohort, 3)
    assert (third.state, third.state_reason) == ("waitlisted", "auto:quota_full")
    assert third.told_reason
    assert third.waitlist_number == 1
    assert Enrollment.objects.count() == 2


def test_admit_when_cohort_is_full_then_says_so():
    cohort = open_cohort({"songjiang": 1, "jiaxing": 1}, seats=2)
    enrolled(cohort, "王一", "songjiang")
    Quota.objects.filter(city=city("songjiang")).update(seats=2)
    admitted(cohort, 1, "jiaxing")
    assert admitted(cohort, 2, "songjiang").state_reason == "auto:cohort_full"


def test_admit_when_enrolled_people_fill_the_quota_then_waits(cohort):
    for name in ("王一", "王二"):
        enrolled(cohort, name)
    assert admitted(cohort, 1).state == "waitlisted"


def test_decline_when_reason_is_given_then_ended_and_coordinator_told(cohort):
    coordinator = user_with(Role.COORDINATOR, city=city())
    row = decline_nomination(nomination=checked(cohort, 1), reason="领域不符", by=None)
    assert (row.state, row.state_reason) == ("declined", "领域不符")
    assert Notice.objects.get().address == coordinator.email


def test_rank_when_ordered_then_numbered_from_one(cohort):
    rows = [drafted(cohort, number) for number in (1, 2, 3)]
    foreign = drafted(open_cohort(), 4)
    rank_nominations(
        cohort=cohort, city=city(), order=[rows[2].pk, foreign.pk, rows[0].pk], by=None
    )
    ranks = dict(Nomination.objects.values_list("pk", "rank"))
    assert ranks == {rows[2].pk: 1, rows[0].pk: 2, rows[1].pk: None, foreign.pk: None}


def test_any_step_when_cohort_is_over_then_refused():
    cohort = open_cohort()
    row = checked(cohort, 1)
    cohort.state = "completed"
    cohort.save()
    for step in (
        lambda: admit_nomination(nomination=row, by=None),
        lambda: drafted(cohort, 2),
        lambda: withdraw_nomination(nomination=row, reason="x", by=None),
    ):
        with pytest.raises(NominationsClosed):
            step()


# --- the whole table of states --------------------------------------------------------------
BUILD = {
    S.DRAFT: drafted,
    S.SUBMITTED: submitted,
    S.RETURNED: lambda cohort, number: return_nomination(
        nomination=submitted(cohort, number), reason="x", by=None
    ),
    S.CHECKED: checked,
    S.ADMITTED: admitted,
    S.WAITLISTED: waiting,
    S.DECLINED: lambda cohort, number: decline_nomination(
        nomination=checked(cohort, number), reason="x", by=None
    ),
    S.WITHDRAWN: lambda cohort, number: withdraw_nomination(
        nomination=submitted(cohort, number), reason="x", by=None
    ),
    S.REPLACED: lambda cohort, number: _replaced(admitted(cohort, number)),
}
STEPS = {
    S.SUBMITTED: lambda row: submit_nomination(nomination=row, by=None),
    S.CHECKED: lambda row: check_nomination(nomination=row, by=None),
    S.RETURNED: lambda row: return_nomination(nomination=row, reason="x", by=None),
    S.ADMITTED: lambda row: admit_nomination(nomination=row, by=None),
    S.WAITLISTED: lambda row: waitlist_nomination(nomination=row, reason="x", by=None),
    S.DECLINED: lambda row: decline_nomination(nomination=row, reason="x", by=None),
    S.WITHDRAWN: lambda row: withdraw_nomination(nomination=row, reason="x", by=None),
    S.REPLACED: lambda row: _replaced(row),  # noqa: PLW0108 - defined below
}


def _replaced(row):
    heir = facts(50 + Nomination.objects.count())
    replace_with_new(nomination=row, facts=heir, reason="x", by=None, late=True)
    return Nomination.objects.get(pk=row.pk)


@pytest.mark.parametrize("source", NominationState.values)
@pytest.mark.parametrize("target", [state for state in S.values if state != S.DRAFT])
def test_step_when_taken_from_any_state_then_as_the_table_says(source, target):
    cohort = open_cohort({"songjiang": 5})
    row = BUILD[S(source)](cohort, 1)
    assert row.state == source
    if target in NOMINATION_MOVES[source]:
        STEPS[S(target)](row)
        row.refresh_from_db()
        assert row.state == target
        assert NominationStep.objects.filter(nomination=row, state=target).exists()
        assert AuditEvent.objects.filter(verb=f"nomination.{target}").exists()
    else:
        with pytest.raises(NominationMove):
            STEPS[S(target)](row)
        row.refresh_from_db()
        assert row.state == source


# --- what the database holds by itself ------------------------------------------------------
def test_database_when_two_active_ones_have_one_paper_then_refused(cohort):
    first = submitted(cohort, 1)
    second = drafted(cohort, 2)
    with pytest.raises(IntegrityError, match="nomination_one_active"), transaction.atomic():
        Nomination.objects.filter(pk=second.pk).update(
            state="submitted", paper_kind=first.paper_kind, blind_index=first.blind_index
        )


def test_database_when_more_are_admitted_than_seats_then_refused(cohort):
    admitted(cohort, 1), admitted(cohort, 2)
    third = waiting(cohort, 3)
    with pytest.raises(IntegrityError, match="quota_admitted_within_seats"), transaction.atomic():
        Nomination.objects.filter(pk=third.pk).update(
            state="admitted", enrollment=EnrollmentFactory(cohort=cohort, seat=9)
        )
    with pytest.raises(IntegrityError, match="quota_admitted_within_seats"), transaction.atomic():
        Quota.objects.update(seats=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Quota.objects.all().delete()


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"state": "submitted", "blind_index": ""}, "nomination_handed_in_has_paper"),
        ({"state": "admitted"}, "nomination_admitted_has_enrollment"),
        ({"state": "replaced"}, "nomination_replaced_has_heir"),
        ({"state": "waitlisted"}, "nomination_waiting_has_place"),
        ({"state": "lost"}, "nomination_state_known"),
        ({"name": ""}, "nomination_name_given"),
    ],
)
def test_database_when_a_row_contradicts_itself_then_refused(cohort, columns, name):
    row = drafted(cohort, 1)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Nomination.objects.filter(pk=row.pk).update(**columns)
