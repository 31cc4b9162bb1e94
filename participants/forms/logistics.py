"""The logistics form, and what organizers set for a leg."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cohorts.models import Leg
from participants.choices import (
    ConsentPurpose,
    Diet,
    RoomKind,
    RoomWish,
    ShirtSize,
    TravelMode,
)
from participants.consent_texts import CONSENT_TEXTS
from participants.models import LogisticsForm
from participants.models.logistics import (
    MOST_PLACES,
    NAME_LENGTH,
    NUMBER_LENGTH,
    PLACE_LENGTH,
    WISH_LENGTH,
)
from participants.queries.logistics_papers import opened_texts
from participants.rules.logistics import FACTS, OPEN_FACTS, SENSITIVE, LegDays

_NOTHING = ("", pgettext_lazy("choice", "no matter"))
_USUAL = ("", pgettext_lazy("diet", "no special diet"))
_UNSAID = ("", "–")
# Of the field that each leg makes anew.
_LABELS = {"nights": _("Nights for which I need a bed")}
# The fields of each part of the page, in their order.
PARTS = (
    (
        "arrival",
        _("Arrival"),
        ("arrival_mode", "arrival_number", "arrival_place", "arrival_at", "arrival_pickup"),
    ),
    (
        "departure",
        _("Departure"),
        (
            "departure_mode",
            "departure_number",
            "departure_place",
            "departure_at",
            "departure_pickup",
        ),
    ),
    ("lodging", _("Lodging"), ("nights", "room_wish", "roommate", "smoker")),
    ("other", _("What else we prepare"), ("shirt_size", "car_plate")),
    (
        "emergency",
        _("In an emergency"),
        ("emergency_name", "emergency_relation", "emergency_phone"),
    ),
)
SENSITIVE_PART = ("diet", _("Meals and special needs"), (*SENSITIVE, "consent"))


def moment_field(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


def day_field(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class OwnLogisticsForm(forms.Form):
    """Checks nothing that the rules check."""

    arrival_mode = forms.ChoiceField(
        label=_("Arrival by"), choices=[_UNSAID, *TravelMode.choices], required=False
    )
    arrival_number = forms.CharField(
        label=_("Train or flight number"), max_length=NUMBER_LENGTH, required=False
    )
    arrival_place = forms.CharField(
        label=_("Station or airport of arrival"), max_length=PLACE_LENGTH, required=False
    )
    arrival_at = moment_field(_("Time of arrival"))
    arrival_pickup = forms.BooleanField(label=_("Please meet me there"), required=False)
    departure_mode = forms.ChoiceField(
        label=_("Departure by"), choices=[_UNSAID, *TravelMode.choices], required=False
    )
    departure_number = forms.CharField(
        label=_("Number of the train or flight back"), max_length=NUMBER_LENGTH, required=False
    )
    departure_place = forms.CharField(
        label=_("Station or airport of departure"), max_length=PLACE_LENGTH, required=False
    )
    departure_at = moment_field(_("Time of departure"))
    departure_pickup = forms.BooleanField(label=_("Please take me there"), required=False)
    room_wish = forms.ChoiceField(
        label=_("Room"), choices=[_NOTHING, *RoomWish.choices], required=False
    )
    roommate = forms.CharField(
        label=_("I would like to share with"),
        max_length=NAME_LENGTH,
        required=False,
        help_text=_("The full name; it counts when you name each other."),
    )
    smoker = forms.BooleanField(label=_("I smoke"), required=False)
    shirt_size = forms.ChoiceField(
        label=_("Shirt size"), choices=[_UNSAID, *ShirtSize.choices], required=False
    )
    car_plate = forms.CharField(
        label=_("Car plate"),
        max_length=20,
        required=False,
        help_text=_("For the gate, when you come by car."),
    )
    emergency_name = forms.CharField(
        label=_("Whom we call"), max_length=NAME_LENGTH, required=False
    )
    emergency_relation = forms.CharField(
        label=_("Who that is to you"), max_length=40, required=False
    )
    emergency_phone = forms.CharField(
        label=_("Phone of this person"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    diet = forms.ChoiceField(label=_("Diet"), choices=[_USUAL, *Diet.choices], required=False)
    allergy = forms.CharField(
        label=_("Allergies and what I must not eat"),
        max_length=WISH_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    accessibility = forms.CharField(
        label=_("What I need to get about"),
        max_length=WISH_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A wheelchair, a room without stairs, a medicine to be kept cool …"),
    )
    consent = forms.BooleanField(label=CONSENT_TEXTS[ConsentPurpose.DIET], required=False)

    def __init__(
        self, leg: Leg, form: LogisticsForm | None, data: Any = None, *, consented: bool
    ) -> None:
        days = LegDays(leg.starts_on, leg.ends_on)
        super().__init__(data, initial={**_initial(form, days), "consent": consented})
        self.consented = consented
        self.fields["nights"] = forms.TypedMultipleChoiceField(
            label=_LABELS["nights"],
            coerce=dt.date.fromisoformat,
            required=False,
            choices=[(night.isoformat(), _night_words(night)) for night in days.nights],
            widget=forms.CheckboxSelectMultiple,
        )

    def facts(self) -> dict[str, Any]:
        """What was told under a consent that is taken back now is left out, not refused."""
        facts = {name: self.cleaned_data[name] for name in FACTS}
        if self.consented and not self.cleaned_data["consent"]:
            facts |= dict.fromkeys(SENSITIVE, "")
        return facts

    @property
    def parts(self) -> list[tuple[str, Any, list[forms.BoundField]]]:
        return [(key, title, [self[name] for name in names]) for key, title, names in PARTS]

    @property
    def sensitive_part(self) -> tuple[str, Any, list[forms.BoundField]]:
        key, title, names = SENSITIVE_PART
        return key, title, [self[name] for name in names]


class DeadlineForm(forms.Form):
    due_at = moment_field(_("Forms are filled in until"))
    due_at.widget.attrs["class"] = "input"


class HotelForm(forms.Form):
    name = forms.CharField(label=_("Name of the hotel"), max_length=NAME_LENGTH)
    name_en = forms.CharField(label=_("English name"), max_length=NAME_LENGTH, required=False)
    address = forms.CharField(label=_("Address"), max_length=200, required=False)
    phone = forms.CharField(label=_("Phone of the hotel"), max_length=40, required=False)


class RoomsForm(forms.Form):
    """Several rooms alike."""

    numbers = forms.CharField(
        label=_("Room numbers"), max_length=500, help_text=_("As in 801-806, 810.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=RoomKind.choices, initial=RoomKind.TWIN)
    places = forms.IntegerField(
        label=_("Places a room"), min_value=1, max_value=MOST_PLACES, initial=2
    )
    first_on = day_field(_("First night"))
    last_on = day_field(_("Last night"))


class AssignForm(forms.Form):
    """Nights may be left empty: then those that each person wants."""

    first_on = forms.DateField(required=False)
    last_on = forms.DateField(required=False)


def label_of(name: str) -> str:
    """The word of a field, as the participant has read it."""
    return str(_LABELS.get(name) or OwnLogisticsForm.base_fields[name].label)


def _initial(form: LogisticsForm | None, days: LegDays) -> dict[str, Any]:
    if form is None:
        return {"nights": [night.isoformat() for night in days.usual_nights]}
    facts = {name: getattr(form, name) for name in (*OPEN_FACTS, "diet")}
    facts["nights"] = [night.isoformat() for night in form.nights]
    return facts | opened_texts(form)


def _night_words(night: dt.date) -> str:
    following = night + dt.timedelta(days=1)
    return (
        f"{date_format(night, 'MONTH_DAY_FORMAT')} – {date_format(following, 'MONTH_DAY_FORMAT')}"
    )
