"""The forms of a transfer's vehicles: a vehicle with its stops, a person's seat, a head count."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sessions.actions.vehicles import StopFacts
from sessions.models import Vehicle, VehicleStop, Venue

MOST_SEATS = 120
MOST_HEADS = 999
MOST_MINUTES = 24 * 60
# Empty rows for stops below those that are there.
MORE_STOPS = 3
_FACTS = ("name", "plate", "driver", "driver_phone", "escort", "seats")


class VehicleForm(forms.Form):
    name = forms.CharField(
        label=_("Vehicle"), max_length=40, help_text=_("What people look for, such as “Bus 1”.")
    )
    seats = forms.IntegerField(label=_("Seats for participants"), min_value=1, max_value=MOST_SEATS)
    plate = forms.CharField(label=_("Plate"), max_length=20, required=False)
    driver = forms.CharField(label=_("Driver"), max_length=60, required=False)
    driver_phone = forms.CharField(label=_("Driver's phone"), max_length=30, required=False)
    escort = forms.CharField(
        label=_("Escort"), max_length=60, required=False, help_text=_("Who counts heads on board.")
    )

    @classmethod
    def of(cls, vehicle: Vehicle | None, data: Any = None) -> "VehicleForm":
        if vehicle is None:
            return cls(data)
        return cls(data, initial={name: getattr(vehicle, name) for name in _FACTS})


class StopForm(forms.Form):
    """A row of the table of stops; without a place it says nothing."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    venue = forms.ModelChoiceField(Venue.objects.none(), label=_("Venue"), required=False)
    name = forms.CharField(label=_("or another place"), max_length=120, required=False)
    minute = forms.IntegerField(
        label=_("Minutes after departure"), min_value=0, max_value=MOST_MINUTES, required=False
    )

    def __init__(self, *args: Any, venues: Sequence[tuple[Any, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        venue: Any = self.fields["venue"]
        venue.queryset = Venue.objects.all()
        venue.choices = venues
        for name in ("venue", "name", "minute"):
            field = self.fields[name]
            field.widget.attrs["aria-label"] = field.label
        attrs = {"inputmode": "numeric", "placeholder": _("min")}
        self.fields["minute"].widget.attrs.update(attrs)

    @property
    def stop(self) -> StopFacts | None:
        clean = self.cleaned_data
        if not (clean.get("venue") or clean.get("name")):
            return None
        return StopFacts(
            minute=clean["minute"] or 0,
            venue=clean["venue"],
            name=clean["name"],
            id=clean["id"],
        )


_Stops = forms.formset_factory(StopForm, extra=MORE_STOPS, max_num=40)


class StopsForm(_Stops):  # type: ignore[misc, valid-type]  # made by Django's factory
    """The stops of a vehicle, row by row."""

    @classmethod
    def of(cls, stops: Sequence[VehicleStop], data: Any = None) -> "StopsForm":
        initial: list[Mapping[str, Any]] = [
            {"id": stop.pk, "venue": stop.venue_id, "name": stop.name, "minute": stop.minute}
            for stop in stops
        ]
        kwargs = {"venues": venue_choices()}
        return cls(data, initial=initial, prefix="stops", form_kwargs=kwargs)

    def facts(self) -> list[StopFacts]:
        """In the order of their minutes."""
        stops = [form.stop for form in self.forms]
        return sorted((stop for stop in stops if stop is not None), key=lambda stop: stop.minute)


class SeatForm(forms.Form):
    """Move somebody; without a vehicle, off all of them."""

    enrollment = forms.IntegerField(widget=forms.HiddenInput)
    vehicle = forms.IntegerField(required=False)
    number = forms.IntegerField(
        label=pgettext_lazy("on a vehicle", "Seat"),
        min_value=1,
        max_value=MOST_SEATS,
        required=False,
    )


class CountForm(forms.Form):
    stop = forms.IntegerField(widget=forms.HiddenInput)
    counted = forms.IntegerField(label=_("Heads counted"), min_value=0, max_value=MOST_HEADS)
    note = forms.CharField(label=_("Remark"), max_length=200, required=False)


def venue_choices() -> list[tuple[Any, str]]:
    """All venues by city, read once for all rows."""
    rows = Venue.objects.select_related("city").order_by("city__position", "name")
    named = [(row.pk, f"{row.city.local_name} · {row.local_name}") for row in rows]
    return [("", "–"), *named]
