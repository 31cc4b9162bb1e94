"""Consent of every host: who is asked, what counts, and that the last one publishes once."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections, transaction

from cohorts.choices import Role
from cohorts.models import Leg
from g60portal.audit.models import AuditEvent
from g60portal.notices.delivery import composed
from g60portal.notices.models import Notice
from sessions.actions.release_requests import (
    AlreadyAsked,
    LegNotAsked,
    NoteMissing,
    RequestClosed,
    agree_to_release,
    decline_release,
    release_or_ask,
    withdraw_request,
)
from sessions.actions.releases import (
    ConsentNeeded,
    DraftChanged,
    NothingToRelease,
    publish_release,
)
from sessions.models import Release, ReleaseConsent, ReleaseRequest, TrainingSession
from sessions.queries.release_preview import preview_of
from sessions.queries.release_requests import Answer, leg_answers, requests_of
from tests.factories import user_with
from tests.factories.timetables import Timetabled, timetabled_cohort

pytestmark = pytest.mark.django_db


class Asked:
    """A cohort of two hosts, its lead, and a release that waits for both."""

    def __init__(self) -> None:
        self.made: Timetabled = timetabled_cohort(release_needs_consent=True)
        self.cohort = self.made.cohort
        self.songjiang, self.hefei = Leg.objects.filter(cohort=self.cohort).order_by("position")
        self.lead = user_with(Role.LEAD, cohort=self.cohort)
        self.first = user_with(Role.LEG, cohort=self.cohort, leg=self.songjiang)
        self.second = user_with(Role.LEG, cohort=self.cohort, leg=self.hefei)
        self.request = self.ask()

    def ask(self) -> ReleaseRequest:
        asked = release_or_ask(cohort=self.cohort, name="首版", comment="请查收", by=self.lead)
        assert isinstance(asked, ReleaseRequest)
        return asked

    def agree(self, leg: Leg, **facts: object) -> ReleaseRequest:
        by = self.first if leg == self.songjiang else self.second
        return agree_to_release(request=self.request, leg=leg, note="", by=by, **facts)

    def edit(self, title: str) -> None:
        TrainingSession.objects.filter(pk=self.made.lecture.pk).update(title=title)

    def answers(self) -> list[Answer]:
        row = requests_of(self.cohort).get(pk=self.request.pk)
        return [one.answer for one in leg_answers(row, preview_of(self.cohort).fingerprint)]


@pytest.fixture
def asked() -> Asked:
    return Asked()


def told(kind: str) -> list[int | None]:
    return list(Notice.objects.filter(kind=kind).order_by("user").values_list("user", flat=True))


def test_release_when_consent_is_needed_then_nothing_is_out_and_the_hosts_are_asked(asked):
    assert not Release.objects.exists()
    assert told("release_consent_asked") == [asked.first.pk, asked.second.pk]
    assert asked.answers() == [Answer.WAITING, Answer.WAITING]
    assert asked.request.fingerprint == preview_of(asked.cohort).fingerprint
    event = AuditEvent.objects.get(verb="release_consent_asked")
    assert (event.actor_id, event.after["name"]) == (asked.lead.pk, "首版")


def test_release_when_no_consent_is_needed_then_out_at_once():
    made = timetabled_cohort()
    assert isinstance(release_or_ask(cohort=made.cohort, name="", comment="", by=None), Release)


def test_publish_when_consent_is_needed_then_refused(asked):
    with pytest.raises(ConsentNeeded):
        publish_release(cohort=asked.cohort, name="", comment="", by=asked.lead)


def test_ask_when_a_question_is_open_then_refused(asked):
    with pytest.raises(AlreadyAsked):
        asked.ask()


def test_ask_when_nothing_has_changed_then_refused():
    made = timetabled_cohort()
    publish_release(cohort=made.cohort, name="", comment="", by=None)
    made.cohort.release_needs_consent = True
    made.cohort.save()
    with pytest.raises(NothingToRelease):
        release_or_ask(cohort=made.cohort, name="", comment="", by=None)


def test_mail_when_asked_then_both_read_who_asks_and_where(asked):
    rows = list(Notice.objects.filter(kind="release_consent_asked"))
    for message in composed(rows).values():
        assert str(asked.lead) in message.text
        assert "首版" in message.text
        assert f"/console/cohorts/{asked.cohort.code}/releases/" in message.html
    withdraw_request(request=asked.request, by=asked.lead)
    assert composed(rows) == {}


def test_agree_when_one_host_is_missing_then_still_waiting(asked):
    row = asked.agree(asked.songjiang)
    assert (row.state, row.release) == ("open", None)
    assert asked.answers() == [Answer.AGREED, Answer.WAITING]
    event = AuditEvent.objects.get(verb="release_agreed")
    assert (event.actor_id, event.after["leg"]) == (asked.first.pk, asked.songjiang.pk)


def test_agree_when_the_last_host_does_then_published_with_the_word_of_who_asked(asked):
    asked.agree(asked.songjiang)
    row = asked.agree(asked.hefei)
    release = Release.objects.get()
    assert (row.state, row.release) == ("released", release)
    assert row.closed_at is not None
    assert (release.name, release.comment, release.by) == ("首版", "请查收", asked.lead)
    assert AuditEvent.objects.get(verb="timetable_released").actor_id == asked.second.pk
    assert Notice.objects.filter(kind="itinerary_released").count() == 5
    assert told("release_consent_answered") == [asked.lead.pk]
    (news,) = composed(list(Notice.objects.filter(kind="release_consent_answered"))).values()
    assert "1" in news.text


def test_agree_when_the_draft_was_edited_after_the_first_then_that_consent_is_void(asked):
    asked.agree(asked.songjiang)
    asked.edit("新题目")
    assert asked.answers() == [Answer.VOID, Answer.WAITING]
    row = asked.agree(asked.hefei)
    assert (row.state, asked.answers()) == ("open", [Answer.VOID, Answer.AGREED])
    assert not Release.objects.exists()
    assert told("release_consent_asked") == [asked.first.pk, asked.first.pk, asked.second.pk]
    assert asked.agree(asked.songjiang).state == "released"
    assert Release.objects.get().rows.get(training_session=asked.made.lecture).title == "新题目"


def test_agree_when_the_edit_is_taken_back_then_the_consent_holds_again(asked):
    asked.agree(asked.songjiang)
    asked.edit("新题目")
    asked.edit("产业发展")
    assert asked.answers() == [Answer.AGREED, Answer.WAITING]
    assert asked.agree(asked.hefei).state == "released"


def test_agree_when_another_timetable_was_seen_then_refused(asked):
    seen = preview_of(asked.cohort).fingerprint
    asked.edit("新题目")
    with pytest.raises(DraftChanged) as refused:
        asked.agree(asked.songjiang, fingerprint=seen)
    assert refused.value.facts == {"fingerprint": preview_of(asked.cohort).fingerprint}
    assert not ReleaseConsent.objects.exists()


def test_decline_when_said_why_then_closed_and_the_asker_is_told(asked):
    row = decline_release(request=asked.request, leg=asked.hefei, note="大巴未定", by=asked.second)
    assert (row.state, row.closed_at is not None) == ("declined", True)
    assert not Release.objects.exists()
    (news,) = composed(list(Notice.objects.filter(kind="release_consent_answered"))).values()
    assert "大巴未定" in news.text
    assert AuditEvent.objects.get(verb="release_declined").reason == "大巴未定"
    with pytest.raises(RequestClosed):
        asked.agree(asked.songjiang)
    assert asked.ask().state == "open"


def test_decline_when_no_word_is_said_then_refused(asked):
    with pytest.raises(NoteMissing):
        decline_release(request=asked.request, leg=asked.hefei, note="  ", by=asked.second)


def test_withdraw_when_open_then_closed_and_audited(asked):
    withdraw_request(request=asked.request, by=asked.lead)
    assert ReleaseRequest.objects.get().state == "withdrawn"
    assert AuditEvent.objects.get(verb="release_request_withdrawn").actor_id == asked.lead.pk
    with pytest.raises(RequestClosed):
        withdraw_request(request=asked.request, by=asked.lead)


def test_agree_when_the_leg_is_of_another_cohort_then_refused(asked):
    other = timetabled_cohort()
    with pytest.raises(LegNotAsked):
        asked.agree(other.leg)


def test_ask_when_a_leg_has_no_host_then_the_other_leads_are_asked():
    made = timetabled_cohort(release_needs_consent=True)
    lead = user_with(Role.LEAD, cohort=made.cohort)
    other = user_with(Role.LEAD, cohort=made.cohort)
    release_or_ask(cohort=made.cohort, name="", comment="", by=lead)
    assert told("release_consent_asked") == [other.pk]


def test_agree_when_there_are_more_sessions_then_no_more_statements(
    asked, django_assert_max_num_queries
):
    with django_assert_max_num_queries(60) as few:
        asked.agree(asked.songjiang)
    other = Asked()
    for hour in range(10):
        TrainingSession.objects.create(
            cohort=other.cohort, leg=other.songjiang, kind="lecture", title=f"讲座{hour}"
        )
    with django_assert_max_num_queries(len(few.captured_queries)):
        other.agree(other.songjiang)


def in_threads(*works: Callable[[], object]) -> list[object]:
    results: list[object] = [None] * len(works)
    barrier = threading.Barrier(len(works))

    def run(place: int, work: Callable[[], object]) -> None:
        barrier.wait()
        try:
            results[place] = work()
        except Exception as error:  # noqa: BLE001 -- the refusal is the result
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_again", range(3))
def test_agree_when_both_hosts_do_at_once_then_exactly_one_release(_again):
    asked = Asked()
    results = in_threads(lambda: asked.agree(asked.songjiang), lambda: asked.agree(asked.hefei))
    assert sorted(row.state for row in results) == ["open", "released"], results
    assert Release.objects.count() == 1
    assert Notice.objects.filter(kind="itinerary_released").count() == 5


@pytest.mark.django_db(transaction=True)
def test_agree_when_two_organizers_of_the_last_leg_do_at_once_then_exactly_one_release():
    asked = Asked()
    asked.agree(asked.songjiang)
    results = in_threads(lambda: asked.agree(asked.hefei), lambda: asked.agree(asked.hefei))
    kinds = sorted(type(row).__name__ for row in results)
    assert kinds == ["ReleaseRequest", "RequestClosed"], results
    assert Release.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_agree_when_decided_without_the_lock_then_both_wait_for_the_other():
    """The control: note the own consent, then look for the other's, without locking the cohort."""
    asked = Asked()
    both_have_looked = threading.Barrier(2)

    def careless(leg: Leg) -> bool:
        with transaction.atomic():
            ReleaseConsent.objects.create(
                request=asked.request, leg=leg, agreed=True, fingerprint=asked.request.fingerprint
            )
            both_have_looked.wait(timeout=10)
            return ReleaseConsent.objects.filter(request=asked.request).count() == 2

    results = in_threads(lambda: careless(asked.songjiang), lambda: careless(asked.hefei))
    assert results == [False, False]
    assert ReleaseConsent.objects.count() == 2
