"""Ordering a regular file: which view, which kind of file, when."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from participants.choices import ExportFormat, ExportRhythm
from participants.models import SavedView
from participants.rules.export_rhythm import MOST_DAYS_BEFORE, Rhythm


class ScheduleForm(forms.Form):
    """What each rhythm needs, the rules check."""

    view = forms.TypedChoiceField(label=_("View"), coerce=int)
    format = forms.ChoiceField(label=_("File"), choices=ExportFormat.choices)
    rhythm = forms.ChoiceField(label=_("How often"), choices=ExportRhythm.choices)
    at = forms.TimeField(
        label=_("Time"),
        initial="08:00",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    weekday = forms.TypedChoiceField(
        label=_("Day of the week"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        empty_value=None,
        help_text=_("For every week."),
    )
    target_on = forms.DateField(
        label=_("Before this day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("For a file that is made once."),
    )
    days_before = forms.IntegerField(
        label=_("Days before"),
        min_value=0,
        max_value=MOST_DAYS_BEFORE,
        initial=1,
        required=False,
    )

    def __init__(self, views: Iterable[SavedView], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["view"]
        assert isinstance(chosen, forms.TypedChoiceField)  # noqa: S101 - tells the type checker
        chosen.choices = [(view.pk, view.name) for view in views]

    def rhythm_given(self) -> Rhythm:
        facts = self.cleaned_data
        return Rhythm(
            facts["rhythm"],
            facts["at"],
            facts["weekday"],
            facts["target_on"],
            facts["days_before"] or 0,
        )
