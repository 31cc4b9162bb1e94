"""The roster by API and as files: columns and masks by role, order, filters, pages, streams."""

import base64
import csv
import io
import json
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from python_calamine import CalamineWorkbook
from rest_framework.test import APIClient

from cohorts.choices import Role
from cohorts.queries.standing import Standing
from g60portal.audit.models import AuditEvent
from participants.actions.groups import create_group, set_members
from participants.actions.imports import LARGE
from participants.models import Enrollment, RosterImport
from participants.queries.roster import ORDERINGS, RosterWish, roster_page
from participants.queries.roster_columns import columns_for
from participants.tasks import work_on_import
from tests.factories import CohortFactory, LegFactory, QuotaFactory, city, user_with
from tests.participants.people import csv_file, enrolled, identity_number

pytestmark = pytest.mark.django_db
# A stream has a connection of its own and sees only what is committed.
committed = pytest.mark.django_db(transaction=True)

COLUMNS = [
    "seat", "name", "name_latin", "gender", "city", "organization", "title", "group", "state",
    "phone", "email", "identity",
]  # fmt: skip
# Surnames of 4, 8 and 8 strokes (in 林 the second one is 竖, in 欧 it is 折), one Latin name.
NAMES = [
    ("林一", "hefei"),
    ("王二", "songjiang"),
    ("Ada Byron", "hefei"),
    ("欧阳若兰", "songjiang"),
]
ORDERED = {
    "seat": ["林一", "王二", "Ada Byron", "欧阳若兰"],
    "stroke": ["王二", "林一", "欧阳若兰", "Ada Byron"],
    "stroke-full": ["王二", "林一", "欧阳若兰", "Ada Byron"],
    "pinyin": ["Ada Byron", "林一", "欧阳若兰", "王二"],
    "city": ["王二", "欧阳若兰", "林一", "Ada Byron"],
    "group": ["林一", "王二", "欧阳若兰", "Ada Byron"],
}


@pytest.fixture
def cohort():
    row = CohortFactory(code="G60-2026-77", seats=10)
    for number, (name, code) in enumerate(NAMES, start=1):
        enrolled(
            row,
            name,
            code,
            phone=f"1380000000{number}",
            email=f"p{number}@example.org",
            identity=identity_number(number),
            title="=cmd()" if number == 1 else "总经理",
        )
    return row


def api_of(role, **scope) -> APIClient:
    client = APIClient(headers={"accept-language": "en"})
    client.force_authenticate(user_with(role, **scope))
    return client


@pytest.fixture
def lead(cohort):
    return api_of(Role.LEAD, cohort=cohort)


def url(cohort, tail=""):
    return f"/api/v1/cohorts/{cohort.code}/roster/{tail}"


def body(response) -> bytes:
    assert response.status_code == 200, response.content
    return b"".join(response.streaming_content)


def csv_rows(response) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body(response).decode("utf-8-sig"), newline="")))


def sheet_rows(response) -> list[list[str]]:
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(body(response)))
    return workbook.get_sheet_by_index(0).to_python()


def names(response) -> list[str]:
    return [row["name"] for row in response.json()["results"]]


@committed
def test_roster_when_ordered_then_screen_files_and_pages_agree(cohort, lead, client):
    group = create_group(cohort=cohort, name="A", by=None)
    member = Enrollment.objects.get(person__name="林一")
    set_members(group=group, enrollments=[member.pk], by=None)
    client.force_login(user_with(Role.LEAD, cohort=cohort))
    for ordering, expected in ORDERED.items():
        params = {"ordering": ordering}
        assert names(lead.get(url(cohort), params)) == expected
        table = csv_rows(lead.get(url(cohort), {**params, "format": "csv"}))
        assert [row[1] for row in table[1:]] == expected
        lines = body(lead.get(url(cohort), {**params, "format": "jsonl"})).splitlines()
        assert [json.loads(line)["name"] for line in lines] == expected
        sheet = sheet_rows(lead.get(url(cohort), {**params, "format": "xlsx"}))
        assert [row[1] for row in sheet[1:]] == expected
        page = client.get(f"/console/cohorts/{cohort.code}/people/", params)
        assert [row["name"] for row in page.context["rows"]] == expected


def test_roster_when_asked_by_lead_then_contacts_plain_and_identity_masked(cohort, lead):
    row = lead.get(url(cohort)).json()["results"][1]
    assert list(row) == COLUMNS
    assert row == {
        "seat": 2,
        "name": "王二",
        "name_latin": "Wang Er",
        "gender": "2",
        "city": "songjiang",
        "organization": "松江示例科技有限公司",
        "title": "总经理",
        "group": "",
        "state": "confirmed",
        "phone": "13800000002",
        "email": "p2@example.org",
        "identity": "990***********" + identity_number(2)[-4:],
    }


MASKED = {"phone": "138****0002", "email": "p***@example.org"}


@committed
def test_roster_when_asked_by_lesser_roles_then_masked_everywhere(cohort):
    cases = [
        (api_of(Role.LEG, cohort=cohort, leg=LegFactory(cohort=cohort)), set()),
        (api_of(Role.DESK, cohort=cohort), set()),
        (api_of(Role.READER, cohort=cohort), {"identity"}),
    ]
    for client, hidden in cases:
        row = client.get(url(cohort)).json()["results"][1]
        assert list(row) == [name for name in COLUMNS if name not in hidden]
        assert {name: row[name] for name in MASKED} == MASKED
        table = csv_rows(client.get(url(cohort), {"format": "csv", "header": "keys"}))
        assert dict(zip(table[0], table[2], strict=True)) == {
            name: str(value) for name, value in row.items()
        }


@committed
def test_roster_when_asked_by_coordinator_then_own_city_only_in_every_form(cohort):
    client = api_of(Role.COORDINATOR, city=city("hefei"))
    own = ["林一", "Ada Byron"]
    assert names(client.get(url(cohort))) == own
    assert names(client.get(url(cohort), {"city": "songjiang"})) == []
    assert names(client.get(url(cohort), {"q": "王"})) == []
    table = csv_rows(client.get(url(cohort), {"format": "csv"}))
    assert [row[1] for row in table[1:]] == own
    assert client.get(url(cohort)).json()["results"][0]["phone"] == "138****0001"


def test_roster_when_asked_by_nobody_then_not_there(cohort):
    assert APIClient().get(url(cohort)).status_code == 401
    assert api_of("nobody").get(url(cohort)).status_code == 404
    assert api_of(Role.LEAD, cohort=CohortFactory()).get(url(cohort)).status_code == 404


def test_roster_when_columns_are_chosen_then_those_in_that_order(cohort, lead):
    rows = lead.get(url(cohort), {"columns": "name,enrollment,seat"}).json()["results"]
    first = Enrollment.objects.get(seat=1)
    assert list(rows[0].items()) == [("name", "林一"), ("enrollment", first.pk), ("seat", 1)]


def test_roster_when_column_is_unknown_or_hidden_then_the_same_refusal(cohort, lead):
    reader = api_of(Role.READER, cohort=cohort)
    unknown = lead.get(url(cohort), {"columns": "name,shoe"})
    hidden = reader.get(url(cohort), {"columns": "name,identity"})
    assert unknown.status_code == hidden.status_code == 422
    assert unknown.json()["code"] == hidden.json()["code"] == "column_unknown"


@pytest.mark.parametrize(
    "params", [{"ordering": "x"}, {"state": "x"}, {"group": "x"}, {"format": "pdf"}]
)
def test_roster_when_parameter_is_unknown_then_400(cohort, lead, params):
    response = lead.get(url(cohort), params)
    assert (response.status_code, response.json()["code"]) == (400, "roster_parameter_wrong")


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("若", ["欧阳若兰"]),
        ("ouyang", ["欧阳若兰"]),
        ("Ouyang Ruo", ["欧阳若兰"]),
        ("oyrl", ["欧阳若兰"]),
        ("wang", ["王二"]),
        ("byron", ["Ada Byron"]),
        ("0003", ["Ada Byron"]),
        ("松江示例", [name for name, _city in NAMES]),
        ("%", []),
        ("'; DROP TABLE x", []),
    ],
)
def test_roster_when_searched_then_by_characters_pinyin_initials_and_phone(cohort, lead, q, found):
    assert names(lead.get(url(cohort), {"q": q})) == found


def test_roster_when_phones_are_masked_then_the_hidden_digits_cannot_be_searched(cohort):
    desk = api_of(Role.DESK, cohort=cohort)
    assert names(desk.get(url(cohort), {"q": "0003"})) == ["Ada Byron"]
    assert names(desk.get(url(cohort), {"q": "00003"})) == []


@pytest.mark.parametrize(
    ("role", "unseen"),
    [
        (Role.READER, [identity_number(3), identity_number(3)[-4:], "p3@example.org", "@example"]),
        (Role.DESK, [identity_number(3), "p3@example", "13800000003", "1380", "00003"]),
        (Role.LEAD, [identity_number(3), identity_number(3)[:6], "p3@example.org"]),
    ],
)
def test_roster_when_a_column_is_masked_or_hidden_then_search_tells_nothing(cohort, role, unseen):
    client = api_of(role, cohort=cohort)
    for q in unseen:
        assert names(client.get(url(cohort), {"q": q})) == []


@pytest.mark.parametrize("column", ["phone", "email", "identity", "birth_on", "p.phone"])
def test_roster_when_ordered_or_filtered_by_a_personal_column_then_not_possible(cohort, column):
    client = api_of(Role.READER, cohort=cohort)
    assert client.get(url(cohort), {"ordering": column}).status_code == 400
    assert client.get(url(cohort), {"ordering": f"-{column}"}).status_code == 400
    filtered = client.get(url(cohort), {column: "13800000003"})
    assert names(filtered) == names(client.get(url(cohort)))


def test_roster_when_paged_then_the_cursor_tells_nothing_of_the_name(cohort, lead):
    address = lead.get(url(cohort), {"ordering": "pinyin", "limit": 1}).json()["next"]
    cursor = address.partition("cursor=")[2].partition("&")[0]
    assert base64.urlsafe_b64decode(cursor + "==") == b"a3"


def test_roster_when_filtered_then_by_city_state_and_group(cohort, lead):
    group = create_group(cohort=cohort, name="第一组", by=None)
    member = Enrollment.objects.get(seat=2)
    set_members(group=group, enrollments=[member.pk], by=None)
    assert names(lead.get(url(cohort), {"city": "hefei"})) == ["林一", "Ada Byron"]
    assert names(lead.get(url(cohort), {"state": "withdrawn"})) == []
    assert names(lead.get(url(cohort), {"group": group.pk})) == ["王二"]
    assert names(lead.get(url(cohort), {"group": "第一组"})) == ["王二"]
    assert names(lead.get(url(cohort), {"group": "none", "city": "songjiang"})) == ["欧阳若兰"]


@pytest.mark.parametrize("ordering", ORDERINGS)
def test_roster_when_paged_then_every_row_once_there_and_back(cohort, lead, ordering):
    whole = names(lead.get(url(cohort), {"ordering": ordering}))
    page = lead.get(url(cohort), {"ordering": ordering, "limit": 3}).json()
    assert page["previous"] is None
    last = lead.get(page["next"]).json()
    assert [row["name"] for row in page["results"] + last["results"]] == whole
    assert last["next"] is None
    assert lead.get(last["previous"]).json()["results"] == page["results"]
    assert "cursor=" in page["next"]


def test_roster_when_cursor_is_nonsense_then_the_first_page(cohort, lead):
    for cursor in ("x", "ä", "YTk5OTk5OTk5OTk5", "////"):
        assert lead.get(url(cohort), {"cursor": cursor}).status_code == 200


def test_page_when_rows_grow_then_queries_do_not(cohort, django_assert_num_queries):
    standing = Standing(administrator=True)
    columns = columns_for(standing)
    for limit in (1, 3):
        with django_assert_num_queries(1):
            roster_page(cohort, standing, columns, RosterWish("stroke"), limit=limit)


@committed
def test_csv_when_cells_look_like_formulas_then_guarded_and_only_there(cohort, lead):
    table = csv_rows(lead.get(url(cohort), {"format": "csv"}))
    assert table[0][:3] == ["Seat number", "Name", "Name in Latin letters"]
    assert table[1][6] == "'=cmd()"
    assert table[1][3:5] == ["male", "Hefei"]
    line = json.loads(body(lead.get(url(cohort), {"format": "jsonl"})).splitlines()[0])
    assert line["title"] == "=cmd()"
    assert sheet_rows(lead.get(url(cohort), {"format": "xlsx"}))[1][6] == "=cmd()"


@committed
def test_csv_when_asked_with_keys_then_keys_and_codes(cohort, lead):
    response = lead.get(
        url(cohort), {"format": "csv", "header": "keys"}, headers={"accept": "text/csv"}
    )
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"].startswith('attachment; filename="G60-2026-77-roster')
    data = body(response)
    assert data.startswith(b"\xef\xbb\xbfseat,name,")
    assert data.decode("utf-8-sig").splitlines()[1].split(",")[4] == "hefei"


@committed
def test_reveal_when_lead_gives_a_reason_then_numbers_and_an_audit_line(cohort, lead):
    wish = {"reveal": "1", "columns": "seat,title,identity", "header": "keys"}
    refused = lead.get(url(cohort), {**wish, "format": "csv"})
    assert (refused.status_code, refused.json()["code"]) == (422, "reason_missing")
    csv_answer, jsonl_answer, xlsx_answer = (
        lead.get(url(cohort), {**wish, "format": name}, headers={"x-reason": "park entry"})
        for name in ("csv", "jsonl", "xlsx")
    )
    table = csv_rows(csv_answer)
    assert table[1][1] == "'=cmd()"
    numbers = [identity_number(number) for number in (1, 2, 3, 4)]
    assert [row[2] for row in table[1:]] == numbers
    assert [row[2] for row in sheet_rows(xlsx_answer)[1:]] == numbers
    lines = body(jsonl_answer).splitlines()
    assert [json.loads(line)["identity"] for line in lines] == numbers
    events = AuditEvent.objects.filter(verb="roster.revealed").order_by("pk")
    assert {event.reason for event in events} == {"park entry"}
    assert [event.after["format"] for event in events] == ["csv", "jsonl", "xlsx"]


def test_reveal_when_asked_of_pages_then_numbers_with_an_audit_line_each(cohort, lead):
    wish = {"reveal": "1", "columns": "seat,identity,name", "limit": 3}
    refused = lead.get(url(cohort), wish)
    assert (refused.status_code, refused.json()["code"]) == (422, "reason_missing")
    sent = {"x-reason": "入园登记".encode().decode("latin-1")}  # as WSGI hands it over
    first = lead.get(url(cohort), wish, headers=sent)
    second = lead.get(first.json()["next"], headers=sent)
    rows = first.json()["results"] + second.json()["results"]
    assert [list(row.values()) for row in rows] == [
        [number, identity_number(number), name] for number, (name, _city) in enumerate(NAMES, 1)
    ]
    events = AuditEvent.objects.filter(verb="roster.revealed")
    assert [(event.reason, event.after["format"]) for event in events] == [("入园登记", "json")] * 2
    assert identity_number(1) not in str(list(events.values()))


def test_reveal_when_a_person_has_no_paper_then_the_cell_stays_empty(cohort, lead):
    enrolled(cohort, "无证", "hefei", phone="13800000009")
    wish = {"reveal": "1", "columns": "identity"}
    rows = lead.get(url(cohort), wish, headers={"x-reason": "hotel"}).json()["results"]
    assert [row["identity"] for row in rows][-2:] == [identity_number(4), ""]


def test_reveal_when_no_number_is_among_the_columns_then_nothing_is_noted(cohort, lead):
    assert names(lead.get(url(cohort), {"reveal": "1", "columns": "name"}))
    assert not AuditEvent.objects.filter(verb__startswith="roster.").exists()


@pytest.mark.parametrize("more", [{}, {"format": "csv"}])
def test_reveal_when_role_may_not_then_403_and_nothing_is_noted(cohort, more):
    desk = api_of(Role.DESK, cohort=cohort)
    params = {"reveal": "1", **more}
    assert desk.get(url(cohort), params, headers={"x-reason": "x"}).status_code == 403
    assert not AuditEvent.objects.filter(verb__startswith="roster.").exists()


@committed
def test_export_when_given_up_twenty_times_then_no_backend_is_left(cohort, lead):
    before = backends()
    for number in range(20):
        response = lead.get(url(cohort), {"format": ("csv", "xlsx", "jsonl")[number % 3]})
        if number % 2:
            next(iter(response.streaming_content))
        response.close()
    for _attempt in range(50):
        if backends() <= before:
            break
        time.sleep(0.1)
    assert backends() <= before


def backends() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        return cursor.fetchone()[0]


# Import


def upload(client, cohort, data, **more):
    file = SimpleUploadedFile("roster.csv", data, content_type="text/csv")
    return client.post(url(cohort, "import/"), {"file": file, **more}, format="multipart")


ROW = ["新人", "合肥", "合肥示例", "13900000001"]
COLUMN_NAMES = ["name", "city", "company", "phone"]


def test_import_when_dry_then_told_and_nothing_written(cohort, lead):
    response = upload(lead, cohort, csv_file([COLUMN_NAMES, ROW]), dry_run="1")
    assert response.status_code == 200
    assert (response.json()["applied"], response.json()["counts"]["new"]) == (False, 1)
    assert response.json()["rows"][0]["name"] == "新人"
    assert Enrollment.objects.count() == 4


def test_import_when_dry_and_people_do_not_fit_then_seats_and_quotas_are_told(cohort, lead):
    QuotaFactory(cohort=cohort, city=city("hefei"), seats=3)
    QuotaFactory(cohort=cohort, city=city("songjiang"), seats=9)
    cohort.seats = 5
    cohort.save()
    data = csv_file([COLUMN_NAMES, ROW, ["新二", "合肥", "合肥示例", "13900000002"]])
    told = upload(lead, cohort, data, dry_run="1").json()
    assert told["can_apply"] is False
    assert told["seat_problems"] == [
        {"code": "cohort_full", "count": 1, "city": "", "text": "One seat is missing."},
        {
            "code": "quota_full",
            "count": 1,
            "city": "hefei",
            "text": "Hefei: one person too many.",
        },
    ]
    assert upload(lead, cohort, data).json()["code"] == "cohort_full"
    assert Enrollment.objects.count() == 4


def test_import_when_dry_and_people_fit_then_no_seat_problem(cohort, lead):
    told = upload(lead, cohort, csv_file([COLUMN_NAMES, ROW]), dry_run="1").json()
    assert (told["can_apply"], told["seat_problems"]) == (True, [])


def test_import_when_sent_twice_then_applied_once(cohort, lead):
    data = csv_file([COLUMN_NAMES, ROW])
    assert upload(lead, cohort, data).json()["counts"]["new"] == 1
    assert upload(lead, cohort, data).json()["counts"] == {
        "new": 0, "same": 1, "changed": 0, "duplicate": 0, "error": 0,
    }  # fmt: skip
    assert Enrollment.objects.count() == 5


def test_import_when_rows_are_wrong_then_422_with_each_of_them(cohort, lead):
    response = upload(lead, cohort, csv_file([COLUMN_NAMES, ROW, ["", "x", "", ""]]))
    assert (response.status_code, response.json()["code"]) == (422, "roster_has_errors")
    fields = {problem["field"] for problem in response.json()["rows"][0]["problems"]}
    assert fields == {"name", "city", "organization_name"}
    assert Enrollment.objects.count() == 4


def test_import_when_no_file_or_no_table_then_refused(cohort, lead):
    assert lead.post(url(cohort, "import/"), {}, format="multipart").status_code == 400
    assert upload(lead, cohort, b"\x00\x01").status_code == 422


@pytest.mark.parametrize("role", [Role.DESK, Role.READER])
def test_import_when_role_may_not_then_403(cohort, role):
    client = api_of(role, cohort=cohort)
    assert upload(client, cohort, csv_file([COLUMN_NAMES, ROW])).status_code == 403


# Mappings, large files, undoing


def test_import_when_a_mapping_is_given_then_used_and_remembered(cohort, lead):
    data = csv_file([["who", "from", "house"], ["新人", "合肥", "合肥示例"]])
    assert upload(lead, cohort, data).json()["code"] == "roster_unreadable"
    mapping = {"columns": {"who": "name", "B": "city", "house": "organization_name"}}
    told = upload(lead, cohort, data, mapping=json.dumps(mapping), dry_run="1").json()
    assert (told["applied"], told["counts"]["new"]) == (False, 1)
    assert told["employers"][0]["status"] == "new"
    assert upload(lead, cohort, data, mapping=json.dumps(mapping)).json()["applied"] is True
    assert upload(lead, cohort, data).json()["counts"]["same"] == 1
    wrong = upload(lead, cohort, data, mapping='{"columns": {"who": "password"}}')
    assert (wrong.status_code, wrong.json()["code"]) == (422, "roster_mapping_wrong")


def large_roster():
    rows = [[f"新{chr(0x4E00 + n)}", "合肥", "合肥示例", f"139{n:08}"] for n in range(LARGE + 1)]
    return csv_file([COLUMN_NAMES, *rows])


def test_import_when_large_then_accepted_and_its_state_told_until_applied(cohort, lead):
    cohort.seats = 5000
    cohort.save()
    response = upload(lead, cohort, large_roster())
    assert response.status_code == 202
    state = response.json()
    assert (state["state"], state["done"], state["total"]) == ("planning", 0, LARGE + 1)
    work_on_import(state["id"])
    assert lead.get(state["url"]).json()["state"] == "applying"
    work_on_import(state["id"])
    done = lead.get(state["url"]).json()
    assert (done["state"], done["counts"]["new"], done["stopped"]) == ("applied", LARGE + 1, None)
    undone = lead.post(f"{state['url']}undo/", {}, format="json")
    assert (undone.status_code, undone.json()["undo"]["removed"]) == (200, LARGE + 1)
    assert Enrollment.objects.filter(cohort=cohort).count() == 4


def test_import_when_large_and_dry_then_kept_to_be_applied(cohort, lead):
    response = upload(lead, cohort, large_roster(), dry_run="1")
    state = response.json()
    work_on_import(state["id"])
    told = lead.get(state["url"]).json()
    assert (told["state"], told["plan"]["can_apply"]) == ("previewed", False)
    assert told["plan"]["seat_problems"][0]["code"] == "cohort_full"
    cohort.seats = 5000
    cohort.save()
    response = lead.post(f"{state['url']}apply/", {"duplicates": "new"}, format="json")
    assert response.status_code == 202
    work_on_import(state["id"])
    assert Enrollment.objects.filter(cohort=cohort).count() == LARGE + 5
    again = lead.post(f"{state['url']}apply/", {}, format="json")
    assert (again.status_code, again.json()["state"]) == (200, "applied")


def test_import_when_a_worker_is_refused_then_the_state_says_why(cohort, lead):
    state = upload(lead, cohort, large_roster()).json()
    work_on_import(state["id"])
    work_on_import(state["id"])
    told = lead.get(state["url"]).json()
    assert (told["state"], told["stopped"]["code"]) == ("previewed", "cohort_full")
    assert told["stopped"]["text"]


def test_import_when_undone_too_late_or_of_another_cohort_then_refused(cohort, lead):
    done = upload(lead, cohort, csv_file([COLUMN_NAMES, ROW])).json()
    here = url(cohort, f"import/{done['id']}/")
    RosterImport.objects.update(journal=None)
    assert lead.post(f"{here}undo/").json()["code"] == "undo_too_late"
    other = CohortFactory()
    assert lead.get(url(other, f"import/{done['id']}/")).status_code in {403, 404}
    assert lead.get(url(cohort, "import/999999/")).status_code == 404
