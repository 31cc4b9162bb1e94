"""Opening a new cohort. The list of cohorts is in the web end, a cohort's overview in sessions."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cohorts.actions.cohorts import create_cohort
from cohorts.forms.cohorts import NewCohortForm
from cohorts.queries.standing import may_open_cohorts
from cohorts.views.rooms import console_nav
from g60portal.accounts.viewer import signed_in
from g60portal.common.forms import carried_out, form_status


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    if not may_open_cohorts(request.user):
        raise PermissionDenied
    form = NewCohortForm(request.POST or None)
    if request.method == "POST" and carried_out(
        form, lambda: create_cohort(by=signed_in(request), **form.cleaned_data)
    ):
        return redirect("cohort-legs", form.cleaned_data["code"])
    context = {"form": form, "nav": console_nav("cohort-list")}
    return render(request, "cohorts/cohort_new.html", context, status=form_status(form))
