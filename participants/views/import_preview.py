"""The preview of an import a page at a time, its progress, its application, what came of it."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from cohorts.models import City
from cohorts.permissions import may_edit_people
from cohorts.views.rooms import Entry, enter
from g60portal.common.refusals import Refusal
from g60portal.common.tables import stream_xlsx
from participants.actions.import_undo import undo_import, undo_until
from participants.actions.import_work import progress_of
from participants.actions.imports import (
    file_of,
    keep_answers,
    renew_preview,
    start_applying,
)
from participants.choices import WORKED_ON, Gender, ImportState
from participants.forms.imports import (
    DECISION_PREFIX,
    EMPLOYER_PREFIX,
    FIELD_LABELS,
    decisions_in,
    employers_in,
)
from participants.forms.numbers import whole_number
from participants.models import RosterImport
from participants.queries.import_pages import marked_rows, shown_plan
from participants.queries.seats import seat_problems
from participants.refusals import RosterExpired
from participants.rules.papers import mask_email, mask_phone
from participants.rules.person_changes import Change
from participants.rules.roster_plan import STATUSES, CellProblem, RosterPlan, RowPlan

STATUS_LOOKS = {
    "new": ("blue", gettext_lazy("new")),
    "same": ("plain", gettext_lazy("unchanged")),
    "changed": ("amber", pgettext_lazy("row", "changed")),
    "duplicate": ("amber", gettext_lazy("already known?")),
    "error": ("red", gettext_lazy("to be mended")),
}
# So many rows a page; the counts tell the rest.
PAGE_ROWS = 100
# Names beyond these are listed by their number only.
SHOWN_EMPLOYERS = 60
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class ShownChange:
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class ShownProblem:
    """What is wrong where: the column as the file has it, else the field; and how to mend it."""

    place: str
    text: str


@dataclass(frozen=True)
class ShownRow:
    """A row of the plan as the page shows it."""

    plan: RowPlan
    tone: str
    label: str
    field: str
    changes: list[ShownChange]
    problems: list[ShownProblem]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: HttpRequest, code: str, import_id: int) -> HttpResponse:
    """What each row would do; POST applies all rows or none, or keeps the answers of a page."""
    entry, row = _entered(request, code, import_id)
    if request.method != "POST":
        return _answer(entry, row)
    decisions, employers = decisions_in(request.POST.dict()), employers_in(request.POST.dict())
    try:
        row = keep_answers(roster_import=row, decisions=decisions, employers=employers)
        if request.POST.get("then") == "stay":
            return redirect(_page_url(request, row))
        row = start_applying(
            roster_import=row,
            by=entry.by,
            decisions=row.wishes.get("decisions"),
            employers=row.wishes.get("employers"),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return _refused(entry, row, refusal)
    if row.state in WORKED_ON:
        return redirect("roster-preview", code, row.pk)
    messages.success(request, _applied_text(row))
    return redirect("people-list", code)


@login_required
@require_safe
def progress(request: HttpRequest, code: str, import_id: int) -> HttpResponse:
    """The bar alone, asked for by the page each two seconds until the work has ended."""
    entry, row = _entered(request, code, import_id)
    if not request.headers.get("HX-Request"):
        return redirect("roster-preview", code, row.pk)
    if row.state not in WORKED_ON:
        return HttpResponseClientRedirect(reverse("roster-preview", args=[code, row.pk]))
    return render(request, "participants/_roster_progress.html", _progress_facts(entry, row))


@login_required
@require_POST
def renew(request: HttpRequest, code: str, import_id: int) -> HttpResponse:
    """The preview as things stand now."""
    _entry, row = _entered(request, code, import_id)
    try:
        renew_preview(roster_import=row)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
    return redirect("roster-preview", code, row.pk)


@login_required
@require_safe
def marks(request: HttpRequest, code: str, import_id: int) -> HttpResponseBase:
    """The file back, with what would happen to each row; every cell is a text."""
    _entry, row = _entered(request, code, import_id)
    try:
        plan, found = shown_plan(row), file_of(row)
    except RosterExpired as refusal:
        messages.warning(request, str(refusal))
        return redirect("roster-preview", code, row.pk)
    words = {status: str(label) for status, (_tone, label) in STATUS_LOOKS.items()}
    first, rows = marked_rows(found, plan, words, problem_place)
    response = StreamingHttpResponse(stream_xlsx(first, rows), content_type=XLSX)
    name = f"{row.filename.rpartition('.')[0] or row.filename}-{_('marked')}.xlsx"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


@login_required
@require_safe
def result(request: HttpRequest, code: str, import_id: int) -> HttpResponse:
    """What an import did, and until when it can be undone."""
    entry, row = _entered(request, code, import_id)
    if row.state not in {ImportState.APPLIED, ImportState.UNDONE}:
        return redirect("roster-preview", code, row.pk)
    undone = row.summary.get("undo", {})
    kept = [(name, FIELD_LABELS.get(field, field)) for name, field in undone.get("kept", [])]
    counts = [(str(STATUS_LOOKS[status][1]), row.summary.get(status, 0)) for status in STATUSES[:3]]
    context = entry.context(
        "people",
        roster_import=row,
        counts=counts,
        undone=undone,
        kept=kept,
        undo_until=undo_until(row),
    )
    return render(request, "participants/roster_result.html", context)


@login_required
@require_POST
def undo(request: HttpRequest, code: str, import_id: int) -> HttpResponse:
    entry, row = _entered(request, code, import_id)
    try:
        undo_import(roster_import=row, by=entry.by)
    except Refusal as refusal:
        messages.error(request, _undo_refused(refusal))
    else:
        messages.success(request, _("The import has been undone."))
    return redirect("roster-result", code, row.pk)


def _entered(request: HttpRequest, code: str, import_id: int) -> tuple[Entry, RosterImport]:
    entry = enter(request, code, may_edit_people)
    rows = RosterImport.objects.select_related("by")
    return entry, get_object_or_404(rows, pk=import_id, cohort=entry.cohort)


def _answer(entry: Entry, row: RosterImport) -> HttpResponse:
    """The page that fits the state of the import."""
    code = entry.cohort.code
    if row.state == ImportState.MAPPING and row.sealed is not None:
        return redirect("roster-columns", code, row.pk)
    if row.state in {ImportState.APPLIED, ImportState.UNDONE}:
        return redirect("roster-result", code, row.pk)
    if row.state in WORKED_ON:
        context = entry.context("people", **_progress_facts(entry, row))
        return render(entry.request, "participants/roster_progress.html", context)
    if row.state == ImportState.FAILED:
        context = entry.context("people", roster_import=row, why=_(row.refusal.get("text", "")))
        return render(entry.request, "participants/roster_failed.html", context)
    return _preview_page(entry, row, status=200)


def _refused(entry: Entry, row: RosterImport, refusal: Refusal) -> HttpResponse:
    """The preview again, made anew where it no longer told the truth."""
    row.refresh_from_db()
    try:
        row = renew_preview(roster_import=row)
    except RosterExpired:
        return redirect("roster-import", entry.cohort.code)
    if row.state != ImportState.PREVIEWED:
        return redirect("roster-preview", entry.cohort.code, row.pk)
    return _preview_page(entry, row, status=refusal.status)


def _preview_page(entry: Entry, row: RosterImport, *, status: int) -> HttpResponse:
    try:
        plan = shown_plan(row)
    except RosterExpired as refusal:
        messages.warning(entry.request, str(refusal))
        return redirect("roster-import", entry.cohort.code)
    wanted = entry.request.GET.get("status", "")
    chosen = plan.with_status(wanted) if wanted in STATUSES else list(plan.rows)
    page = max(1, whole_number(entry.request.GET.get("page", ""), 1))
    begin = (page - 1) * PAGE_ROWS
    cities = {city.pk: city.local_name for city in City.objects.all()}
    alike = [one for one in plan.employers if one.status == "alike"]
    context = entry.context(
        "people",
        roster_import=row,
        refusal=row.refusal,
        plan=plan,
        rows=[_shown(one, cities) for one in chosen[begin : begin + PAGE_ROWS]],
        row_count=len(chosen),
        previous_url=_at_page(wanted, page - 1) if page > 1 else "",
        next_url=_at_page(wanted, page + 1) if begin + PAGE_ROWS < len(chosen) else "",
        decisions=row.wishes.get("decisions", {}),
        open_count=_open_count(plan, row),
        alike=alike[:SHOWN_EMPLOYERS],
        alike_left=max(0, len(alike) - SHOWN_EMPLOYERS),
        employer_answers=row.wishes.get("employers", {}),
        employer_prefix=EMPLOYER_PREFIX,
        employer_warnings=[one for one in plan.employers if one.warning],
        fresh=[one.name for one in plan.employers if one.status == "new"],
        filters=_filters(plan, wanted),
        seat_problems=seat_problems(plan.verdict),
        write_count=plan.counts["new"] + plan.counts["changed"] + plan.counts["duplicate"],
    )
    return render(entry.request, "participants/roster_preview.html", context, status=status)


def _open_count(plan: RosterPlan, row: RosterImport) -> int:
    """Possible duplicates without an answer."""
    answered = row.wishes.get("decisions", {})
    return sum(1 for one in plan.with_status("duplicate") if one.key not in answered)


def _progress_facts(entry: Entry, row: RosterImport) -> dict[str, Any]:
    now = progress_of(row)
    planning = row.state == ImportState.PLANNING
    return {
        "roster_import": row,
        "label": _("Reading the rows") if planning else _("Importing"),
        "done": now.done,
        "total": now.total,
        "poll_url": reverse("roster-progress", args=[entry.cohort.code, row.pk]),
    }


def _page_url(request: HttpRequest, row: RosterImport) -> str:
    """Where somebody who keeps the answers of a page goes on."""
    query = request.GET.urlencode()
    path = reverse("roster-preview", args=[row.cohort.code, row.pk])
    return f"{path}?{query}" if query else path


def _at_page(status: str, page: int) -> str:
    return f"?status={status}&page={page}" if status else f"?page={page}"


def _filters(plan: RosterPlan, current: str) -> list[dict[str, Any]]:
    words: list[dict[str, Any]] = [
        {"label": _("All"), "url": "?", "current": not current, "count": len(plan.rows)}
    ]
    for status, count in plan.counts.items():
        if count:
            label = STATUS_LOOKS[status][1]
            words.append(
                {
                    "label": label,
                    "url": f"?status={status}",
                    "current": status == current,
                    "count": count,
                }
            )
    return words


def _shown(row: RowPlan, cities: dict[int, str]) -> ShownRow:
    tone, label = STATUS_LOOKS[row.status]
    return ShownRow(
        row,
        tone,
        str(label),
        f"{DECISION_PREFIX}{row.key}",
        [_shown_change(change, cities) for change in row.changes],
        [ShownProblem(problem_place(problem), problem.text) for problem in row.problems],
    )


def problem_place(problem: CellProblem) -> str:
    """Column C (手机); the name of the field when the file has no such column."""
    if not problem.letter:
        return str(FIELD_LABELS.get(problem.name, problem.column))
    if problem.column == problem.letter:
        return _("Column %(letter)s") % {"letter": problem.letter}
    return _("Column %(letter)s (%(label)s)") % {
        "letter": problem.letter,
        "label": problem.column,
    }


def _shown_change(change: Change, cities: dict[int, str]) -> ShownChange:
    label = str(FIELD_LABELS[change.name])
    return ShownChange(
        label,
        _in_words(change.name, change.before, cities),
        _in_words(change.name, change.after, cities),
    )


def _in_words(name: str, value: Any, cities: dict[int, str]) -> str:
    """A value as people read it; contacts masked, for a preview may be shown to many."""
    match name:
        case "city_id":
            return cities.get(value, "")
        case "gender":
            return str(Gender(value).label) if value else ""
        case "phone":
            return mask_phone(value)
        case "email":
            return mask_email(value)
        case "birth_on":
            return f"{str(value)[:4]}-**-**" if value else ""
        case "directory_consent":
            return _("yes") if value else _("no")
    return str(value)


def _applied_text(row: RosterImport) -> str:
    facts = {"new": row.summary.get("new", 0), "changed": row.summary.get("changed", 0)}
    return _("Imported: %(new)s new, %(changed)s changed.") % facts


def _undo_refused(refusal: Refusal) -> str:
    """With the seats of those who are in use, by what refers to them."""
    named = [
        _("%(what)s (seats %(seats)s)")
        % {"what": use["name"], "seats": ", ".join(map(str, use["seats"][:20]))}
        for use in refusal.facts.get("uses", [])
    ]
    return " ".join([str(refusal), *named])
