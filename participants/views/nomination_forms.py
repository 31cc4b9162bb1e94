"""The two private pages behind a link, without sign-in: an enterprise's list of people, a nominee's
own form. Reading changes nothing; a dead link is answered in one way only.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from g60portal.common.forms import carried_out, form_status
from g60portal.common.row_walls import as_system
from participants.actions.nomination_links import (
    OWN_FACTS,
    PEOPLE_A_LINK,
    complete_by_link,
    draft_by_link,
    withdraw_by_link,
)
from participants.choices import OPEN_NOMINATIONS, LinkKind, NominationState
from participants.forms.nominations import NominationForm, NomineeForm
from participants.models import NominationLink
from participants.queries.nomination_links import living_link
from participants.refusals import LinkDead

Page = Callable[..., HttpResponse]


def private_page(view: Page) -> Page:
    """Kept nowhere, found by no search engine, and the same page for every link that is dead.
    Whoever holds the link is let in by it, not by an account: it is read as the portal itself.

    The referrer stays within the portal (the policy of the site): without any, browsers would send
    no origin with the form, and the check against forged forms would refuse it.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            with as_system():
                response = view(request, *args, **kwargs)
        except (LinkDead, Http404):
            response = render(request, "participants/link_dead.html", status=404)
        response["Cache-Control"] = "no-store"
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return answered


@private_page
@sensitive_post_parameters("identity")
@require_http_methods(["GET", "HEAD", "POST"])
def enterprise(request: HttpRequest, token: str) -> HttpResponse:
    """The people that an enterprise has filled in; POST adds one as a draft of the city."""
    link = _link(token, LinkKind.ENTERPRISE)
    posted = request.POST if request.method == "POST" else None
    form = NominationForm(posted, initial={"organization": link.organization_name})
    del form.fields["rank"]
    if posted is not None and carried_out(
        form, lambda: draft_by_link(link=link, facts=form.facts())
    ):
        messages.success(request, _("Saved. The city looks at it and hands it in."))
        return redirect("enterprise-form", token)
    drafts = list(link.drafts.exclude(state=NominationState.WITHDRAWN).order_by("pk"))
    context = {
        "link": link,
        "token": token,
        "form": form,
        "drafts": drafts,
        "limit": PEOPLE_A_LINK,
        "full": len(drafts) >= PEOPLE_A_LINK,
    }
    return render(request, "participants/enterprise_form.html", context, status=form_status(form))


@private_page
@require_POST
def take_back(request: HttpRequest, token: str, nomination_id: int) -> HttpResponse:
    """A draft made through this very link."""
    link = _link(token, LinkKind.ENTERPRISE)
    row = get_object_or_404(link.drafts, pk=nomination_id, state=NominationState.DRAFT)
    withdraw_by_link(link=link, nomination=row)
    messages.success(request, _("%(name)s has been taken off the list.") % {"name": row.name})
    return redirect("enterprise-form", token)


@private_page
@sensitive_post_parameters("identity")
@require_http_methods(["GET", "HEAD", "POST"])
def nominee(request: HttpRequest, token: str) -> HttpResponse:
    """The nominee's own form; POST confirms it."""
    link = _link(token, LinkKind.NOMINEE)
    row = link.nomination
    if row is None:
        raise LinkDead
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = NomineeForm(row, *posted, fixed=row.state not in OPEN_NOMINATIONS)
    if posted and carried_out(
        form,
        lambda: complete_by_link(
            link=link,
            facts={name: value for name, value in form.facts().items() if name in OWN_FACTS},
            consents=form.consents(),
            photo=form.photo_bytes(),
        ),
    ):
        messages.success(request, _("Thank you, your form is complete."))
        return redirect("nominee-form", token)
    context = {"link": link, "nomination": row, "form": form}
    return render(request, "participants/nominee_form.html", context, status=form_status(form))


def _link(token: str, kind: str) -> NominationLink:
    link = living_link(token, kind)
    if link is None:
        raise LinkDead
    return link
