"""Who has confirmed the changes of a release, or a message: for the class teacher, who calls the
others. On the page, on paper and as a file.
"""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cohorts.permissions import may_release, may_see_contacts, may_see_notices
from cohorts.views.rooms import Entry, enter
from g60portal.common import clock
from g60portal.common.refusals import Refusal
from g60portal.common.tables import stream_xlsx
from sessions.actions.acknowledgements import note_phones_taken, remind_missing
from sessions.models import Announcement, Release
from sessions.queries.acknowledgements import (
    REMIND_EVERY,
    ConfirmationRow,
    Told,
    confirmation_counts,
    confirmation_page,
    confirmation_rows,
    last_reminded_at,
    to_confirm_of,
    told_name,
)

ROOM = "notices"
KEY_DIGITS = 19
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORDS = {"release": Release, "message": Announcement}


@login_required
@require_safe
def confirmation_list(request: HttpRequest, code: str, what: str, key: int) -> HttpResponseBase:
    """Those who have not confirmed come first, with their phone; `?format=xlsx` is the whole list,
    `?print=1` the whole list on one page."""
    entry = enter(request, code, may_see_notices)
    told = _told(entry, what, key)
    phones = may_see_contacts(entry.standing)
    if request.GET.get("format") == "xlsx":
        return _file(entry, told, what, key)
    done = request.GET.get("state") == "confirmed"
    whole = "print" in request.GET
    page = (
        None
        if whole
        else confirmation_page(
            told, missing=not done, after=_key(request.GET.get("after", "")), phones=phones
        )
    )
    counts = confirmation_counts(to_confirm_of(told))
    here = reverse("confirmation-list", args=[code, what, key])
    last_at = last_reminded_at(told)
    context = entry.context(
        ROOM,
        told=told,
        name=told_name(told),
        what=what,
        key=key,
        counts=counts,
        rows=page.rows if page else confirmation_rows(told, phones=phones),
        whole=whole,
        done=done,
        filters=_filters(here, counts.missing, counts.confirmed, done=done),
        next_url=page and page.next_after and _next(here, page.next_after, done=done),
        may_remind=may_release(entry.standing),
        reminded_at=last_at,
        remind_again_at=last_at and last_at + REMIND_EVERY > clock.now() and last_at + REMIND_EVERY,
        file_url=here + "?format=xlsx",
        print_url=here + "?print=1",
        here=here,
    )
    return render(request, "sessions/confirmation_list.html", context)


@login_required
@require_POST
def confirmation_remind(request: HttpRequest, code: str, what: str, key: int) -> HttpResponse:
    entry = enter(request, code, may_release)
    told = _told(entry, what, key)
    try:
        count = remind_missing(told=told, by=entry.by)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        text = ngettext("%(n)s person is reminded.", "%(n)s people are reminded.", count)
        messages.success(request, text % {"n": count})
    return redirect("confirmation-list", code, what, key)


def _told(entry: Entry, what: str, key: int) -> Told:
    """A release by its number, a message by its id."""
    if what == "release":
        return get_object_or_404(Release, cohort=entry.cohort, number=key)
    if what == "message":
        return get_object_or_404(Announcement, cohort=entry.cohort, pk=key)
    raise Http404


def _file(entry: Entry, told: Told, what: str, key: int) -> StreamingHttpResponse:
    """With phones only for those who may see them; who took them along is written down."""
    phones = may_see_contacts(entry.standing)
    rows = confirmation_rows(told, phones=phones)
    if phones:
        note_phones_taken(told=told, people=len(rows), by=entry.by)
    header = [_("No."), _("Name"), _("Organization"), _("City"), _("Group"), _("Mobile phone")]
    header += [_("Confirmed"), _("Delivery")]
    response = StreamingHttpResponse(stream_xlsx(header, _cells(rows)), content_type=XLSX)
    name = f"{entry.cohort.code}-{what}-{key}-confirmations.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _cells(rows: Iterable[ConfirmationRow]) -> list[list[str]]:
    return [
        [
            str(row.enrollment.seat),
            row.enrollment.person.name,
            row.enrollment.organization_name,
            row.enrollment.city.local_name,
            row.enrollment.group.name if row.enrollment.group else "",
            row.phone,
            _moment(row),
            str(row.notice.get_state_display()),
        ]
        for row in rows
    ]


def _moment(row: ConfirmationRow) -> str:
    at = row.notice.acknowledged_at
    return date_format(clock.local(at), "SHORT_DATETIME_FORMAT") if at else ""


def _filters(here: str, missing: int, confirmed: int, *, done: bool) -> list[dict[str, object]]:
    words = [(_("Missing"), here, missing, not done)]
    words.append((_("Confirmed"), here + "?state=confirmed", confirmed, done))
    return [
        {"label": label, "url": url, "count": count, "current": current}
        for label, url, count, current in words
    ]


def _next(here: str, after: int, *, done: bool) -> str:
    words = {"after": after, **({"state": "confirmed"} if done else {})}
    return f"{here}?{urlencode(words)}"


def _key(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < KEY_DIGITS else None
