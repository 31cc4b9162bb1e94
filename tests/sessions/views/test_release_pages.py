"""The pages around a release: messages, consent, previews, comparing, going back."""

import pytest
from django.test import Client
from django.urls import reverse

from cohorts.choices import Role
from cohorts.models import Leg
from g60portal.common import clock
from g60portal.notices.models import Notice
from sessions.actions.release_requests import release_or_ask
from sessions.actions.releases import publish_release
from sessions.models import Release, ReleaseRequest, TrainingSession
from sessions.queries.calendar import feed_token
from sessions.queries.release_preview import preview_of
from tests.factories import EnrollmentFactory, GroupFactory, PersonFactory, at, user_with
from tests.factories.timetables import Timetabled, messages_arrive, timetabled_cohort

pytestmark = pytest.mark.django_db

ORGANIZERS = (Role.LEAD, Role.LEG)
OTHERS = (Role.DESK, Role.READER, Role.COORDINATOR)


@pytest.fixture
def cohort() -> Timetabled:
    return timetabled_cohort()


def signed_in(role: Role | str, made: Timetabled, leg: Leg | None = None) -> Client:
    scope = {
        Role.LEG: {"leg": leg or made.leg},
        Role.COORDINATOR: {"city": made.leg.city},
    }.get(role, {})
    client = Client(headers={"accept-language": "en"})
    client.force_login(user_with(role, cohort=made.cohort, **scope))
    return client


def page(made: Timetabled, name: str, *args: object) -> str:
    return reverse(name, args=[made.cohort.code, *args])


def publish(made: Timetabled) -> Release:
    return publish_release(cohort=made.cohort, name="首版", comment="请查收", by=None)


def released(made: Timetabled) -> Release:
    release = publish(made)
    messages_arrive()
    return release


def change(row: TrainingSession, **facts: object) -> None:
    TrainingSession.objects.filter(pk=row.pk).update(**facts)


# --- Messages -----------------------------------------------------------------------------------


def test_detail_when_messages_wait_then_the_time_they_leave_and_both_buttons(cohort, frozen_clock):
    frozen_clock(at(1, "10:30"))
    publish(cohort)
    text = signed_in(Role.LEAD, cohort).get(page(cohort, "release-detail", 1)).content.decode()
    assert "Messages leave at 10:31:00" in text
    assert 'data-leave="2026-06-01T10:31:00+08:00"' in text
    assert "Send now" in text
    assert "Take back the messages" in text
    reader = signed_in(Role.READER, cohort).get(page(cohort, "release-detail", 1)).content.decode()
    assert "Messages leave at 10:31:00" in reader
    assert "Send now" not in reader


def test_send_now_when_pressed_then_due_and_said(cohort):
    publish(cohort)
    client = signed_in(Role.LEAD, cohort)
    answer = client.post(page(cohort, "release-send-now", 1), follow=True)
    assert answer.redirect_chain == [(page(cohort, "release-detail", 1), 302)]
    assert "5 messages leave now." in answer.content.decode()
    assert not Notice.objects.filter(due_at__gt=clock.now()).exists()
    again = client.post(page(cohort, "release-send-now", 1), follow=True)
    assert "No message of this release waits any more." in again.content.decode()


def test_take_back_when_pressed_then_cancelled_and_the_list_offers_to_tell_it(cohort):
    publish(cohort)
    client = signed_in(Role.LEAD, cohort)
    answer = client.post(page(cohort, "release-take-back", 1), follow=True).content.decode()
    assert "5 messages are taken back." in answer
    assert "5 taken back" in answer
    text = client.get(page(cohort, "release-list")).content.decode()
    assert "This release tells those whom the last one has not reached." in text
    assert "Publish release 2" in text


@pytest.mark.parametrize("name", ["release-send-now", "release-take-back"])
@pytest.mark.parametrize("role", [Role.LEG, *OTHERS])
def test_messages_when_role_is_not_lead_then_forbidden(cohort, name, role):
    publish(cohort)
    assert signed_in(role, cohort).post(page(cohort, name, 1)).status_code == 403
    assert set(Notice.objects.values_list("state", flat=True)) == {"queued"}


def test_retry_when_superseded_then_refused_with_the_reason(cohort):
    publish(cohort)
    change(cohort.lecture, title="新题目")
    publish(cohort)
    gone = Notice.objects.filter(state="cancelled")[0]
    client = signed_in(Role.LEAD, cohort)
    text = client.post(page(cohort, "notice-retry", gone.pk), follow=True).content.decode()
    assert "A later message has taken the place of this one." in text


# --- Consent ------------------------------------------------------------------------------------


class Asked:
    def __init__(self) -> None:
        self.made = timetabled_cohort(release_needs_consent=True)
        self.first, self.second = Leg.objects.filter(cohort=self.made.cohort).order_by("position")
        self.lead = signed_in(Role.LEAD, self.made)
        self.host = signed_in(Role.LEG, self.made)
        self.other_host = signed_in(Role.LEG, self.made, leg=self.second)

    def facts(self, leg: Leg, note: str = "") -> dict[str, object]:
        seen = preview_of(self.made.cohort).fingerprint
        return {"leg": leg.pk, "note": note, "fingerprint": seen}

    def address(self, word: str) -> str:
        return page(self.made, f"release-{word}", ReleaseRequest.objects.get().pk)


@pytest.fixture
def asked() -> Asked:
    made = Asked()
    answer = made.lead.post(page(made.made, "release-list"), {"expected_number": 1})
    assert answer["Location"] == page(made.made, "release-list")
    return made


def test_list_when_consent_is_asked_then_each_leg_with_the_own_answer(asked):
    text = asked.host.get(page(asked.made, "release-list")).content.decode()
    assert "Waiting for the hosts" in text
    assert text.count("not answered yet") == 2
    assert text.count('name="fingerprint"') == 1
    assert asked.address("agree") in text
    lead = asked.lead.get(page(asked.made, "release-list")).content.decode()
    assert 'name="fingerprint"' not in lead
    assert asked.address("withdraw") in lead
    assert "expected_number" not in lead


def test_agree_when_both_press_then_out_and_the_last_one_sees_it(asked):
    first = asked.host.post(asked.address("agree"), asked.facts(asked.first), follow=True)
    assert "The other hosts are still to answer." in first.content.decode()
    answer = asked.other_host.post(asked.address("agree"), asked.facts(asked.second))
    assert answer["Location"] == page(asked.made, "release-detail", 1)


def test_list_when_edited_after_a_consent_then_it_is_said_to_be_void(asked):
    asked.host.post(asked.address("agree"), asked.facts(asked.first))
    change(asked.made.lecture, title="新题目")
    text = asked.host.get(page(asked.made, "release-list")).content.decode()
    assert "changed since, to be agreed again" in text
    assert 'name="fingerprint"' in text


def test_agree_when_the_draft_changed_since_then_409_at_the_leg(asked):
    facts = asked.facts(asked.first)
    change(asked.made.lecture, title="新题目")
    answer = asked.host.post(asked.address("agree"), facts)
    assert answer.status_code == 409
    assert "The timetable has been changed since you looked." in answer.content.decode()


def test_decline_when_without_a_note_then_422_and_with_one_closed(asked):
    answer = asked.host.post(asked.address("decline"), asked.facts(asked.first))
    assert answer.status_code == 422
    assert "Say what has to change before you agree." in answer.content.decode()
    asked.host.post(asked.address("decline"), asked.facts(asked.first, note="大巴未定"))
    assert ReleaseRequest.objects.get().state == "declined"


def test_answer_when_the_leg_is_somebody_elses_then_forbidden(asked):
    for client in (asked.lead, asked.other_host):
        for word in ("agree", "decline"):
            answer = client.post(asked.address(word), asked.facts(asked.first, note="x"))
            assert answer.status_code == 403
    assert ReleaseRequest.objects.get().consents.count() == 0


def test_answer_when_the_form_is_broken_then_422(asked):
    assert asked.host.post(asked.address("agree"), {"leg": "x"}).status_code == 422


@pytest.mark.parametrize("role", [Role.LEG, *OTHERS])
def test_withdraw_when_role_is_not_lead_then_forbidden(asked, role):
    assert signed_in(role, asked.made).post(asked.address("withdraw")).status_code == 403
    asked.lead.post(asked.address("withdraw"))
    assert ReleaseRequest.objects.get().state == "withdrawn"


def test_lead_when_a_leg_has_no_host_then_answers_for_it():
    made = timetabled_cohort(release_needs_consent=True)
    release_or_ask(cohort=made.cohort, name="", comment="", by=None)
    client = signed_in(Role.LEAD, made)
    address = page(made, "release-agree", ReleaseRequest.objects.get().pk)
    seen = preview_of(made.cohort).fingerprint
    for leg in Leg.objects.filter(cohort=made.cohort):
        client.post(address, {"leg": leg.pk, "fingerprint": seen})
    assert Release.objects.count() == 1


# --- Previews -----------------------------------------------------------------------------------


def test_preview_when_some_are_concerned_then_exactly_they_with_their_counts(cohort):
    released(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    newcomer = EnrollmentFactory(cohort=cohort.cohort, seat=50)
    answer = signed_in(Role.LEAD, cohort).get(page(cohort, "release-preview"))
    rows = answer.context["page"].rows
    assert {(row.enrollment.pk, row.change_count) for row in rows} == {
        *((pk, 1) for pk in cohort.ids(cohort.groups[0])),
        (newcomer.pk, None),
    }
    found = signed_in(Role.LEAD, cohort).get(
        page(cohort, "release-preview"), {"q": newcomer.person.name}
    )
    assert [row.enrollment.pk for row in found.context["page"].rows] == [newcomer.pk]


def test_preview_when_there_are_many_then_in_pages_forth_and_back():
    made = timetabled_cohort()
    for seat in range(10, 130):
        EnrollmentFactory(cohort=made.cohort, seat=seat)
    client = signed_in(Role.LEAD, made)
    seats: list[int] = []
    address = page(made, "release-preview")
    pages = []
    query = ""
    while True:
        context = client.get(address + query).context
        pages.append([row.enrollment.seat for row in context["page"].rows])
        seats += pages[-1]
        query = context["next_url"]
        if not query:
            break
    assert seats == sorted(seats)
    assert len(seats) == 125
    back = client.get(address + context["previous_url"]).context
    assert [row.enrollment.seat for row in back["page"].rows] == pages[-2]


def test_preview_when_there_are_more_people_then_the_same_statements(
    cohort, django_assert_max_num_queries
):
    client = signed_in(Role.LEAD, cohort)
    address = page(cohort, "release-preview")
    client.get(address)
    with django_assert_max_num_queries(40) as few:
        client.get(address)
    for seat in range(10, 40):
        EnrollmentFactory(cohort=cohort.cohort, seat=seat, group=GroupFactory(cohort=cohort.cohort))
    with django_assert_max_num_queries(len(few.captured_queries)):
        client.get(address)


def test_person_when_concerned_then_the_lines_and_the_mail_in_both_languages(cohort):
    released(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    person = cohort.people[1]
    answer = signed_in(Role.LEAD, cohort).get(
        page(cohort, "release-preview-person", person.seat), {"comment": "请带伞"}
    )
    (row,) = answer.context["rows"]
    assert row["line"].session_id == cohort.visit_of_first.pk
    samples = [one["sample"] for one in answer.context["samples"]]
    assert [sample.language for sample in samples] == ["en", "zh-hans"]
    assert "Changes to your itinerary (release 2)" in samples[0].subject
    assert all("请带伞" in sample.text for sample in samples)
    assert samples[0].files == ["changes.ics"]
    assert "参观一" in samples[1].html
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]
    assert feed_token(person) not in answer.content.decode()


def test_person_when_not_concerned_then_no_mail(cohort):
    released(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    answer = signed_in(Role.LEAD, cohort).get(
        page(cohort, "release-preview-person", cohort.people[2].seat)
    )
    assert answer.context["samples"] == []
    mail = page(cohort, "release-preview-mail", cohort.people[2].seat)
    assert signed_in(Role.LEAD, cohort).get(mail).status_code == 404


def test_mail_when_shown_then_shut_in_and_as_it_will_be_sent(cohort):
    change(cohort.lecture, title="<script>alert(1)</script>")
    person = cohort.people[0]
    client = signed_in(Role.LEAD, cohort)
    answer = client.get(page(cohort, "release-preview-mail", person.seat), {"language": "zh-hans"})
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    html = answer.content.decode()
    assert "<script" not in html
    assert person.person.name in html
    assert feed_token(person) not in html


def test_mail_when_compared_with_the_one_that_is_sent_then_the_same_but_the_secret(cohort):
    from g60portal.notices.delivery import composed
    from sessions.notices.release_samples import samples_of
    from sessions.queries.acknowledgements import confirm_url

    released(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    person = cohort.people[0]
    preview = preview_of(cohort.cohort)
    sample = samples_of(cohort.cohort, preview, person, comment="请查收")[0]
    release = publish(cohort)
    notice = Notice.objects.get(context__release=release.pk, context__enrollment=person.pk)
    sent = composed([notice])[notice.pk]
    assert sample.subject == notice.subject
    secrets = (feed_token(person), confirm_url(notice).split("/")[-2])
    text, html = sent.text, sent.html
    for secret in secrets:
        text, html = text.replace(secret, "••••••"), html.replace(secret, "••••••")
    assert text == sample.text
    assert html == sample.html
    assert [attachment.filename for attachment in sent.attachments] == sample.files


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("release-preview", []),
        ("release-preview-person", [1]),
        ("release-preview-mail", [1]),
    ],
)
def test_preview_when_role_is_no_organizer_then_forbidden(cohort, role, name, args):
    assert signed_in(role, cohort).get(page(cohort, name, *args)).status_code == 403


def test_person_when_of_another_cohort_then_not_known(cohort):
    other = timetabled_cohort()
    PersonFactory()
    EnrollmentFactory(cohort=other.cohort, seat=77)
    client = signed_in(Role.LEAD, cohort)
    assert client.get(page(cohort, "release-preview-person", 77)).status_code == 404


# --- Comparing and going back -------------------------------------------------------------------


def test_compare_when_two_are_chosen_then_the_difference_either_way(cohort):
    released(cohort)
    change(cohort.visit_of_first, venue=cohort.hall)
    released(cohort)
    change(cohort.lecture, title="草稿")
    client = signed_in(Role.READER, cohort)

    def ids(**query: object) -> set[int]:
        rows = client.get(page(cohort, "release-compare"), query).context["rows"]
        return {row["line"].session_id for row in rows}

    assert ids(**{"from": 1, "to": 2}) == {cohort.visit_of_first.pk}
    assert ids(**{"from": 2, "to": 1}) == {cohort.visit_of_first.pk}
    assert ids(**{"from": 1, "to": "draft"}) == {cohort.visit_of_first.pk, cohort.lecture.pk}
    assert ids() == {cohort.lecture.pk}
    assert ids(**{"from": "draft", "to": "draft"}) == set()
    for wrong in ("9", "x", "-1"):
        assert client.get(page(cohort, "release-compare"), {"from": wrong}).status_code == 404


def test_compare_when_nothing_is_released_then_the_draft_alone(cohort):
    answer = signed_in(Role.READER, cohort).get(page(cohort, "release-compare"))
    assert (answer.status_code, answer.context["rows"]) == (200, [])


def test_restore_when_asked_then_previewed_and_when_pressed_then_done(cohort):
    released(cohort)
    change(cohort.lecture, title="别的")
    client = signed_in(Role.LEAD, cohort)
    address = page(cohort, "release-restore", 1)
    (row,) = client.get(address).context["rows"]
    assert row["line"].session_id == cohort.lecture.pk
    answer = client.post(address, follow=True)
    assert "One undo takes this back." in answer.content.decode()
    cohort.lecture.refresh_from_db()
    assert cohort.lecture.title == "产业发展"
    again = client.post(address)
    assert again.status_code == 422
    assert "The draft is like this release already." in again.content.decode()


@pytest.mark.parametrize("role", [Role.LEG, *OTHERS])
def test_restore_when_role_is_not_lead_then_forbidden(cohort, role):
    released(cohort)
    client = signed_in(role, cohort)
    assert client.get(page(cohort, "release-restore", 1)).status_code == 403
    assert client.post(page(cohort, "release-restore", 1)).status_code == 403
