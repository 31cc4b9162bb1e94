"""The quotas of all cities in one form, in their official order."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext

from cohorts.actions.quotas import QuotaFacts
from cohorts.forms.dates import DayField
from cohorts.models import City, Quota
from cohorts.queries.settings import CityQuota
from g60portal.common.clock import SHANGHAI, local

_MOST = 100_000
# A deadline given as a day lasts to the end of that day.
_DAY_END = dt.time(23, 59)


@dataclass(frozen=True)
class QuotaRow:
    city: City
    seats: BoundField
    reserve: BoundField
    deadline: BoundField

    @property
    def errors(self) -> list[str]:
        return [
            str(error)
            for field in (self.seats, self.reserve, self.deadline)
            for error in field.errors
        ]


class QuotasForm(forms.Form):
    """Fields `seats_<city>`, `reserve_<city>`, `deadline_<city>`; an empty figure is 0."""

    template_name = "cohorts/_quotas_form.html"

    def __init__(self, *args: Any, rows: Sequence[CityQuota], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rows = rows
        for row in rows:
            self._add(row.city, row.quota)

    def rows(self) -> list[QuotaRow]:
        """The bound fields city by city, for the table."""
        return [
            QuotaRow(row.city, *(self[f"{name}_{row.city.code}"] for name in _NAMES))
            for row in self._rows
        ]

    def total(self) -> int:
        """The seats as they stand in the form; what is no figure counts as none."""
        figures = [str(row.seats.value() or "") for row in self.rows()]
        return sum(int(figure) for figure in figures if figure.isdecimal())

    def quotas(self) -> list[QuotaFacts]:
        """The cleaned entries as `set_quotas` takes them."""
        return [self._facts(row) for row in self._rows]

    def _add(self, city: City, quota: Quota | None) -> None:
        names = {"city": city.local_name}
        label = gettext("%(city)s: seats") % names
        self.fields[f"seats_{city.code}"] = _figure(label, quota.seats if quota else 0, sums=True)
        label = gettext("%(city)s: reserve") % names
        self.fields[f"reserve_{city.code}"] = _figure(label, quota.reserve if quota else 0)
        deadline = DayField(label=gettext("%(city)s: deadline") % names, required=False)
        deadline.widget.attrs["aria-label"] = deadline.label
        if quota and quota.deadline:
            deadline.initial = local(quota.deadline).date()
        self.fields[f"deadline_{city.code}"] = deadline

    def _facts(self, row: CityQuota) -> QuotaFacts:
        seats, reserve, day = (self.cleaned_data[f"{name}_{row.city.code}"] for name in _NAMES)
        return QuotaFacts(row.city, seats or 0, reserve or 0, _deadline(day, row.quota))


_NAMES = ("seats", "reserve", "deadline")


def _figure(label: str, initial: int, *, sums: bool = False) -> forms.IntegerField:
    field = forms.IntegerField(
        label=label, min_value=0, max_value=_MOST, required=False, initial=initial
    )
    field.widget.attrs.update({"aria-label": label, "inputmode": "numeric"})
    if sums:
        field.widget.attrs["data-sum-part"] = True
    return field


def _deadline(day: dt.date | None, quota: Quota | None) -> dt.datetime | None:
    """The end of the day; a time that the quota already has on that day stays."""
    if day is None:
        return None
    if quota and quota.deadline and local(quota.deadline).date() == day:
        return quota.deadline
    return dt.datetime.combine(day, _DAY_END, tzinfo=SHANGHAI)
