"""The wizard of imports as pages: columns, preview a page at a time, marks, progress, undoing."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.http import urlencode
from python_calamine import CalamineWorkbook

from cohorts.choices import Role
from cohorts.models import Organization
from participants.actions.imports import LARGE
from participants.models import Enrollment, ImportMapping, Person, RosterImport
from participants.tasks import work_on_import
from participants.views.import_preview import PAGE_ROWS
from tests.common.tables.workbooks import Page, xlsx
from tests.factories import CohortFactory, OrganizationFactory, city, user_with
from tests.participants.people import csv_file, enrolled, identity_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    for code in ("songjiang", "jiaxing", "hefei"):
        city(code)
    return CohortFactory(seats=5000)


@pytest.fixture
def lead(client, cohort):
    client.force_login(
        user_with(Role.LEAD, cohort=cohort), backend="g60portal.accounts.backends.PortalBackend"
    )
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def url(cohort, name, *args):
    return reverse(name, args=[cohort.code, *args])


def uploaded(lead, cohort, data, name="a.csv"):
    response = lead.post(url(cohort, "roster-import"), {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 302
    return RosterImport.objects.latest("pk")


def people(count):
    return [
        [f"王{chr(0x4E00 + n)}", "嘉兴", f"示例{n % 5}公司", f"138{n:08}"] for n in range(count)
    ]


HEADER = ["姓名", "城市", "单位", "手机"]


def test_columns_when_unknown_then_named_on_the_page_and_remembered(lead, cohort):
    data = csv_file(
        [["学员", "来自", "东家", "号码"], ["张三", "嘉兴", "甲公司", identity_number(1)]]
    )
    row = uploaded(lead, cohort, data)
    page = lead.get(url(cohort, "roster-preview", row.pk), follow=True)
    assert page.redirect_chain == [(url(cohort, "roster-columns", row.pk), 302)]
    assert [column.field for column in page.context["columns"]] == ["name", "", "", ""]
    assert "嘉兴" in page.text
    assert identity_number(1) not in page.text
    answers = {
        "column:学员": "name", "column:来自": "city", "column:东家": "organization_name",
        "column:号码": "identity", "sheet": "a",
    }  # fmt: skip
    incomplete = lead.post(url(cohort, "roster-columns", row.pk), {**answers, "column:来自": ""})
    assert incomplete.status_code == 422
    wrong = lead.post(url(cohort, "roster-columns", row.pk), {**answers, "column:来自": "password"})
    assert wrong.status_code == 422
    response = lead.post(url(cohort, "roster-columns", row.pk), answers)
    assert response.url == url(cohort, "roster-preview", row.pk)
    page = lead.get(response.url)
    assert page.context["plan"].counts["new"] == 1
    assert ImportMapping.objects.count() == 1
    again = uploaded(lead, cohort, data)
    assert again.state == "previewed"


def test_sheets_when_several_then_chosen_on_the_page(lead, cohort):
    pages = [
        Page([HEADER, ["张三", "嘉兴", "甲", None]], name="一"),
        Page([["姓名", "城市", "单位"], ["李四", "合肥", "乙"]], name="二"),
    ]
    row = uploaded(lead, cohort, xlsx(*pages), "a.xlsx")
    here = url(cohort, "roster-columns", row.pk)
    assert [one.read for one in lead.get(here).context["sheets"]] == [True, False]
    other = lead.get(f"{here}?{urlencode({'sheet': '二'})}")
    assert [column.label for column in other.context["columns"]] == ["姓名", "城市", "单位"]
    lead.post(here, {"sheet": "二"})
    page = lead.get(url(cohort, "roster-preview", row.pk))
    assert [one.plan.name for one in page.context["rows"]] == ["李四"]


def test_hidden_rows_when_there_are_some_then_said_and_read_when_wanted(lead, cohort):
    rows = [HEADER, ["张三", "嘉兴", "甲", None], ["李四", "嘉兴", "甲", None]]
    row = uploaded(lead, cohort, xlsx(Page(rows, hidden_rows=[2])), "a.xlsx")
    page = lead.get(url(cohort, "roster-preview", row.pk))
    assert len(page.context["rows"]) == 1
    assert "one row is hidden in the file and was left out: 3" in page.text
    here = url(cohort, "roster-columns", row.pk)
    assert 'name="hidden_rows"' in lead.get(here).text
    lead.post(here, {"hidden_rows": "on", "sheet": "名单"})
    page = lead.get(url(cohort, "roster-preview", row.pk))
    assert len(page.context["rows"]) == 2
    assert "This row is hidden in the file." in page.text


def test_preview_when_many_rows_then_a_page_at_a_time_with_the_filter(
    lead, cohort, django_assert_max_num_queries
):
    row = uploaded(
        lead, cohort, csv_file([HEADER, *people(PAGE_ROWS + 30), ["", "嘉兴", "甲", ""]])
    )
    here = url(cohort, "roster-preview", row.pk)
    with django_assert_max_num_queries(16):
        first = lead.get(here)
    assert len(first.context["rows"]) == PAGE_ROWS
    second = lead.get(here + first.context["next_url"])
    assert len(second.context["rows"]) == 31
    assert second.context["next_url"] == ""
    wrong = lead.get(here + "?status=error")
    assert len(wrong.context["rows"]) == 1
    assert "Column A (姓名)" in wrong.text
    assert lead.get(here + "?page=99&status=nonsense").status_code == 200


def test_answers_when_kept_on_one_page_then_used_when_applied(lead, cohort):
    for n in range(2):
        enrolled(CohortFactory(), f"王{chr(0x4E00 + n)}", phone=f"138{n:08}")
    row = uploaded(lead, cohort, csv_file([HEADER, *people(2)]))
    here = url(cohort, "roster-preview", row.pk)
    assert lead.post(here, {"then": "stay", "decide:a:2": "new"}).url == here
    page = lead.get(here)
    assert page.context["decisions"] == {"a:2": "new"}
    assert page.context["open_count"] == 1
    assert lead.post(here, {}).status_code == 422
    assert lead.post(here, {"decide:a:3": "new"}).status_code == 302
    assert Enrollment.objects.filter(cohort=cohort).count() == 2


def test_employers_when_alike_then_asked_and_linked_as_answered(lead, cohort):
    known = OrganizationFactory(
        name="科大讯飞股份有限公司", short_name="科大讯飞", city=city("hefei")
    )
    rows = [["张三", "合肥", "科大讯飞", ""], ["李四", "合肥", "全新公司", ""]]
    row = uploaded(lead, cohort, csv_file([HEADER, *rows]))
    here = url(cohort, "roster-preview", row.pk)
    page = lead.get(here)
    assert "科大讯飞股份有限公司" in page.text
    assert "One organization would be added" in page.text
    (alike,) = page.context["alike"]
    lead.post(here, {f"employer:{alike.key}": str(known.pk)})
    assert Person.objects.get(name="张三").organization == known
    assert Organization.objects.filter(name="全新公司").exists()


def test_marks_when_downloaded_then_the_file_with_its_results_and_no_formula(lead, cohort):
    rows = [
        ["名单", "", "", ""],
        HEADER,
        ["张三", "嘉兴", "=1+1", ""],
        ["李四", "南京", "乙", "12"],
    ]
    row = uploaded(lead, cohort, csv_file(rows), "推荐表.csv")
    response = lead.get(url(cohort, "roster-marks", row.pk))
    data = b"".join(response.streaming_content)
    assert "attachment" in response["Content-Disposition"]
    assert b"<f>" not in data
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    assert sheet[1][:4] == HEADER
    assert sheet[2] == ["张三", "嘉兴", "=1+1", "", "new", ""]
    assert sheet[3][4] == "to be mended"
    assert "Column B (城市)" in sheet[3][5]
    assert "Column D (手机)" in sheet[3][5]


def test_marks_when_the_file_is_gone_then_back_to_the_import(lead, cohort):
    row = uploaded(lead, cohort, csv_file([HEADER, *people(1)]))
    RosterImport.objects.update(sealed=None, picture=None)
    page = lead.get(url(cohort, "roster-marks", row.pk), follow=True)
    assert page.redirect_chain[-1][0] == url(cohort, "roster-import")
    assert lead.get(url(cohort, "roster-columns", row.pk)).status_code == 302


def test_large_file_when_uploaded_then_progress_until_the_worker_is_done(lead, cohort):
    row = uploaded(lead, cohort, csv_file([HEADER, *people(LARGE + 1)]))
    here = url(cohort, "roster-preview", row.pk)
    page = lead.get(here)
    assert url(cohort, "roster-progress", row.pk) in page.text
    assert f'max="{LARGE + 1}"' in page.text
    part = lead.get(url(cohort, "roster-progress", row.pk), headers={"HX-Request": "true"})
    assert "<html" not in part.text
    assert 'hx-trigger="every 2s"' in part.text
    assert lead.get(url(cohort, "roster-progress", row.pk)).url == here
    work_on_import(row.pk)
    done = lead.get(url(cohort, "roster-progress", row.pk), headers={"HX-Request": "true"})
    assert done["HX-Redirect"] == here
    assert lead.post(here).url == here
    assert "Importing" in lead.get(here).text
    work_on_import(row.pk)
    assert lead.get(here).url == url(cohort, "roster-result", row.pk)
    assert Enrollment.objects.count() == LARGE + 1


def test_failed_import_when_opened_then_told_why(lead, cohort):
    row = uploaded(lead, cohort, csv_file([HEADER, *people(1)]))
    RosterImport.objects.update(state="failed", refusal={"code": "", "text": "Because."})
    assert "Because." in lead.get(url(cohort, "roster-preview", row.pk)).text


def test_undo_when_pressed_then_taken_back_and_reported(lead, cohort):
    row = uploaded(lead, cohort, csv_file([HEADER, *people(3)]))
    lead.post(url(cohort, "roster-preview", row.pk))
    page = lead.get(url(cohort, "roster-result", row.pk))
    assert "Undo the import" in page.text
    page = lead.post(url(cohort, "roster-undo", row.pk), follow=True)
    assert "The import has been undone." in page.text
    assert "What was undone" in page.text
    assert not Enrollment.objects.exists()
    late = lead.post(url(cohort, "roster-undo", row.pk), follow=True)
    assert late.status_code == 200


def test_preview_when_people_were_changed_since_then_shown_anew(lead, cohort):
    row = uploaded(lead, cohort, csv_file([HEADER, *people(1)]))
    enrolled(CohortFactory(), "王一", phone="13800000000")
    here = url(cohort, "roster-preview", row.pk)
    response = lead.post(here)
    assert response.status_code == 409
    assert [one.plan.status for one in response.context["rows"]] == ["duplicate"]
    assert lead.post(here, {"decide:a:2": "new"}).status_code == 302


def test_preview_when_checked_again_then_as_things_stand_now(lead, cohort):
    row = uploaded(lead, cohort, csv_file([HEADER, *people(1)]))
    enrolled(
        cohort, "王一", "jiaxing", phone="13800000000", organization_name="示例0公司", title=""
    )
    here = url(cohort, "roster-preview", row.pk)
    assert lead.get(here).context["plan"].counts["new"] == 1
    lead.post(url(cohort, "roster-renew", row.pk))
    assert lead.get(here).context["plan"].counts["same"] == 1


def test_imports_of_late_when_there_are_some_then_listed(lead, cohort):
    uploaded(lead, cohort, csv_file([HEADER, *people(1)]), "一.csv")
    uploaded(lead, cohort, csv_file([HEADER, *people(1)]), "二.csv")
    names = [one.filename for one in lead.get(url(cohort, "roster-import")).context["recent"]]
    assert names == ["二.csv", "一.csv"]
