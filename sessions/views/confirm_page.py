"""The page behind the link of a mail: one button that says “I have read this”. No sign-in.

Scanners of mails fetch addresses, so a GET confirms nothing. The address works for one message.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from cohorts.models import Cohort
from g60portal.common.private_pages import MINUTE, counted_by_address, private_page
from g60portal.common.refusals import Refusal
from g60portal.notices.models import Notice
from g60portal.notices.outbox import language_or_default
from sessions.actions.acknowledgements import confirm_notice
from sessions.queries.acknowledgements import notice_of_token

WRONG_ADDRESSES_A_MINUTE = 30


@require_http_methods(["GET", "HEAD", "POST"])
@private_page
@sensitive_variables("token")
def confirm_page(request: HttpRequest, token: str) -> HttpResponse:
    """In the language of the message."""
    notice = notice_of_token(token)
    if notice is None:
        return _nowhere(request)
    with override(language_or_default(notice.language)):
        if request.method == "POST":
            return _confirmed(request, notice, token)
        return _page(request, notice, token)


def _confirmed(request: HttpRequest, notice: Notice, token: str) -> HttpResponse:
    try:
        row = confirm_notice(notice=notice)
    except Refusal as refusal:
        return _page(request, notice, token, status=409, refused=str(refusal))
    return _page(request, row, token)


def _page(
    request: HttpRequest, notice: Notice, token: str, *, status: int = 200, refused: str = ""
) -> HttpResponse:
    cohort = Cohort.objects.filter(code=notice.scope).first()
    context = {
        "notice": notice,
        "token": token,
        "cohort_title": cohort.local_title if cohort else "",
        "replaced": notice.state == "cancelled",
        "refused": refused,
        "changes_url": reverse("my-changes") + f"?cohort={notice.scope}",
    }
    response = render(request, "sessions/confirm_page.html", context, status=status)
    response["Content-Language"] = language_or_default(notice.language)
    return response


def _nowhere(request: HttpRequest) -> HttpResponse:
    if counted_by_address(request, "confirm-wrong") > WRONG_ADDRESSES_A_MINUTE:
        response = render(request, "sessions/slot_nowhere.html", {"too_many": True}, status=429)
        response["Retry-After"] = str(MINUTE)
        return response
    return render(request, "sessions/slot_nowhere.html", status=404)
