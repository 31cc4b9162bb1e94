"""The contacts on duty of a cohort: the list, and what organizers change in it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from cohorts.permissions import may_edit_any_leg
from cohorts.views.rooms import enter
from g60portal.common.forms import carried_out, form_status
from sessions.actions.duty_contacts import add_duty_contact, remove_duty_contact
from sessions.forms.duty_contacts import DutyContactForm
from sessions.models import DutyContact


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contacts(request: HttpRequest, code: str) -> HttpResponse:
    entry = enter(request, code, may_edit_any_leg)
    form = DutyContactForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and carried_out(
        form, lambda: add_duty_contact(cohort=entry.cohort, by=entry.by, **form.facts())
    ):
        messages.success(request, _("Participants see this contact now."))
        return redirect("duty-contacts", code=code)
    context = entry.context(
        room="checkin", form=form, contacts=list(DutyContact.objects.filter(cohort=entry.cohort))
    )
    return render(request, "sessions/duty_contacts.html", context, status=form_status(form))


@login_required
@require_POST
def remove(request: HttpRequest, code: str, contact_id: int) -> HttpResponse:
    entry = enter(request, code, may_edit_any_leg)
    contact = get_object_or_404(DutyContact, cohort=entry.cohort, pk=contact_id)
    remove_duty_contact(contact=contact, by=entry.by)
    messages.success(request, _("The contact is no longer shown."))
    return redirect("duty-contacts", code=code)
