"""Forms of venues and speakers: times as people write them become the facts of an action."""

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import City, Organization
from g60portal.common.clock import SHANGHAI, local
from sessions.choices import VenueKind
from sessions.models import Speaker, Venue
from sessions.rules.places import DAY_MINUTES, OpeningHoursProblem, checked_opening_hours

WEEKDAYS = (
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
)
HOUR_MINUTES = 60
_TIME = r"(\d{1,2}):(\d{2})"
_DASH = r"\s*[-–—~～至到]+\s*"
_STRETCH = re.compile(rf"{_TIME}{_DASH}{_TIME}")
_DAY = r"(\d{4}-\d{1,2}-\d{1,2})"
_WINDOW = re.compile(rf"{_DAY}\s+{_TIME}{_DASH}(?:{_DAY}\s+)?{_TIME}")

Window = tuple[dt.datetime, dt.datetime]


class OpeningField(forms.CharField):
    """`09:00–12:00, 13:00–17:00` of one weekday, as (opens, closes) texts. Empty = closed."""

    default_error_messages = {"times": _("Write times such as 09:00–17:00, several with a comma.")}

    def clean(self, value: Any) -> Any:
        text = super().clean(value).replace("：", ":")
        parts = [part.strip() for part in re.split(r"[,，、;；]", text)]
        found = [_STRETCH.fullmatch(part) for part in parts if part]
        if not all(found):
            raise forms.ValidationError(self.error_messages["times"], code="times")
        return [
            (f"{int(part[1]):02}:{part[2]}", f"{int(part[3]):02}:{part[4]}")
            for part in found
            if part is not None
        ]


class WindowsField(forms.CharField):
    """One stretch a line: `2026-06-08 09:00–12:00`, or with a second day before the end."""

    widget = forms.Textarea(attrs={"rows": 3})
    default_error_messages = {
        "window": _("Write one stretch a line, such as 2026-06-08 09:00–12:00.")
    }

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).replace("：", ":").splitlines()]
        return [self._window(line) for line in lines if line]

    def _window(self, line: str) -> Window:
        found = _WINDOW.fullmatch(line)
        wrong = forms.ValidationError(self.error_messages["window"], code="window")
        if found is None:
            raise wrong
        try:
            start = _instant(found[1], found[2], found[3])
            return start, _instant(found[4] or found[1], found[5], found[6])
        except ValueError:
            raise wrong from None


class VenueForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("thing", "Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=160, required=False)
    city = forms.ModelChoiceField(City.objects.all(), label=_("City"))
    kind = forms.ChoiceField(label=_("Kind"), choices=VenueKind.choices)
    organization = forms.ModelChoiceField(
        Organization.objects.all(), label=_("Organization"), required=False
    )
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    address_en = forms.CharField(label=_("English address"), max_length=200, required=False)
    capacity = forms.IntegerField(
        label=_("Capacity"), min_value=1, max_value=100_000, required=False
    )
    largest_party = forms.IntegerField(
        label=_("Largest visiting party"),
        min_value=1,
        max_value=100_000,
        required=False,
        help_text=_("How many people the site receives at a time."),
    )
    margin_minutes = forms.IntegerField(
        label=_("Margin (minutes)"),
        min_value=0,
        max_value=600,
        required=False,
        help_text=_("For set-up and security, on top of each journey to and from here."),
    )
    latitude = forms.FloatField(label=_("Latitude"), min_value=-90, max_value=90, required=False)
    longitude = forms.FloatField(
        label=_("Longitude"), min_value=-180, max_value=180, required=False
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for number, label in WEEKDAYS:
            self.fields[_opening(number)] = OpeningField(label=label, max_length=80, required=False)

    @classmethod
    def of(cls, venue: Venue, data: Any = None) -> "VenueForm":
        """The form as a venue fills it."""
        initial = {name: getattr(venue, name) for name in cls.base_fields}
        for number, _label in WEEKDAYS:
            hours = [row for row in venue.opening_hours if row["weekday"] == number]
            initial[_opening(number)] = ", ".join(
                f"{row['opens']}–{row['closes']}" for row in hours
            )
        return cls(data, initial=initial)

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.base_fields]

    @property
    def opening_fields(self) -> list[forms.BoundField]:
        return [self[_opening(number)] for number, _label in WEEKDAYS]

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        for number, _label in WEEKDAYS:
            try:
                checked_opening_hours(_hours(number, clean.get(_opening(number), [])))
            except OpeningHoursProblem as problem:
                self.add_error(_opening(number), str(problem.message))
        return clean

    def facts(self) -> dict[str, Any]:
        clean = self.cleaned_data
        facts = {name: clean[name] for name in self.base_fields}
        facts["margin_minutes"] = clean["margin_minutes"] or 0
        facts["opening_hours"] = [
            row for number, _label in WEEKDAYS for row in _hours(number, clean[_opening(number)])
        ]
        return facts


class SpeakerForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=160, required=False)
    title = forms.CharField(label=_("Post and title"), max_length=120, required=False)
    title_en = forms.CharField(label=_("English title"), max_length=160, required=False)
    organization = forms.ModelChoiceField(
        Organization.objects.all(), label=_("Organization"), required=False
    )
    city = forms.ModelChoiceField(City.objects.all(), label=_("City"), required=False)
    availability = WindowsField(
        label=_("Available"),
        required=False,
        help_text=_(
            "One stretch a line, such as 2026-06-08 09:00–12:00. Empty means always available."
        ),
    )

    @classmethod
    def of(cls, speaker: Speaker, data: Any = None) -> "SpeakerForm":
        """The form as a speaker fills it."""
        names = [name for name in cls.base_fields if name != "availability"]
        initial = {name: getattr(speaker, name) for name in names}
        windows = [(window.starts_at, window.ends_at) for window in speaker.windows.all()]
        return cls(data, initial={**initial, "availability": windows_text(windows)})

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "availability"}


def windows_text(windows: Iterable[Window]) -> str:
    """Windows as the form reads them, one a line."""
    return "\n".join(_window_text(local(start), local(end)) for start, end in windows)


def _window_text(start: dt.datetime, end: dt.datetime) -> str:
    until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{start:%Y-%m-%d %H:%M}–{until}"


def _instant(day: str, hour: str, minute: str) -> dt.datetime:
    year, month, number = (int(part) for part in day.split("-"))
    midnight = dt.datetime(year, month, number, tzinfo=SHANGHAI)
    if int(minute) >= HOUR_MINUTES or int(hour) * HOUR_MINUTES + int(minute) > DAY_MINUTES:
        raise ValueError
    return midnight + dt.timedelta(hours=int(hour), minutes=int(minute))


def _opening(weekday: int) -> str:
    return f"opening_{weekday}"


def _hours(weekday: int, stretches: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    return [{"weekday": weekday, "opens": opens, "closes": closes} for opens, closes in stretches]
