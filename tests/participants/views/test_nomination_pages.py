"""The pages of nominations: what each role does there, and the private pages behind a link."""

import datetime as dt
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from cohorts.choices import Role
from cohorts.models import Quota, QuotaMove
from g60portal.common import clock
from g60portal.common.link_tokens import link_token
from g60portal.notices.kinds import kind_named
from g60portal.notices.models import Notice
from participants.actions.admissions import admit_nomination
from participants.actions.deadline_reminders import remind_of_deadlines
from participants.actions.nomination_links import (
    close_link,
    complete_by_link,
    invite_enterprise,
    invite_nominee,
)
from participants.actions.nominations import check_nomination, submit_nomination
from participants.documents.portraits import MOST_BYTES, portrait
from participants.models import Consent, Nomination, NominationLink
from participants.queries.nomination_links import link_path
from participants.refusals import PhotoUnusable
from tests.factories import city, user_with
from tests.participants.nominating import admitted, checked, drafted, facts, open_cohort, submitted
from tests.participants.nominating import waiting as put_waiting
from tests.participants.people import identity_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return open_cohort({"songjiang": 2, "jiaxing": 2})


def client_of(role: Role, cohort, **scope) -> Client:
    client = Client()
    client.force_login(user_with(role, cohort=cohort, **scope))
    return client


@pytest.fixture
def lead(cohort):
    return client_of(Role.LEAD, cohort)


@pytest.fixture
def coordinator(cohort):
    return client_of(Role.COORDINATOR, cohort, city=city("jiaxing"))


def url(name: str, cohort, *args) -> str:
    return reverse(name, args=[cohort.code, *args])


def test_board_when_a_coordinator_looks_then_only_the_own_city_and_people(cohort, coordinator):
    own, foreign = drafted(cohort, 1, "jiaxing"), submitted(cohort, 2, "songjiang")
    page = coordinator.get(url("nomination-list", cohort)).content.decode()
    assert own.name in page
    assert foreign.name not in page
    response = coordinator.get(url("nomination-list", cohort))
    assert [row.city.code for row in response.context["board"].rows] == ["jiaxing"]
    assert response.context["gauges"] == []


def test_board_when_the_committee_looks_then_nine_cities_in_order_with_counts(cohort, lead):
    admitted(cohort, 1, "songjiang"), checked(cohort, 2, "songjiang"), drafted(cohort, 3)
    put_waiting(cohort, 4, "jiaxing")
    board = lead.get(url("nomination-list", cohort)).context["board"]
    assert [row.city.code for row in board.rows][:2] == ["songjiang", "jiaxing"]
    assert len(board.rows) == 9
    first, second = board.rows[:2]
    assert (first.nominated, first.checked, first.admitted, first.drafts) == (2, 1, 1, 1)
    assert (second.nominated, second.waiting, second.open) == (1, 1, 1)
    assert (board.offered, board.pool) == (4, 41)


def test_coordinator_when_it_nominates_by_pages_then_handed_in_and_checked(cohort, coordinator):
    data = {**facts(1), "city": "jiaxing", "language": "zh-hans", "paper_kind": "resident_id"}
    response = coordinator.post(url("nomination-add", cohort), data)
    row = Nomination.objects.get()
    assert response.url == url("nomination-detail", cohort, row.pk)
    page = coordinator.get(response.url).content.decode()
    assert facts(1)["identity"] not in page
    assert row.masked in page
    for step, state in (("submit", "submitted"), ("check", "checked")):
        coordinator.post(url(f"nomination-{step}", cohort, row.pk))
        row.refresh_from_db()
        assert row.state == state
    assert coordinator.post(url("nomination-admit", cohort, row.pk)).status_code == 403


def test_add_when_facts_are_wrong_then_422_and_said_at_the_field(cohort, coordinator):
    data = {"city": "jiaxing", "name": "张三", "identity": "12", "language": "zh-hans",
            "paper_kind": "resident_id"}  # fmt: skip
    response = coordinator.post(url("nomination-add", cohort), data)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"identity"}


def test_many_when_a_line_is_wrong_then_none_is_saved_and_the_line_is_named(cohort, coordinator):
    third = f"王五,丙公司,,男,,,{identity_number(1)}"
    lines = f"姓名\t单位\n张三\t甲公司\n李四\t乙公司\t总经理\t女\t12\n{third}"
    data = {"city": "jiaxing", "lines": lines}
    response = coordinator.post(url("nomination-add-many", cohort), data)
    assert response.status_code == 422
    assert [line["line"] for line in response.context["wrong"]] == [3]
    assert not Nomination.objects.exists()
    data["lines"] = lines.replace("\t12\n", "\t13900001111\n")
    assert coordinator.post(url("nomination-add-many", cohort), data).status_code == 302
    saved = Nomination.objects.order_by("pk").values_list("name", "organization_name", "gender")
    assert list(saved) == [
        ("张三", "甲公司", "0"),
        ("李四", "乙公司", "2"),
        ("王五", "丙公司", "1"),
    ]


def test_decide_when_several_are_marked_then_each_for_itself_and_told_why_not(cohort, lead):
    rows = [checked(cohort, number, rank=number) for number in (1, 2, 3)]
    undecided = drafted(cohort, 4)
    marked = [row.pk for row in (*rows, undecided)]
    response = lead.post(
        url("nomination-decide", cohort), {"marked": marked, "action": "admit"}, follow=True
    )
    states = dict(Nomination.objects.values_list("pk", "state"))
    assert [states[pk] for pk in marked] == ["admitted", "admitted", "waitlisted", "draft"]
    told = [str(message) for message in response.context["messages"]]
    assert sum(undecided.name in text for text in told) == 1


def test_decide_when_a_coordinator_tries_the_committees_part_then_403(cohort, coordinator):
    row = checked(cohort, 1, "jiaxing")
    data = {"marked": [row.pk], "action": "admit"}
    assert coordinator.post(url("nomination-decide", cohort), data).status_code == 403


def test_rank_when_typed_then_the_citys_order(cohort, coordinator):
    rows = [drafted(cohort, number, "jiaxing") for number in (1, 2, 3)]
    data = {"city": "jiaxing", f"rank-{rows[0].pk}": "9", f"rank-{rows[1].pk}": "",
            f"rank-{rows[2].pk}": "1"}  # fmt: skip
    coordinator.post(url("nomination-rank", cohort), data)
    ranks = dict(Nomination.objects.values_list("pk", "rank"))
    assert [ranks[row.pk] for row in rows] == [2, None, 1]


def test_waiting_list_when_priority_changes_then_reason_is_shown(cohort, lead):
    first, second = put_waiting(cohort, 1, rank=1), put_waiting(cohort, 2, rank=2)
    lead.post(url("nomination-priority", cohort, second.pk), {"priority": 0, "reason": "急需"})
    response = lead.get(url("nomination-waitlist", cohort))
    assert [row.pk for row, _steps in response.context["rows"]] == [second.pk, first.pk]
    assert "急需" in response.content.decode()
    lead.post(url("nomination-priority", cohort, first.pk), {"priority": 0, "reason": ""})
    assert Nomination.objects.get(pk=first.pk).priority == 1


def test_seats_when_a_coordinator_gives_back_then_pool_and_log(cohort, coordinator, lead):
    data = {"source": "jiaxing", "seats": 1, "reason": "无人可推"}
    coordinator.post(url("nomination-seats", cohort), data)
    assert Quota.objects.get(city=city("jiaxing")).seats == 1
    move = QuotaMove.objects.get()
    assert (move.source, move.target) == (city("jiaxing"), None)
    refused = coordinator.post(
        url("nomination-seats", cohort), {**data, "source": "songjiang", "target": "jiaxing"}
    )
    assert refused.status_code == 422
    lead.post(url("nomination-seats", cohort), {"target": "songjiang", "seats": 1, "reason": "x"})
    assert Quota.objects.get(city=city("songjiang")).seats == 3


def test_replace_when_done_on_the_page_then_the_substitute_has_the_seat(cohort, lead):
    old, heir = admitted(cohort, 1), submitted(cohort, 2)
    page = url("nomination-replace", cohort, old.pk)
    assert lead.post(page, {"substitute": heir.pk, "why": ""}).status_code == 422
    response = lead.post(page, {"substitute": heir.pk, "why": "出差"})
    assert response.url == url("nomination-detail", cohort, heir.pk)
    heir.refresh_from_db()
    assert heir.state == "admitted"


def test_reader_when_it_opens_a_nomination_then_nothing_private(cohort):
    reader = client_of(Role.READER, cohort)
    row = submitted(cohort, 1)
    page = reader.get(url("nomination-detail", cohort, row.pk)).content.decode()
    assert row.masked not in page
    assert row.phone not in page
    assert row.reason not in page


# --- private links --------------------------------------------------------------------------
def enterprise(cohort, **more) -> NominationLink:
    given = {"organization_name": "嘉兴示例", "email": "hr@example.org", "language": "en", **more}
    return invite_enterprise(cohort=cohort, city=city("jiaxing"), by=None, **given)


def test_link_when_made_then_only_the_hash_is_kept_and_the_mail_names_it(cohort, settings):
    link = enterprise(cohort)
    token = link_path(link).rstrip("/").rpartition("/")[2]
    assert len(token) == 43
    stored = NominationLink.objects.values().get()
    assert token not in str(stored)
    notice = Notice.objects.get(kind="nomination_link")
    assert token not in str(notice.context)
    message = kind_named("nomination_link").compose([notice])[notice.pk]
    assert settings.PORTAL_URL + link_path(link) in message.text
    assert token in message.html


def without_address(answer) -> str:
    """The page without its own address and the token against forged forms."""
    page = answer.content.decode().replace(answer.request["PATH_INFO"], "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def test_link_when_dead_for_any_reason_then_one_answer(cohort):
    client = Client()
    alive, closed, expired = (enterprise(cohort) for _n in range(3))
    close_link(link=closed, by=None)
    NominationLink.objects.filter(pk=expired.pk).update(expires_at=clock.now())
    unknown = reverse("enterprise-form", args=[link_token("nomination-enterprise", "0" * 32)])
    other_kind = link_path(alive).replace("/nominate/", "/nominee/")
    answers = [
        client.get(path)
        for path in (link_path(closed), link_path(expired), unknown, other_kind, "/nominate/x/")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({without_address(answer) for answer in answers}) == 1
    response = client.get(link_path(alive))
    assert response.status_code == 200
    for answer in (response, answers[0]):
        assert answer["Cache-Control"] == "no-store"
        assert "noindex" in answer["X-Robots-Tag"]
        assert answer["Referrer-Policy"] == "same-origin"


def test_enterprise_when_it_fills_in_then_drafts_of_the_city_and_only_its_own(cohort):
    link, client = enterprise(cohort), Client(enforce_csrf_checks=False)
    foreign = drafted(cohort, 9, "jiaxing")
    path = link_path(link)
    data = {**facts(1), "language": "zh-hans", "paper_kind": "resident_id"}
    assert client.post(path, data).status_code == 302
    row = Nomination.objects.get(link=link)
    assert (row.city, row.state, row.created_by) == (city("jiaxing"), "draft", None)
    page = client.get(path).content.decode()
    assert row.name in page
    assert foreign.name not in page
    assert facts(1)["identity"] not in page
    for pk, status in ((foreign.pk, 404), (row.pk, 302)):
        taken = client.post(f"{path}{pk}/take-back/")
        assert taken.status_code == status
    row.refresh_from_db()
    assert row.state == "withdrawn"


def test_enterprise_when_it_only_looks_then_nothing_is_written(cohort):
    link = enterprise(cohort)
    Client().get(link_path(link))
    link.refresh_from_db()
    assert link.used_at is None


def picture(size=(40, 50), form="PNG") -> SimpleUploadedFile:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "secret place"
    Image.new("RGB", size, "red").save(out, form, exif=exif)
    return SimpleUploadedFile("me.png", out.getvalue())


def test_nominee_when_it_confirms_then_form_consents_and_clean_photo_are_kept(cohort, settings):
    row = drafted(cohort, 1, phone="", title="")
    link, client = invite_nominee(nomination=row, by=None), Client()
    path = link_path(link)
    data = {"title": "董事长", "phone": "13900001111", "language": "en", "email": row.email,
            "paper_kind": "resident_id", "portrait": picture()}  # fmt: skip
    refused = client.post(path, data)
    assert refused.status_code == 422
    assert {"consent_processing", "consent_identity"} <= set(refused.context["form"].errors)
    data |= {"consent_processing": "on", "consent_photo": "on", "portrait": picture()}
    assert client.post(path, data).status_code == 422
    data |= {"consent_identity": "on", "portrait": picture()}
    assert client.post(path, data).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.phone, row.masked) == ("董事长", "13900001111", link.nomination.masked)
    assert row.confirmed_at is not None
    assert set(row.consents.values_list("purpose", flat=True)) == {
        "processing", "identity", "photo",
    }  # fmt: skip
    assert b"secret" not in row.photo.open("rb").read()
    submit_nomination(nomination=row, by=None)
    data |= {"title": "总裁", "phone": "13900002222"}
    data.pop("portrait")
    client.post(path, data)
    row.refresh_from_db()
    assert (row.title, row.phone) == ("董事长", "13900002222")


def test_nominee_when_consents_are_given_then_they_follow_to_the_person(cohort):
    row = drafted(cohort, 1, phone="", title="")
    link = invite_nominee(nomination=row, by=None)
    done = complete_by_link(
        link=link,
        facts={"title": "董事长", "phone": "13900001111"},
        consents=["processing", "identity", "directory"],
        photo=picture().read(),
    )
    assert (done.title, done.phone) == ("董事长", "13900001111")
    assert done.confirmed_at is not None
    kept = done.photo.open("rb").read()
    assert kept[:2] == b"\xff\xd8"
    assert b"secret" not in kept
    row = submit_nomination(nomination=row, by=None)
    admit_nomination(nomination=check_nomination(nomination=row, by=None), by=None)
    given = dict(Consent.objects.values_list("purpose", "text_version"))
    assert given == dict.fromkeys(("processing", "identity", "directory"), "2026-1")


@pytest.mark.parametrize(
    "data",
    [b"", b"GIF89a" + b"0" * 50, b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"x"],
    ids=["empty", "gif", "svg", "one byte"],
)
def test_photo_when_no_jpeg_or_png_then_refused(data):
    with pytest.raises(PhotoUnusable):
        portrait(data)


def test_photo_when_huge_or_cut_off_then_refused():
    whole = picture((600, 600), "JPEG").read()
    bomb = io.BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    for data in (whole[: len(whole) // 2], bomb.getvalue(), b"\xff\xd8" + b"0" * MOST_BYTES):
        with pytest.raises(PhotoUnusable):
            portrait(data)
    assert Image.open(io.BytesIO(portrait(whole))).format == "JPEG"


# --- reminders and mails --------------------------------------------------------------------
def test_reminder_when_the_deadline_is_near_then_once_a_quota_and_coordinator(cohort):
    coordinators = {
        user_with(Role.COORDINATOR, cohort=cohort, city=city("jiaxing")).email,
        user_with(Role.COORDINATOR, city=city("jiaxing")).email,
    }
    user_with(Role.COORDINATOR, cohort=cohort, city=city("songjiang"))
    Quota.objects.filter(city=city("jiaxing")).update(deadline=clock.now() + dt.timedelta(days=1))
    Quota.objects.filter(city=city("songjiang")).update(
        deadline=clock.now() + dt.timedelta(days=30)
    )
    assert remind_of_deadlines() == 2
    assert remind_of_deadlines() == 0
    notices = list(Notice.objects.all())
    assert {notice.address for notice in notices} == coordinators
    messages = kind_named("nomination_deadline").compose(notices)
    assert len(messages) == 2
    for number in (1, 2):
        submitted(cohort, number, "jiaxing")
    assert kind_named("nomination_deadline").compose(notices) == {}


def test_mails_when_composed_then_every_kind_reads(cohort):
    user_with(Role.COORDINATOR, cohort=cohort, city=city("songjiang"))
    admitted(cohort, 1, language="en")
    notices = list(Notice.objects.order_by("pk"))
    assert [notice.kind for notice in notices] == ["nomination_news", "nominee_news"]
    for notice in notices:
        message = kind_named(notice.kind).compose([notice])[notice.pk]
        assert "http://testserver/" in message.text
        assert message.html.startswith("<!DOCTYPE html>") or "<html" in message.html
