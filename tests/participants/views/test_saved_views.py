"""Views of the roster: one way for page, API and files, never more than the reader's role shows."""

import csv
import io

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from rest_framework.test import APIClient

from cohorts.choices import Role
from participants.actions.saved_views import save_view
from participants.models import DefaultView, SavedView
from tests.factories import CohortFactory, LegFactory, user_with
from tests.participants.people import enrolled, identity_number

pytestmark = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)
COLUMNS = {"columns": "name,phone,identity", "city": "hefei", "ordering": "pinyin"}


@pytest.fixture
def cohort():
    row = CohortFactory(seats=10)
    enrolled(row, "赵一", "hefei", phone="13800000001", identity=identity_number(1))
    enrolled(row, "安二", "hefei", phone="13800000002")
    enrolled(row, "王三", "songjiang")
    return row


@pytest.fixture
def lead(cohort):
    return user_with(Role.LEAD, cohort=cohort)


@pytest.fixture
def leg(cohort):
    return user_with(Role.LEG, cohort=cohort, leg=LegFactory(cohort=cohort))


def url(cohort, name, *args):
    return reverse(name, args=[cohort.code, *args])


def api_of(user):
    client = APIClient()
    client.force_authenticate(user)
    return client


def shared(cohort, owner, **params):
    return save_view(cohort=cohort, name="合肥", params=params or COLUMNS, shared=True, by=owner)


def test_view_when_saved_from_the_page_then_opens_as_it_was(client, cohort, lead):
    client.force_login(lead)
    sent = {"name": "合肥", "shared": "on", **COLUMNS}
    response = client.post(url(cohort, "saved-view-list"), sent)
    view = SavedView.objects.get()
    assert response.url == f"{url(cohort, 'people-list')}?view={view.pk}"
    page = client.get(response.url).context
    assert [row["name"] for row in page["rows"]] == ["安二", "赵一"]
    assert [column.name for column in page["columns"]] == ["name", "phone", "identity"]
    assert [word.current for word in page["views"]] == [False, True]
    assert page["exports"]["CSV"] == f"export/?view={view.pk}&format=csv"
    # The address goes before the view.
    page = client.get(f"{response.url}&city=songjiang").context
    assert [row["name"] for row in page["rows"]] == ["王三"]
    assert not any(word.current for word in page["views"])


@committed
def test_view_when_opened_then_page_api_and_file_show_the_same(client, cohort, lead):
    view = shared(cohort, lead)
    client.force_login(lead)
    api = api_of(lead).get(url(cohort, "api-roster"), {"view": view.pk}).json()["results"]
    assert [list(row) for row in api] == [["name", "phone", "identity"]] * 2
    response = client.get(
        url(cohort, "people-export"), {"view": view.pk, "format": "csv", "header": "keys"}
    )
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines == [["name", "phone", "identity"], *(list(row.values()) for row in api)]


def test_view_when_shared_by_the_lead_then_the_leg_sees_what_its_role_shows(cohort, lead, leg):
    view = shared(cohort, lead)
    [_second, first] = (
        api_of(leg).get(url(cohort, "api-roster"), {"view": view.pk}).json()["results"]
    )
    assert (first["name"], first["phone"]) == ("赵一", "138****0001")
    assert first["identity"] == "990***********" + identity_number(1)[-4:]


def test_view_when_a_column_is_hidden_from_its_reader_then_it_is_left_out(cohort, lead):
    from cohorts.queries.standing import Standing
    from participants.queries.saved_views import parameters_of

    view = shared(cohort, lead)
    assert parameters_of(view, Standing(reader=True))["columns"] == "name,phone"


@pytest.mark.parametrize("whose", ["private", "elsewhere", "reader"])
def test_view_when_not_for_this_reader_then_not_known(client, cohort, lead, whose):
    view = save_view(
        cohort=CohortFactory() if whose == "elsewhere" else cohort,
        name="我的",
        params=COLUMNS,
        shared=whose != "private",
        by=lead,
    )
    role = Role.READER if whose == "reader" else Role.LEAD
    other = user_with(role, cohort=cohort)
    answer = api_of(other).get(url(cohort, "api-roster"), {"view": view.pk})
    assert (answer.status_code, answer.json()["code"]) == (400, "roster_parameter_wrong")
    client.force_login(other)
    page = client.get(url(cohort, "people-list"), {"view": view.pk})
    assert page.url == url(cohort, "people-list")


def test_default_when_set_then_the_page_begins_with_it_until_taken_back(client, cohort, lead):
    view = shared(cohort, lead)
    client.force_login(lead)
    client.post(url(cohort, "saved-view-default", view.pk))
    assert len(client.get(url(cohort, "people-list")).context["rows"]) == 2
    assert len(client.get(url(cohort, "people-list"), {"view": "0"}).context["rows"]) == 3
    # Programs say what they want.
    assert len(api_of(lead).get(url(cohort, "api-roster")).json()["results"]) == 3
    client.post(url(cohort, "saved-view-default", view.pk))
    assert not DefaultView.objects.exists()
    assert len(client.get(url(cohort, "people-list")).context["rows"]) == 3


def test_default_when_its_group_is_gone_then_the_plain_list_with_a_word(client, cohort, lead):
    view = shared(cohort, lead, group="987654")
    client.force_login(lead)
    client.post(url(cohort, "saved-view-default", view.pk))
    page = client.get(url(cohort, "people-list"))
    assert page.url == f"{url(cohort, 'people-list')}?view=0"
    assert len(client.get(page.url).context["rows"]) == 3


def test_name_when_taken_then_refused_and_the_constraint_holds(client, cohort, lead):
    shared(cohort, lead)
    client.force_login(lead)
    response = client.post(url(cohort, "saved-view-list"), {"name": " 合肥 ", **COLUMNS})
    assert response.status_code == 422
    assert dict(response.context["kept"])["city"] == "hefei"
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(cohort=cohort, owner=lead, name="合肥")
    # Somebody else may call it so.
    assert shared(cohort, user_with(Role.LEAD, cohort=cohort)).pk


def test_view_when_of_somebody_else_then_only_opened(client, cohort, lead, leg):
    view = shared(cohort, lead)
    client.force_login(leg)
    assert client.post(url(cohort, "saved-view-remove", view.pk)).status_code == 404
    assert client.get(url(cohort, "saved-view-edit", view.pk)).status_code == 404
    answer = api_of(leg).patch(
        url(cohort, "api-saved-view-detail", view.pk), {"name": "x"}, format="json"
    )
    assert answer.status_code == 404
    assert client.get(url(cohort, "people-list"), {"view": view.pk}).status_code == 200


def test_api_when_used_then_listed_created_renamed_defaulted_deleted(cohort, lead):
    client = api_of(lead)
    address = url(cohort, "api-saved-view-list")
    sent = {"name": "合肥", "params": {"city": "hefei", "q": "赵"}}
    made = client.post(address, sent, format="json").json()
    assert made["params"] == {"ordering": "seat", "city": "hefei", "q": "赵"}
    one = url(cohort, "api-saved-view-detail", made["id"])
    changed = client.patch(one, {"name": "合肥市", "default": True}, format="json").json()
    assert (changed["name"], changed["default"], changed["shared"]) == ("合肥市", True, False)
    assert client.get(address).json()["results"] == [changed]
    assert client.delete(one).status_code == 204
    assert client.get(address).json()["results"] == []


def test_api_when_parameters_are_unknown_then_refused(cohort, lead):
    sent = {"name": "x", "params": {"columns": "shoe"}}
    answer = api_of(lead).post(url(cohort, "api-saved-view-list"), sent, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "column_unknown")
