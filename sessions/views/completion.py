"""Completion: the verdicts of the run in force, issuing, the certificates, revoking."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.models import Cohort
from cohorts.permissions import may_complete, may_see_certificates
from cohorts.views.rooms import Entry, enter
from g60portal.common.forms import form_status, show_refusal
from g60portal.common.refusals import Refusal
from participants.actions.certificates import revoke_certificate
from participants.models import Certificate
from participants.queries.certificates import certificate_list
from participants.views.documents import certificate_document
from sessions.actions.completion import issue_due_certificates, run_completion
from sessions.forms.certificates import RevokeForm
from sessions.queries.completion import (
    due_enrollments,
    requirements_of,
    run_in_force,
    sessions_to_come,
    sessions_without_roll,
    verdict_rows,
)

# The two tabs, by `?part=`.
VERDICTS, CERTIFICATES = "verdicts", "certificates"
# The parts of the list of verdicts: by `?show=`, whether the person passed.
_PARTS = {"passed": True, "not_passed": False}


@login_required
@require_safe
def certificates(request: HttpRequest, code: str) -> HttpResponse:
    """The verdicts or the certificates of a cohort; `?show=passed|not_passed` for some verdicts."""
    entry = enter(request, code, may_see_certificates)
    run = run_in_force(entry.cohort)
    rows = verdict_rows(run) if run else []
    issued = list(certificate_list(entry.cohort))
    due_count = len(due_enrollments(run)) if run else 0
    show = request.GET.get("show", "")
    part = _part(request.GET.get("part", VERDICTS if show else ""), issued, due_count)
    context = entry.context(
        room="certificates",
        run=run,
        verdicts=[row for row in rows if show not in _PARTS or _PARTS[show] is row.verdict.passed],
        filters=_filters([row.verdict.passed for row in rows], show),
        part=part,
        tabs=_tabs(part, len(rows), len(issued)) if issued else [],
        due_count=due_count,
        requirements=requirements_of(entry.cohort),
        to_come=sessions_to_come(entry.cohort),
        without_roll=sessions_without_roll(entry.cohort),
        certificates=issued,
        may_complete=may_complete(entry.standing),
    )
    return render(request, "sessions/completion_certificates.html", context)


@login_required
@require_POST
def run(request: HttpRequest, code: str) -> HttpResponse:
    entry = enter(request, code, may_complete)
    try:
        run_completion(cohort=entry.cohort, by=entry.by)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The completion has been run."))
    return redirect("certificate-list", code=code)


@login_required
@require_POST
def issue(request: HttpRequest, code: str) -> HttpResponse:
    entry = enter(request, code, may_complete)
    try:
        count = len(issue_due_certificates(cohort=entry.cohort, by=entry.by))
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("certificate-list", code=code)
    text = ngettext(
        "%(count)d certificate issued. It is being printed and mailed.",
        "%(count)d certificates issued. They are being printed and mailed.",
        count,
    )
    messages.success(request, text % {"count": count})
    return redirect("certificate-list", code=code)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, code: str, serial: int) -> HttpResponse:
    """The question and the deed on one page, so that it works without scripts."""
    entry = enter(request, code, may_complete)
    certificate = _certificate_or_404(entry.cohort, serial)
    form = RevokeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _revoked(entry, certificate, form):
        return redirect("certificate-list", code=code)
    context = entry.context(room="certificates", certificate=certificate, form=form)
    return render(request, "sessions/completion_revoke.html", context, status=form_status(form))


@login_required
@require_safe
def document(request: HttpRequest, code: str, serial: int) -> HttpResponse:
    """The PDF for the staff."""
    entry = enter(request, code, may_see_certificates)
    return certificate_document(_certificate_or_404(entry.cohort, serial))


def _revoked(entry: Entry, certificate: Certificate, form: RevokeForm) -> bool:
    try:
        revoke_certificate(certificate=certificate, by=entry.by, **form.cleaned_data)
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    messages.success(
        entry.request, _("Certificate %(number)s is revoked.") % {"number": certificate}
    )
    return True


def _certificate_or_404(cohort: Cohort, serial: int) -> Certificate:
    row = cohort.certificates.select_related("enrollment__person").filter(serial=serial).first()
    if row is None:
        raise Http404
    return row


def _part(asked: str, issued: Sequence[Certificate], due_count: int) -> str:
    """Verdicts while there is something to decide, else the certificates that came of them."""
    if not issued or asked == VERDICTS:
        return VERDICTS
    if asked == CERTIFICATES:
        return CERTIFICATES
    return VERDICTS if due_count else CERTIFICATES


def _tabs(part: str, verdict_count: int, certificate_count: int) -> list[dict[str, Any]]:
    tabs = (
        (CERTIFICATES, _("Certificates issued"), certificate_count),
        (VERDICTS, _("Verdicts"), verdict_count),
    )
    return [
        {"label": label, "url": f"?part={key}", "current": key == part, "count": count}
        for key, label, count in tabs
    ]


def _filters(passed: list[bool], show: str) -> list[dict[str, Any]]:
    figures = (
        ("", _("All"), len(passed)),
        ("passed", _("Passed"), sum(passed)),
        ("not_passed", _("Not passed"), len(passed) - sum(passed)),
    )
    return [
        {
            "label": label,
            "url": f"?show={key}" if key else f"?part={VERDICTS}",
            "current": key == show,
            "count": count,
        }
        for key, label, count in figures
    ]
