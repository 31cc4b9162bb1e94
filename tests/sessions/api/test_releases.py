"""The API of releases and notices: shapes, refusals, who may."""

import pytest
from rest_framework.test import APIClient

from cohorts.choices import Role
from cohorts.models import Leg
from g60portal.notices.models import Notice
from sessions.actions.releases import publish_release
from sessions.models import Release, ReleaseRequest, TrainingSession
from tests.factories import user_with
from tests.factories.timetables import Timetabled, messages_arrive, timetabled_cohort

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Timetabled:
    return timetabled_cohort()


def api(role: Role | str, made: Timetabled) -> APIClient:
    scope = {} if isinstance(role, str) and role not in Role.values else {"cohort": made.cohort}
    if role == Role.LEG:
        scope["leg"] = made.leg
    client = APIClient()
    client.force_authenticate(user_with(role, **scope))
    return client


def at(made: Timetabled, rest: str) -> str:
    return f"/api/v1/cohorts/{made.cohort.code}/{rest}"


def test_publish_when_posted_then_201_with_the_release(cohort):
    answer = api(Role.LEAD, cohort).post(at(cohort, "releases/"), {"name": "v1"}, format="json")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["number"], body["name"], body["session_count"]) == (1, "v1", 3)
    assert body["released_at"].endswith("+08:00")
    assert Notice.objects.count() == 5


def test_publish_when_nothing_changed_then_422_with_its_code(cohort):
    client = api(Role.LEAD, cohort)
    client.post(at(cohort, "releases/"), {}, format="json")
    answer = client.post(at(cohort, "releases/"), {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_to_release")


def test_publish_when_number_is_taken_then_409(cohort):
    client = api(Role.LEAD, cohort)
    client.post(at(cohort, "releases/"), {"expected_number": 1}, format="json")
    answer = client.post(at(cohort, "releases/"), {"expected_number": 1}, format="json")
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["number"]) == ("already_released", 1)


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.LEAD, 201),
        ("administrator", 201),
        (Role.LEG, 403),
        (Role.DESK, 403),
        (Role.READER, 403),
        ("nobody", 404),
    ],
)
def test_publish_when_role_then_allowed_or_not(cohort, role, status):
    answer = api(role, cohort).post(at(cohort, "releases/"), {}, format="json")
    assert answer.status_code == status
    assert Release.objects.count() == (1 if status == 201 else 0)


def test_releases_when_listed_then_newest_first_and_own_only(cohort):
    publish_release(cohort=cohort.cohort, name="a", comment="", by=None)
    TrainingSession.objects.filter(pk=cohort.lecture.pk).update(title="x")
    publish_release(cohort=cohort.cohort, name="b", comment="", by=None)
    other = timetabled_cohort()
    publish_release(cohort=other.cohort, name="c", comment="", by=None)
    body = api(Role.READER, cohort).get(at(cohort, "releases/")).json()
    assert [row["name"] for row in body["results"]] == ["b", "a"]
    assert body["next"] is None


def test_release_when_read_then_its_frozen_sessions(cohort):
    publish_release(cohort=cohort.cohort, name="", comment="", by=None)
    TrainingSession.objects.filter(pk=cohort.lecture.pk).update(title="草稿")
    body = api(Role.READER, cohort).get(at(cohort, "releases/1/")).json()
    lecture = next(row for row in body["sessions"] if row["session"] == cohort.lecture.pk)
    assert (lecture["title"], lecture["sequence"], lecture["starts_at"]) == (
        "产业发展",
        0,
        "2026-06-08T09:00:00+08:00",
    )
    assert lecture["speakers"][0]["name"] == "王教授"
    assert lecture["groups"] == []
    assert api(Role.READER, cohort).get(at(cohort, "releases/2/")).status_code == 404


def test_diff_when_read_then_old_and_new_side_by_side(cohort):
    publish_release(cohort=cohort.cohort, name="", comment="", by=None)
    TrainingSession.objects.filter(pk=cohort.visit_of_first.pk).update(venue=cohort.hall)
    publish_release(cohort=cohort.cohort, name="", comment="", by=None)
    client = api(Role.READER, cohort)
    body = client.get(at(cohort, "releases/2/diff/")).json()
    assert (body["newer"], body["older"]) == (2, 1)
    (change,) = body["changes"]
    assert (change["session"], change["change"]) == (cohort.visit_of_first.pk, "moved")
    assert (change["old"]["venue"], change["new"]["venue"]) == (cohort.plant.pk, cohort.hall.pk)
    assert "venue_name" in change["fields_changed"]
    first = client.get(at(cohort, "releases/1/diff/")).json()
    assert first["older"] is None
    assert {change["change"] for change in first["changes"]} == {"added"}
    assert client.get(at(cohort, "releases/2/diff/?from=7")).status_code == 404
    assert client.get(at(cohort, "releases/2/diff/?from=x")).status_code == 400


def test_publish_when_messages_wait_then_their_state_and_both_moves(cohort):
    client = api(Role.LEAD, cohort)
    client.post(at(cohort, "releases/"), {}, format="json")
    counts = client.get(at(cohort, "releases/1/")).json()["messages"]
    assert (counts["total"], counts["waiting"], counts["sent"]) == (5, 5, 0)
    assert counts["leave_at"].endswith("+08:00")
    answer = client.post(at(cohort, "releases/1/send-now/"))
    assert (answer.status_code, answer.json()) == (200, {"release": 1, "messages": 5})
    again = client.post(at(cohort, "releases/1/send-now/"))
    assert (again.status_code, again.json()["code"]) == (409, "nothing_waits")
    taken = client.post(at(cohort, "releases/1/take-back/"))
    assert (taken.status_code, taken.json()["messages"]) == (200, 5)
    assert client.get(at(cohort, "releases/1/")).json()["messages"]["taken_back"] == 5
    assert api(Role.LEG, cohort).post(at(cohort, "releases/1/send-now/")).status_code == 403
    assert api(Role.LEG, cohort).post(at(cohort, "releases/1/take-back/")).status_code == 403
    assert client.post(at(cohort, "releases/9/take-back/")).status_code == 404


def test_publish_when_consent_is_needed_then_202_and_the_hosts_answer(cohort):
    cohort.cohort.release_needs_consent = True
    cohort.cohort.save()
    second = Leg.objects.get(cohort=cohort.cohort, position=2)
    lead, host = api(Role.LEAD, cohort), api(Role.LEG, cohort)
    asked = lead.post(at(cohort, "releases/"), {"name": "v1"}, format="json")
    assert (asked.status_code, asked.json()["state"], asked.json()["release"]) == (
        202,
        "open",
        None,
    )
    row = host.get(at(cohort, "releases/requests/")).json()[0]
    assert row["fingerprint"] == asked.json()["fingerprint"]
    agree = at(cohort, f"releases/requests/{row['id']}/agree/")
    facts = {"leg": cohort.leg.pk, "note": "好", "fingerprint": row["fingerprint"]}
    assert lead.post(agree, facts, format="json").status_code == 403
    stale = host.post(agree, {**facts, "fingerprint": "0" * 64}, format="json")
    assert (stale.status_code, stale.json()["code"]) == (409, "draft_changed")
    answer = host.post(agree, facts, format="json").json()
    assert [one["answer"] for one in answer["answers"]] == ["agreed", "waiting"]
    assert answer["answers"][0]["note"] == "好"
    done = lead.post(agree, {"leg": second.pk}, format="json").json()
    assert (done["state"], done["release"]) == ("released", 1)
    closed = host.post(agree, facts, format="json")
    assert (closed.status_code, closed.json()["code"]) == (409, "request_closed")


def test_requests_when_declined_or_withdrawn_then_closed(cohort):
    cohort.cohort.release_needs_consent = True
    cohort.cohort.save()
    lead, host = api(Role.LEAD, cohort), api(Role.LEG, cohort)

    def ask() -> str:
        key = lead.post(at(cohort, "releases/"), {}, format="json").json()["id"]
        return at(cohort, f"releases/requests/{key}/")

    first = ask()
    again = lead.post(at(cohort, "releases/"), {}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "already_asked")
    facts = {"leg": cohort.leg.pk}
    assert host.post(first + "decline/", facts, format="json").status_code == 400
    declined = host.post(first + "decline/", {**facts, "note": "大巴未定"}, format="json")
    assert declined.json()["state"] == "declined"
    second = ask()
    assert host.post(second + "withdraw/").status_code == 403
    assert lead.post(second + "withdraw/").json()["state"] == "withdrawn"
    states = [row["state"] for row in lead.get(at(cohort, "releases/requests/")).json()]
    assert states == ["withdrawn", "declined"]


def test_requests_when_there_are_more_then_the_same_statements(
    cohort, django_assert_max_num_queries
):
    client = api(Role.LEAD, cohort)
    address = at(cohort, "releases/requests/")
    ReleaseRequest.objects.create(cohort=cohort.cohort, state="declined", fingerprint="a")
    client.get(address)
    with django_assert_max_num_queries(10) as few:
        client.get(address)
    for _number in range(5):
        ReleaseRequest.objects.create(cohort=cohort.cohort, state="declined", fingerprint="a")
    with django_assert_max_num_queries(len(few.captured_queries)):
        assert len(client.get(address).json()) == 6


def test_preview_when_asked_then_counts_people_and_each_mail(cohort):
    publish_release(cohort=cohort.cohort, name="", comment="", by=None)
    messages_arrive()
    TrainingSession.objects.filter(pk=cohort.visit_of_first.pk).update(venue=cohort.hall)
    client = api(Role.LEG, cohort)
    body = client.get(at(cohort, "releases/preview/")).json()
    assert (body["number"], body["previous"], body["told"], body["newcomers"]) == (2, 1, 2, 0)
    (change,) = body["changes"]
    assert (change["session"], change["change"], change["people"]) == (
        cohort.visit_of_first.pk,
        "moved",
        2,
    )
    people = client.get(at(cohort, "releases/preview/people/?limit=1")).json()
    assert (len(people["results"]), people["next"] is None) == (1, False)
    first = people["results"][0]
    assert (first["seat"], first["kind"], first["changes"]) == (1, "change_digest", 1)
    person = client.get(at(cohort, "releases/preview/people/1/?comment=word")).json()
    assert [mail["language"] for mail in person["mails"]] == ["zh-hans", "en"]
    assert "word" in person["mails"][0]["text"]
    assert [line["session"] for line in person["lines"]] == [cohort.visit_of_first.pk]
    assert client.get(at(cohort, "releases/preview/people/99/")).status_code == 404
    for rest in ("preview/", "preview/people/", "preview/people/1/"):
        assert api(Role.READER, cohort).get(at(cohort, f"releases/{rest}")).status_code == 403


def test_restore_when_asked_then_previewed_and_done(cohort):
    publish_release(cohort=cohort.cohort, name="", comment="", by=None)
    TrainingSession.objects.filter(pk=cohort.lecture.pk).update(title="别的")
    client = api(Role.LEAD, cohort)
    address = at(cohort, "releases/1/restore/")
    body = client.get(address).json()
    assert (body["release"], body["missing"]) == (1, [])
    assert [line["session"] for line in body["changes"]] == [cohort.lecture.pk]
    assert client.post(address).json() == body
    cohort.lecture.refresh_from_db()
    assert cohort.lecture.title == "产业发展"
    again = client.post(address)
    assert (again.status_code, again.json()["code"]) == (422, "nothing_to_restore")
    assert api(Role.LEG, cohort).post(address).status_code == 403


def test_notices_when_listed_then_the_agreed_shape_and_filters(cohort):
    publish_release(cohort=cohort.cohort, name="", comment="", by=None)
    notice = Notice.objects.order_by("-pk")[0]
    Notice.objects.filter(pk=notice.pk).update(state="failed")
    client = api(Role.LEAD, cohort)
    body = client.get(at(cohort, "notices/?state=failed")).json()
    (row,) = body["results"]
    assert set(row) == {
        "id", "kind", "recipient", "channel", "language", "state", "subject", "message_id",
        "attempts", "due_at", "sent_at", "last_error",
    }  # fmt: skip
    assert (row["id"], row["message_id"]) == (notice.pk, notice.message_id)
    assert client.get(at(cohort, "notices/?state=x")).status_code == 400
    assert len(client.get(at(cohort, "notices/?limit=2")).json()["results"]) == 2


def test_retry_when_failed_then_queued_and_when_queued_then_409(cohort):
    publish_release(cohort=cohort.cohort, name="", comment="", by=None)
    notice = Notice.objects.order_by("-pk")[0]
    Notice.objects.filter(pk=notice.pk).update(state="failed")
    client = api(Role.LEAD, cohort)
    answer = client.post(at(cohort, f"notices/{notice.pk}/retry/"))
    assert (answer.status_code, answer.json()["state"]) == (200, "queued")
    again = client.post(at(cohort, f"notices/{notice.pk}/retry/"))
    assert (again.status_code, again.json()["code"]) == (409, "notice_not_retryable")
    assert api(Role.LEG, cohort).post(at(cohort, f"notices/{notice.pk}/retry/")).status_code == 403
