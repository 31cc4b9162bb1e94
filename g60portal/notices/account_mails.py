"""The mails of sign-in: codes, password links, security news. They go through the outbox too.

Their text carries a secret, so the row keeps it sealed and bound to its dedupe key.
"""

import base64
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import linebreaks
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from g60portal.common.keyring import portal_sealer
from g60portal.notices.kinds import Kind, Message
from g60portal.notices.models import Notice
from g60portal.notices.outbox import NoticeDraft, write_notices

KIND = "account_mail"


class PortalAccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """How allauth behaves here: no open sign-up, links from the configured address only."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from organizers and rosters only."""
        return False

    def format_email_subject(self, subject: str) -> str:
        return subject

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Never from the Host header of the request."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PORTAL_URL + path.replace("UID-KEY", key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Written as a notice: a slow mail server never slows the page."""
        portal = {"email": email, "portal_url": settings.PORTAL_URL}
        message = self.render_mail(template_prefix, email, {**context, **portal})
        write_account_mail(address=email, subject=str(message.subject), text=str(message.body))


def write_account_mail(*, address: str, subject: str, text: str) -> None:
    """One sealed notice to one address, in the language of the page that asked for it."""
    key = f"{KIND}:{uuid.uuid4()}"
    sealed = portal_sealer().seal(text, key)
    context = {
        "sealed": base64.b64encode(sealed.ciphertext).decode(),
        "key_version": sealed.key_version,
    }
    write_notices(
        [
            NoticeDraft(
                kind=KIND,
                dedupe_key=key,
                recipient=address,
                address=address,
                language=get_language() or settings.LANGUAGE_CODE,
                subject=subject,
                context=context,
                urgent=True,
            )
        ]
    )


def compose(notices: Sequence[Notice]) -> Mapping[int, Message]:
    return {notice.pk: _message(notice) for notice in notices}


def _message(notice: Notice) -> Message:
    ciphertext = base64.b64decode(notice.context["sealed"])
    text = portal_sealer().unseal(ciphertext, notice.context["key_version"], notice.dedupe_key)
    return Message(text=text, html=linebreaks(text, autoescape=True))


ACCOUNT_MAIL = Kind(name=KIND, label=_("Sign-in mail"), compose=compose, urgent=True, private=True)
