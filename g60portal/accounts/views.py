"""One's own account: what is known about it and where each part is changed."""

from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from g60portal.accounts.viewer import signed_in


@login_required
@require_safe
def own_account(request: HttpRequest) -> HttpResponse:
    user = signed_in(request)
    context = {"has_password": user.has_usable_password(), "second_factor": is_mfa_enabled(user)}
    return render(request, "account/own.html", context)
