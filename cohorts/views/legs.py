"""The legs of a cohort in its settings: list, add, change, remove."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cohorts.actions.legs import add_leg, change_leg, remove_leg
from cohorts.forms.legs import LegForm
from cohorts.permissions import may_edit_cohort
from cohorts.queries.settings import legs_of
from cohorts.views.rooms import enter
from cohorts.views.settings import saved, settings_page
from g60portal.common.forms import carried_out
from g60portal.common.refusals import Refusal


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def legs(request: HttpRequest, code: str) -> HttpResponse:
    """All legs, and the form for one more."""
    entry = enter(request, code, may_edit_cohort)
    form = LegForm(request.POST or None)
    if request.method == "POST" and carried_out(
        form, lambda: add_leg(cohort=entry.cohort, by=entry.by, **form.cleaned_data)
    ):
        return saved(entry, "cohort-legs", _("The leg has been added."))
    return settings_page(entry, "cohort-legs", form, legs=legs_of(entry.cohort))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str, leg_id: int) -> HttpResponse:
    entry = enter(request, code, may_edit_cohort)
    leg = get_object_or_404(legs_of(entry.cohort), pk=leg_id)
    form = LegForm(request.POST or None, leg=leg)
    if request.method == "POST" and carried_out(
        form, lambda: change_leg(leg=leg, facts=form.cleaned_data, by=entry.by)
    ):
        return saved(entry, "cohort-legs")
    return settings_page(entry, "cohort-legs", form, template="cohorts/leg_edit.html", leg=leg)


@login_required
@require_POST
def remove(request: HttpRequest, code: str, leg_id: int) -> HttpResponse:
    entry = enter(request, code, may_edit_cohort)
    leg = get_object_or_404(legs_of(entry.cohort), pk=leg_id)
    try:
        remove_leg(leg=leg, by=entry.by)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The leg has been removed."))
    return redirect("cohort-legs", code)
