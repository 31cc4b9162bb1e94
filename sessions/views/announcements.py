"""Messages by hand: the list, writing one, and one message with its preview, review and sending."""

from collections.abc import Callable
from typing import Any

from csp.constants import HEADER
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.permissions import may_release, may_see_notices
from cohorts.views.rooms import Entry, enter
from g60portal.common.forms import carried_out, form_status
from g60portal.common.policy import FRAMED_POLICY, framing_policy
from g60portal.common.refusals import Refusal
from g60portal.notices.outbox import language_or_default
from participants.models import Enrollment
from sessions.actions import announcements as actions
from sessions.choices import AnnouncementState
from sessions.forms.announcements import AnnouncementForm, ReturnForm, SendForm
from sessions.models import Announcement
from sessions.notices.announcement import message_for, subject_for
from sessions.notices.released_facts import HIDDEN
from sessions.queries.acknowledgements import confirmation_counts, to_confirm_of
from sessions.queries.announcements import PAGE_SIZE, announcements_of, messages_of, people_of
from sessions.queries.release_messages import counts_of
from sessions.rules.audience_filter import AudienceFilter

ROOM = "notices"
KEY_DIGITS = 9


@login_required
@require_safe
def announcement_list(request: HttpRequest, code: str) -> HttpResponse:
    """Newest first, in pages by key."""
    entry = enter(request, code, may_see_notices)
    rows = announcements_of(entry.cohort)
    before = _number(request.GET.get("before", ""))
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE_SIZE + 1])
    more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
    context = entry.context(
        ROOM,
        rows=found,
        next_url=more and f"?before={found[-1].pk}",
        may_write=may_release(entry.standing),
    )
    return render(request, "sessions/announcement_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def announcement_new(request: HttpRequest, code: str) -> HttpResponse:
    entry = enter(request, code, may_release)
    form = AnnouncementForm(request.POST or None, cohort=entry.cohort)
    made: list[Announcement] = []
    if request.method == "POST" and carried_out(
        form,
        lambda: made.append(
            actions.write_announcement(cohort=entry.cohort, **form.facts(), by=entry.by)
        ),
    ):
        return redirect("announcement-detail", code, made[0].pk)
    return _form_page(entry, form, reverse("announcement-list", args=[code]))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def announcement_edit(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    entry = enter(request, code, may_release)
    row = _row(entry, pk)
    if row.state != AnnouncementState.DRAFT:
        messages.error(request, str(actions.NotEditable.text))
        return redirect("announcement-detail", code, pk)
    back = reverse("announcement-detail", args=[code, pk])
    if request.method != "POST":
        return _form_page(entry, AnnouncementForm.of(row), back, row)
    form = AnnouncementForm(request.POST, cohort=entry.cohort)
    if carried_out(
        form,
        lambda: actions.edit_announcement(
            announcement=row,
            **form.facts(),
            version=form.cleaned_data["version"] or 0,
            by=entry.by,
        ),
    ):
        return redirect(back)
    return _form_page(entry, form, back, row)


@login_required
@require_safe
def announcement_detail(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """What it says to one person (`?seat=`, else the first), to whom it goes, how far it got."""
    entry = enter(request, code, may_see_notices)
    return _detail(entry, _row(entry, pk))


@login_required
@require_safe
@xframe_options_sameorigin
def announcement_mail(request: HttpRequest, code: str, pk: int, seat: int) -> HttpResponse:
    """The HTML of the mail as a document of its own, in which nothing runs or leads anywhere."""
    entry = enter(request, code, may_see_notices)
    row = _row(entry, pk)
    enrollment = _somebody(entry, seat)
    language = language_or_default(request.GET.get("language", ""))
    response = HttpResponse(_sample(row, enrollment, language)["html"])
    response.headers[HEADER] = FRAMED_POLICY
    return response


@login_required
@require_POST
def announcement_send(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    entry = enter(request, code, may_release)
    row = _row(entry, pk)
    form = SendForm(request.POST)
    if carried_out(
        form, lambda: actions.submit_announcement(announcement=row, **form.facts(), by=entry.by)
    ):
        return _moved(request, code, pk)
    return _detail(entry, _row(entry, pk), send_form=form, status=422)


@login_required
@require_POST
def announcement_approve(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    entry = enter(request, code, may_see_notices)
    return _acted(
        entry, pk, lambda row: actions.approve_announcement(announcement=row, by=entry.by)
    )


@login_required
@require_POST
def announcement_return(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    entry = enter(request, code, may_see_notices)
    row = _row(entry, pk)
    form = ReturnForm(request.POST)
    if carried_out(
        form,
        lambda: actions.return_announcement(
            announcement=row, note=form.cleaned_data["note"], by=entry.by
        ),
    ):
        return redirect("announcement-detail", code, pk)
    return _detail(entry, _row(entry, pk), return_form=form, status=422)


@login_required
@require_POST
def announcement_stop(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Back to a draft, or whatever has not left is not sent."""
    entry = enter(request, code, may_release)
    return _acted(entry, pk, lambda row: actions.stop_announcement(announcement=row, by=entry.by))


@login_required
@require_POST
def announcement_remove(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    entry = enter(request, code, may_release)
    row = _row(entry, pk)
    try:
        actions.remove_announcement(announcement=row, by=entry.by)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("announcement-detail", code, pk)
    return redirect("announcement-list", code)


@login_required
@require_POST
def announcement_test(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """The very mail to whoever asks, in both languages."""
    entry = enter(request, code, may_release)
    row = _row(entry, pk)
    enrollment = _somebody(entry, _number(request.POST.get("seat", "")))
    for language in ("zh-hans", "en"):
        actions.send_test(announcement=row, enrollment=enrollment, language=language, by=entry.by)
    messages.success(
        request, _("Two test mails are on their way to %(to)s.") % {"to": entry.by.email}
    )
    return redirect(f"{reverse('announcement-detail', args=[code, pk])}?seat={enrollment.seat}")


def _acted(entry: Entry, pk: int, action: Callable[[Announcement], object]) -> HttpResponse:
    try:
        action(_row(entry, pk))
    except Refusal as refusal:
        messages.error(entry.request, str(refusal))
        return redirect("announcement-detail", entry.cohort.code, pk)
    return _moved(entry.request, entry.cohort.code, pk)


def _moved(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    row = Announcement.objects.get(pk=pk)
    if row.state == AnnouncementState.SENT:
        text = ngettext("It leaves to %(n)s person.", "It leaves to %(n)s people.", row.told_count)
        messages.success(request, text % {"n": row.told_count})
    elif row.state == AnnouncementState.IN_REVIEW:
        messages.success(request, _("A second person has to approve it now."))
    return redirect("announcement-detail", code, pk)


def _detail(
    entry: Entry,
    row: Announcement,
    *,
    send_form: SendForm | None = None,
    return_form: ReturnForm | None = None,
    status: int = 200,
) -> HttpResponse:
    people = people_of(entry.cohort, AudienceFilter.of(row.audience))
    seat = _number(entry.request.GET.get("seat", ""))
    shown = (people.filter(seat=seat).first() if seat else None) or people.first()
    is_own = entry.by.pk in {row.author_id, row.edited_by_id}
    in_review = row.state == AnnouncementState.IN_REVIEW
    context = entry.context(
        ROOM,
        row=row,
        people_count=people.count(),
        shown=shown,
        samples=_samples(entry, row, shown) if shown else [],
        counts=counts_of(messages_of(row)),
        confirmations=confirmation_counts(to_confirm_of(row)) if row.urgent else None,
        may_write=may_release(entry.standing),
        may_review=in_review and not is_own,
        own_review=in_review and is_own,
        needs_review=entry.cohort.message_needs_review,
        send_form=send_form or SendForm(),
        return_form=return_form or ReturnForm(),
        wanted=AudienceFilter.of(row.audience),
    )
    response = render(entry.request, "sessions/announcement_detail.html", context, status=status)
    response.headers[HEADER] = framing_policy()
    return response


def _samples(entry: Entry, row: Announcement, shown: Enrollment) -> list[dict[str, Any]]:
    mail = reverse("announcement-mail", args=[entry.cohort.code, row.pk, shown.seat])
    return [
        {
            **_sample(row, shown, language),
            "language": language,
            "url": f"{mail}?language={language}",
        }
        for language in ("zh-hans", "en")
    ]


def _sample(row: Announcement, enrollment: Enrollment, language: str) -> dict[str, str]:
    subject = subject_for(row, enrollment, language)
    with override(language):
        url = f"{settings.PORTAL_URL}/confirm/{HIDDEN}/" if row.urgent else ""
        message = message_for(row, enrollment, subject, url)
    return {"subject": subject, "text": message.text, "html": message.html}


def _form_page(
    entry: Entry, form: AnnouncementForm, back: str, row: Announcement | None = None
) -> HttpResponse:
    context = entry.context(ROOM, form=form, row=row, back=back)
    status = form_status(form)
    return render(entry.request, "sessions/announcement_edit.html", context, status=status)


def _row(entry: Entry, pk: int) -> Announcement:
    return get_object_or_404(announcements_of(entry.cohort).select_related("cohort"), pk=pk)


def _somebody(entry: Entry, seat: int | None) -> Enrollment:
    people = Enrollment.objects.filter(cohort=entry.cohort)
    found = people.select_related("person", "group", "cohort").filter(seat=seat or 0).first()
    if found is None:
        raise Http404
    return found


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < KEY_DIGITS else None
