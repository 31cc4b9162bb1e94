"""One contact on duty."""

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from sessions.models import DutyContact

_DIALLED = RegexValidator(
    r"^\+?[0-9][0-9 -]{2,18}$", _("Digits, blanks and hyphens only, as one dials: 0551-6271 1234.")
)


class DutyContactForm(forms.ModelForm[DutyContact]):
    phone = forms.CharField(
        label=_("Telephone"),
        max_length=20,
        validators=[_DIALLED],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )

    class Meta:
        model = DutyContact
        fields = ("duty", "name", "phone")
        labels = {"duty": _("Duty"), "name": _("Name of who answers")}
        help_texts = {"duty": _("As participants know it: class teacher, doctor, host in Hefei.")}

    def facts(self) -> dict[str, Any]:
        """The arguments of the action."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}

    def validate_unique(self) -> None:
        """The action's matter, which holds the lock."""
