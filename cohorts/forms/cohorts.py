"""Forms of a cohort: opening it, its facts, and its rules (certificate and thresholds)."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cohorts.forms.dates import DayField
from cohorts.models import Cohort
from cohorts.rules.thresholds import (
    DAY_MINUTES,
    DEFAULTS,
    LONGEST_ESCALATE_MINUTES,
    LONGEST_TRANSFER_MINUTES,
    LONGEST_WAIT_SECONDS,
    SHORTEST_TRANSFER_MINUTES,
    WHOLE_PERCENT,
    Thresholds,
    differing_from_defaults,
)

_SHORT_NUMBER = 32_767
_PERCENT_PLACES = 2
_SAMPLE_NUMBER = "G60研字〔2026〕01-0045号"


class CohortFactsForm(forms.Form):
    """The facts that can change while the cohort is open."""

    title = forms.CharField(label=_("Title in Chinese"), max_length=200)
    title_en = forms.CharField(
        label=_("Title in English"),
        max_length=200,
        required=False,
        help_text=_("Notices and certificates use it; needed before the cohort is announced."),
    )
    edition = forms.IntegerField(label=_("Edition"), min_value=1, max_value=_SHORT_NUMBER)
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=100_000)
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    plan_number = forms.CharField(
        label=_("Number of the approved plan"), max_length=60, required=False
    )

    @classmethod
    def of(cls, cohort: Cohort) -> "CohortFactsForm":
        """The form as a cohort fills it."""
        return cls(initial={name: getattr(cohort, name) for name in cls.base_fields})


class NewCohortForm(CohortFactsForm):
    """Opening a cohort: the facts and the code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_(
            "Capital letters and digits, such as G60-2026-01. It never changes afterwards."
        ),
    )
    field_order = ("code", "edition", "title", "title_en", "seats", "starts_on", "ends_on")

    def clean_code(self) -> str:
        return str(self.cleaned_data["code"]).strip().upper()


def _minutes(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=1, max_value=DAY_MINUTES)


def _time(label: Any) -> forms.CharField:
    attributes = {"inputmode": "numeric", "size": 5, "placeholder": "11:30"}
    return forms.CharField(label=label, max_length=5, widget=forms.TextInput(attrs=attributes))


class CohortRulesForm(forms.Form):
    """What is certified, and from which figures on the timetable warns."""

    template_name = "cohorts/_rules_form.html"

    certificate_prefix = forms.CharField(
        label=_("Certificate prefix"),
        max_length=40,
        help_text=format_lazy(_("A number then reads {number}."), number=_SAMPLE_NUMBER),
    )
    required_hours = forms.DecimalField(
        label=_("Hours required"), min_value=0, max_digits=5, decimal_places=1
    )
    attendance_percent = forms.IntegerField(
        label=_("Attendance required (%)"), min_value=0, max_value=WHOLE_PERCENT
    )
    leave_limit_percent = forms.FloatField(
        label=_("Leave counts as withdrawal above (% of all hours)"),
        min_value=0,
        max_value=WHOLE_PERCENT,
    )
    release_needs_consent = forms.BooleanField(
        label=_("A release needs the consent of every host"), required=False
    )
    wait_seconds = forms.IntegerField(
        label=_("Messages leave this many seconds after a release"),
        min_value=0,
        max_value=LONGEST_WAIT_SECONDS,
        help_text=_("Another release within this time makes one message of both. 0 sends at once."),
    )
    message_needs_review = forms.BooleanField(
        label=_("A message by hand needs a second person"), required=False
    )
    reminder_time = forms.TimeField(
        label=_("Reminder of the next day at"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    transfer_reminder_minutes = forms.IntegerField(
        label=_("Reminder before a transfer (minutes)"),
        min_value=SHORTEST_TRANSFER_MINUTES,
        max_value=LONGEST_TRANSFER_MINUTES,
    )
    escalate_minutes = forms.IntegerField(
        label=_("Time to confirm an urgent message (minutes)"),
        min_value=1,
        max_value=LONGEST_ESCALATE_MINUTES,
        help_text=_("Whoever has not confirmed by then is to be called."),
    )
    meal_minutes = _minutes(_("Shortest time for a meal (minutes)"))
    lunch_from = _time(_("Lunch from"))
    lunch_until = _time(_("Lunch until"))
    dinner_from = _time(_("Dinner from"))
    dinner_until = _time(_("Dinner until"))
    lecture_minutes = _minutes(_("Longest run of lectures (minutes)"))
    break_minutes = _minutes(_("A break is at least (minutes)"))
    evening_from = _time(_("Evening begins"))

    CERTIFICATE = (
        "certificate_prefix",
        "required_hours",
        "attendance_percent",
        "leave_limit_percent",
    )

    RELEASE = (
        "release_needs_consent",
        "wait_seconds",
        "message_needs_review",
        "reminder_time",
        "transfer_reminder_minutes",
        "escalate_minutes",
    )

    @classmethod
    def of(cls, cohort: Cohort) -> "CohortRulesForm":
        """The form as a cohort fills it."""
        thresholds = Thresholds.of(cohort.rules)
        initial = {
            name: getattr(thresholds, name, None)
            if hasattr(thresholds, name)
            else getattr(cohort, name)
            for name in cls.base_fields
        }
        share = round(thresholds.leave_limit_percent, _PERCENT_PLACES)
        return cls(initial={**initial, "leave_limit_percent": share})

    def certificate_fields(self) -> list[BoundField]:
        return [self[name] for name in self.CERTIFICATE]

    def release_fields(self) -> list[BoundField]:
        return [self[name] for name in self.RELEASE]

    def threshold_fields(self) -> list[BoundField]:
        others = {*self.CERTIFICATE, *self.RELEASE}
        return [self[name] for name in self.fields if name not in others]

    def clean_leave_limit_percent(self) -> float:
        """The default is a seventh, which no decimal figure hits: what shows as it, is it."""
        share = float(self.cleaned_data["leave_limit_percent"])
        default = DEFAULTS.leave_limit_percent
        return default if share == round(default, _PERCENT_PLACES) else share

    def facts(self) -> Mapping[str, Any]:
        """The cleaned entries as `change_cohort` takes them."""
        clean = self.cleaned_data
        thresholds = {name: value for name, value in clean.items() if hasattr(DEFAULTS, name)}
        own = {name: value for name, value in clean.items() if name not in thresholds}
        return {**own, "rules": differing_from_defaults(thresholds)}
