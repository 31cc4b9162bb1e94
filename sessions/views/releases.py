"""Releases of the timetable: the list with what the next would do, one release and its messages,
two compared. Consent, previews and going back have modules of their own.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.models import Cohort
from cohorts.permissions import (
    may_preview_release,
    may_release,
    may_see_notices,
    may_see_timetable,
)
from cohorts.views.rooms import Entry, enter
from g60portal.accounts.models import User
from g60portal.common.forms import form_status, show_refusal
from g60portal.common.refusals import Refusal
from sessions.actions.release_messages import send_messages_now, take_messages_back
from sessions.actions.release_requests import release_or_ask
from sessions.forms.releases import ReleaseForm
from sessions.models import Release
from sessions.queries.acknowledgements import confirmation_counts, to_confirm_of
from sessions.queries.itinerary_rows import itinerary_days, title_of, when_of
from sessions.queries.release_messages import message_counts
from sessions.queries.release_pages import (
    DRAFT,
    change_lines,
    comparison,
    draft_comparison,
    preview_rows,
    releases_of,
)
from sessions.queries.release_preview import preview_of
from sessions.queries.release_requests import answerable, leg_answers, open_request
from sessions.queries.releases import picture_of

ROOM = "timetable"
# No cohort will ever have so many releases.
NUMBER_DIGITS = 6


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def release_list(request: HttpRequest, code: str) -> HttpResponse:
    """All releases, and what the next one would say; POST publishes it, or asks for consent."""
    entry = enter(request, code, may_see_timetable)
    if request.method != "POST":
        return list_page(entry)
    if not may_release(entry.standing):
        raise PermissionDenied
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return list_page(entry, form)
    try:
        made = release_or_ask(cohort=entry.cohort, **form.cleaned_data, by=entry.by)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return list_page(entry, form)
    if not isinstance(made, Release):
        messages.success(request, _("The hosts are asked. The release is out once all agree."))
        return redirect("release-list", code)
    messages.success(request, _("Release %(number)s is out.") % {"number": made.number})
    return redirect("release-detail", code, made.number)


@login_required
@require_safe
def release_detail(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The timetable as it was released, and what has become of its messages."""
    entry = enter(request, code, may_see_timetable)
    release = numbered(entry.cohort, number)
    slots = picture_of(release).slots.values()
    gone = sorted((slot for slot in slots if not slot.takes_place), key=lambda slot: slot.starts_at)
    context = entry.context(
        ROOM,
        release=release,
        days=itinerary_days(slots),
        cancelled=[
            {"when": when_of(slot), "title": title_of(slot), "reason": slot.cancel_reason}
            for slot in gone
        ],
        latest=releases_of(entry.cohort).first(),
        counts=message_counts(release),
        confirmations=may_see_notices(entry.standing)
        and confirmation_counts(to_confirm_of(release)),
        may_release=may_release(entry.standing),
    )
    return render(request, "sessions/release_detail.html", context)


@login_required
@require_safe
def release_diff(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """What differs between a release and another one (`?from=`, else the one before)."""
    entry = enter(request, code, may_see_timetable)
    newer = numbered(entry.cohort, number)
    older = earlier_release(entry.cohort, newer, request.GET.get("from", ""))
    compared = comparison(newer, older)
    context = entry.context(
        ROOM,
        release=newer,
        older=older,
        rows=[{"line": line} for line in change_lines(entry.cohort, compared.changes)],
    )
    return render(request, "sessions/release_diff.html", context)


@login_required
@require_safe
def release_compare(request: HttpRequest, code: str) -> HttpResponse:
    """Any two: `?from=` and `?to=`, each a number or `draft`. The last release and the draft, when
    nothing is chosen."""
    entry = enter(request, code, may_see_timetable)
    releases = list(releases_of(entry.cohort))
    latest = str(releases[0].number) if releases else DRAFT
    older, newer = request.GET.get("from", latest), request.GET.get("to", DRAFT)
    changes = draft_comparison(entry.cohort, _side(entry, older), _side(entry, newer))
    context = entry.context(
        ROOM,
        releases=releases,
        older=older,
        newer=newer,
        rows=[{"line": line} for line in change_lines(entry.cohort, changes)],
    )
    return render(request, "sessions/release_compare.html", context)


@login_required
@require_POST
def send_now(request: HttpRequest, code: str, number: int) -> HttpResponse:
    return _on_messages(
        request,
        code,
        number,
        send_messages_now,
        lambda n: ngettext("%(n)s message leaves now.", "%(n)s messages leave now.", n) % {"n": n},
    )


@login_required
@require_POST
def take_back(request: HttpRequest, code: str, number: int) -> HttpResponse:
    return _on_messages(
        request,
        code,
        number,
        take_messages_back,
        lambda n: (
            ngettext(
                "%(n)s message is taken back. The next release tells what it would have told.",
                "%(n)s messages are taken back. The next release tells what they would have told.",
                n,
            )
            % {"n": n}
        ),
    )


def earlier_release(cohort: Cohort, newer: Release, number: str) -> Release | None:
    """The release to compare with; none before the first one. 404 for one that does not exist."""
    if number.isascii() and number.isdigit() and len(number) < NUMBER_DIGITS:
        return numbered(cohort, int(number))
    return Release.objects.filter(cohort=cohort, number=newer.number - 1).first()


def numbered(cohort: Cohort, number: int) -> Release:
    found = Release.objects.select_related("by", "cohort")
    return get_object_or_404(found, cohort=cohort, number=number)


def list_page(
    entry: Entry, form: ReleaseForm | None = None, *, status: int = 200, **more: Any
) -> HttpResponse:
    """The list; `more` are the words about an answer that was refused."""
    preview = preview_of(entry.cohort)
    offered = form or ReleaseForm(initial={"expected_number": preview.number})
    asked = open_request(entry.cohort)
    answers = leg_answers(asked, preview.fingerprint) if asked else []
    context = entry.context(
        ROOM,
        releases=list(releases_of(entry.cohort)),
        preview=preview,
        rows=preview_rows(entry.cohort, preview),
        form=offered if may_release(entry.standing) and not asked else None,
        may_release=may_release(entry.standing),
        may_preview=may_preview_release(entry.standing),
        next_number=preview.number,
        asked=asked,
        answers=answers,
        own_legs=[one.leg.pk for one in answerable(answers, entry.standing)],
        **more,
    )
    status = status if status != 200 else form_status(offered)  # noqa: PLR2004 - HTTP
    return render(entry.request, "sessions/release_list.html", context, status=status)


def _side(entry: Entry, chosen: str) -> Release | None:
    """None for the draft; 404 for what does not exist."""
    if chosen == DRAFT:
        return None
    fits = chosen.isascii() and chosen.isdigit() and len(chosen) < NUMBER_DIGITS
    return numbered(entry.cohort, int(chosen) if fits else 0)


def _on_messages(
    request: HttpRequest,
    code: str,
    number: int,
    action: Callable[..., int],
    done: Callable[[int], str],
) -> HttpResponse:
    entry = enter(request, code, may_release)
    release = numbered(entry.cohort, number)
    by: User = entry.by
    try:
        count = action(release=release, by=by)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, done(count))
    return redirect("release-detail", code, number)
