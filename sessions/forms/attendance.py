"""The roll call: one choice a person, read into marks; and the code of one person.

Each person also carries the state that the page showed; only what differs from it becomes a mark,
so that two people at two doors never undo each other.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _

from g60portal.common import clock
from sessions.actions.attendance import Mark
from sessions.choices import AttendanceState
from sessions.queries.attendance import RollRow

# Neither the browser nor the keyboard of a phone may "mend" a code.
_AS_TYPED = {"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
_NO_STATE = ("", _("not marked"))


@dataclass(frozen=True)
class RollLine:
    """A row of the roll as the page draws it."""

    row: RollRow
    field: str
    shown: str
    chosen: str


class RollCallForm(forms.Form):
    """`batch` makes the marks of one page the same marks when it is sent twice."""

    batch = forms.UUIDField(widget=forms.HiddenInput)
    all_present = forms.BooleanField(required=False)

    def __init__(self, roll: Sequence[RollRow], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments
        self.roll = roll
        self.initial.setdefault("batch", uuid.uuid4())
        for row in roll:
            choices = [_NO_STATE, *AttendanceState.choices]
            self.fields[_name(row)] = forms.ChoiceField(choices=choices, required=False)
            self.fields[_shown_name(row)] = forms.ChoiceField(choices=choices, required=False)

    @property
    def lines(self) -> Iterator[RollLine]:
        for row in self.roll:
            chosen = self.data.get(_name(row), "") if self.is_bound else row.state
            yield RollLine(row, _name(row), row.state, chosen)

    def marks(self) -> list[Mark]:
        """What the page changed; “all present” fills in those without any mark."""
        now = clock.now()
        batch: uuid.UUID = self.cleaned_data["batch"]
        return [
            Mark(
                session_id=0,
                enrollment_id=row.enrollment.pk,
                state=state,
                client_uuid=uuid.uuid5(batch, f"{row.enrollment.pk}:{state}"),
                marked_at=now,
            )
            for row, state in self._changes()
        ]

    def _changes(self) -> Iterator[tuple[RollRow, str]]:
        for row in self.roll:
            state = self.cleaned_data[_name(row)]
            if not state and self.cleaned_data["all_present"] and not row.state:
                state = AttendanceState.PRESENT.value
            if state and state != self.cleaned_data[_shown_name(row)]:
                yield row, state


class CodeForm(forms.Form):
    """A check-in code as a hand scanner or somebody's fingers enter it."""

    code = forms.CharField(
        label=_("Check-in code"),
        max_length=200,
        help_text=_("Scan the badge or the phone, or type the code that stands below the picture."),
        widget=forms.TextInput(attrs=_AS_TYPED),
    )

    def __init__(self, *args: object, scanning: bool = False, **kwargs: object) -> None:
        """`scanning`: the field takes the focus, for the next person in the line."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own arguments
        if scanning:
            self.fields["code"].widget.attrs["autofocus"] = True


def _name(row: RollRow) -> str:
    return f"state-{row.enrollment.pk}"


def _shown_name(row: RollRow) -> str:
    return f"shown-{row.enrollment.pk}"
