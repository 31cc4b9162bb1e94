"""The form behind the buttons that move a cohort to another state."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cohorts.choices import CohortState


class MoveForm(forms.Form):
    state = forms.ChoiceField(label=_("State"), choices=CohortState.choices)
    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)
