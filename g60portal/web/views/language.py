"""The choice of language: a cookie for the pages and, when signed in, the language of messages."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.views import i18n
from django.views.decorators.http import require_POST

from g60portal.accounts.actions import choose_language
from g60portal.accounts.models import User
from participants.actions.languages import follow_language


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Django's own view, which checks where `next` leads, and the choice kept with the account."""
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and language in dict(settings.LANGUAGES):
        with transaction.atomic():
            choose_language(user=request.user, language=language)
            follow_language(user=request.user, language=language)
    return i18n.set_language(request)
