"""Creating and changing a cohort."""

import datetime as dt

import pytest

from cohorts.actions.cohorts import change_cohort, create_cohort
from cohorts.models import Cohort, CohortRole
from cohorts.refusals import (
    CodeFixed,
    CodeMalformed,
    CodeTaken,
    CohortClosed,
    DatesReversed,
    LegOutsideCohort,
    QuotasAboveSeats,
    SeatsNotPositive,
    ThresholdsWrong,
)
from g60portal.audit.models import AuditEvent
from tests.factories import CohortFactory, QuotaFactory, UserFactory, two_leg_cohort

pytestmark = pytest.mark.django_db

FACTS = {
    "code": "G60-2026-01",
    "edition": 1,
    "title": "高层次人才研修班",
    "title_en": "Leading talents",
    "seats": 45,
    "starts_on": dt.date(2026, 6, 8),
    "ends_on": dt.date(2026, 6, 13),
}


def test_cohort_when_created_then_draft_led_by_its_creator_and_audited():
    user = UserFactory()
    cohort = create_cohort(**FACTS, by=user, plan_number="沪松〔2026〕1号")
    cohort.refresh_from_db()
    assert (cohort.state, cohort.code, cohort.plan_number) == (
        "draft",
        "G60-2026-01",
        "沪松〔2026〕1号",
    )
    assert [(role.user, role.role) for role in CohortRole.objects.all()] == [(user, "lead")]
    event = AuditEvent.objects.get()
    assert (event.verb, event.scope, event.actor_id) == ("cohort.created", "G60-2026-01", user.pk)
    assert event.after["seats"] == 45


@pytest.mark.parametrize(
    ("change", "refusal", "field"),
    [
        ({"code": "g60"}, CodeMalformed, "code"),
        ({"seats": 0}, SeatsNotPositive, "seats"),
        ({"ends_on": dt.date(2026, 6, 7)}, DatesReversed, "ends_on"),
        ({"rules": {"meal_minutes": 0}}, ThresholdsWrong, "meal_minutes"),
    ],
)
def test_cohort_when_created_wrong_then_refused_at_the_field(change, refusal, field):
    with pytest.raises(refusal) as caught:
        create_cohort(**{**FACTS, **change}, by=None)
    assert list(caught.value.fields) == [field]
    assert Cohort.objects.count() == 0
    assert AuditEvent.objects.count() == 0


def test_cohort_when_code_is_taken_then_refused():
    CohortFactory(code="G60-2026-01")
    with pytest.raises(CodeTaken):
        create_cohort(**FACTS, by=None)


def test_cohort_when_created_with_unknown_facts_then_error():
    with pytest.raises(TypeError, match="state"):
        create_cohort(**FACTS, by=None, state="running")


def test_cohort_when_changed_then_only_the_difference_is_audited():
    cohort = CohortFactory(seats=45)
    user = UserFactory()
    change_cohort(cohort=cohort, facts={"seats": 40, "title": cohort.title}, by=user)
    cohort.refresh_from_db()
    assert cohort.seats == 40
    event = AuditEvent.objects.get()
    assert (event.verb, event.before, event.after) == (
        "cohort.changed",
        {"seats": 45},
        {"seats": 40},
    )


def test_cohort_when_nothing_changes_then_nothing_is_audited():
    cohort = CohortFactory(seats=45)
    change_cohort(cohort=cohort, facts={"seats": 45, "code": cohort.code}, by=None)
    assert AuditEvent.objects.count() == 0


def test_cohort_when_code_would_change_then_refused():
    cohort = CohortFactory(code="G60-2026-01")
    with pytest.raises(CodeFixed):
        change_cohort(cohort=cohort, facts={"code": "G60-2026-02"}, by=None)
    cohort.refresh_from_db()
    assert cohort.code == "G60-2026-01"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts_on": dt.date(2026, 6, 9)}, "starts_on"),
        ({"ends_on": dt.date(2026, 6, 12)}, "ends_on"),
    ],
)
def test_cohort_when_days_leave_a_leg_out_then_refused(change, field):
    cohort, _songjiang, _hefei = two_leg_cohort()
    with pytest.raises(LegOutsideCohort) as caught:
        change_cohort(cohort=cohort, facts=change, by=None)
    assert list(caught.value.fields) == [field]


def test_cohort_when_seats_fall_below_the_quotas_then_refused_with_figures():
    cohort = CohortFactory(seats=45)
    QuotaFactory(cohort=cohort, seats=30)
    with pytest.raises(QuotasAboveSeats) as caught:
        change_cohort(cohort=cohort, facts={"seats": 29}, by=None)
    assert caught.value.facts == {"quota_seats": 30, "seats": 29}


@pytest.mark.parametrize("state", ["archived", "cancelled"])
def test_cohort_when_closed_then_stays_as_it_is(state):
    cohort = CohortFactory(state=state)
    with pytest.raises(CohortClosed):
        change_cohort(cohort=cohort, facts={"seats": 40}, by=None)
