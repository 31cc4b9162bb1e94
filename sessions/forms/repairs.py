"""How late a trip is."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST_DELAY = 240


class DelayForm(forms.Form):
    minutes = forms.IntegerField(
        label=_("Minutes late"), min_value=1, max_value=LONGEST_DELAY, initial=20
    )

    def __init__(self, data: Any = None, **options: Any) -> None:
        """Sent by GET: without the field it has not been sent at all."""
        super().__init__(data if data and "minutes" in data else None, **options)
