"""Requests of people about their data, consents of a cohort, retention: for its lead."""

import datetime as dt
from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.permissions import may_edit_people
from cohorts.views.rooms import Entry, enter
from g60portal.common import clock
from g60portal.common.forms import carried_out, form_status
from g60portal.common.refusals import Refusal
from participants.actions.privacy_requests import (
    finish_request,
    lift_hold,
    make_request,
    place_hold,
    refuse_request,
    take_up_request,
)
from participants.actions.retention import set_terms
from participants.choices import OPEN_REQUESTS, REQUEST_MOVES, ConsentChannel
from participants.forms.people import ReasonForm
from participants.forms.privacy import AnswerForm, RecordedWishForm, TermsForm
from participants.models import PrivacyRequest, PurgeEntry, RetentionHold
from participants.queries.people import enrollment_at
from participants.queries.privacy import consents_in, requests_in
from participants.queries.retention import purge_preview
from participants.refusals import NotInCohort
from participants.rules.retention import ANSWER_DAYS, TERMS

SHOWN_REQUESTS, SHOWN_MISSING, SHOWN_ENTRIES = 200, 200, 100
# How far the preview of the purge looks ahead.
PREVIEW_DAYS = 400
STEPS: dict[str, Callable[..., PrivacyRequest]] = {
    "take": take_up_request,
    "done": finish_request,
    "refuse": refuse_request,
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def requests(request: HttpRequest, code: str) -> HttpResponse:
    """What people of this cohort have asked; POST records one that came another way."""
    entry = enter(request, code, may_edit_people)
    form = RecordedWishForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried_out(form, lambda: _record(entry, form)):
        messages.success(request, _("The request has been recorded."))
        return redirect("privacy-requests", code)
    rows = list(requests_in(entry.cohort)[:SHOWN_REQUESTS])
    today = clock.today()
    context = entry.context(
        "people",
        requests=rows,
        overdue=[row for row in rows if row.state in OPEN_REQUESTS and row.due_on < today],
        today=today,
        open_states=OPEN_REQUESTS,
        answer_days=ANSWER_DAYS,
        form=form,
    )
    return render(request, "participants/privacy_requests.html", context, status=form_status(form))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def request_detail(request: HttpRequest, code: str, request_id: int) -> HttpResponse:
    entry = enter(request, code, may_edit_people)
    row = get_object_or_404(requests_in(entry.cohort), pk=request_id)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    step = STEPS.get(request.POST.get("step", ""))
    if step and carried_out(form, lambda: _take(step, row, form, entry)):
        messages.success(request, _("Saved."))
        return redirect("privacy-request", code, row.pk)
    return _request_page(entry, row, form)


@login_required
@require_POST
def hold(request: HttpRequest, code: str, request_id: int) -> HttpResponse:
    """Put the person's data under a hold, or lift it."""
    entry = enter(request, code, may_edit_people)
    row = get_object_or_404(requests_in(entry.cohort), pk=request_id)
    try:
        if request.POST.get("lift"):
            lift_hold(person=row.person, by=entry.by)
        else:
            place_hold(person=row.person, reason=request.POST.get("reason", ""), by=entry.by)
        messages.success(request, _("Saved."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("privacy-request", code, row.pk)


@login_required
@require_safe
def consents(request: HttpRequest, code: str) -> HttpResponse:
    entry = enter(request, code, may_edit_people)
    context = entry.context("people", purposes=consents_in(entry.cohort), most=f":{SHOWN_MISSING}")
    return render(request, "participants/privacy_consents.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def retention(request: HttpRequest, code: str) -> HttpResponse:
    """What goes when, the cohort's own terms, and the proof of what went."""
    entry = enter(request, code, may_edit_people)
    own = dict(entry.cohort.retention_terms.values_list("group", "days"))
    form = TermsForm(own, request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried_out(
        form, lambda: set_terms(cohort=entry.cohort, days=form.days(), by=entry.by)
    ):
        messages.success(request, _("Saved."))
        return redirect("privacy-retention", code)
    today = clock.today()
    context = entry.context(
        "people",
        form=form,
        today=today,
        preview=purge_preview(today + dt.timedelta(days=PREVIEW_DAYS), entry.cohort.code),
        entries=PurgeEntry.objects.filter(scope=entry.cohort.code)[:SHOWN_ENTRIES],
        terms=TERMS,
    )
    return render(request, "participants/privacy_retention.html", context, status=form_status(form))


def _record(entry: Entry, form: RecordedWishForm) -> PrivacyRequest:
    row = enrollment_at(entry.cohort, entry.standing, form.cleaned_data["seat"])
    if row is None:
        raise NotInCohort(fields={"seat": NotInCohort.text})
    return make_request(
        person=row.person,
        kind=form.cleaned_data["kind"],
        wish=form.cleaned_data["wish"],
        channel=ConsentChannel.STAFF,
        by=entry.by,
    )


def _take(
    step: Callable[..., PrivacyRequest], row: PrivacyRequest, form: AnswerForm, entry: Entry
) -> PrivacyRequest:
    if step is take_up_request:
        return take_up_request(request=row, by=entry.by)
    return step(request=row, answer=form.cleaned_data["answer"], by=entry.by)


def _request_page(entry: Entry, row: PrivacyRequest, form: AnswerForm) -> HttpResponse:
    context = entry.context(
        "people",
        request_row=row,
        moves=REQUEST_MOVES[row.state],
        form=form,
        overdue=row.state in OPEN_REQUESTS and row.due_on < clock.today(),
        hold=RetentionHold.objects.filter(person=row.person, lifted_at=None).first(),
        hold_form=ReasonForm(),
        seat=entry.cohort.enrollments.filter(person=row.person).values_list("seat", flat=True)[0],
    )
    return render(
        entry.request, "participants/privacy_request.html", context, status=form_status(form)
    )
