"""The page of notices: states, filters, one more try; addresses only for those who may see them."""

import pytest
from django.urls import reverse

from cohorts.choices import Role
from g60portal.audit.models import AuditEvent
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft, write_notices
from sessions.actions.releases import publish_release
from sessions.queries import notices as queries
from tests.factories.timetables import Timetabled, timetabled_cohort
from tests.sessions.views.test_releases import page, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort() -> Timetabled:
    """Released to five people: one failed, one has no address, and another cohort's rows beside."""
    made = timetabled_cohort()
    person = made.people[0].person
    person.email = ""
    person.save()
    publish_release(cohort=made.cohort, name="", comment="", by=None)
    other = timetabled_cohort()
    publish_release(cohort=other.cohort, name="", comment="", by=None)
    failed = Notice.objects.get(context__enrollment=made.people[1].pk)
    Notice.objects.filter(pk=failed.pk).update(state="failed", attempts=8, last_error="451 later")
    return made


def of(made: Timetabled, number: int) -> Notice:
    return Notice.objects.get(context__enrollment=made.people[number].pk)


def shown(answer) -> set[int]:
    return {row["notice"].context["enrollment"] for row in answer.context["rows"]}


def test_notice_list_when_opened_then_own_rows_and_counts(cohort):
    answer = signed_in(Role.LEAD, cohort).get(page(cohort, "notice-list"))
    assert shown(answer) == cohort.ids()
    assert answer.context["needs_person"] == 2
    words = {word["label"]: word["count"] for word in answer.context["state_filters"]}
    assert words == {"All": 5, "queued": 3, "failed": 1, "needs a person": 1}


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("state=failed", {1}),
        ("state=needs_person", {0}),
        ("state=queued", {2, 3, 4}),
        ("kind=itinerary_released", {0, 1, 2, 3, 4}),
        ("kind=change_digest", set()),
        ("state=nonsense", set()),
        ("before=nonsense", {0, 1, 2, 3, 4}),
    ],
)
def test_notice_list_when_filtered_then_exactly_these(cohort, query, numbers):
    address = page(cohort, "notice-list")
    answer = signed_in(Role.LEAD, cohort).get(f"{address}?{query}")
    assert shown(answer) == {cohort.people[number].pk for number in numbers}


def test_notice_list_when_leg_organizer_then_addresses_are_masked(cohort):
    address = cohort.people[2].person.email
    plain = signed_in(Role.LEAD, cohort).get(page(cohort, "notice-list"))
    masked = signed_in(Role.LEG, cohort).get(page(cohort, "notice-list"))
    assert address.encode() in plain.content
    assert address.encode() not in masked.content
    assert b"p***@example.org" in masked.content
    assert "Try again" not in masked.content.decode()


@pytest.mark.parametrize("role", [Role.DESK, Role.READER, Role.COORDINATOR])
def test_notice_list_when_role_does_not_reach_then_forbidden(cohort, role):
    assert signed_in(role, cohort).get(page(cohort, "notice-list")).status_code == 403


def test_retry_when_failed_then_queued_anew_and_audited(cohort):
    notice = of(cohort, 1)
    answer = signed_in(Role.LEAD, cohort).post(page(cohort, "notice-retry", notice.pk))
    assert answer.status_code == 302
    notice.refresh_from_db()
    assert (notice.state, notice.attempts, notice.last_error) == ("queued", 0, "")
    assert AuditEvent.objects.get(verb="notice_retried").target_id == str(notice.pk)


def test_retry_when_the_address_was_corrected_then_sent_there(cohort):
    notice, person = of(cohort, 0), cohort.people[0].person
    client = signed_in(Role.LEAD, cohort)
    client.post(page(cohort, "notice-retry", notice.pk))
    notice.refresh_from_db()
    assert notice.state == "needs_person"
    person.email = "right@example.org"
    person.save()
    client.post(page(cohort, "notice-retry", notice.pk))
    notice.refresh_from_db()
    assert (notice.state, notice.address) == ("queued", "right@example.org")


def test_retry_when_already_sent_then_refused(cohort):
    notice = of(cohort, 2)
    Notice.objects.filter(pk=notice.pk).update(state="sent")
    answer = signed_in(Role.LEAD, cohort).post(page(cohort, "notice-retry", notice.pk), follow=True)
    assert "on its way or already sent" in answer.content.decode()
    notice.refresh_from_db()
    assert notice.state == "sent"


def test_cancel_when_queued_then_not_sent(cohort):
    notice = of(cohort, 2)
    signed_in(Role.LEAD, cohort).post(page(cohort, "notice-cancel", notice.pk))
    notice.refresh_from_db()
    assert notice.state == "cancelled"


@pytest.mark.parametrize("name", ["notice-retry", "notice-cancel"])
def test_action_when_not_lead_or_not_own_cohort_then_refused(cohort, name):
    foreign = Notice.objects.exclude(scope=cohort.cohort.code)[0]
    assert signed_in(Role.LEAD, cohort).post(page(cohort, name, foreign.pk)).status_code == 404
    assert signed_in(Role.LEG, cohort).post(page(cohort, name, of(cohort, 1).pk)).status_code == 403
    assert signed_in(Role.LEAD, cohort).get(page(cohort, name, of(cohort, 1).pk)).status_code == 405


def test_notice_page_when_walked_by_keys_then_every_row_once_both_ways(cohort):
    drafts = (
        NoticeDraft(
            kind="other",
            dedupe_key=f"more:{number}",
            recipient="王",
            address="w@example.org",
            language="en",
            subject="x",
            scope=cohort.cohort.code,
        )
        for number in range(queries.PAGE_SIZE * 2)
    )
    write_notices(drafts)
    found = queries.notices_of(cohort.cohort)
    pages, before = [], None
    while True:
        one = queries.notice_page(found, before=before)
        pages.append([row.pk for row in one.rows])
        if one.older_than is None:
            break
        before = one.older_than
    assert [pk for of_page in pages for pk in of_page] == list(found.values_list("pk", flat=True))
    back = queries.notice_page(found, after=pages[1][0])
    assert [row.pk for row in back.rows] == pages[0]
    assert back.newer_than is None


def test_notice_list_when_there_are_more_rows_then_the_same_statements(
    cohort, django_assert_max_num_queries
):
    client = signed_in(Role.LEAD, cohort)
    address = reverse("notice-list", args=[cohort.cohort.code])
    with django_assert_max_num_queries(20) as one:
        client.get(f"{address}?state=failed")
    with django_assert_max_num_queries(len(one.captured_queries)):
        client.get(address)


def test_rail_when_notices_need_a_person_then_their_room_says_how_many(cohort):
    def counts(name: str) -> dict[str, int | None]:
        answer = signed_in(Role.LEAD, cohort).get(page(cohort, name))
        return {room.key: room.count for room in answer.context["rooms"]}

    assert counts("cohort-settings")["notices"] == 2
    assert counts("cohort-settings")["people"] is None
    Notice.objects.filter(scope=cohort.cohort.code).update(state="sent")
    assert not counts("timetable-board")["notices"]
