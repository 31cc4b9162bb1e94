"""Tests that commit leave nothing behind, so that the order of tests never matters."""

import pytest
from django.contrib.contenttypes.models import ContentType

from cohorts.models import City, Cohort, Theme
from g60portal.audit.models import AuditEvent
from g60portal.audit.record import record
from tests.factories import CohortFactory, city

pytestmark = pytest.mark.parametrize("turn", [1, 2])


def assert_as_migrated() -> None:
    assert list(City.objects.order_by("position").values_list("position", flat=True)) == [
        *range(1, 10)
    ]
    assert Theme.objects.count() == 3
    assert Cohort.objects.count() == AuditEvent.objects.count() == 0
    assert ContentType.objects.filter(app_label="training_sessions").exists()


@pytest.mark.django_db(transaction=True)
def test_committing_test_when_repeated_then_each_finds_only_the_seed(turn: int) -> None:
    assert_as_migrated()
    record("cohort.created", CohortFactory(), by=None)
    city("hefei").delete()


@pytest.mark.django_db
def test_rolled_back_test_when_others_committed_then_it_finds_only_the_seed(turn: int) -> None:
    assert_as_migrated()
    record("cohort.created", CohortFactory(), by=None)
