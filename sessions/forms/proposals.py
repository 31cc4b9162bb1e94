"""The form of a change that another host is asked for: that of a session, with a note."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from g60portal.common.refusals import Refusal
from sessions.choices import SessionState
from sessions.forms.training_sessions import TrainingSessionForm

NOTE_LENGTH = 500
# Where the form shows what the actions refuse.
_FIELDS = {"starts_at": "start", "ends_at": "end"}


class NoteField(forms.CharField):
    def __init__(self, label: Any, **options: Any) -> None:
        area = forms.Textarea(attrs={"rows": 3})
        super().__init__(
            label=label, max_length=NOTE_LENGTH, required=False, widget=area, **options
        )


class ProposalForm(TrainingSessionForm):
    """The session as it is; what is changed in it is what is asked."""

    note = NoteField(_("Note to the other host"))
    cancel = forms.BooleanField(
        label=_("Ask to cancel the session"),
        required=False,
        help_text=_("The other entries are then left aside; the note becomes the reason."),
    )

    def asked(self) -> dict[str, Any]:
        """The facts as `propose_change` takes them."""
        if self.cleaned_data.get("cancel"):
            return {"state": SessionState.CANCELLED, "reason": self.cleaned_data["note"][:300]}
        return {**self.facts(), **self.people()}

    def refuse(self, refusal: Refusal) -> None:
        """Put what the action has refused at its fields, else on top."""
        if not refusal.fields:
            self.add_error(None, str(refusal.message))
        for name, text in refusal.fields.items():
            field = _FIELDS.get(name, name)
            self.add_error(field if field in self.fields else None, str(text))


class AnswerForm(forms.Form):
    """What the host who was asked says to it."""

    answer = NoteField(_("Answer"))
