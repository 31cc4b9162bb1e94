"""The form of a training session: what an organizer writes becomes the facts of one action."""

import datetime as dt
import re
from typing import Any, Self

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cohorts.models import Cohort, Leg, Theme
from g60portal.common.clock import SHANGHAI, local
from participants.models import Group
from sessions.choices import SessionKind
from sessions.models import Speaker, TrainingSession, Venue
from sessions.queries.board import groups_of, lectures_of
from sessions.rules.placing import proposed_hours

TIMES_LIST = "times-of-day"
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:：.]?([0-5][0-9])")
_MIDNIGHT = "24:00"
TIMES = frozenset({"day", "start", "end"})


class TimeOfDayField(forms.CharField):
    """A time such as 9:30, 0930 or 24:00, as minutes of the day. Browsers' own time controls show
    AM and PM by their own language, so this is text with a list of quarters."""

    default_error_messages = {"time": _("Write a time such as 09:30.")}

    def __init__(self, **options: Any) -> None:
        attrs = {"list": TIMES_LIST, "inputmode": "numeric", "autocomplete": "off", "size": 6}
        super().__init__(max_length=5, widget=forms.TextInput(attrs=attrs), **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        if text == _MIDNIGHT:
            return 24 * 60
        found = _TIME.fullmatch(text)
        if found is None:
            raise forms.ValidationError(self.error_messages["time"], code="time")
        return int(found[1]) * 60 + int(found[2])


class TrainingSessionForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind of session"), choices=SessionKind.choices)
    title = forms.CharField(label=_("Title"), max_length=200)
    title_en = forms.CharField(
        label=_("English title"),
        max_length=200,
        required=False,
        help_text=_("Shown to participants who read English."),
    )
    leg = forms.ModelChoiceField(Leg.objects.none(), label=_("Leg"))
    day = forms.TypedChoiceField(
        label=_("Date"),
        required=False,
        coerce=dt.date.fromisoformat,
        empty_value=None,
        help_text=_("Without a day the session waits in the tray."),
    )
    start = TimeOfDayField(label=_("From"), required=False)
    end = TimeOfDayField(label=_("Until"), required=False)
    venue = forms.ModelChoiceField(Venue.objects.none(), label=_("Venue"), required=False)
    speakers = forms.ModelMultipleChoiceField(
        Speaker.objects.all(),
        label=_("Speakers"),
        required=False,
        help_text=_("Hold Ctrl or ⌘ to choose several."),
    )
    groups = forms.ModelMultipleChoiceField(
        Group.objects.none(),
        label=_("Groups"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None marked means everyone."),
    )
    theme = forms.ModelChoiceField(Theme.objects.all(), label=_("Theme"), required=False)
    hours = forms.DecimalField(
        label=_("Hours"),
        max_digits=4,
        decimal_places=1,
        min_value=0,
        max_value=100,
        required=False,
        help_text=_(
            "Left empty: one hour for each 45 minutes, in halves; none for meals and transfers."
        ),
    )
    compulsory = forms.BooleanField(label=_("Compulsory"), required=False, initial=True)
    prepared_by = forms.ModelChoiceField(
        TrainingSession.objects.none(), label=_("Prepared by the lecture"), required=False
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, cohort: Cohort, legs: list[Leg], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self._choices("day").choices = _days(cohort, self.initial.get("day"))
        self._choices("leg").queryset = Leg.objects.filter(
            pk__in=[leg.pk for leg in legs]
        ).select_related("city")
        self._choices("leg").label_from_instance = _leg_label
        self._choices("venue").queryset = Venue.objects.select_related("city").order_by(
            "city__position", "name"
        )
        self._choices("venue").label_from_instance = _venue_label
        self._choices("groups").queryset = groups_of(cohort)
        self._choices("prepared_by").queryset = lectures_of(cohort)

    @classmethod
    def of(cls, row: TrainingSession, data: Any = None, *, legs: list[Leg]) -> Self:
        """The form as a session fills it."""
        return cls(data, cohort=row.cohort, legs=legs, initial=_initial(row))

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        given = {name for name in TIMES if clean.get(name) is not None}
        if given and not self.errors.keys() & TIMES:
            for name in TIMES - given:
                self.add_error(name, _("Give the day and both times, or none of them."))
        return clean

    def facts(self) -> dict[str, Any]:
        """What the action takes, people apart."""
        clean = self.cleaned_data
        names = ("kind", "title", "title_en", "leg", "venue", "theme", "compulsory", "prepared_by")
        starts_at = _instant(clean["day"], clean["start"])
        ends_at = _instant(clean["day"], clean["end"])
        hours = clean["hours"]
        if hours is None:
            length = ends_at - starts_at if starts_at and ends_at else dt.timedelta()
            hours = proposed_hours(clean["kind"], max(0, int(length.total_seconds() // 60)))
        return {
            **{name: clean[name] for name in names},
            "description": clean["description"],
            "starts_at": starts_at,
            "ends_at": ends_at,
            "hours": hours,
        }

    def people(self) -> dict[str, list[Any]]:
        return {name: list(self.cleaned_data[name]) for name in ("speakers", "groups")}

    def _choices(self, name: str) -> Any:
        return self.fields[name]


class CancelForm(forms.Form):
    """Why a session does not take place: people read it."""

    reason = forms.CharField(label=_("Why is it cancelled?"), max_length=300)
    version = forms.IntegerField(widget=forms.HiddenInput)


def _initial(row: TrainingSession) -> dict[str, Any]:
    starts = local(row.starts_at) if row.starts_at else None
    ends = local(row.ends_at) if row.ends_at else None
    return {
        "kind": row.kind,
        "title": row.title,
        "title_en": row.title_en,
        "leg": row.leg_id,
        "day": starts.date() if starts else None,
        "start": f"{starts:%H:%M}" if starts else "",
        "end": _end_text(starts, ends),
        "venue": row.venue_id,
        "speakers": [booking.speaker_id for booking in row.speaker_rows.all()],
        "groups": [seat.group_id for seat in row.audience_rows.all() if seat.group_id],
        "theme": row.theme_id,
        "hours": row.hours,
        "compulsory": row.compulsory,
        "prepared_by": row.prepared_by_id,
        "description": row.description,
        "version": row.version,
    }


def _end_text(starts: dt.datetime | None, ends: dt.datetime | None) -> str:
    if starts is None or ends is None:
        return ""
    return f"{ends:%H:%M}" if ends.date() == starts.date() else _MIDNIGHT


def _instant(day: dt.date | None, minutes: int | None) -> dt.datetime | None:
    if day is None or minutes is None:
        return None
    return dt.datetime.combine(day, dt.time(), SHANGHAI) + dt.timedelta(minutes=minutes)


def _days(cohort: Cohort, known: Any) -> list[tuple[str, str]]:
    """The cohort's days, and the day a session lies on beyond them."""
    length = (cohort.ends_on - cohort.starts_on).days + 1
    days = {cohort.starts_on + dt.timedelta(days=number) for number in range(length)}
    if isinstance(known, dt.date):
        days.add(known)
    labels = [
        (day.isoformat(), f"{date_format(day, 'MONTH_DAY_FORMAT')} {date_format(day, 'l')}")
        for day in sorted(days)
    ]
    return [("", str(_("tray"))), *labels]


def _leg_label(leg: Any) -> str:
    return f"{leg.city.local_name} · {leg.starts_on:%Y-%m-%d} – {leg.ends_on:%m-%d}"


def _venue_label(venue: Any) -> str:
    return f"{venue.city.local_name} · {venue.local_name}"
