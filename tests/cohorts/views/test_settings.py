"""The settings room: facts, legs, quotas, rules, roles; for the lead alone."""

import datetime as dt

import pytest
from django.test import Client

from cohorts.models import Cohort, CohortRole, Leg, Quota
from g60portal.common.clock import SHANGHAI
from tests.factories import (
    CohortFactory,
    LegFactory,
    OrganizationFactory,
    QuotaFactory,
    city,
    two_leg_cohort,
    user_with,
)

pytestmark = pytest.mark.django_db

TABS = ["", "legs/", "quotas/", "rules/", "roles/"]


def lead_of(client: Client, cohort: Cohort) -> Client:
    client.force_login(user_with("lead", cohort=cohort))
    return client


def path(cohort: Cohort, tab: str = "") -> str:
    return f"/console/cohorts/{cohort.code}/settings/{tab}"


FACTS = {
    "title": "研修班",
    "title_en": "Training",
    "edition": 3,
    "seats": 40,
    "starts_on": "2026-06-08",
    "ends_on": "2026-06-13",
    "plan_number": "",
}


def test_facts_when_saved_then_changed(client):
    cohort = CohortFactory()
    answer = lead_of(client, cohort).post(path(cohort), FACTS)
    assert answer.status_code == 302
    cohort.refresh_from_db()
    assert (cohort.title, cohort.edition, cohort.seats) == ("研修班", 3, 40)


def test_facts_when_the_action_refuses_then_shown_at_the_field(client):
    cohort, _songjiang, _hefei = two_leg_cohort()
    answer = lead_of(client, cohort).post(path(cohort), FACTS | {"ends_on": "2026-06-12"})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["ends_on"]
    assert Cohort.objects.get().ends_on == dt.date(2026, 6, 13)


def test_legs_when_one_is_added_then_listed(client):
    cohort, host = CohortFactory(), OrganizationFactory(kind="host", name="松江区委组织部")
    body = {"city": city().pk, "host": host.pk, "starts_on": "2026-06-08", "ends_on": "2026-06-10"}
    lead_of(client, cohort)
    assert client.post(path(cohort, "legs/"), body).status_code == 302
    assert (
        "松江区委组织部"
        in client.get(path(cohort, "legs/"), headers={"accept-language": "zh"}).text
    )
    refused = client.post(path(cohort, "legs/"), body)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["starts_on"])


def test_leg_when_changed_and_removed_then_so(client):
    cohort, songjiang, hefei = two_leg_cohort()
    lead_of(client, cohort)
    edit = path(cohort, f"legs/{songjiang.pk}/")
    assert client.get(edit).status_code == 200
    body = {
        "city": songjiang.city_id,
        "host": songjiang.host_id,
        "starts_on": "2026-06-08",
        "ends_on": "2026-06-09",
    }
    assert client.post(edit, body).status_code == 302
    songjiang.refresh_from_db()
    assert songjiang.ends_on == dt.date(2026, 6, 9)
    assert client.post(f"{edit}remove/").status_code == 302
    assert list(Leg.objects.filter(cohort=cohort)) == [hefei]


def test_leg_when_of_another_cohort_then_404(client):
    cohort, other = CohortFactory(), LegFactory()
    lead_of(client, cohort)
    assert client.get(path(cohort, f"legs/{other.pk}/")).status_code == 404
    assert client.post(path(cohort, f"legs/{other.pk}/remove/")).status_code == 404
    assert Leg.objects.filter(pk=other.pk).exists()


def test_quotas_when_saved_then_every_city_has_its_row(client, nine_cities):
    cohort = CohortFactory(seats=45)
    body = {f"seats_{row.code}": 5 for row in nine_cities}
    body |= {"reserve_hefei": 2, "deadline_hefei": "2026-05-20", "seats_wuhu": ""}
    assert lead_of(client, cohort).post(path(cohort, "quotas/"), body).status_code == 302
    rows = {quota.city.code: quota for quota in Quota.objects.select_related("city")}
    assert set(rows) == {row.code for row in nine_cities} - {"wuhu"}
    assert (rows["hefei"].seats, rows["hefei"].reserve) == (5, 2)
    assert rows["hefei"].deadline == dt.datetime(2026, 5, 20, 23, 59, tzinfo=SHANGHAI)


def test_quotas_when_the_day_stays_then_the_time_of_the_deadline_stays(client, nine_cities):
    cohort = CohortFactory(seats=45)
    deadline = dt.datetime(2026, 5, 20, 17, tzinfo=SHANGHAI)
    QuotaFactory(cohort=cohort, city=city("hefei"), deadline=deadline)
    body = {"seats_hefei": 6, "deadline_hefei": "2026-05-20"}
    lead_of(client, cohort).post(path(cohort, "quotas/"), body)
    quota = Quota.objects.get()
    assert (quota.seats, quota.deadline) == (6, deadline)


def test_quotas_when_shown_then_in_the_official_order(client, nine_cities):
    cohort = CohortFactory()
    form = lead_of(client, cohort).get(path(cohort, "quotas/")).context["form"]
    codes = [row.city.code for row in form.rows()]
    assert [code for code in codes if code in {row.code for row in nine_cities}] == [
        row.code for row in nine_cities
    ]


def test_quotas_when_above_the_seats_then_refused_on_top(client, nine_cities):
    cohort = CohortFactory(seats=45)
    answer = lead_of(client, cohort).post(path(cohort, "quotas/"), {"seats_hefei": 46})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["__all__"]
    assert answer.context["total"] == 46
    assert Quota.objects.count() == 0


def rules_as_shown(client: Client, cohort: Cohort) -> dict[str, object]:
    return dict(client.get(path(cohort, "rules/")).context["form"].initial)


def test_rules_when_saved_as_shown_then_nothing_differs_from_the_defaults(client):
    cohort = CohortFactory()
    lead_of(client, cohort)
    assert client.post(path(cohort, "rules/"), rules_as_shown(client, cohort)).status_code == 302
    cohort.refresh_from_db()
    assert cohort.rules == {}


def test_rules_when_changed_then_only_the_difference_is_kept(client):
    cohort = CohortFactory()
    lead_of(client, cohort)
    body = rules_as_shown(client, cohort) | {"meal_minutes": 30, "required_hours": "40"}
    client.post(path(cohort, "rules/"), body)
    cohort.refresh_from_db()
    assert (cohort.rules, cohort.required_hours) == ({"meal_minutes": 30}, 40)


@pytest.mark.parametrize(
    ("field", "value"), [("lunch_from", "noon"), ("lunch_until", "11:00"), ("meal_minutes", 0)]
)
def test_rules_when_a_threshold_is_wrong_then_shown_at_its_field(client, field, value):
    cohort = CohortFactory()
    lead_of(client, cohort)
    answer = client.post(path(cohort, "rules/"), rules_as_shown(client, cohort) | {field: value})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_roles_when_given_and_taken_then_so(client):
    cohort = CohortFactory()
    lead_of(client, cohort)
    body = {"email": "desk@example.org", "role": "desk", "language": "en"}
    assert client.post(path(cohort, "roles/"), body).status_code == 302
    role = CohortRole.objects.get(role="desk")
    assert role.user.email == "desk@example.org"
    assert client.post(path(cohort, f"roles/{role.pk}/revoke/")).status_code == 302
    assert not CohortRole.objects.filter(role="desk").exists()


def test_roles_when_the_last_lead_would_go_then_said_and_kept(client):
    cohort = CohortFactory()
    lead_of(client, cohort)
    role = CohortRole.objects.get(role="lead")
    answer = client.post(path(cohort, f"roles/{role.pk}/revoke/"), follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert CohortRole.objects.filter(pk=role.pk).exists()


@pytest.mark.parametrize("tab", ["legs/", "roles/"])
def test_lists_when_one_or_three_rows_then_the_same_queries(
    client, tab, django_assert_max_num_queries, django_assert_num_queries
):
    cohort = CohortFactory(ends_on=dt.date(2026, 6, 30))
    LegFactory(cohort=cohort)
    lead_of(client, cohort)
    client.get(path(cohort, tab))
    with django_assert_max_num_queries(14) as first:
        client.get(path(cohort, tab))
    for number in (2, 3):
        day = dt.date(2026, 6, 10 + number)
        leg = LegFactory(cohort=cohort, position=number, starts_on=day, ends_on=day)
        user_with("leg", cohort=cohort, leg=leg)
    with django_assert_num_queries(len(first)):
        client.get(path(cohort, tab))


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("administrator", 200),
        ("lead", 200),
        ("leg", 403),
        ("desk", 403),
        ("reader", 403),
        ("coordinator", 403),
        ("nobody", 404),
    ],
)
def test_settings_when_asked_by_role_then_as_designed(client, tab, role, status):
    cohort, songjiang, _hefei = two_leg_cohort()
    scope = {
        "leg": {"cohort": cohort, "leg": songjiang},
        "coordinator": {"cohort": cohort, "city": city("jiaxing")},
        "nobody": {},
    }
    client.force_login(user_with(role, **scope.get(role, {"cohort": cohort})))
    assert client.get(path(cohort, tab)).status_code == status


@pytest.mark.parametrize("tab", TABS)
def test_settings_when_anonymous_then_sent_to_sign_in(client, tab):
    answer = client.get(path(CohortFactory(), tab))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
