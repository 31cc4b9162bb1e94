"""The nominations of a cohort: the quota board with the list, one nomination, its steps."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cohorts.permissions import (
    may_admit,
    may_nominate,
    may_reveal_identity,
    may_see_nominations,
)
from cohorts.views.rooms import Entry, enter
from g60portal.common.forms import carried_out, form_status
from participants.actions.identities import reveal_nomination
from participants.choices import OPEN_NOMINATIONS, NominationState
from participants.forms.nominations import (
    PriorityForm,
    StepForm,
)
from participants.forms.people import ReasonForm
from participants.models import Nomination
from participants.queries.identities import reveal_count
from participants.queries.nominations import (
    LIST_LIMIT,
    Filters,
    cities_nominated_for,
    filtered,
    in_city_order,
    nominations_seen,
    places,
    sight_of,
    steps_of,
)
from participants.queries.quota_board import balance, quota_board
from participants.views.nomination_ground import one_seen, page_context
from participants.views.nomination_table import STEP_NAMED, steps_offered


@login_required
@require_safe
def nominations(request: HttpRequest, code: str) -> HttpResponse:
    """The quota board and the list; filters by address."""
    entry = enter(request, code, may_see_nominations)
    standing = entry.standing
    wish = Filters(
        request.GET.get("city", ""), request.GET.get("state", ""), request.GET.get("q", "")[:60]
    )
    rows = in_city_order(filtered(nominations_seen(entry.cohort, standing), wish))
    found = list(rows[:LIST_LIMIT])
    board = quota_board(entry.cohort, standing)
    cities = cities_nominated_for(entry.cohort, standing)
    nominates = may_nominate(standing)
    context = page_context(
        entry,
        "nomination-list",
        board=board,
        gauges=balance(entry.cohort, standing) if may_admit(standing) else [],
        rows=found,
        cut=len(found) == LIST_LIMIT,
        places=places(entry.cohort, found) if nominates else {},
        wish=wish,
        filtered=wish != Filters(),
        states=NominationState.choices,
        one_city=len(board.rows) == 1,
        may_nominate=nominates,
        may_add=nominates and bool(cities),
        may_admit=may_admit(standing),
        ranked_city=_ranked_city(wish, [city.code for city in cities]) if nominates else "",
    )
    return render(request, "participants/nomination_list.html", context)


@login_required
@require_safe
def nomination(request: HttpRequest, code: str, nomination_id: int) -> HttpResponse:
    entry = enter(request, code, may_see_nominations)
    return nomination_page(entry, one_seen(entry, nomination_id))


@login_required
@require_safe
def photo(request: HttpRequest, code: str, nomination_id: int) -> FileResponse:
    """The portrait, for those who see the nomination in full."""
    entry = enter(request, code, may_nominate)
    row = one_seen(entry, nomination_id)
    if not row.photo:
        raise Http404
    return FileResponse(row.photo.open("rb"), content_type="image/jpeg")


@login_required
@require_POST
def take(request: HttpRequest, code: str, nomination_id: int, step: str) -> HttpResponse:
    """One step of one nomination."""
    entry = enter(request, code, may_nominate)
    row = one_seen(entry, nomination_id)
    wanted = STEP_NAMED[step]
    if not wanted.permission(entry.standing):
        raise PermissionDenied
    form = wanted.form(row, request.POST)
    after: list[Nomination] = []
    if carried_out(
        form, lambda: after.append(wanted.take(row, form.cleaned_data["reason"], entry))
    ):
        messages.success(
            request,
            _("%(name)s: %(state)s.") % {"name": row.name, "state": after[0].get_state_display()},
        )
        return redirect("nomination-detail", code, row.pk)
    return nomination_page(entry, one_seen(entry, nomination_id), form=form, asked=wanted.name)


@login_required
@require_POST
def reveal(request: HttpRequest, code: str, nomination_id: int) -> HttpResponse:
    """The page with the number in clear, once; going back to it shows it masked again."""
    entry = enter(request, code, may_reveal_identity)
    row = one_seen(entry, nomination_id)
    form = ReasonForm(request.POST, prefix="reveal")
    shown: list[str] = []
    carried_out(
        form,
        lambda: shown.append(
            reveal_nomination(nomination=row, reason=form.cleaned_data["reason"], by=entry.by)
        ),
    )
    return nomination_page(entry, row, reveal_form=form, number=shown[0] if shown else "")


def nomination_page(
    entry: Entry,
    row: Nomination,
    *,
    form: StepForm | None = None,
    asked: str = "",
    reveal_form: ReasonForm | None = None,
    number: str = "",
    **facts: Any,
) -> HttpResponse:
    """`asked` is the step whose form comes back with errors; `number` the one just revealed."""
    sight = sight_of(entry.standing)
    reveals = may_reveal_identity(entry.standing) and bool(row.sealed)
    context = page_context(
        entry,
        "nomination-list",
        nomination=row,
        sight=sight,
        phone=sight.phone(row),
        email=sight.email(row),
        identity=sight.identity(row),
        number=number,
        may_reveal=reveals and not number,
        reveal_form=reveal_form or ReasonForm(prefix="reveal"),
        reveal_count=reveal_count(row) if reveals else 0,
        place=places(entry.cohort, [row]).get(row.pk) if sight.full else None,
        steps=steps_of(row) if sight.full else [],
        offered=steps_offered(entry.standing, row, form, asked),
        may_edit=may_nominate(entry.standing) and row.state in OPEN_NOMINATIONS,
        may_invite=may_nominate(entry.standing) and bool(row.email),
        may_replace=may_nominate(entry.standing) and row.state == NominationState.ADMITTED,
        may_note=may_admit(entry.standing),
        priority_form=PriorityForm(initial={"priority": row.priority}),
        consents=[one.get_purpose_display() for one in row.consents.all()] if sight.full else [],
        **facts,
    )
    status = max((form_status(one) for one in (form, reveal_form) if one), default=200)
    return render(entry.request, "participants/nomination_detail.html", context, status=status)


def _ranked_city(wish: Filters, codes: list[str]) -> str:
    """The one city whose order can be written in this list, if it shows one city whole."""
    if wish.state or wish.q:
        return ""
    if wish.city:
        return wish.city if wish.city in codes else ""
    return codes[0] if len(codes) == 1 else ""
