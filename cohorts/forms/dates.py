"""The date control of all forms of cohorts: the browser's own picker, ISO dates on the wire."""

from typing import Any

from django import forms


class DayField(forms.DateField):
    def __init__(self, *, label: Any, required: bool = True, help_text: Any = "") -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(
            label=label,
            required=required,
            help_text=help_text,
            widget=widget,
            input_formats=["%Y-%m-%d"],
        )
