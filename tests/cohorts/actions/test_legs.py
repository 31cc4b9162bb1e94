"""Adding, changing and removing legs."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from cohorts.actions.legs import add_leg, change_leg, remove_leg
from cohorts.models import CohortRole, Leg
from cohorts.refusals import CohortClosed, DatesReversed, LegInUse, LegOutsideCohort, LegsOverlap
from g60portal.audit.models import AuditEvent
from tests.factories import (
    CohortFactory,
    LegFactory,
    OrganizationFactory,
    city,
    training_session,
    two_leg_cohort,
    user_with,
)

pytestmark = pytest.mark.django_db


def day(number: int) -> dt.date:
    return dt.date(2026, 6, number)


def added(cohort, first: int, last: int, code: str = "songjiang") -> Leg:
    return add_leg(
        cohort=cohort,
        city=city(code),
        host=OrganizationFactory(kind="host"),
        starts_on=day(first),
        ends_on=day(last),
        by=None,
    )


def order(cohort) -> list[tuple[int, int]]:
    legs = Leg.objects.filter(cohort=cohort).order_by("position")
    return [(leg.position, leg.starts_on.day) for leg in legs]


def test_leg_when_added_then_numbered_by_its_days_and_audited():
    cohort = CohortFactory()
    late = added(cohort, 12, 13)
    early = added(cohort, 8, 9, "hefei")
    added(cohort, 10, 10)
    assert order(cohort) == [(1, 8), (2, 10), (3, 12)]
    assert (late.position, early.position) == (1, 1)
    event = AuditEvent.objects.filter(verb="leg.added").order_by("pk")[1]
    assert event.scope == cohort.code
    assert event.after["starts_on"] == "2026-06-08"


def test_leg_when_it_shares_a_day_then_refused_with_who():
    cohort, songjiang, _hefei = two_leg_cohort()
    with pytest.raises(LegsOverlap) as caught:
        added(cohort, 10, 10, "hefei")
    assert caught.value.facts == {"legs": [songjiang.pk]}
    assert "2026-06-08" in str(caught.value)
    assert Leg.objects.filter(cohort=cohort).count() == 2


def test_leg_when_written_past_the_rule_then_the_database_refuses():
    _cohort, songjiang, hefei = two_leg_cohort()
    with pytest.raises(IntegrityError, match="leg_no_overlap"), transaction.atomic():
        Leg.objects.filter(pk=hefei.pk).update(starts_on=songjiang.ends_on)


def test_leg_when_another_cohort_has_the_days_then_added():
    two_leg_cohort()
    cohort = CohortFactory()
    added(cohort, 8, 10)
    assert order(cohort) == [(1, 8)]


@pytest.mark.parametrize(
    ("first", "last", "refusal", "field"),
    [
        (7, 8, LegOutsideCohort, "starts_on"),
        (13, 14, LegOutsideCohort, "ends_on"),
        (9, 8, DatesReversed, "ends_on"),
    ],
)
def test_leg_when_days_do_not_fit_then_refused(first, last, refusal, field):
    with pytest.raises(refusal) as caught:
        added(CohortFactory(), first, last)
    assert list(caught.value.fields) == [field]


def test_leg_when_moved_behind_the_other_then_both_are_numbered_again():
    cohort, songjiang, hefei = two_leg_cohort()
    change_leg(leg=hefei, facts={"starts_on": day(11), "ends_on": day(11)}, by=None)
    moved = change_leg(leg=songjiang, facts={"starts_on": day(12), "ends_on": day(13)}, by=None)
    assert moved.position == 2
    assert order(cohort) == [(1, 11), (2, 12)]
    event = AuditEvent.objects.filter(verb="leg.changed").latest("pk")
    assert event.before == {"starts_on": "2026-06-08", "ends_on": "2026-06-10"}


def test_leg_when_moved_onto_the_other_then_refused():
    _cohort, songjiang, _hefei = two_leg_cohort()
    with pytest.raises(LegsOverlap):
        change_leg(leg=songjiang, facts={"ends_on": day(11)}, by=None)


def test_leg_when_removed_then_its_roles_go_and_the_rest_is_numbered():
    cohort, songjiang, _hefei = two_leg_cohort()
    user_with("leg", cohort=cohort, leg=songjiang)
    remove_leg(leg=songjiang, by=None)
    assert order(cohort) == [(1, 11)]
    assert CohortRole.objects.count() == 0
    assert AuditEvent.objects.filter(verb="leg.removed", target_id=songjiang.pk).exists()


def test_leg_when_it_has_sessions_then_stays():
    _cohort, songjiang, _hefei = two_leg_cohort()
    training_session(songjiang, 8, "09:00", "10:30")
    with pytest.raises(LegInUse):
        remove_leg(leg=songjiang, by=None)
    assert Leg.objects.filter(pk=songjiang.pk).exists()
    assert AuditEvent.objects.count() == 0


def test_leg_when_cohort_is_closed_then_refused():
    leg = LegFactory(cohort__state="cancelled")
    with pytest.raises(CohortClosed):
        remove_leg(leg=leg, by=None)
