"""Importing a roster: the upload, the empty file to fill in, and the columns of a file."""

import csv

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cohorts.models import City
from cohorts.permissions import may_edit_people
from cohorts.views.rooms import Entry, enter
from g60portal.common.forms import carried_out, form_status
from g60portal.common.refusals import Refusal
from participants.actions.imports import choose_columns, preview_import
from participants.choices import ImportState
from participants.forms.imports import (
    COLUMN_LABELS,
    COLUMN_PREFIX,
    TEMPLATE_FIELDS,
    RosterFileForm,
    mapping_in,
)
from participants.models import RosterImport
from participants.queries.import_pages import (
    column_choices,
    has_hidden_rows,
    recent_imports,
    sheet_choices,
)
from participants.queries.import_papers import opened_file
from participants.queries.roster_reading import roster_file
from participants.refusals import RosterMappingWrong
from participants.rules.roster_mapping import MappingUnusable, RosterMapping, mapping_from

_OPEN = {ImportState.MAPPING, ImportState.PREVIEWED}
# One sheet of a handful needs no choice.
_FEW_SHEETS = 1


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, code: str) -> HttpResponse:
    entry = enter(request, code, may_edit_people)
    form = RosterFileForm(request.POST or None, request.FILES or None)
    made: list[RosterImport] = []
    if request.method == "POST" and carried_out(form, lambda: made.append(_kept(entry, form))):
        return redirect("roster-preview", code, made[0].pk)
    recent = list(recent_imports(entry.cohort))
    context = entry.context("people", form=form, recent=recent)
    return render(request, "participants/roster_upload.html", context, status=form_status(form))


@login_required
@require_safe
def template(request: HttpRequest, code: str) -> HttpResponse:
    """The column names to fill in below, as a CSV that spreadsheets open."""
    entry = enter(request, code, may_edit_people)
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{entry.cohort.code}-roster.csv"'
    csv.writer(response, lineterminator="\r\n").writerow(map(str, TEMPLATE_FIELDS))
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, code: str, import_id: int) -> HttpResponse:
    """What each column of the file means; POST reads the file so and remembers it."""
    entry = enter(request, code, may_edit_people)
    row = get_object_or_404(RosterImport, pk=import_id, cohort=entry.cohort)
    if row.state not in _OPEN or row.sealed is None:
        return redirect("roster-preview", code, row.pk)
    if request.method != "POST":
        asked = request.GET.getlist("sheet")
        mapping = mapping_from(row.mapping)
        if asked:
            mapping = RosterMapping(mapping.columns, tuple(asked), mapping.city)
        return _columns_page(entry, row, mapping)
    try:
        mapping = mapping_in(request.POST)
    except MappingUnusable:
        return _columns_page(entry, row, RosterMapping(), RosterMappingWrong())
    try:
        choose_columns(roster_import=row, mapping=mapping, by=entry.by)
    except Refusal as refusal:
        return _columns_page(entry, row, mapping, refusal)
    return redirect("roster-preview", code, row.pk)


def _kept(entry: Entry, form: RosterFileForm) -> RosterImport:
    file = form.cleaned_data["file"]
    return preview_import(
        cohort=entry.cohort,
        filename=file.name,
        data=file.read(),
        by=entry.by,
        ask=True,
        wishes={},
    )


def _columns_page(
    entry: Entry, row: RosterImport, mapping: RosterMapping, refusal: Refusal | None = None
) -> HttpResponse:
    found = roster_file(opened_file(row), row.filename, mapping)
    sheets = sheet_choices(found)
    chosen = {one.name for one in found.asked_about}
    context = entry.context(
        "people",
        roster_import=row,
        refusal=refusal,
        columns=column_choices(found),
        column_prefix=COLUMN_PREFIX,
        fields=COLUMN_LABELS,
        sheets=sheets if len(sheets) > _FEW_SHEETS else [],
        chosen=chosen,
        cities=City.objects.all(),
        city=mapping.city,
        hidden_rows=has_hidden_rows(found),
        reads_hidden=mapping.hidden_rows,
    )
    status = refusal.status if refusal else 200
    return render(entry.request, "participants/roster_columns.html", context, status=status)
