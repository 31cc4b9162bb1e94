"""Revoking a certificate: the kind that strangers see, and the reason that stays inside."""

from django import forms
from django.utils.translation import gettext_lazy as _

from participants.choices import RevokeKind


class RevokeForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind of reason"),
        choices=RevokeKind.choices,
        initial=RevokeKind.ERROR,
        help_text=_("Shown to everybody who verifies the certificate."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept in the records of the cohort; strangers do not see it."),
    )
