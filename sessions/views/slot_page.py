"""The private page of a speaker or the host of a site: public, known only to whom its address was
given, in the language of the link.

Scanners of mails fetch addresses: a GET changes nothing and tells nothing but who asks. A person
opens the page by a POST, which leaves a cookie for this address alone; answers need it.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from cohorts.models import Leg
from g60portal.common import clock
from g60portal.common.forms import UNPROCESSABLE, carried_out
from g60portal.common.private_pages import MINUTE, counted, counted_by_address, private_page
from g60portal.common.refusals import Refusal
from g60portal.notices.outbox import language_or_default
from sessions.actions.slot_links import open_slot_link
from sessions.actions.slots import Answer, answer_slots
from sessions.choices import AGREED_SLOTS, SlotState
from sessions.forms.slots import OwnAnswerForm
from sessions.models import SlotLink
from sessions.notices.slot_mails import host_names
from sessions.queries.slot_links import link_of_token
from sessions.queries.slot_page import SlotDay, slot_days, slots_calendar
from sessions.queries.slot_parties import party_of

WRONG_ADDRESSES_A_MINUTE = 30
ANSWERS_A_MINUTE = 60
COOKIE, SALT = "slots", "sessions.slot-page"

Page = Callable[[HttpRequest, SlotLink, str], HttpResponse]


def _of_link(page: Page) -> Callable[..., HttpResponseBase]:
    """Finds the link, speaks its language. Every address that leads nowhere gets the same 404."""

    @private_page
    @wraps(page)
    @sensitive_variables("token", "link")
    def found(request: HttpRequest, token: str) -> HttpResponse:
        link = link_of_token(token)
        if link is None:
            return _nowhere(request)
        language = language_or_default(request.GET.get("lang") or link.language)
        with override(language):
            response = page(request, link, token)
        response["Content-Language"] = language
        return response

    return found


@require_safe
@_of_link
def slot_page(request: HttpRequest, link: SlotLink, token: str) -> HttpResponse:
    """Who asks; and the slots, once the reader has opened the page."""
    if not _opened(request, link):
        return _show(request, link, token, "sessions/slot_door.html", {})
    return _slots_page(request, link, token, slot_days(link))


@require_POST
@_of_link
def slot_open(request: HttpRequest, link: SlotLink, token: str) -> HttpResponse:
    """A person, not a scanner."""
    open_slot_link(link=link)
    response = _back(request, token)
    response.set_signed_cookie(
        COOKIE,
        link.nonce,
        salt=SALT,
        max_age=int((link.expires_at - clock.now()).total_seconds()),
        path=reverse("slot-page", args=[token]),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@require_POST
@_of_link
def slot_answer(request: HttpRequest, link: SlotLink, token: str) -> HttpResponse:
    """`slot` with its answer, or `day`: everything open of that day is confirmed."""
    if not _opened(request, link):
        return _back(request, token)
    if counted(f"slot-answers:{link.pk}") > ANSWERS_A_MINUTE:
        return _too_many(request)
    days = slot_days(link)
    if "day" in request.POST:
        return _confirm_day(request, link, token, days)
    cards = {str(card.slot.pk): card for day in days for card in day.cards}
    card = cards.get(request.POST.get("slot", ""))
    if card is None:
        return _back(request, token)
    form = OwnAnswerForm(request.POST)
    if carried_out(
        form, lambda: answer_slots(link=link, answers=[Answer(card.slot, **form.facts())])
    ):
        messages.success(request, _("Thank you. Your answer has been passed on."))
        return _back(request, token)
    facts = {"wrong": card.slot.pk, "form": form}
    return _slots_page(request, link, token, slot_days(link), facts, status=UNPROCESSABLE)


@require_safe
@_of_link
def slot_calendar(request: HttpRequest, link: SlotLink, token: str) -> HttpResponse:
    """What was agreed, for the calendar of the phone."""
    response = HttpResponse(slots_calendar(link), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{link.cohort.code}.ics"'
    return response


def _confirm_day(
    request: HttpRequest, link: SlotLink, token: str, days: list[SlotDay]
) -> HttpResponse:
    wanted = request.POST["day"]
    cards = [card for day in days if day.key == wanted for card in day.cards if card.may_confirm]
    answers = [Answer(card.slot, SlotState.CONFIRMED.value) for card in cards]
    try:
        answered = answer_slots(link=link, answers=answers)
    except Refusal as refusal:
        messages.warning(request, str(refusal.message))
        return _back(request, token)
    text = ngettext(
        "Thank you: %(count)d session confirmed.",
        "Thank you: %(count)d sessions confirmed.",
        len(answered),
    )
    messages.success(request, text % {"count": len(answered)})
    return _back(request, token)


def _slots_page(
    request: HttpRequest,
    link: SlotLink,
    token: str,
    days: list[SlotDay],
    facts: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    cards = [card for day in days for card in day.cards]
    asked = [card for card in cards if card.slot.state == SlotState.ASKED]
    context = {
        "days": days,
        "agreed": any(card.slot.state in AGREED_SLOTS and not card.changing for card in cards),
        "open_count": sum(card.may_answer for card in asked),
        "missed": not all(card.may_answer for card in asked),
        **(facts or {}),
    }
    return _show(request, link, token, "sessions/slot_page.html", context, status)


def _show(
    request: HttpRequest,
    link: SlotLink,
    token: str,
    template: str,
    context: dict[str, Any],
    status: int = 200,
) -> HttpResponse:
    legs = Leg.objects.filter(cohort=link.cohort_id).select_related("host").order_by("position")
    facts = {
        "link": link,
        "token": token,
        "party": party_of(link),
        "hosts": host_names(legs),
        "languages": settings.LANGUAGES,
        "chosen": request.GET.get("lang", ""),
        **context,
    }
    return render(request, template, facts, status=status)


def _opened(request: HttpRequest, link: SlotLink) -> bool:
    """Whether this browser has opened this very link; a renewed one is opened anew."""
    try:
        return request.get_signed_cookie(COOKIE, "", salt=SALT) == link.nonce
    except BadSignature:
        return False


def _back(request: HttpRequest, token: str) -> HttpResponseRedirect:
    """To the page, in the language that was chosen there."""
    language = request.GET.get("lang", "")
    query = f"?lang={language}" if language in dict(settings.LANGUAGES) else ""
    return HttpResponseRedirect(reverse("slot-page", args=[token]) + query)


def _nowhere(request: HttpRequest) -> HttpResponse:
    """Counted by address of the network, so that nobody tries thousands."""
    if counted_by_address(request, "slots-wrong") > WRONG_ADDRESSES_A_MINUTE:
        return _too_many(request)
    return render(request, "sessions/slot_nowhere.html", status=404)


def _too_many(request: HttpRequest) -> HttpResponse:
    response = render(request, "sessions/slot_nowhere.html", {"too_many": True}, status=429)
    response["Retry-After"] = str(MINUTE)
    return response
