"""My logistics: a form a leg, at any time; after the deadline changes are looked at."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from g60portal.accounts.viewer import signed_in
from g60portal.common.forms import carried_out, form_status
from participants.actions.logistics import save_logistics
from participants.forms.logistics import OwnLogisticsForm
from participants.models import Enrollment, LogisticsForm
from participants.queries.lodging import own_rooms
from participants.queries.logistics import (
    FormRow,
    LegState,
    diet_consent_given,
    own_enrollments,
    own_forms,
)
from participants.views.my_tabs import my_tabs

OwnLegs = list[tuple[LegState, LogisticsForm | None]]


@login_required
@require_safe
def logistics(request: HttpRequest) -> HttpResponse:
    """The first leg without a form, of the cohort nearest in time."""
    enrollments = own_enrollments(signed_in(request).pk)
    legs = own_forms(enrollments[0]) if enrollments else []
    if not legs:
        context = {"tabs": my_tabs("logistics"), "legs": []}
        return render(request, "participants/my_logistics.html", context)
    chosen = next((one for one in legs if one[1] is None), legs[0])
    return _page(request, enrollments[0], legs, chosen, _form(enrollments[0], *chosen))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def leg(request: HttpRequest, leg_id: int) -> HttpResponse:
    """The own form of a leg; a leg of somebody else's cohort does not exist."""
    enrollment, legs, chosen = _own_leg(request, leg_id)
    form = _form(enrollment, *chosen, data=request.POST or None)
    state = chosen[0]
    if request.method == "POST" and carried_out(
        form,
        lambda: save_logistics(
            enrollment=enrollment,
            leg=state.leg,
            facts=form.facts(),
            consent=form.cleaned_data["consent"],
            by=signed_in(request),
            language=get_language() or "",
        ),
    ):
        if state.over and chosen[1] is not None:
            messages.warning(
                request,
                _("Saved. The deadline has passed, so the organizers look at what has changed."),
            )
        else:
            messages.success(request, _("Saved. You may change it at any time."))
        return redirect("my-logistics-leg", leg_id)
    return _page(request, enrollment, legs, chosen, form)


def _own_leg(
    request: HttpRequest, leg_id: int
) -> tuple[Enrollment, OwnLegs, tuple[LegState, LogisticsForm | None]]:
    for enrollment in own_enrollments(signed_in(request).pk):
        legs = own_forms(enrollment)
        for one in legs:
            if one[0].leg.pk == leg_id:
                return enrollment, legs, one
    raise Http404


def _form(
    enrollment: Enrollment,
    state: LegState,
    form: LogisticsForm | None,
    data: QueryDict | None = None,
) -> OwnLogisticsForm:
    return OwnLogisticsForm(
        state.leg, form, data, consented=diet_consent_given(enrollment.person_id)
    )


def _page(
    request: HttpRequest,
    enrollment: Enrollment,
    legs: OwnLegs,
    chosen: tuple[LegState, LogisticsForm | None],
    form: OwnLogisticsForm,
) -> HttpResponse:
    state, row = chosen
    context = {
        "tabs": my_tabs("logistics"),
        "enrollment": enrollment,
        "legs": [(one, FormRow(enrollment, filled).state) for one, filled in legs],
        "leg_state": state,
        "state": FormRow(enrollment, row).state,
        "row": row,
        "rooms": [one for one in own_rooms(enrollment) if one.room.hotel.leg_id == state.leg.pk],
        "form": form,
    }
    return render(request, "participants/my_logistics.html", context, status=form_status(form))
