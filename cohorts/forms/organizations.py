"""The form of an organization."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cohorts.choices import ChainSegment, OrganizationKind
from cohorts.models import City, Organization


class OrganizationForm(forms.Form):
    name = forms.CharField(
        label=_("Full name"), max_length=200, help_text=_("As on the business license.")
    )
    short_name = forms.CharField(label=_("Short name"), max_length=60, required=False)
    name_en = forms.CharField(label=_("English name"), max_length=200, required=False)
    city = forms.ModelChoiceField(City.objects.all(), label=_("City"))
    kind = forms.ChoiceField(label=_("Kind"), choices=OrganizationKind.choices)
    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=30,
        required=False,
        help_text=_("18 characters; the check character is verified."),
    )
    chain = forms.CharField(label=_("Industry chain"), max_length=60, required=False)
    segment = forms.ChoiceField(
        label=_("Place in the chain"),
        choices=[("", "—"), *ChainSegment.choices],
        required=False,
    )

    @classmethod
    def of(cls, organization: Organization, data: Any = None) -> "OrganizationForm":
        """The form as an organization fills it."""
        initial = {name: getattr(organization, name) for name in cls.base_fields}
        return cls(data, initial=initial)
