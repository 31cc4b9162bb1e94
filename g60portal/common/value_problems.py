"""A value that cannot be what it claims to be: one code, one text, raised by pure checks of values.

Forms, imports and serializers turn it into an error at their field; it is no refusal of an action.
"""

from typing import ClassVar

from django.utils.functional import Promise


class ValueProblem(ValueError):
    """Base of `PaperProblem`, `PhoneProblem`, …: subclasses list their codes and texts."""

    messages: ClassVar[dict[str, str | Promise]] = {}

    def __init__(self, code: str) -> None:
        self.code = code
        self.message = self.messages[code]
        super().__init__(code)

    def __str__(self) -> str:
        return str(self.message)
