"""The clash page of a cohort: what is open by leg and day, what somebody has accepted, advice."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cohorts.permissions import may_accept_clash, may_edit_any_leg, may_see_timetable
from cohorts.views.rooms import Entry, enter
from g60portal.common.forms import UNPROCESSABLE
from g60portal.common.refusals import Refusal
from sessions.actions.clash_acceptances import LONGEST_REASON, accept_clash, reopen_clash
from sessions.choices import ClashCode
from sessions.queries.advice import advice_of
from sessions.queries.clash_list import (
    SEVERITIES,
    ClashFilter,
    ClashList,
    clash_list,
    legs_of_clash,
)
from sessions.refusals import AcceptanceReasonMissing

ROOM = "timetable"
LEG = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True)
class FilterWord:
    label: str
    url: str
    current: bool
    count: int | None = None


@dataclass(frozen=True)
class Wrong:
    """An acceptance that was refused: at which clash, why, and what had been written."""

    key: str
    text: str
    reason: str


@login_required
@require_safe
def clashes(request: HttpRequest, code: str) -> HttpResponse:
    """`?code=`, `?severity=`, `?leg=` narrow the list; unknown words are as if not there."""
    return _page(enter(request, code, may_see_timetable))


@login_required
@require_POST
def accept(request: HttpRequest, code: str) -> HttpResponse:
    """Accept the clash `key` for a `reason`; the words of the filter stay in the address."""
    entry = enter(request, code, may_edit_any_leg)
    key, reason = request.POST.get("key", ""), request.POST.get("reason", "")
    _demand_right(entry, key)
    try:
        accept_clash(cohort=entry.cohort, key=key, reason=reason, by=entry.by)
    except AcceptanceReasonMissing as refusal:
        return _page(entry, Wrong(key, str(refusal.message), reason))
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("Accepted. It comes back if the facts change."))
    return _back(entry)


@login_required
@require_POST
def reopen(request: HttpRequest, code: str) -> HttpResponse:
    """Count the clash `key` as open again."""
    entry = enter(request, code, may_edit_any_leg)
    key = request.POST.get("key", "")
    _demand_right(entry, key)
    try:
        reopen_clash(cohort=entry.cohort, key=key, by=entry.by)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("The clash is open again."))
    return _back(entry)


def _demand_right(entry: Entry, key: str) -> None:
    """A clash that is gone concerns no leg; then the action says so to whoever asks."""
    legs = legs_of_clash(entry.cohort, key)
    if legs is not None and not may_accept_clash(entry.standing, legs):
        raise PermissionDenied


def _page(entry: Entry, wrong: Wrong | None = None) -> HttpResponse:
    words = _words(entry.request)
    shown = clash_list(entry.cohort, words, lambda legs: may_accept_clash(entry.standing, legs))
    context = entry.context(
        ROOM,
        list=shown,
        advice=advice_of(entry.cohort),
        wrong=wrong,
        longest_reason=LONGEST_REASON,
        query=_query(words),
        filtered=words != ClashFilter(),
        **_filters(words, shown),
    )
    status = UNPROCESSABLE if wrong else 200
    return render(entry.request, "sessions/clash_list.html", context, status=status)


def _words(request: HttpRequest) -> ClashFilter:
    code, severity = request.GET.get("code", ""), request.GET.get("severity", "")
    leg = request.GET.get("leg", "")
    return ClashFilter(
        code=code if code in ClashCode.values else "",
        severity=severity if severity in SEVERITIES else "",
        leg=int(leg) if LEG.fullmatch(leg) else None,
    )


def _filters(words: ClashFilter, shown: ClashList) -> Mapping[str, Any]:
    """The rows of words; each keeps what the others say. What there is none of is left out."""
    severities = [("hard", _("Cannot be")), ("soft", _("Warnings"))]
    return {
        "severity_filters": [
            FilterWord(_("All"), _query(words, severity="") or "?", not words.severity),
            *(
                FilterWord(
                    label,
                    _query(words, severity=name),
                    words.severity == name,
                    shown.by_severity.get(name, 0),
                )
                for name, label in severities
                if shown.by_severity.get(name) or words.severity == name
            ),
        ],
        "code_filters": [
            FilterWord(_("All"), _query(words, code="") or "?", not words.code),
            *(
                FilterWord(
                    str(code.label),
                    _query(words, code=code.value),
                    words.code == code.value,
                    shown.by_code.get(code.value, 0),
                )
                for code in ClashCode
                if shown.by_code.get(code.value) or words.code == code.value
            ),
        ],
        "leg_filters": [
            FilterWord(_("All"), _query(words, leg="") or "?", words.leg is None),
            *(
                FilterWord(
                    leg.city.local_name,
                    _query(words, leg=leg.pk),
                    words.leg == leg.pk,
                    shown.by_leg.get(leg.pk, 0),
                )
                for leg in shown.all_legs
            ),
        ],
    }


def _back(entry: Entry) -> HttpResponseRedirect:
    address = reverse("clash-list", args=[entry.cohort.code])
    return redirect(address + _query(_words(entry.request)))


def _query(words: ClashFilter, **changed: Any) -> str:
    chosen = {"severity": words.severity, "code": words.code, "leg": words.leg or "", **changed}
    known = {name: word for name, word in chosen.items() if word}
    return f"?{urlencode(known)}" if known else ""
