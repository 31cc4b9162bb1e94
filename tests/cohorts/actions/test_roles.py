"""Giving and taking roles."""

import pytest

from cohorts.actions.roles import (
    grant_role,
    grant_role_everywhere,
    revoke_role,
    revoke_role_everywhere,
)
from cohorts.models import CohortRole
from cohorts.refusals import LastLead, RoleAlreadyGiven, RoleIncomplete
from g60portal.accounts.models import User
from g60portal.audit.models import AuditEvent
from tests.factories import CohortFactory, UserFactory, city, two_leg_cohort, user_with

pytestmark = pytest.mark.django_db


def test_role_when_given_to_an_unknown_address_then_an_account_is_opened():
    cohort = CohortFactory()
    lead = UserFactory()
    grant_role(
        cohort=cohort, email=" New@Example.org ", role="desk", name="新人", language="en", by=lead
    )
    user = User.objects.get(email="new@example.org")
    assert (user.name, user.language, user.has_usable_password()) == ("新人", "en", False)
    assert CohortRole.objects.filter(user=user, role="desk", cohort=cohort).count() == 1
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["account.opened", "role.granted"]


def test_role_when_given_to_a_known_address_then_the_account_stays_as_it_is():
    user = UserFactory(email="known@example.org", name="原名", language="zh-hans")
    grant_role(
        cohort=CohortFactory(),
        email="KNOWN@example.org",
        role="reader",
        name="别名",
        language="en",
        by=None,
    )
    user.refresh_from_db()
    assert (user.name, user.language) == ("原名", "zh-hans")
    assert User.objects.filter(email__iexact="known@example.org").count() == 1


def test_role_when_given_twice_then_refused():
    cohort = CohortFactory()
    grant_role(cohort=cohort, email="a@example.org", role="desk", by=None)
    with pytest.raises(RoleAlreadyGiven):
        grant_role(cohort=cohort, email="a@example.org", role="desk", by=None)


@pytest.mark.parametrize(("role", "field"), [("leg", "leg"), ("coordinator", "city")])
def test_role_when_it_lacks_its_place_then_refused(role, field):
    with pytest.raises(RoleIncomplete) as caught:
        grant_role(cohort=CohortFactory(), email="a@example.org", role=role, by=None)
    assert list(caught.value.fields) == [field]
    assert not User.objects.filter(email="a@example.org").exists()


def test_role_when_the_leg_is_of_another_cohort_then_refused():
    _cohort, songjiang, _hefei = two_leg_cohort()
    with pytest.raises(RoleIncomplete):
        grant_role(
            cohort=CohortFactory(), email="a@example.org", role="leg", leg=songjiang, by=None
        )


def test_role_when_it_needs_no_place_then_none_is_kept():
    cohort, songjiang, _hefei = two_leg_cohort()
    role = grant_role(
        cohort=cohort, email="a@example.org", role="lead", leg=songjiang, city=city(), by=None
    )
    assert (role.leg, role.city) == (None, None)


def test_role_when_taken_then_gone_and_audited():
    cohort = CohortFactory()
    user_with("lead", cohort=cohort)
    second = user_with("lead", cohort=cohort)
    revoke_role(cohort_role=CohortRole.objects.get(user=second), by=None)
    assert not CohortRole.objects.filter(user=second).exists()
    assert AuditEvent.objects.get().verb == "role.revoked"


def test_role_when_it_is_the_last_lead_then_stays():
    cohort = CohortFactory()
    lead = user_with("lead", cohort=cohort)
    user_with("desk", cohort=cohort)
    user_with("lead", cohort=CohortFactory())
    with pytest.raises(LastLead):
        revoke_role(cohort_role=CohortRole.objects.get(user=lead), by=None)
    assert CohortRole.objects.filter(user=lead).exists()


def test_role_everywhere_when_given_and_taken_then_audited():
    role = grant_role_everywhere(user=UserFactory(), role="coordinator", city=city(), by=None)
    assert (role.cohort, role.city) == (None, city())
    revoke_role_everywhere(cohort_role=role, by=None)
    assert CohortRole.objects.count() == 0
    verbs = list(AuditEvent.objects.order_by("pk").values_list("verb", flat=True))
    assert verbs == ["role.granted", "role.revoked"]


@pytest.mark.parametrize("role", ["desk", "reader", "leg", "coordinator"])
def test_role_everywhere_when_it_belongs_to_a_cohort_then_refused(role):
    with pytest.raises(RoleIncomplete):
        grant_role_everywhere(user=UserFactory(), role=role, by=None)
