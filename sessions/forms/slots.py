"""Forms of the confirmations: whom to ask and how to reach them, an answer, the list for a host."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from g60portal.common import clock
from sessions.choices import SLOT_ANSWERS
from sessions.forms.places import WindowsField, windows_text
from sessions.models import Slot, SlotLink
from sessions.queries.confirmations import CHANGED, UNASKED, PartyRow, SlotRow
from sessions.queries.slots import windows_of
from sessions.rules.slots import TimesProblem, Window, checked_times

# What organizers see marked already: not asked for yet, or changed since.
_OPEN = frozenset({UNASKED, CHANGED})


class AskForm(forms.Form):
    """`sessions` offers what the organizer may ask the party for."""

    sessions = forms.MultipleChoiceField(
        label=_("Sessions"), widget=forms.CheckboxSelectMultiple, required=True
    )
    contact = forms.CharField(
        label=_("Who reads it"),
        max_length=120,
        required=False,
        help_text=_("Stands in the greeting. Empty: the name of the speaker or the venue."),
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_(
            "Empty: nothing is mailed, you hand over the link. Another address makes a new link, "
            "and the old one dies."
        ),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    @classmethod
    def of(cls, row: PartyRow, offered: Sequence[SlotRow], data: Any = None) -> "AskForm":
        """The form as the party's link fills it."""
        link = row.link or SlotLink()
        marked = [str(own.training_session.pk) for own in offered if own.state in _OPEN]
        form = cls(
            data,
            initial={
                "sessions": marked,
                "contact": link.contact,
                "email": link.email,
                "language": link.language,
            },
        )
        choices = [(str(own.training_session.pk), _session_label(own)) for own in offered]
        form.fields["sessions"].choices = choices  # type: ignore[attr-defined]
        return form

    def session_ids(self) -> set[int]:
        return {int(key) for key in self.cleaned_data["sessions"]}


class AnswerForm(forms.Form):
    """An answer that an organizer got by a call."""

    state = forms.ChoiceField(label=_("Answer"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason, or how the answer came"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    times = WindowsField(
        label=_("Times they can instead"),
        required=False,
        help_text=_("One stretch a line, such as 2026-06-08 09:00–12:00."),
    )

    @classmethod
    def of(cls, slot: Slot | None, data: Any = None) -> "AnswerForm":
        given = slot is not None and slot.answered_at is not None
        initial = (
            {
                "state": slot.state,
                "reason": slot.reason,
                "times": windows_text(windows_of(slot)),
            }
            if slot is not None and given
            else {}
        )
        form = cls(data, initial=initial)
        form.fields["state"].choices = [  # type: ignore[attr-defined]
            (state.value, state.label) for state in SLOT_ANSWERS
        ]
        return form

    def clean_times(self) -> list[Window]:
        return _checked(self.cleaned_data["times"])

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("state", "reason", "times")}


class OwnAnswerForm(forms.Form):
    """One slot on the private page: an answer, a reason, up to three times instead, each as a day
    and two times of day, which phones have pickers for."""

    ROWS = 3
    state = forms.ChoiceField(choices=[(state.value, state.label) for state in SLOT_ANSWERS])
    reason = forms.CharField(max_length=500, required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for number in range(self.ROWS):
            self.fields[f"day-{number}"] = forms.DateField(required=False)
            self.fields[f"from-{number}"] = forms.TimeField(required=False)
            self.fields[f"until-{number}"] = forms.TimeField(required=False)

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        clean["times"] = _checked(
            [
                window
                for number in range(self.ROWS)
                if (window := self._window(clean, number)) is not None
            ]
        )
        return clean

    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("state", "reason", "times")}

    def _window(self, clean: dict[str, Any], number: int) -> Window | None:
        """A day alone is the whole day."""
        day = clean.get(f"day-{number}")
        starts, ends = clean.get(f"from-{number}"), clean.get(f"until-{number}")
        if day is None:
            if starts or ends:
                raise forms.ValidationError(_("Give the day of each time."), code="times_day")
            return None
        midnight = dt.datetime.combine(day, dt.time(), clock.SHANGHAI)
        return (
            midnight if starts is None else dt.datetime.combine(day, starts, clock.SHANGHAI),
            midnight + dt.timedelta(days=1)
            if ends is None
            else dt.datetime.combine(day, ends, clock.SHANGHAI),
        )


class HostListForm(forms.Form):
    """The list with identity numbers: why, and as what."""

    FORMATS = (("xlsx", _("Excel (XLSX)")), ("csv", _("CSV")))
    format = forms.ChoiceField(label=_("File"), choices=FORMATS)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("Such as the entry rule of the site. It is kept with your name."),
    )


def party_keys(data: Any, known: Collection[str]) -> list[str]:
    """The parties that were marked on the page, as far as it offered them."""
    return [key for key in dict.fromkeys(data.getlist("marked")) if key in known]


def _checked(windows: Sequence[Window]) -> list[Window]:
    try:
        return checked_times(windows, clock.now())
    except TimesProblem as problem:
        raise forms.ValidationError(str(problem.message), code=problem.code) from None


def _session_label(row: SlotRow) -> str:
    session_row = row.training_session
    starts_at, ends_at = session_row.starts_at, session_row.ends_at
    if starts_at is None or ends_at is None:
        return session_row.local_title
    starts, ends = clock.local(starts_at), clock.local(ends_at)
    return f"{starts:%m-%d %H:%M}–{ends:%H:%M} {session_row.local_title}"
