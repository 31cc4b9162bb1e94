"""What became of the roster between two days: the page and its files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cohorts.models import Cohort
from cohorts.permissions import may_see_people
from cohorts.queries.standing import Standing
from cohorts.views.rooms import enter
from g60portal.accounts.models import User
from g60portal.common import clock
from g60portal.common.refusals import Refusal
from participants.actions.exports import note_export
from participants.choices import Change
from participants.forms.roster import column_names, roster_columns
from participants.forms.roster_difference import difference_span
from participants.forms.saved_views import query_params
from participants.queries.roster_columns import BY_NAME, Column
from participants.queries.roster_difference import (
    FILE_FORMATS,
    Entry,
    Span,
    difference_stream,
    past_columns,
    recorded_since,
    roster_difference,
)
from participants.queries.roster_stream import CONTENT_TYPES
from participants.refusals import RosterParameterWrong

MOST_ENTRIES = 500
# Said about everybody on the page; what has changed besides is said value by value.
_HEAD = ("name", "city", "organization", "title", "group", "state")


@dataclass(frozen=True)
class Value:
    """One value that differs."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """One person as the page tells of it: `row` is the newest known, `linked` leads to its page."""

    seat: int
    row: Mapping[str, str]
    linked: bool
    values: Sequence[Value]


@login_required
@require_safe
def difference(request: HttpRequest, code: str) -> HttpResponseBase:
    """The page, or with `format` the whole as a file."""
    entry = enter(request, code, may_see_people)
    params = query_params(request.GET)
    try:
        if params.get("format"):
            return difference_file(entry.cohort, entry.standing, params, by=entry.by)
        span = difference_span(entry.cohort, params)
        columns = difference_columns(entry.standing, params)
    except Refusal as refusal:
        messages.warning(request, str(refusal))
        return redirect("roster-difference" if request.GET else "people-list", code)
    found = roster_difference(
        entry.cohort, entry.standing, columns, span, limit=MOST_ENTRIES + 1, spelling="words"
    )
    told = {change: [] for change in Change.values}  # type: dict[str, list[Told]]
    for one in found[:MOST_ENTRIES]:
        told[one.change].append(_told(one, columns))
    context = entry.context(
        "people",
        parts=[(str(label), change, told[change]) for change, label in Change.choices],
        names=[BY_NAME[name] for name in _HEAD],
        more=len(found) > MOST_ENTRIES,
        most=MOST_ENTRIES,
        none=not found,
        begin_on=params.get("from", "") or f"{clock.local(span.begin):%Y-%m-%d}",
        end_on=params.get("to", "") or f"{clock.local(span.end):%Y-%m-%d}",
        span=span,
        since=recorded_since(entry.cohort),
        files={
            name.upper(): f"?{urlencode({**_days(params), 'format': name})}"
            for name in FILE_FORMATS
        },
    )
    return render(request, "participants/roster_difference.html", context)


def difference_file(
    cohort: Cohort, standing: Standing, params: Mapping[str, str], *, by: User
) -> StreamingHttpResponse:
    """Every value that differs, for the page and for the API. Raises Refusal."""
    wanted = next((name for name in FILE_FORMATS if name == params.get("format")), None)
    if wanted is None:
        text = _("“%(value)s” is not known here.") % {"value": params.get("format", "")[:60]}
        raise RosterParameterWrong(fields={"format": text}, facts={"parameter": "format"})
    span, columns = difference_span(cohort, params), difference_columns(standing, params)
    note_export(cohort=cohort, format=wanted, columns=column_names(columns), by=by)
    stream = difference_stream(cohort, standing, columns, span, format=wanted)
    response = StreamingHttpResponse(stream, content_type=CONTENT_TYPES[wanted])
    name = f"{cohort.code}-roster-changes-{_day(span)}.{wanted}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def difference_columns(standing: Standing, params: Mapping[str, str]) -> list[Column]:
    """Those of the roster of which a past is kept. Raises ColumnUnknown."""
    return past_columns(roster_columns(standing, params))


def _day(span: Span) -> str:
    return f"{clock.local(span.begin):%Y%m%d}-{clock.local(span.end):%Y%m%d}"


def _days(params: Mapping[str, str]) -> dict[str, str]:
    return {name: params[name] for name in ("from", "to") if params.get(name)}


def _told(entry: Entry, columns: Sequence[Column]) -> Told:
    row = entry.after or entry.before or {}
    before, after = entry.before or {}, entry.after or {}
    values = [
        Value(str(column.header), before[column.name], after[column.name])
        for column in columns
        if column.name in entry.changed
    ]
    return Told(entry.seat, row, entry.after is not None, values)
