"""The form that gives somebody a role in a cohort."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cohorts.choices import Role
from cohorts.models import City, Cohort, Leg
from cohorts.queries.settings import legs_of


class LegChoice(forms.ModelChoiceField[Leg]):
    def label_from_instance(self, obj: Leg) -> str:
        return f"{obj.position} · {obj.city.local_name}"


class RoleForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Somebody without an account gets one and signs in with a code sent by mail."),
    )
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    language = forms.ChoiceField(
        label=_("Language of a new account"), choices=settings.LANGUAGES, initial="zh-hans"
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    leg = LegChoice(
        Leg.objects.none(),
        label=_("Leg"),
        required=False,
        help_text=_("Only for a leg organizer."),
    )
    city = forms.ModelChoiceField(
        City.objects.all(),
        label=_("City"),
        required=False,
        help_text=_("Only for a city coordinator."),
    )

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        leg = self.fields["leg"]
        assert isinstance(leg, LegChoice)  # noqa: S101 - tells the type checker
        leg.queryset = legs_of(cohort)
