"""The page, the API and the files of what changed in a roster."""

import datetime as dt

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from cohorts.choices import Role
from g60portal.audit.models import AuditEvent
from g60portal.common import clock
from participants.actions.enrollments import change_person, withdraw_enrollment
from participants.models import RosterPast
from tests.factories import CohortFactory, user_with
from tests.participants.people import enrolled, facts

# Several changes of one transaction are one state: only what is committed has a past.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cohort():
    row = CohortFactory(seats=10)
    stays, leaves = enrolled(row, "王一", phone="13800000001"), enrolled(row, "王二")
    row.begin = clock.now()
    withdraw_enrollment(enrollment=leaves, reason="有事", by=None)
    change_person(enrollment=stays, facts=facts("王一", phone="13900000002"), by=None)
    enrolled(row, "王三")
    return row


@pytest.fixture
def lead(cohort, client):
    user = user_with(Role.LEAD, cohort=cohort)
    client.force_login(user)
    client.api = APIClient()
    client.api.force_authenticate(user)
    return client


def address(cohort, name="roster-difference"):
    return reverse(name, args=[cohort.code])


def test_page_when_asked_from_an_instant_then_three_parts(lead, cohort):
    page = lead.get(address(cohort), {"from": cohort.begin.isoformat()})
    parts = {change: people for _label, change, people in page.context["parts"]}
    assert {change: [one.row["name"] for one in people] for change, people in parts.items()} == {
        "came": ["王三"],
        "left": ["王二"],
        "changed": ["王一"],
    }
    [value] = parts["changed"][0].values
    assert (value.before, value.after) == ("13800000001", "13900000002")


def test_page_when_asked_without_days_then_the_last_week(lead, cohort):
    page = lead.get(address(cohort))
    people = {change: people for _label, change, people in page.context["parts"]}
    assert [one.row["name"] for one in people["came"]] == ["王一", "王三"]


@pytest.mark.parametrize(
    "params",
    [{"from": "yesterday"}, {"from": "2026-02-30"}, {"from": "2999-01-01"}, {"format": "pdf"}],
)
def test_address_when_odd_then_refused_and_the_page_leads_back(lead, cohort, params):
    assert lead.get(address(cohort), params).url == address(cohort)
    answer = lead.api.get(address(cohort, "api-roster-difference"), params)
    assert (answer.status_code, answer.json()["code"]) == (400, "roster_parameter_wrong")


def test_history_when_it_began_later_then_refused_with_the_day(lead, cohort):
    RosterPast.objects.filter(kind="enrollment").update(begin_known=False)
    day = (clock.now() - dt.timedelta(days=3)).date().isoformat()
    answer = lead.api.get(address(cohort, "api-roster-difference"), {"from": day})
    assert (answer.status_code, answer.json()["code"]) == (422, "history_too_short")
    # Without days it begins where the history does.
    assert lead.get(address(cohort)).status_code == 200


def test_api_when_paged_then_every_entry_once(lead, cohort):
    params = {"from": cohort.begin.isoformat(), "limit": 1, "columns": "name,state"}
    first = lead.api.get(address(cohort, "api-roster-difference"), params).json()
    rest = lead.api.get(first["next"]).json()
    found = first["results"] + rest["results"]
    assert [(one["change"], one["changed"]) for one in found] == [
        ("left", ["state"]),
        ("came", []),
    ]
    assert found[0]["before"] == {"name": "王二", "state": "confirmed"}
    assert rest["next"] is None


def test_file_when_fetched_then_lines_and_an_audit_line(lead, cohort):
    params = {"from": cohort.begin.isoformat(), "format": "csv"}
    for client, name in [(lead, "roster-difference"), (lead.api, "api-roster-difference")]:
        response = client.get(address(cohort, name), params)
        lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
        assert sum("13900000002" in line for line in lines) == 1
    assert AuditEvent.objects.filter(verb="roster.exported").count() == 2


def test_page_when_there_are_more_changes_then_no_more_queries(
    lead, cohort, django_assert_num_queries
):
    lead.get(address(cohort))
    for number in range(3):
        enrolled(cohort, f"李{chr(0x4E00 + number)}")
    with django_assert_num_queries(7):
        lead.get(address(cohort))
