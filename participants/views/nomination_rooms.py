"""The other pages of the room: waiting list, seats and pool, links for enterprises."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cohorts.permissions import may_admit, may_nominate, may_see_nominations
from cohorts.views.rooms import enter
from g60portal.common.forms import carried_out, form_status
from g60portal.common.refusals import Refusal
from participants.actions.nomination_links import close_link, invite_enterprise, invite_nominee
from participants.actions.quota_moves import give_seats
from participants.forms.nominations import EnterpriseLinkForm, SeatsForm
from participants.models import NominationLink
from participants.queries.nomination_links import enterprise_links, link_path
from participants.queries.nominations import (
    cities_nominated_for,
    priority_steps,
    sight_of,
    waiting_list,
)
from participants.queries.quota_board import quota_board, seat_moves
from participants.views.nomination_ground import one_seen, page_context


@login_required
@require_safe
def waitlist(request: HttpRequest, code: str) -> HttpResponse:
    """Each city's list in the order of moving up, with every reason."""
    entry = enter(request, code, may_see_nominations)
    rows = waiting_list(entry.cohort, entry.standing)
    reasons = priority_steps(rows)
    context = page_context(
        entry,
        "nomination-waitlist",
        rows=[(row, reasons.get(row.pk, [])) for row in rows],
        sight=sight_of(entry.standing),
        may_admit=may_admit(entry.standing),
    )
    return render(request, "participants/nomination_waitlist.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def seats(request: HttpRequest, code: str) -> HttpResponse:
    """Seats given back to the pool, and, by the lead, from it; with the log."""
    entry = enter(request, code, may_nominate)
    leads = may_admit(entry.standing)
    own = None if leads else cities_nominated_for(entry.cohort, entry.standing)
    form = SeatsForm(own, request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried_out(
        form,
        lambda: give_seats(
            cohort=entry.cohort,
            source=form.cleaned_data["source"],
            target=form.cleaned_data.get("target"),
            seats=form.cleaned_data["seats"],
            reason=form.cleaned_data["reason"],
            by=entry.by,
        ),
    ):
        messages.success(request, _("The seats have moved."))
        return redirect("nomination-seats", code)
    context = page_context(
        entry,
        "nomination-seats",
        form=form,
        board=quota_board(entry.cohort, entry.standing),
        moves=list(seat_moves(entry.cohort, entry.standing)[:200]),
        leads=leads,
    )
    return render(request, "participants/nomination_seats.html", context, status=form_status(form))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def links(request: HttpRequest, code: str) -> HttpResponse:
    """The private links of enterprises; POST makes one."""
    entry = enter(request, code, may_nominate)
    form = EnterpriseLinkForm(
        cities_nominated_for(entry.cohort, entry.standing),
        request.POST if request.method == "POST" else None,
    )
    if request.method == "POST" and carried_out(
        form, lambda: invite_enterprise(cohort=entry.cohort, by=entry.by, **form.cleaned_data)
    ):
        messages.success(request, _("The link is made."))
        return redirect("nomination-links", code)
    rows = [
        (link, settings.PORTAL_URL + link_path(link))
        for link in enterprise_links(entry.cohort, entry.standing)
    ]
    context = page_context(entry, "nomination-links", form=form, rows=rows)
    return render(request, "participants/nomination_links.html", context, status=form_status(form))


@login_required
@require_POST
def close(request: HttpRequest, code: str, link_id: int) -> HttpResponse:
    entry = enter(request, code, may_nominate)
    link: NominationLink = get_object_or_404(
        enterprise_links(entry.cohort, entry.standing), pk=link_id
    )
    close_link(link=link, by=entry.by)
    messages.success(request, _("The link is closed."))
    return redirect("nomination-links", code)


@login_required
@require_POST
def invite(request: HttpRequest, code: str, nomination_id: int) -> HttpResponse:
    """Mail the nominee the link to the own form; one sent before dies."""
    entry = enter(request, code, may_nominate)
    row = one_seen(entry, nomination_id)
    try:
        invite_nominee(nomination=row, by=entry.by)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, _("The link to the form is on its way to %(name)s.") % {"name": row.name}
        )
    return redirect("nomination-detail", code, row.pk)
