"""The notices of a cohort: what was sent, what waits, what needs a person."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from cohorts.permissions import may_retry_notices, may_see_contacts, may_see_notices
from cohorts.views.rooms import Entry, enter
from g60portal.common.refusals import Refusal
from g60portal.notices.actions import STOPPABLE_STATES, cancel_notice, retry_notice
from g60portal.notices.choices import RETRYABLE_STATES, NoticeState
from g60portal.notices.models import Notice
from participants.rules.papers import mask_email
from sessions.queries.notices import (
    kind_counts,
    kind_label,
    need_person_count,
    notice_page,
    notices_of,
    progress_of,
    state_counts,
    unconfirmed_release,
)

ROOM = "notices"
# More digits than any row of the database has.
KEY_DIGITS = 19


@login_required
@require_safe
def notice_list(request: HttpRequest, code: str) -> HttpResponse:
    """Newest first, filtered by state, kind and release; with how far it is, which the page asks
    for again while something is under way."""
    entry = enter(request, code, may_see_notices)
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    release = request.GET.get("release", "")
    counts = state_counts(entry.cohort)
    page = notice_page(
        notices_of(entry.cohort, state=state, kind=kind, release=_key(release)),
        before=_key(request.GET.get("before", "")),
        after=_key(request.GET.get("after", "")),
    )
    here = reverse("notice-list", args=[code])
    chosen = {"state": state, "kind": kind, "release": release if _key(release) else ""}
    context = entry.context(
        ROOM,
        rows=[_row(entry, notice) for notice in page.rows],
        count=counts.get(state, 0) if state else sum(counts.values()),
        state_filters=_state_filters(here, counts, chosen),
        kind_filters=_kind_filters(here, kind_counts(entry.cohort), chosen),
        needs_person=need_person_count(counts),
        may_retry=may_retry_notices(entry.standing),
        previous_url=page.newer_than and _address(here, {**chosen, "after": page.newer_than}),
        next_url=page.older_than and _address(here, {**chosen, "before": page.older_than}),
        filtered=any(chosen.values()),
        release=chosen["release"],
        without_release=_address(here, {**chosen, "release": ""}),
        unconfirmed=unconfirmed_release(entry.cohort),
        **_progress(entry, counts),
    )
    return render(request, "sessions/notice_list.html", context)


@login_required
@require_safe
def notice_progress(request: HttpRequest, code: str) -> HttpResponse:
    """The bar alone, asked for by the page until everything has left."""
    entry = enter(request, code, may_see_notices)
    if not request.headers.get("HX-Request"):
        return redirect("notice-list", code)
    progress = _progress(entry, state_counts(entry.cohort))
    if not progress["progress"].under_way:
        return HttpResponseClientRefresh()
    return render(request, "sessions/_notice_progress.html", {**progress, "cohort": entry.cohort})


@login_required
@require_POST
def notice_retry(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    entry = enter(request, code, may_retry_notices)
    notice = get_object_or_404(Notice, pk=pk, scope=entry.cohort.code)
    try:
        retry_notice(notice=notice, by=entry.by)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        facts = {"name": notice.recipient}
        messages.success(request, _("The notice to %(name)s is queued again.") % facts)
    return redirect("notice-list", code)


@login_required
@require_POST
def notice_cancel(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    entry = enter(request, code, may_retry_notices)
    notice = get_object_or_404(Notice, pk=pk, scope=entry.cohort.code)
    try:
        cancel_notice(notice=notice, by=entry.by)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        facts = {"name": notice.recipient}
        messages.success(request, _("The notice to %(name)s will not be sent.") % facts)
    return redirect("notice-list", code)


def _progress(entry: Entry, counts: dict[str, int]) -> dict[str, Any]:
    return {
        "progress": progress_of(counts),
        "poll_url": reverse("notice-progress", args=[entry.cohort.code]),
    }


def _row(entry: Entry, notice: Notice) -> dict[str, object]:
    """A notice as a line; addresses in clear only for those who may see contacts."""
    plain = may_see_contacts(entry.standing)
    return {
        "notice": notice,
        "kind": kind_label(notice.kind),
        "address": notice.address if plain else mask_email(notice.address),
        "retryable": notice.state in RETRYABLE_STATES and not notice.is_superseded,
        "stoppable": notice.state in STOPPABLE_STATES,
    }


def _state_filters(
    here: str, counts: dict[str, int], chosen: dict[str, str]
) -> list[dict[str, object]]:
    labels = dict(NoticeState.choices)
    words = [("", _("All"), sum(counts.values()))]
    words += [(state, str(labels[state]), counts[state]) for state in labels if state in counts]
    return _filters(here, words, chosen, "state")


def _kind_filters(
    here: str, counts: dict[str, int], chosen: dict[str, str]
) -> list[dict[str, object]]:
    words = [("", _("All kinds"), sum(counts.values()))]
    words += [(kind, kind_label(kind), count) for kind, count in counts.items()]
    return _filters(here, words, chosen, "kind")


def _filters(
    here: str, words: list[tuple[str, str, int]], chosen: dict[str, str], name: str
) -> list[dict[str, object]]:
    return [
        {
            "label": label,
            "url": _address(here, {**chosen, name: value}),
            "current": chosen[name] == value,
            "count": count,
        }
        for value, label, count in words
    ]


def _address(here: str, query: dict[str, object] | dict[str, str]) -> str:
    kept = {name: value for name, value in query.items() if value}
    return f"{here}?{urlencode(kept)}" if kept else here


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < KEY_DIGITS else None
