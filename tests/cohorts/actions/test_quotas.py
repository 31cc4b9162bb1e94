"""Quotas: all or some cities at once, never more than the seats, and never past each other."""

import datetime as dt
from concurrent.futures import TimeoutError as StillRunning

import pytest
from django.db import transaction
from django.db.models import Sum

from cohorts.actions.cohorts import change_cohort
from cohorts.actions.quotas import QuotaFacts, put_quotas, set_quotas
from cohorts.models import Cohort, Quota
from cohorts.refusals import CohortClosed, QuotasAboveSeats, QuotaTwice
from g60portal.audit.models import AuditEvent
from g60portal.common.clock import SHANGHAI
from tests.factories import CohortFactory, QuotaFactory, UserFactory, city
from tests.race import PATIENCE_SECONDS, other_connection

DEADLINE = dt.datetime(2026, 5, 20, 17, tzinfo=SHANGHAI)


def facts(code: str, seats: int, reserve: int = 0) -> QuotaFacts:
    return QuotaFacts(city(code), seats, reserve, DEADLINE)


def standing(cohort) -> dict[str, tuple[int, int]]:
    rows = Quota.objects.filter(cohort=cohort).values_list("city__code", "seats", "reserve")
    return {code: (seats, reserve) for code, seats, reserve in rows}


@pytest.mark.django_db
def test_quotas_when_set_then_exactly_these_and_audited():
    cohort = CohortFactory(seats=45)
    QuotaFactory(cohort=cohort, city=city("wuhu"), seats=5)
    kept = QuotaFactory(cohort=cohort, city=city("hefei"), seats=5)
    user = UserFactory()
    set_quotas(cohort=cohort, quotas=[facts("hefei", 10, 2), facts("jinhua", 0, 1)], by=user)
    assert standing(cohort) == {"hefei": (10, 2), "jinhua": (0, 1)}
    assert Quota.objects.get(city__code="hefei").pk == kept.pk
    event = AuditEvent.objects.get()
    assert (event.verb, event.actor_id) == ("quotas.set", user.pk)
    assert set(event.before) == {"wuhu", "hefei"}
    assert event.after["hefei"]["seats"] == 10


@pytest.mark.django_db
def test_quotas_when_nothing_is_given_to_a_city_then_no_row():
    cohort = CohortFactory()
    set_quotas(cohort=cohort, quotas=[facts("hefei", 0), facts("wuhu", 5)], by=None)
    assert standing(cohort) == {"wuhu": (5, 0)}


@pytest.mark.django_db
def test_quotas_when_put_then_other_cities_keep_theirs():
    cohort = CohortFactory(seats=45)
    QuotaFactory(cohort=cohort, city=city("wuhu"), seats=5)
    put_quotas(cohort=cohort, quotas=[facts("hefei", 10)], by=None)
    assert standing(cohort) == {"wuhu": (5, 0), "hefei": (10, 0)}


@pytest.mark.django_db
def test_quotas_when_above_the_seats_then_refused_and_unchanged():
    cohort = CohortFactory(seats=45)
    QuotaFactory(cohort=cohort, city=city("wuhu"), seats=40)
    with pytest.raises(QuotasAboveSeats) as caught:
        put_quotas(cohort=cohort, quotas=[facts("hefei", 6)], by=None)
    assert caught.value.facts == {"quota_seats": 46, "seats": 45}
    assert standing(cohort) == {"wuhu": (40, 0)}
    assert AuditEvent.objects.count() == 0


@pytest.mark.django_db
def test_quotas_when_reserve_exceeds_the_seats_then_no_matter():
    cohort = CohortFactory(seats=5)
    set_quotas(cohort=cohort, quotas=[facts("hefei", 5, 50)], by=None)
    assert standing(cohort) == {"hefei": (5, 50)}


@pytest.mark.django_db
def test_quotas_when_a_city_is_named_twice_then_refused():
    with pytest.raises(QuotaTwice):
        set_quotas(cohort=CohortFactory(), quotas=[facts("hefei", 1), facts("hefei", 2)], by=None)


@pytest.mark.django_db
def test_quotas_when_set_again_then_nothing_is_audited():
    cohort = CohortFactory()
    set_quotas(cohort=cohort, quotas=[facts("hefei", 5)], by=None)
    set_quotas(cohort=cohort, quotas=[facts("hefei", 5)], by=None)
    assert AuditEvent.objects.count() == 1


@pytest.mark.django_db
def test_quotas_when_cohort_is_closed_then_refused():
    with pytest.raises(CohortClosed):
        set_quotas(cohort=CohortFactory(state="archived"), quotas=[], by=None)


def broken(cohort) -> bool:
    """Whether the cities together have more than the cohort."""
    total = Quota.objects.filter(cohort=cohort).aggregate(all=Sum("seats"))["all"]
    return total > Cohort.objects.get(pk=cohort.pk).seats


@pytest.mark.django_db(transaction=True)
def test_quotas_when_seats_shrink_at_the_same_time_then_one_waits_and_is_refused():
    cohort = CohortFactory(seats=45)
    with other_connection() as start:
        with transaction.atomic():
            set_quotas(cohort=cohort, quotas=[facts("hefei", 45)], by=None)
            shrinking = start(lambda: change_cohort(cohort=cohort, facts={"seats": 30}, by=None))
            with pytest.raises(StillRunning):
                shrinking.result(timeout=PATIENCE_SECONDS)
        with pytest.raises(QuotasAboveSeats):
            shrinking.result(timeout=10)
    assert not broken(cohort)


@pytest.mark.django_db(transaction=True)
def test_quotas_when_the_lock_is_left_out_then_the_race_breaks_the_rule():
    """The control: the same reads and writes without the lock end with more quotas than seats."""
    cohort = CohortFactory(seats=45)

    def shrink_unlocked() -> None:
        given = Quota.objects.filter(cohort=cohort).aggregate(all=Sum("seats"))["all"] or 0
        assert given <= 30
        Cohort.objects.filter(pk=cohort.pk).update(seats=30)

    with other_connection() as start, transaction.atomic():
        assert Cohort.objects.get(pk=cohort.pk).seats >= 45
        Quota.objects.create(cohort=cohort, city=city("hefei"), seats=45)
        start(shrink_unlocked).result(timeout=10)
    assert broken(cohort)
