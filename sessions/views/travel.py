"""Travel minutes as a matrix: between the venues of a city, and between the nine cities."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from cohorts.models import City
from cohorts.queries.standing import may_keep_shared_rows, may_see_shared_rows
from cohorts.views.rooms import Word, console_nav
from g60portal.accounts.models import User
from g60portal.accounts.viewer import signed_in
from sessions.actions.places import LONGEST_JOURNEY, set_city_minutes, set_venue_minutes
from sessions.actions.travel_fill import fill_city_minutes, fill_venue_minutes
from sessions.queries.places import Cell, Matrix, city_matrix, venue_matrix, venues_found
from sessions.views.places import city_words

MINUTES = re.compile(r"[0-9]{1,5}")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def matrix(request: HttpRequest) -> HttpResponse:
    """`?city=code` shows the venues of a city, nothing the nine cities."""
    if not may_see_shared_rows(request.user):
        raise PermissionDenied
    code = request.GET.get("city", "")
    shown = _matrix(code)
    wrong: list[str] = []
    if request.method == "POST":
        if not may_keep_shared_rows(request.user):
            raise PermissionDenied
        wrong = _save(shown, request, signed_in(request))
        if not wrong:
            messages.success(request, _("Saved."))
            return redirect(request.get_full_path())
    context = {
        "matrix": shown,
        "city": code,
        "wrong": wrong,
        "longest": LONGEST_JOURNEY,
        "may_edit": may_keep_shared_rows(request.user),
        "filters": [Word(_("Between cities"), "?", not code), *city_words(code)[1:]],
        "nav": console_nav("travel-matrix"),
    }
    return render(request, "sessions/travel_matrix.html", context, status=422 if wrong else 200)


@login_required
@require_POST
def fill(request: HttpRequest) -> HttpResponse:
    """Estimate what nobody knows: between the venues of `city`, without one between the cities."""
    if not may_keep_shared_rows(request.user):
        raise PermissionDenied
    code = request.POST.get("city", "")
    by = signed_in(request)
    if code:
        filled = fill_venue_minutes(city=get_object_or_404(City, code=code), by=by)
    else:
        filled = fill_city_minutes(by=by)
    messages.success(
        request,
        ngettext(
            "%(count)d journey has been estimated.",
            "%(count)d journeys have been estimated.",
            filled.count,
        )
        % {"count": filled.count},
    )
    return redirect(reverse("travel-matrix") + (f"?{urlencode({'city': code})}" if code else ""))


def _matrix(code: str) -> Matrix:
    if code:
        return venue_matrix(list(venues_found(city=code)))
    return city_matrix(list(City.objects.order_by("position")))


def _save(shown: Matrix, request: HttpRequest, by: User) -> list[str]:
    """Write the cells that differ, all or none; answers the names of cells that are no minutes."""
    cells = [cell for _origin, row in shown.rows for cell in row if cell is not None]
    wanted = {cell.name: request.POST.get(cell.name, "").strip() for cell in cells}
    wrong = [name for name, text in wanted.items() if text and not _is_minutes(text)]
    if wrong:
        return wrong
    with transaction.atomic():
        for cell in _changed(cells, wanted):
            _set(cell, int(wanted[cell.name]) if wanted[cell.name] else None, by)
    return []


def _changed(cells: Sequence[Cell], wanted: dict[str, str]) -> list[Cell]:
    return [
        cell
        for cell in cells
        if wanted[cell.name] != ("" if cell.minutes is None else str(cell.minutes))
    ]


def _set(cell: Cell, minutes: int | None, by: User) -> None:
    facts: dict[str, Any] = {
        "origin": cell.origin,
        "destination": cell.destination,
        "minutes": minutes,
        "by": by,
    }
    if isinstance(cell.origin, City):
        set_city_minutes(**facts)
    else:
        set_venue_minutes(**facts)


def _is_minutes(text: str) -> bool:
    return MINUTES.fullmatch(text) is not None and int(text) <= LONGEST_JOURNEY
