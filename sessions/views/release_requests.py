"""Consent to a release, on the page of releases: agree, decline, withdraw."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cohorts.models import Leg
from cohorts.permissions import may_preview_release, may_release
from cohorts.views.rooms import Entry, enter
from g60portal.common.forms import UNPROCESSABLE
from g60portal.common.refusals import Refusal
from sessions.actions.release_requests import agree_to_release, decline_release, withdraw_request
from sessions.choices import RequestState
from sessions.forms.releases import ConsentForm
from sessions.models import ReleaseRequest
from sessions.queries.release_requests import may_answer
from sessions.views.releases import list_page


@login_required
@require_POST
def agree(request: HttpRequest, code: str, request_id: int) -> HttpResponse:
    """For the leg that the form names, to the timetable that the page showed."""
    entry = enter(request, code, may_preview_release)
    row, form = _asked(entry, request_id), _form(entry)
    if not form.is_valid():
        return _malformed(entry, form)
    leg = _own_leg(entry, form)
    try:
        done = agree_to_release(
            request=row,
            leg=leg,
            note=form.cleaned_data["note"],
            fingerprint=form.cleaned_data["fingerprint"] or None,
            by=entry.by,
        )
    except Refusal as refusal:
        return _refused(entry, refusal, leg)
    if done.state != RequestState.RELEASED or done.release is None:
        messages.success(request, _("You have agreed. The other hosts are still to answer."))
        return redirect("release-list", code)
    facts = {"number": done.release.number}
    messages.success(request, _("All hosts have agreed: release %(number)s is out.") % facts)
    return redirect("release-detail", code, done.release.number)


@login_required
@require_POST
def decline(request: HttpRequest, code: str, request_id: int) -> HttpResponse:
    """For the leg that the form names, with the reason in its note."""
    entry = enter(request, code, may_preview_release)
    row, form = _asked(entry, request_id), _form(entry)
    if not form.is_valid():
        return _malformed(entry, form)
    leg = _own_leg(entry, form)
    try:
        decline_release(request=row, leg=leg, note=form.cleaned_data["note"], by=entry.by)
    except Refusal as refusal:
        return _refused(entry, refusal, leg)
    messages.success(request, _("You have declined. Nothing is released."))
    return redirect("release-list", code)


@login_required
@require_POST
def withdraw(request: HttpRequest, code: str, request_id: int) -> HttpResponse:
    entry = enter(request, code, may_release)
    try:
        withdraw_request(request=_asked(entry, request_id), by=entry.by)
    except Refusal as refusal:
        messages.error(request, str(refusal.message))
    else:
        messages.success(request, _("The hosts are not asked any more."))
    return redirect("release-list", code)


def _asked(entry: Entry, request_id: int) -> ReleaseRequest:
    rows = ReleaseRequest.objects.select_related("by")
    return get_object_or_404(rows, cohort=entry.cohort, pk=request_id)


def _form(entry: Entry) -> ConsentForm:
    return ConsentForm(entry.request.POST, legs=Leg.objects.filter(cohort=entry.cohort))


def _own_leg(entry: Entry, form: ConsentForm) -> Leg:
    """The leg to answer for; 403 for one that somebody else speaks for."""
    leg: Leg = form.cleaned_data["leg"]
    if not may_answer(entry.standing, leg):
        raise PermissionDenied
    return leg


def _malformed(entry: Entry, form: ConsentForm) -> HttpResponse:
    reason = " ".join(str(error) for errors in form.errors.values() for error in errors)
    return list_page(entry, status=UNPROCESSABLE, refused_reason=reason)


def _refused(entry: Entry, refusal: Refusal, leg: Leg) -> HttpResponse:
    """The page again, with the words at the leg's answer."""
    reason = " ".join(str(text) for text in refusal.fields.values()) or str(refusal.message)
    return list_page(entry, status=refusal.status, refused_leg=leg.pk, refused_reason=reason)
