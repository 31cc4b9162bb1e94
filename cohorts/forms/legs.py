"""The form of a leg."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cohorts.forms.dates import DayField
from cohorts.models import City, Leg
from cohorts.queries.organizations import possible_hosts


class LegForm(forms.Form):
    city = forms.ModelChoiceField(City.objects.all(), label=_("City"))
    host = forms.ModelChoiceField(
        possible_hosts(),
        label=_("Host"),
        help_text=_("Host departments, agencies, universities and institutes are listed."),
    )
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))

    def __init__(self, *args: Any, leg: Leg | None = None, **kwargs: Any) -> None:
        if leg is not None:
            kwargs["initial"] = {name: getattr(leg, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        host = self.fields["host"]
        assert isinstance(host, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        host.queryset = possible_hosts(leg)
