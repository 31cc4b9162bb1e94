"""The forms of publishing a release and of a host's answer to one."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cohorts.models import Leg

SHA256_DIGITS = 64


class ReleaseForm(forms.Form):
    """`expected_number` is the release that the page offered: a second click finds it taken."""

    name = forms.CharField(
        label=_("Name of the release"),
        max_length=80,
        required=False,
        help_text=_(
            "Such as “the site visit has moved”. It stands in the participants' list of changes."
        ),
    )
    comment = forms.CharField(
        label=_("Word to the participants"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands at the top of each mail."),
    )
    urgent = forms.BooleanField(
        label=_("Urgent: send at once, and call whoever does not confirm"),
        required=False,
        help_text=_(
            "For changes of today. Who has not confirmed in time stands in a list with phone."
        ),
    )
    expected_number = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class ConsentForm(forms.Form):
    """A host's answer; `fingerprint` is that of the timetable that the page showed."""

    leg = forms.ModelChoiceField(queryset=Leg.objects.none())
    note = forms.CharField(max_length=300, required=False)
    fingerprint = forms.CharField(max_length=SHA256_DIGITS, required=False)

    def __init__(self, *args: Any, legs: QuerySet[Leg], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["leg"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = legs
