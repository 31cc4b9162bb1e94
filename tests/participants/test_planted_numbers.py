"""Identity numbers planted through every way in, then looked for wherever the portal writes."""

import base64
import io
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from PIL import Image

from cohorts.choices import Role
from cohorts.models import City, Cohort
from g60portal.audit.models import AuditEvent
from g60portal.notices.delivery import deliver_slice
from g60portal.notices.models import Notice
from participants.actions.nomination_links import invite_enterprise, invite_nominee
from participants.models import Enrollment, Nomination, Person, RosterImport, SealedIdentity
from participants.queries.nomination_links import link_path
from tests.factories import city, user_with
from tests.participants.leaks import everywhere, files, flattened, found_in, log_lines, traces_of
from tests.participants.nominating import drafted, facts, open_cohort, submitted
from tests.participants.people import HEADER, csv_file, enrolled, identity_number, xlsx_file

pytestmark = pytest.mark.django_db


class Planter:
    """Gives numbers away and remembers them; `client` is the lead's."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort
        self.client = Client(raise_request_exception=False)
        self.client.force_login(user_with(Role.LEAD, cohort=cohort))
        self.numbers: list[str] = []

    def number(self) -> str:
        number = identity_number(500 + len(self.numbers), birth="19610703")
        self.numbers.append(number)
        return number

    def keep(self, number: str) -> str:
        self.numbers.append(number)
        return number

    def url(self, name: str, *args: Any) -> str:
        return reverse(name, args=[self.cohort.code, *args])

    def post(self, name: str, data: Any, *args: Any, status: int = 302, **more: Any) -> Any:
        response = self.client.post(self.url(name, *args), data, **more)
        assert response.status_code == status, (name, response.status_code)
        return response


@pytest.fixture
def planter() -> Planter:
    songjiang = {"songjiang": 10, "jiaxing": 10}
    return Planter(open_cohort(songjiang))


def by_the_form(planter: Planter) -> None:
    """Added, changed, refused, added with a passport."""
    data = {"name": "李四", "city": city().pk, "organization_name": "示例", "gender": "0",
            "language": "zh-hans", "paper_kind": "resident_id"}  # fmt: skip
    planter.post("person-add", data | {"identity": planter.number()})
    seat = Enrollment.objects.get().seat
    planter.post("person-edit", data | {"identity": planter.number()}, seat)
    refused = data | {"name": "王五", "identity": planter.number(), "phone": "12"}
    planter.post("person-add", refused, status=422)
    wide = planter.number().translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
    planter.post("person-add", data | {"name": "赵六", "identity": wide})
    passport = {"name": "Ann Lee", "paper_kind": "passport", "identity": planter.keep("XK8273645")}
    planter.post("person-add", data | passport)
    # Somebody with another name has the same paper.
    taken = data | {"name": "孙七", "identity": planter.numbers[1]}
    planter.post("person-add", taken, status=422)


def by_rosters(planter: Planter) -> None:
    """Previewed and applied; previewed and left; with a row to be mended; by the API."""
    for name, write in (("花名册.csv", csv_file), ("花名册.xlsx", xlsx_file)):
        rows = [HEADER, ["周" + name[-1], "男", "松江", "示例", "", "", "", planter.number()]]
        upload = {"file": SimpleUploadedFile(name, write(rows))}
        planter.post("roster-import", upload)
        planter.client.get(planter.url("roster-preview", RosterImport.objects.latest("pk").pk))
        if write is csv_file:
            planter.post("roster-preview", {}, RosterImport.objects.latest("pk").pk)
    bad = planter.number()[:-1] + "?"
    planter.keep(bad[:-1])
    rows = [HEADER, ["吴某", "男", "松江", "示例", "", "", "", bad]]
    planter.post("roster-import", {"file": SimpleUploadedFile("b.csv", csv_file(rows))})
    planter.client.get(planter.url("roster-preview", RosterImport.objects.latest("pk").pk))
    rows = [HEADER, ["郑某", "男", "松江", "示例", "", "", "", planter.number()]]
    response = planter.client.post(
        planter.url("api-roster-import"),
        {"file": SimpleUploadedFile("api.csv", csv_file(rows))},
        headers={"Idempotency-Key": "roster-1"},
    )
    assert response.status_code == 200, response.content.decode()


def by_nominations(planter: Planter) -> None:
    """The page, several lines at once, a line that is wrong, the API with a key to retry."""
    data = {**facts(1), "city": "songjiang", "language": "zh-hans", "paper_kind": "resident_id"}
    planter.post("nomination-add", data | {"identity": planter.number()})
    lines = f"钱三,示例,总经理,男,,,{planter.number()},骨干"
    planter.post("nomination-add-many", {"city": "songjiang", "lines": lines})
    wrong = f"钱四,示例,总经理,男,12,,{planter.number()},骨干"
    planter.post("nomination-add-many", {"city": "songjiang", "lines": wrong}, status=422)
    body = facts(4, city="jiaxing", gender="2", identity=planter.number())
    for _again in range(2):
        response = planter.client.post(
            planter.url("api-nomination-list"),
            json.dumps(body),
            content_type="application/json",
            headers={"Idempotency-Key": "nomination-1"},
        )
        assert response.status_code == 201, response.content.decode()


def by_private_links(planter: Planter) -> None:
    """An enterprise drafts, a nominee completes the own form with a portrait; both also wrongly."""
    link = invite_enterprise(
        cohort=planter.cohort,
        city=city(),
        organization_name="示例",
        email="enterprise@example.org",
        language="zh-hans",
        by=None,
    )
    data = {
        "name": "冯某",
        "language": "zh-hans",
        "paper_kind": "resident_id",
        "organization": "示例",
    }
    door = Client()
    assert door.post(link_path(link), data | {"identity": planter.number()}).status_code == 302
    refused = data | {"identity": planter.number(), "phone": "12"}
    assert door.post(link_path(link), refused).status_code == 422
    row = drafted(planter.cohort, 9)
    own = invite_nominee(nomination=row, by=None)
    picture = io.BytesIO()
    Image.new("RGB", (400, 520), "gray").save(picture, "JPEG")
    answer = {
        "language": "zh-hans",
        "gender": "1",
        "paper_kind": "resident_id",
        "identity": planter.number(),
        "consent_processing": "on",
        "consent_identity": "on",
        "portrait": SimpleUploadedFile("p.jpg", picture.getvalue(), "image/jpeg"),
    }
    assert door.post(link_path(own), answer).status_code in {200, 302}
    assert Nomination.objects.get(pk=row.pk).confirmed_at


def by_admission(planter: Planter) -> None:
    """Handed in, checked, admitted: the number goes from the nomination to the person."""
    row = submitted(planter.cohort, 12, identity=planter.number())
    for step in ("check", "admit"):
        planter.post(f"nomination-{step}", {"reason": "同意"}, row.pk)
    assert Nomination.objects.get(pk=row.pk).state == "admitted"


WAYS_IN = (by_the_form, by_rosters, by_nominations, by_private_links, by_admission)


def _let_out(planter: Planter) -> None:
    """Everything that hands data out: shown with a reason, exported, searched, mailed."""
    seat = Enrollment.objects.order_by("pk")[0].seat
    shown = planter.post("person-reveal", {"reason": "保险"}, seat, status=200)
    assert any(number in shown.content.decode() for number in planter.numbers)
    for wanted in ("csv", "xlsx", "jsonl"):
        for query in ({}, {"reveal": "1", "columns": "name,identity"}):
            address = planter.url("api-roster")
            response = planter.client.get(
                address, {"format": wanted, **query}, headers={"X-Reason": "5Lqk6YCa"}
            )
            assert response.status_code == 200, response.content.decode()
            b"".join(response.streaming_content)
    for name in ("people-list", "nomination-list"):
        planter.client.get(planter.url(name), {"q": planter.numbers[0]})
    planter.client.get(planter.url("api-nomination-list"), {"q": planter.numbers[0]})
    body = json.dumps({"identity": planter.numbers[0]})
    address = planter.url("api-nomination-list")
    planter.client.post(address, body, content_type="application/json")
    while deliver_slice():
        pass
    assert not Notice.objects.exclude(state="sent").exists()


@pytest.mark.django_db(transaction=True)
def test_numbers_when_planted_by_every_way_in_then_found_nowhere(planter: Planter) -> None:
    with log_lines() as log:
        for way in WAYS_IN:
            way(planter)
        _let_out(planter)
    kept = SealedIdentity.objects.count() + Nomination.objects.exclude(sealed=None).count()
    assert kept >= 12  # they are really there
    assert AuditEvent.objects.filter(verb="identity.revealed").exists()
    assert len(planter.numbers) >= 16
    assert found_in([*everywhere(), ("log", log.getvalue())], planter.numbers) == []


NUMBER = "990198196107035559"


def _into_a_column(text: str) -> None:
    Person.objects.create(name="张三", title=text)


def _into_redis(text: str) -> None:
    from django.core.cache import cache

    cache.set("planted", {"note": text})


def _into_a_mail(text: str) -> None:
    from django.core import mail

    mail.send_mail("Subject", text, "a@example.org", ["b@example.org"])


@pytest.mark.parametrize(
    "text",
    [
        f"注意 {NUMBER}。",
        NUMBER[::-1],
        " ".join(NUMBER),
        "990198-19610703-5559",
        NUMBER.translate({ord("0") + digit: ord("０") + digit for digit in range(10)}),
        base64.b64encode(f"x {NUMBER} y".encode()).decode(),
        NUMBER.encode().hex(),
    ],
)
@pytest.mark.parametrize("write", [_into_a_column, _into_redis, _into_a_mail])
def test_search_when_a_number_was_written_somewhere_then_found(
    write: Callable[[str], None], text: str
) -> None:
    write(text)
    assert {number for _place, number in found_in(everywhere(), [NUMBER])} == {NUMBER}
    assert found_in(everywhere(), [identity_number(7)]) == []


def test_search_when_a_number_stands_in_a_log_or_a_spreadsheet_then_found(tmp_path: Path) -> None:
    with log_lines() as log:
        logging.getLogger("anywhere").warning("paper %s", "XK8273645")
        logging.getLogger("anywhere").warning("paper %s", NUMBER)
    assert found_in([("log", log.getvalue())], ["XK8273645"]) == [("log", "XK8273645")]
    assert found_in([("log", log.getvalue())], [NUMBER]) == []  # blotted out on its way
    (tmp_path / "list.xlsx").write_bytes(xlsx_file([["a"], [NUMBER]]))
    assert [place.rpartition("/")[2] for place, _number in found_in(files(tmp_path), [NUMBER])] == [
        "sheet1.xml"
    ]


def test_traces_when_a_number_is_in_the_middle_of_base64_then_each_offset_is_seen() -> None:
    for before in ("", "a", "ab", "abc"):
        text = base64.b64encode(f"{before}{NUMBER}z".encode()).decode()
        assert any(trace in flattened(text) for trace in traces_of(NUMBER)), before


def test_dump_when_asked_then_every_table_is_looked_at(planter: Planter) -> None:
    enrolled(planter.cohort, identity=identity_number(1))
    names = {place for place, _text in everywhere()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        [count] = cursor.fetchone()
    assert len([name for name in names if name.startswith("table public.")]) == count
    assert City.objects.exists()
