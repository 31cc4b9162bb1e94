"""Expected failures, by name: what was asked cannot be done, and why.

Each app keeps its own subclasses beside its actions. A form shows a refusal at its field, the API
answers with its status and code, a task records it and stops. Unexpected errors are never caught.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Refusal(Exception):
    """An expected failure with a stable code and a text for people.

    `fields` maps form or API field names to texts; `facts` carries figures for programs
    (clashes, the current version of a row); `status` is the HTTP status the API answers.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 422
    text: ClassVar[Text] = _("This cannot be done.")

    def __init__(
        self,
        message: Text | None = None,
        *,
        fields: Mapping[str, Text] | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        self.message: Text = message or self.text
        self.fields = dict(fields or {})
        self.facts = dict(facts or {})
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message)


class Stale(Refusal):
    """Somebody else changed the row since it was read; facts: `current`."""

    code = "stale"
    status = 409
    text = _("Somebody else changed this in the meantime. Look at the current state and try again.")


class Running(Refusal):
    """The same work is under way."""

    code = "running"
    status = 409
    text = _("This is already under way. Wait until it is done.")


class NotAllowed(Refusal):
    """The user may know of the thing, yet may not do this with it."""

    code = "not_allowed"
    status = 403
    text = _("Your role does not allow this.")
