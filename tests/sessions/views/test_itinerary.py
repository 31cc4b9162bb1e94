"""The participant's pages: only releases, only the own group, right at every minute, cheap."""

import gzip
import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cohorts.choices import Role
from participants.models import Enrollment, Group
from sessions.actions.training_sessions import cancel_training_session
from sessions.models import DutyContact, TrainingSession, Venue, VenueTravel
from tests.factories import (
    EnrollmentFactory,
    PersonFactory,
    SpeakerFactory,
    UserFactory,
    VenueFactory,
    at,
    training_session,
    user_with,
)
from tests.sessions.participant import Participant, a_participant, a_timetable

pytestmark = pytest.mark.django_db
PAGES = ("my-home", "my-itinerary")
SIGN_IN_QUERIES = 2  # Django's session, the user
OWN_QUERIES = 3  # own seats, released rows, cities with the cohort's legs


@pytest.fixture
def participant(frozen_clock) -> Participant:
    """On 8 June at 08:35, twenty-five minutes before the first lecture."""
    frozen_clock(at(8, "08:35"))
    made = a_participant()
    a_timetable(made)
    made.release()
    return made


def page_of(client: Client, user, name: str = "my-itinerary", language: str = "en", **query):
    client.force_login(user)
    return client.get(reverse(name), query, headers={"accept-language": language})


def text_of(*args, **kwargs) -> str:
    response = page_of(*args, **kwargs)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_page_when_signed_out_then_sign_in(client, name):
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert response.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("name", PAGES)
def test_page_when_next_session_near_then_minutes_place_map_teacher_group(
    client, participant, name
):
    text = text_of(client, participant.user, name)
    for words in ("in 25 minutes", "Planning", "09:00", "University Town hall", "Professor Zhou"):
        assert words in text
    assert participant.group.name in text


def test_page_when_venue_has_coordinates_then_maps_of_several_makers_under_the_chinese_name(
    client, participant
):
    text = text_of(client, participant.user)
    links = re.findall(r'<a [^>]*href="([^"]+)" target="_blank" rel="noopener noreferrer"', text)
    own, *on_card = [unescape(link) for link in links]
    assert own == on_card[0]
    amap, apple, geo = (urlsplit(link) for link in on_card)
    assert (amap.scheme, apple.scheme, geo.scheme) == ("https", "https", "geo")
    assert parse_qs(amap.query)["position"] == ["121.210000,31.050000"]
    assert parse_qs(amap.query)["name"] == parse_qs(apple.query)["q"] == ["松江大学城讲堂"]
    assert parse_qs(apple.query)["ll"] == ["31.050000,121.210000"]
    assert geo.path == "31.050000,121.210000"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_page_when_place_has_an_address_then_taxi_card_in_chinese_once(
    client, participant, language
):
    text = text_of(client, participant.user, language=language)
    assert text.count('href="#place-1"') == 2  # above, and at the stop
    (card,) = re.findall(r'<section class="place" id="place-1".*?</section>', text, re.DOTALL)
    assert '<p class="place-address" lang="zh-Hans">上海市松江区文汇路1000号</p>' in card
    assert 'id="place-1-title">松江大学城讲堂</h2>' in card


def test_home_when_place_is_of_another_day_then_its_card_is_on_the_whole_itinerary_only(
    client, participant
):
    far = VenueFactory(name="远处", address="合肥市望江西路1号")
    training_session(participant.leg, 9, "09:00", "10:00", venue=far)
    participant.release()
    assert "合肥市望江西路1号" not in text_of(client, participant.user, "my-home")
    assert "合肥市望江西路1号" in text_of(client, participant.user)


@pytest.mark.parametrize(
    ("day", "time", "expected"),
    [
        (8, "08:59", "in 1 minute<"),
        (8, "06:30", "in 2 h 30 min"),
        (8, "10:00", "30 minutes left"),
        (7, "20:00", "Coming next · 8 June, Monday"),
        (8, "15:00", "Everything on this timetable is over"),
    ],
)
def test_page_as_time_passes_then_wait_is_said_right(
    client, participant, frozen_clock, day, time, expected
):
    frozen_clock(at(day, time))
    assert expected in text_of(client, participant.user)


def test_page_when_session_runs_then_what_follows_is_said(client, participant, frozen_clock):
    frozen_clock(at(8, "09:30"))
    text = text_of(client, participant.user)
    assert "<b>Then</b> 13:30–15:00 · Inside Haier" in text


@pytest.mark.parametrize("name", PAGES)
def test_page_when_draft_differs_then_draft_never_shown(client, participant, name):
    TrainingSession.objects.filter(title="区域规划").update(title="尚未发布的标题", title_en="LEAK")
    training_session(participant.leg, 9, "09:00", "10:00", title="草稿课", title_en="LEAK DRAFT")
    for language, released in (("en", "Planning"), ("zh-hans", "区域规划")):
        text = text_of(client, participant.user, name, language)
        assert released in text
        assert not [leak for leak in ("LEAK", "尚未发布的标题", "草稿课") if leak in text]


def test_page_when_session_is_for_another_group_then_not_shown(client, participant):
    text = text_of(client, participant.user)
    assert "Inside Haier" in text
    assert "Visit of the others" not in text


def test_page_when_cancelled_by_release_then_struck_with_reason_and_among_changes(
    client, participant
):
    row = TrainingSession.objects.get(title="区域规划")
    cancel_training_session(
        training_session=row, version=row.version, reason="Speaker fell ill", by=None
    )
    participant.release()
    text = text_of(client, participant.user)
    assert 'class="stop kind-lecture is-cancelled"' in text
    assert text.count("Speaker fell ill") == 2
    assert "<s>Planning</s>" in text
    assert 'id="now-title">Inside Haier<' in text


def test_page_when_moved_by_release_then_old_and_new_place(client, participant):
    hall = VenueFactory(name="安徽创新馆", name_en="Innovation Hall")
    TrainingSession.objects.filter(title="海尔现场教学").update(venue=hall)
    participant.release()
    text = text_of(client, participant.user)
    assert "Changed since you last looked" in text
    assert "Changed in the latest release" in text
    assert "Innovation Hall" in text


def test_page_when_other_groups_session_changed_then_nothing_changed_here(client, participant):
    TrainingSession.objects.filter(title="别组的参观").update(title="改了", title_en="Different")
    participant.release()
    assert "since you last looked" not in text_of(client, participant.user)


def test_page_when_language_is_chosen_then_texts_follow(client, participant):
    english = text_of(client, participant.user, language="en")
    chinese = text_of(client, participant.user, language="zh-hans")
    assert '<html lang="en">' in english
    assert "Inside Haier" in english
    assert '<html lang="zh-Hans">' in chinese
    assert "海尔现场教学" in chinese
    assert "Inside Haier" not in chinese


def test_page_when_nothing_released_then_says_so(client, frozen_clock):
    frozen_clock(at(8, "08:35"))
    participant = a_participant()
    a_timetable(participant)
    text = text_of(client, participant.user)
    assert "has not been released yet" in text
    assert "Planning" not in text


def test_page_when_user_takes_part_in_nothing_then_staff_is_sent_to_the_console(client):
    assert reverse("cohort-list") not in text_of(client, UserFactory())
    staff = user_with(Role.READER, cohort=a_participant().cohort)
    assert reverse("cohort-list") in text_of(client, staff)


def test_page_when_cohort_is_somebody_elses_then_404_as_for_unknown_ones(client, participant):
    other = a_participant()
    for code in (other.cohort.code, "G60-1999-01"):
        response = page_of(client, participant.user, cohort=code)
        assert response.status_code == 404


def test_page_when_withdrawn_then_no_itinerary(client, participant):
    Enrollment.objects.filter(pk=participant.enrollment.pk).update(state="withdrawn")
    assert "Planning" not in text_of(client, participant.user)


def test_page_when_several_cohorts_then_running_one_first_and_a_choice(client, participant):
    later = a_participant(starts_on="2026-09-01", ends_on="2026-09-07", title_en="Later edition")
    EnrollmentFactory(cohort=later.cohort, person=participant.enrollment.person)
    first = text_of(client, participant.user)
    assert "Planning" in first
    assert f"?cohort={later.cohort.code}" in first
    chosen = text_of(client, participant.user, cohort=later.cohort.code)
    assert "<h1>Later edition</h1>" in chosen
    assert "Planning" not in chosen


@pytest.mark.parametrize("name", PAGES)
def test_page_with_three_and_with_forty_sessions_then_same_queries(client, participant, name):
    def query_count() -> int:
        page_of(client, participant.user, name)
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name)).status_code == 200
        return len(queries)

    few = query_count()
    for day in range(9, 12):
        for hour in range(6, 19):
            training_session(participant.leg, day, f"{hour:02}:00", f"{hour:02}:45")
    participant.release()
    assert query_count() == few == SIGN_IN_QUERIES + OWN_QUERIES


def test_page_when_seen_again_then_one_own_query(client, participant):
    page_of(client, participant.user)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("my-itinerary"), headers={"accept-language": "en"})
    assert len(queries) == 2  # the user, and the own seats


def test_page_with_sixty_sessions_then_below_sixty_kilobytes(client, frozen_clock):
    frozen_clock(at(8, "08:35"))
    participant = a_participant()
    for day in range(9, 14):
        for hour in range(6, 18):
            training_session(participant.leg, day, f"{hour:02}:00", f"{hour:02}:45")
    participant.release()
    assert len(page_of(client, participant.user).content) < 60_000


@pytest.mark.parametrize("name", PAGES)
def test_first_view_when_everything_is_counted_then_below_fifty_kilobytes_on_the_wire(
    client, frozen_clock, name
):
    """Sixty sessions in ten places; page, styles, scripts and pictures as a phone gets them."""
    frozen_clock(at(9, "05:00"))
    participant = a_participant()
    places = [VenueFactory(latitude=31.0, longitude=121.0) for _place in range(10)]
    for day in range(9, 14):
        for hour in range(6, 18):
            venue = places[hour % 10]
            training_session(participant.leg, day, f"{hour:02}:00", f"{hour:02}:45", venue=venue)
    participant.release()
    client.force_login(participant.user)
    response = client.get(reverse(name), headers={"accept-encoding": "gzip, br"})
    assert response["Content-Encoding"] == "gzip"
    text = gzip.decompress(response.content).decode()
    files = set(re.findall(r'(?:href|src)="/static/([^"#]+)', text))
    assert {"css/base.css", "js/base.js", "js/itinerary.js", "img/icons.svg"} <= files
    sizes = {file: len(gzip.compress(Path(finders.find(file)).read_bytes())) for file in files}
    assert len(response.content) + sum(sizes.values()) < 50_000


def again(client, response):
    return client.get(
        response.wsgi_request.get_full_path(),
        headers={"if-none-match": response["ETag"], "accept-language": "en"},
    )


@pytest.mark.parametrize("name", PAGES)
def test_page_when_unchanged_then_304_private_and_asked_for_each_time(client, participant, name):
    response = page_of(client, participant.user, name)
    directives = {word.strip() for word in response["Cache-Control"].split(",")}
    assert directives == {"private", "no-cache"}
    repeated = again(client, response)
    assert repeated.status_code == 304
    assert repeated.content == b""


def test_page_when_only_minutes_passed_then_304_and_the_minutes_are_for_scripts(
    client, participant, frozen_clock
):
    response = page_of(client, participant.user)
    assert (
        'class="needs-js" data-countdown="2026-06-08T09:00:00+08:00"' in response.content.decode()
    )
    frozen_clock(at(8, "08:50"))
    assert again(client, response).status_code == 304


def test_page_when_session_began_then_200_with_the_new_state(client, participant, frozen_clock):
    response = page_of(client, participant.user)
    frozen_clock(at(8, "09:00"))
    repeated = again(client, response)
    assert repeated.status_code == 200
    assert "is-now" in repeated.content.decode()


def test_page_when_released_again_then_200(client, participant):
    response = page_of(client, participant.user)
    TrainingSession.objects.filter(title="区域规划").update(title_en="Planning anew")
    participant.release()
    repeated = again(client, response)
    assert repeated.status_code == 200
    assert "Planning anew" in repeated.content.decode()


def test_page_when_group_changed_then_200_with_the_new_groups_sessions(client, participant):
    response = page_of(client, participant.user)
    Enrollment.objects.filter(pk=participant.enrollment.pk).update(group=participant.other_group)
    repeated = again(client, response)
    assert repeated.status_code == 200
    assert "Visit of the others" in repeated.content.decode()
    assert "Inside Haier" not in repeated.content.decode()


def test_page_when_language_changed_then_200_in_it(client, participant):
    response = page_of(client, participant.user)
    repeated = client.get(
        reverse("my-itinerary"),
        headers={"if-none-match": response["ETag"], "accept-language": "zh-hans"},
    )
    assert repeated.status_code == 200
    assert "区域规划" in repeated.content.decode()


def test_page_when_other_person_of_same_group_then_shared_picture_but_own_feed_address(
    client, participant
):
    neighbor = EnrollmentFactory(
        cohort=participant.cohort, group=participant.group, person=PersonFactory(user=UserFactory())
    )
    first = page_of(client, participant.user)
    second = page_of(Client(), neighbor.person.user)
    assert first["ETag"] != second["ETag"]
    addresses = [
        re.search(r'data-copy="([^"]+)"', response.content.decode())[1]
        for response in (first, second)
    ]
    assert addresses[0] != addresses[1]
    assert client.get(urlsplit(addresses[0]).path).status_code == 200


def test_page_when_many_read_it_then_nothing_of_one_reader_shows_to_another(client, participant):
    others = [UserFactory(name=f"读者{number} <b>") for number in range(2)]
    for user in others:
        EnrollmentFactory(
            cohort=participant.cohort, group=participant.group, person=PersonFactory(user=user)
        )
    texts = [text_of(Client(), user) for user in others]
    for number, text in enumerate(texts):
        assert text.count(f"读者{number} &lt;b&gt;") == 2
        assert f"读者{1 - number}" not in text
        assert "\ue000" not in text
        tokens = set(re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', text))
        assert len(tokens) == 1
        assert not tokens & set(re.findall(r'value="([^"]+)"', texts[1 - number]))


def test_page_form_token_when_page_was_kept_then_works(participant):
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})
    client.force_login(participant.user)
    for _time in range(2):
        text = client.get(reverse("my-itinerary")).content.decode()
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text)[1]
        answer = client.post(
            reverse("set_language"), {"language": "en", "csrfmiddlewaretoken": token}
        )
        assert answer.status_code == 302


def test_page_when_message_waits_then_shown_once(client, participant):
    client.force_login(participant.user)
    client.post(reverse("my-people-listing"), {"listed": "1"}, headers={"accept-language": "en"})
    assert "You are listed" in text_of(client, participant.user)
    assert "You are listed" not in text_of(client, participant.user)


def test_page_when_texts_hold_markup_then_shown_as_text(client, frozen_clock):
    frozen_clock(at(8, "08:35"))
    participant = a_participant()
    Group.objects.filter(pk=participant.group.pk).update(name="<i>group</i>")
    words = ("title", "english", "about", "venue", "address", "speaker", "rank")
    mark = {word: f'<i>{word}</i>"&' for word in words}
    hall = VenueFactory(
        name=mark["venue"], name_en="", address=mark["address"], latitude=31.0, longitude=121.0
    )
    speaker = SpeakerFactory(name=mark["speaker"], name_en="", title=mark["rank"])
    for hour in ("09:00", "11:00"):
        training_session(
            participant.leg, 8, hour, f"{hour[:2]}:45", title=mark["title"],
            title_en=mark["english"], description=mark["about"], venue=hall, speakers=[speaker],
            groups=[participant.group],
        )  # fmt: skip
    participant.release()
    row = TrainingSession.objects.order_by("starts_at").last()
    reason = "<i>reason</i>"
    cancel_training_session(training_session=row, version=row.version, reason=reason, by=None)
    participant.release()
    for name in PAGES:
        for language in ("en", "zh-hans"):
            text = text_of(client, participant.user, name, language)
            assert "<i>" not in text
            assert "&lt;i&gt;reason" in text


def to_the_visit(participant, **facts):
    """The visit takes place elsewhere, so and so far away, margins 5 and 10 minutes."""
    hall = Venue.objects.get(name="松江大学城讲堂")
    plant = VenueFactory(name="海尔工厂", margin_minutes=10)
    Venue.objects.filter(pk=hall.pk).update(margin_minutes=5)
    TrainingSession.objects.filter(title="海尔现场教学").update(venue=plant)
    VenueTravel.objects.create(origin=plant, destination=hall, minutes=25, **facts)
    participant.release()


@pytest.mark.parametrize(
    ("time", "expected"),
    [("10:00", "Leave in 2 h 50 min"), ("12:35", "Leave in 15 minutes"), ("13:00", "Leave now")],
)
def test_page_when_next_place_is_elsewhere_then_when_to_leave(
    client, participant, frozen_clock, time, expected
):
    to_the_visit(participant)
    frozen_clock(at(8, time))
    text = text_of(client, participant.user, "my-home")
    assert "<b>Leave by 12:50</b>" in text
    assert f">{expected}</b>" in text
    assert "25 min on the way, 15 min in hand" in text


def test_page_when_way_is_estimated_or_unknown_then_said_so_or_left_out(
    client, participant, frozen_clock
):
    to_the_visit(participant, estimated=True)
    frozen_clock(at(8, "12:00"))
    assert "about 25 min on the way" in text_of(client, participant.user)
    VenueTravel.objects.all().delete()
    cache.clear()
    assert "Leave by" not in text_of(client, participant.user)


def test_page_when_changes_were_put_aside_then_only_later_ones_are_told(client, participant):
    def renamed(number: int) -> int:
        TrainingSession.objects.filter(title__startswith="区域规划").update(
            title=f"区域规划{number}", title_en=f"Planning {number}"
        )
        return participant.release().number

    number = renamed(2)
    assert 'name="release" value="2"' in text_of(client, participant.user)
    address = reverse("my-changes-aside")
    answer = client.post(address, {"cohort": participant.cohort.code, "release": number})
    assert answer.url == f"{reverse('my-home')}?cohort={participant.cohort.code}"
    assert "since you last looked" not in text_of(client, participant.user)
    renamed(3)
    number = renamed(4)
    text = text_of(client, participant.user)
    assert "Planning 2" in text  # what was known, struck
    assert "Planning 3" not in text
    client.post(address, {"release": number, "page": "itinerary"})
    client.post(address, {"release": 2})
    assert "since you last looked" not in text_of(client, participant.user)


def test_changes_when_put_aside_without_a_seat_or_a_number_then_404(client, participant):
    client.force_login(participant.user)
    for data in ({"release": "x"}, {"release": 1, "cohort": "G60-1999-01"}):
        assert client.post(reverse("my-changes-aside"), data).status_code == 404


def test_page_when_contacts_are_on_duty_then_their_telephones_and_the_emergency_numbers(
    client, participant
):
    other = a_participant()
    for cohort, phone in ((participant.cohort, "021 5555 0101"), (other.cohort, "0551-1")):
        DutyContact.objects.create(cohort=cohort, duty="班主任", name="李<老师>", phone=phone)
    text = text_of(client, participant.user, "my-home")
    assert 'href="tel:021%205555%200101"' in text
    assert "李&lt;老师&gt;" in text
    assert "0551-1" not in text
    for number in ("120", "110"):
        assert f'href="tel:{number}"' in text


def test_page_when_teachers_come_today_then_they_are_named_with_time_and_session(
    client, participant, frozen_clock
):
    text = text_of(client, participant.user, "my-home")
    assert "People you meet today" in text
    assert "09:00–10:30 · Planning" in text
    frozen_clock(at(8, "11:00"))
    assert "People you meet today" not in text_of(client, participant.user, "my-home")


@pytest.mark.parametrize(
    ("query", "paper"), [({}, "print-pocket"), ({"paper": "a4"}, "print-sheet")]
)
def test_page_when_printed_then_on_the_chosen_paper(client, participant, query, paper):
    assert f'<body class="my {paper}">' in text_of(client, participant.user, **query)
