"""The organizers' pages of confirmations: the list, asking, links, answers by phone, host lists."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts.choices import Role
from g60portal.audit.models import AuditEvent
from g60portal.notices.models import Notice
from participants.actions.identities import keep_papers
from participants.choices import PaperKind
from participants.rules.papers import Paper
from sessions.actions.slots import answer_slot
from sessions.models import Slot, SlotLink
from sessions.queries.slot_links import link_url
from tests.factories import SpeakerFactory, at, city, training_session, user_with
from tests.sessions.confirming import BEFORE, MAIL, confirming
from tests.sessions.views.test_releases import signed_in

pytestmark = pytest.mark.django_db

NUMBER = "11010519491231002X"


@pytest.fixture
def world(frozen_clock):
    frozen_clock(BEFORE)
    return confirming()


def page(world, name, *args):
    return reverse(name, args=[world.cohort.code, *args])


def lead(world):
    return signed_in(Role.LEAD, world.made)


def other_leg_organizer(world):
    """Of the second leg, in which none of these sessions lies."""
    hefei = world.cohort.legs.get(position=2)
    client = signed_in("nobody", world.made)
    client.force_login(user_with(Role.LEG, cohort=world.cohort, leg=hefei))
    return client


def test_list_when_opened_then_speakers_sites_and_the_rest(world):
    answer = lead(world).get(page(world, "slot-list"))
    names = {
        part: [line.row.party.name for line in answer.context[part]]
        for part in ("speakers", "sites", "others")
    }
    assert names == {
        "speakers": ["Professor Wang"],
        "sites": [world.made.plant.name_en],
        "others": [world.made.hall.name_en],
    }
    assert answer.context["unasked_count"] == 4
    words = {word["label"]: word["count"] for word in answer.context["filters"]}
    assert words == {"All": 4, "not asked yet": 4}


def test_list_when_filtered_then_only_the_sessions_of_that_state(world):
    link = world.ask()
    answer_slot(link=link, slot=world.slot(world.lecture), state="confirmed")
    client = lead(world)
    answer = client.get(page(world, "slot-list") + "?state=confirmed")
    assert [line.row.party.key for line in answer.context["speakers"]] == [world.speaker.key]
    [line] = answer.context["speakers"]
    assert [row.training_session.pk for row in line.row.rows] == [world.lecture.pk]
    assert not answer.context["sites"]
    assert client.get(page(world, "slot-list") + "?state=nonsense").context["state"] == ""


def test_list_when_sessions_have_changed_then_counted_and_asked_again_with_one_click(world):
    link = world.ask()
    answer_slot(link=link, slot=world.slot(world.lecture), state="confirmed")
    world.move(world.lecture, "19:00", "21:00")
    client = lead(world)
    assert (
        "Ask again for 1 changed session" in client.get(page(world, "slot-list")).content.decode()
    )
    answer = client.post(page(world, "slot-ask"), {"action": "again"})
    assert answer.status_code == 200
    assert "A mail to wang@example.org is on its way." in answer.content.decode()
    assert world.slot(world.lecture).state == "asked"


def test_list_when_leg_organizer_then_addresses_and_only_own_counts(world):
    world.ask()
    assert MAIL in signed_in(Role.LEG, world.made).get(page(world, "slot-list")).content.decode()
    reader = signed_in(Role.READER, world.made).get(page(world, "slot-list"))
    assert MAIL not in reader.content.decode()
    other = other_leg_organizer(world).get(page(world, "slot-list"))
    assert (other.context["unasked_count"], other.context["changed_count"]) == (0, 0)


def test_ask_all_when_clicked_then_speakers_and_sites_and_links_shown_once(world):
    client = lead(world)
    answer = client.post(page(world, "slot-ask"), {"action": "all"})
    parties = {slot.speaker_id or slot.venue_id for slot in Slot.objects.all()}
    assert parties == {world.made.speaker.pk, world.made.plant.pk}
    body = answer.content.decode()
    for link in SlotLink.objects.all():
        assert link_url(link) in body
        assert link_url(link) not in client.get(page(world, "slot-list")).content.decode()
    assert not Notice.objects.exists()
    again = client.post(page(world, "slot-ask"), {"action": "all"}, follow=True)
    assert "There is nothing to ask" in again.content.decode()


def test_ask_marked_when_keys_are_mixed_then_only_those_of_the_cohort(world):
    foreign = SpeakerFactory()
    keys = [f"venue-{world.made.hall.pk}", f"speaker-{foreign.pk}", "speaker-0", "x"]
    lead(world).post(page(world, "slot-ask"), {"action": "marked", "marked": keys})
    assert {slot.venue_id for slot in Slot.objects.all()} == {world.made.hall.pk}


def test_ask_when_leg_is_another_then_nothing(world):
    answer = other_leg_organizer(world).post(
        page(world, "slot-ask"), {"action": "marked", "marked": [world.speaker.key]}
    )
    assert answer.status_code == 302
    assert not Slot.objects.exists()


def test_party_when_asked_by_form_then_mail_and_slots(world):
    client = lead(world)
    url = page(world, "slot-party", world.speaker.key)
    form = client.get(url).context["form"]
    assert form["sessions"].initial == [str(world.lecture.pk), str(world.second.pk)]
    facts = {"contact": "Prof. Wang", "email": MAIL, "language": "en"}
    answer = client.post(url, {**facts, "sessions": [world.second.pk]})
    assert answer.status_code == 200
    assert [slot.training_session_id for slot in Slot.objects.all()] == [world.second.pk]
    assert Notice.objects.get().address == MAIL


@pytest.mark.parametrize(
    "facts", [{"sessions": []}, {"email": "nonsense"}, {"language": "fr"}, {"sessions": ["0"]}]
)
def test_party_when_form_is_wrong_then_422(world, facts):
    given = {"sessions": [world.second.pk], "email": MAIL, "language": "en", "contact": ""}
    url = page(world, "slot-party", world.speaker.key)
    assert lead(world).post(url, {**given, **facts}).status_code == 422
    assert not Slot.objects.exists()


@pytest.mark.parametrize("key", ["speaker-999999999", "venue-0", "x", "speaker-1-2", "speaker"])
def test_party_when_unknown_then_404(world, key):
    assert lead(world).get(page(world, "slot-party", key)).status_code == 404


def test_party_when_of_another_cohort_then_404(world):
    foreign = confirming()
    assert lead(world).get(page(world, "slot-party", foreign.speaker.key)).status_code == 404


def test_link_when_shown_renewed_revoked_then_audited_and_old_ones_dead(world):
    link = world.ask()
    client, url = lead(world), page(world, "slot-link", world.speaker.key)
    old = link_url(link)
    assert old in client.post(url, {"action": "show"}).content.decode()
    renewed = client.post(url, {"action": "renew"}).content.decode()
    link.refresh_from_db()
    assert link_url(link) in renewed
    assert old not in renewed
    assert client.post(url, {"action": "revoke"}).status_code == 302
    assert not SlotLink.objects.exists()
    assert Slot.objects.count() == 2
    verbs = list(
        AuditEvent.objects.filter(verb__startswith="slot_link.").values_list("verb", flat=True)
    )
    assert verbs[::-1] == [
        "slot_link.made",
        "slot_link.shown",
        "slot_link.renewed",
        "slot_link.revoked",
    ]


def test_link_when_organizer_of_another_leg_then_403(world):
    world.ask()
    url = page(world, "slot-link", world.speaker.key)
    for action in ("show", "renew", "revoke"):
        assert other_leg_organizer(world).post(url, {"action": action}).status_code == 403
    assert SlotLink.objects.count() == 1


def test_detail_when_answer_comes_by_phone_then_written_down(world):
    client = lead(world)
    url = page(world, "slot-detail", world.speaker.key, world.lecture.pk)
    assert client.get(url).status_code == 200
    facts = {"state": "refused", "reason": "ill", "times": "2026-06-09 14:00–16:00"}
    assert client.post(url, facts).status_code == 302
    slot = world.slot(world.lecture)
    assert (slot.state, slot.reason, len(slot.times)) == ("refused", "ill", 1)
    assert client.post(url, {"state": "refused"}).status_code == 422
    assert client.post(url, {"state": "done"}).status_code == 422


def test_detail_when_leg_is_another_then_read_and_not_written(world):
    client = other_leg_organizer(world)
    url = page(world, "slot-detail", world.speaker.key, world.lecture.pk)
    assert client.get(url).context["form"] is None
    assert client.post(url, {"state": "confirmed"}).status_code == 403
    assert not Slot.objects.exists()


def test_detail_when_session_is_not_the_partys_then_404(world):
    url = page(world, "slot-detail", world.speaker.key, world.visit.pk)
    assert lead(world).get(url).status_code == 404


def test_step_when_list_sent_and_done_then_states_follow(world, frozen_clock):
    link = world.ask(world.host)
    answer_slot(link=link, slot=world.slot(world.visit, world.host), state="confirmed")
    client = lead(world)
    url = page(world, "slot-step", world.host.key, world.visit.pk)
    client.post(url, {"state": "list_sent"})
    assert world.slot(world.visit, world.host).state == "list_sent"
    told = client.post(url, {"state": "done"}, follow=True)
    assert "not over yet" in told.content.decode()
    client.post(url, {"state": "refused"})
    assert world.slot(world.visit, world.host).state == "list_sent"
    frozen_clock(at(9, "09:00"))
    client.post(url, {"state": "done"})
    assert world.slot(world.visit, world.host).state == "done"


def test_times_when_taken_over_then_availability(world):
    link = world.ask()
    times = [(at(8, "19:00"), at(8, "21:00"))]
    slot = world.slot(world.lecture)
    answer_slot(link=link, slot=slot, state="refused", reason="class", times=times)
    url = page(world, "slot-times", world.speaker.key, world.lecture.pk)
    lead(world).post(url)
    windows = world.made.speaker.windows.values_list("starts_at", "ends_at")
    assert list(windows) == times


def test_fallback_when_refused_then_offered_and_applied_with_one_click(world):
    """Another speaker who has taught the same theme is free; the lecture stays where it is."""
    stand_in = SpeakerFactory(name_en="Professor Zhao", city=world.made.leg.city)
    link = world.ask()
    answer_slot(link=link, slot=world.slot(world.lecture), state="refused", reason="abroad")
    client = lead(world)
    detail = page(world, "slot-detail", world.speaker.key, world.lecture.pk)
    offers = client.get(detail).context["fallbacks"]
    chosen = next(
        offer
        for offer in offers
        if any(change.fields.get("speakers") == (stand_in.pk,) for change in offer.changes)
    )
    assert "Professor Zhao" in chosen.text
    url = page(world, "slot-fallback", world.speaker.key, world.lecture.pk)
    assert client.post(url, {"key": "nonsense"}).status_code == 302
    assert list(world.lecture.speakers.all()) == [world.made.speaker]
    client.post(url, {"key": chosen.key})
    assert list(world.lecture.speakers.all()) == [stand_in]


def test_fallback_when_not_refused_then_none(world):
    world.ask()
    detail = page(world, "slot-detail", world.speaker.key, world.lecture.pk)
    assert lead(world).get(detail).context["fallbacks"] == []


def people_page(world):
    world.ask(world.host)
    return page(world, "slot-people", world.host.key, world.visit.pk)


def test_people_when_printed_then_the_audience_with_name_and_organization_alone(world):
    url = people_page(world)
    body = signed_in(Role.LEG, world.made).get(url).content.decode()
    own = [row.person for row in world.made.people if row.group_id == world.made.groups[0].pk]
    others = [row.person for row in world.made.people if row.group_id != world.made.groups[0].pk]
    assert all(person.name in body for person in own)
    assert not [person.name for person in others if person.name in body]
    assert not [person.email for person in own if person.email in body]
    assert "13800000000" not in body


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_people_when_file_then_without_numbers_and_audited(world, kind):
    person = world.made.people[0].person
    keep_papers([(person.pk, Paper(PaperKind.RESIDENT_ID, NUMBER))])
    answer = lead(world).get(people_page(world) + f"?format={kind}")
    assert answer["Content-Disposition"].endswith(f'.{kind}"')
    assert NUMBER.encode() not in answer.content
    assert AuditEvent.objects.get(verb="host_list.exported").after["format"] == kind
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
        assert [row[1] for row in rows[1:]] == [row.person.name for row in world.made.people[:2]]
        assert {len(row) for row in rows} == {3}


def test_people_when_numbers_are_needed_then_reason_lead_and_audit(world):
    person = world.made.people[0].person
    keep_papers([(person.pk, Paper(PaperKind.RESIDENT_ID, NUMBER))])
    url = people_page(world)
    client = lead(world)
    assert client.post(url, {"format": "csv", "reason": " "}).status_code == 422
    answer = client.post(url, {"format": "csv", "reason": "gate"})
    assert NUMBER in answer.content.decode()
    assert answer["Cache-Control"].replace(" ", "") == "private,no-store"
    event = AuditEvent.objects.get(verb="host_list.revealed")
    assert event.reason == "gate"
    assert NUMBER not in str(event.after)
    leg = signed_in(Role.LEG, world.made)
    assert leg.post(url, {"format": "csv", "reason": "gate"}).status_code == 403


def test_people_when_name_is_a_formula_then_guarded(world):
    person = world.made.people[0].person
    person.name = "=cmd|' /C calc'!A0"
    person.save()
    answer = lead(world).get(people_page(world) + "?format=csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][1] == "'=cmd|' /C calc'!A0"


def test_people_when_speaker_then_404(world):
    world.ask()
    url = page(world, "slot-people", world.speaker.key, world.lecture.pk)
    assert lead(world).get(url).status_code == 404


def test_party_pages_when_rows_are_three_then_queries_as_with_one(world):
    client = lead(world)

    def queries(url):
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    world.ask(world.host)
    names = [page(world, "slot-party", world.speaker.key)]
    names.append(page(world, "slot-people", world.host.key, world.visit.pk))
    before = [queries(url) for url in names]
    for hour in (12, 14, 16):
        training_session(
            world.made.leg, 9, f"{hour}:00", f"{hour}:50", speakers=[world.made.speaker]
        )
    for person in world.made.people:
        person.group = world.made.groups[0]
        person.city = city("hefei")
        person.save()
    assert [queries(url) for url in names] == before
