"""My privacy: what I agreed to, what I ask for, and the copy of my data."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from g60portal.accounts.viewer import signed_in
from g60portal.common import clock
from g60portal.common.forms import carried_out, form_status
from participants.actions.consents import give_consent, withdraw_consent
from participants.actions.data_copies import fetch_copy
from participants.actions.privacy_requests import make_request
from participants.choices import ConsentChannel, ConsentPurpose
from participants.consent_texts import WITHDRAWABLE
from participants.forms.privacy import WishForm
from participants.models import DataCopy, Person
from participants.queries.privacy import consents_of, requests_of
from participants.refusals import CopyGone
from participants.rules.retention import ANSWER_DAYS
from participants.views.my_tabs import my_tabs


@login_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return _page(request, _own_person(request), WishForm())


@login_required
@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """Give or take back one consent; what hangs on it stops at once."""
    person = _own_person(request)
    purpose = request.POST.get("purpose", "")
    if purpose not in ConsentPurpose.values:
        raise Http404
    if request.POST.get("given") == "1":
        give_consent(
            person=person, purpose=purpose, by=signed_in(request), language=get_language() or ""
        )
        messages.success(request, _("Thank you. Your consent has been noted."))
    elif purpose in WITHDRAWABLE:
        withdraw_consent(person=person, purpose=purpose, by=signed_in(request))
        messages.success(request, _("Your consent has been taken back, with effect at once."))
    else:
        messages.warning(
            request, _("The training cannot do without this. Ask for deletion instead.")
        )
    return redirect("my-privacy")


@login_required
@require_POST
def make(request: HttpRequest) -> HttpResponse:
    person = _own_person(request)
    form = WishForm(request.POST)
    made = carried_out(
        form,
        lambda: make_request(
            person=person,
            kind=form.cleaned_data["kind"],
            wish=form.cleaned_data["wish"],
            channel=ConsentChannel.OWN_PAGE,
            by=signed_in(request),
        ),
    )
    if not made:
        return _page(request, person, form)
    messages.success(request, _("Your request has been received."))
    return redirect("my-privacy")


@login_required
@require_safe
def copy(request: HttpRequest, copy_id: int) -> HttpResponse:
    row = get_object_or_404(DataCopy, pk=copy_id)
    try:
        data = fetch_copy(copy=row, by=signed_in(request))
    except CopyGone:
        raise Http404 from None
    response = HttpResponse(data, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="my-data-{row.made_at:%Y%m%d}.zip"'
    return response


def _own_person(request: HttpRequest) -> Person:
    return get_object_or_404(Person, user_id=signed_in(request).pk)


def _page(request: HttpRequest, person: Person, form: WishForm) -> HttpResponse:
    context = {
        "tabs": my_tabs("people"),
        "consents": consents_of(person),
        "requests": requests_of(person),
        "now": clock.now(),
        "form": form,
        "answer_days": ANSWER_DAYS,
    }
    return render(request, "participants/my_privacy.html", context, status=form_status(form))
