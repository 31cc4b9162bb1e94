"""Who does what in a cohort: its roles in the settings, given by e-mail address and taken back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cohorts.actions.roles import grant_role, revoke_role
from cohorts.forms.roles import RoleForm
from cohorts.permissions import may_edit_cohort
from cohorts.queries.settings import roles_of
from cohorts.views.rooms import enter
from cohorts.views.settings import saved, settings_page
from g60portal.common.forms import carried_out
from g60portal.common.refusals import Refusal


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: HttpRequest, code: str) -> HttpResponse:
    entry = enter(request, code, may_edit_cohort)
    form = RoleForm(request.POST or None, cohort=entry.cohort)
    if request.method == "POST" and carried_out(
        form, lambda: grant_role(cohort=entry.cohort, by=entry.by, **form.cleaned_data)
    ):
        return saved(entry, "cohort-roles", _("The role has been given."))
    return settings_page(entry, "cohort-roles", form, roles=roles_of(entry.cohort))


@login_required
@require_POST
def revoke(request: HttpRequest, code: str, role_id: int) -> HttpResponse:
    entry = enter(request, code, may_edit_cohort)
    role = get_object_or_404(roles_of(entry.cohort), pk=role_id)
    try:
        revoke_role(cohort_role=role, by=entry.by)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The role has been taken back."))
    return redirect("cohort-roles", code)
