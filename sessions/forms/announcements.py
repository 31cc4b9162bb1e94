"""The forms of messages by hand: texts and audience, the time of sending, the review."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cohorts.models import City, Cohort, Leg
from g60portal.common import clock
from participants.choices import EnrollmentState
from participants.models import Enrollment, Group
from sessions.models import Announcement
from sessions.rules.audience_filter import AudienceFilter, seats_in, seats_text

_SEATS_WRONG = _("Numbers such as 3, 7, 12-15.")


class AnnouncementForm(forms.Form):
    """Chinese is needed, English goes to those who read it; without one they get the Chinese."""

    subject = forms.CharField(label=_("Subject"), max_length=200)
    text = forms.CharField(
        label=_("Text"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "An empty line begins a new paragraph. {name}, {group}, {seat} and {cohort} are filled "
            "in for each person."
        ),
    )
    subject_en = forms.CharField(label=_("English subject"), max_length=200, required=False)
    text_en = forms.CharField(
        label=_("English text"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    urgent = forms.BooleanField(
        label=_("Urgent: to be confirmed, and call whoever does not"), required=False
    )
    legs = forms.MultipleChoiceField(
        label=_("Legs"), required=False, widget=forms.CheckboxSelectMultiple
    )
    groups = forms.MultipleChoiceField(
        label=_("Groups"), required=False, widget=forms.CheckboxSelectMultiple
    )
    cities = forms.MultipleChoiceField(
        label=_("Cities"), required=False, widget=forms.CheckboxSelectMultiple
    )
    states = forms.MultipleChoiceField(
        label=_("States"),
        required=False,
        choices=EnrollmentState.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    seats = forms.CharField(
        label=_("Only these people"),
        max_length=500,
        required=False,
        help_text=_("Their numbers, such as 3, 7, 12-15."),
    )
    unconfirmed = forms.BooleanField(
        label=_("Only those who have not confirmed something"), required=False
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    TEXTS = ("subject", "text", "subject_en", "text_en", "urgent")
    AUDIENCE = ("legs", "groups", "cities", "states")

    def __init__(self, *args: Any, cohort: Cohort, **more: Any) -> None:
        super().__init__(*args, **more)
        legs = Leg.objects.filter(cohort=cohort).select_related("city").order_by("position")
        self._choose("legs", [(leg.pk, leg.city.local_name) for leg in legs])
        groups = Group.objects.filter(cohort=cohort).order_by("position")
        self._choose("groups", [(group.pk, group.name) for group in groups])
        of = Enrollment.objects.filter(cohort=cohort).values("city")
        cities = City.objects.filter(pk__in=of).order_by("position")
        self._choose("cities", [(city.pk, city.local_name) for city in cities])

    @classmethod
    def of(cls, row: Announcement) -> "AnnouncementForm":
        """As a message fills it."""
        wanted = AudienceFilter.of(row.audience)
        initial: dict[str, Any] = {name: getattr(row, name) for name in cls.TEXTS}
        for name in cls.AUDIENCE:
            initial[name] = list(map(str, getattr(wanted, name)))
        initial |= {
            "seats": seats_text(wanted.seats),
            "unconfirmed": wanted.unconfirmed,
            "version": row.version,
        }
        return cls(cohort=row.cohort, initial=initial)

    def clean_seats(self) -> tuple[int, ...]:
        seats = seats_in(self.cleaned_data["seats"])
        if seats is None:
            raise forms.ValidationError(_SEATS_WRONG)
        return seats

    def facts(self) -> dict[str, Any]:
        """The keyword arguments of the actions, of a valid form."""
        data = self.cleaned_data
        audience = AudienceFilter(
            legs=tuple(map(int, data["legs"])),
            groups=tuple(map(int, data["groups"])),
            cities=tuple(map(int, data["cities"])),
            states=tuple(data["states"]),
            seats=data["seats"],
            unconfirmed=data["unconfirmed"],
        )
        return {"facts": {name: data[name] for name in self.TEXTS}, "audience": audience}

    def text_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.TEXTS]

    def audience_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in self.AUDIENCE if getattr(self.fields[name], "choices", ())]

    def _choose(self, name: str, choices: list[tuple[int, str]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = choices


class SendForm(forms.Form):
    """Without a time: at once. Times are Shanghai's."""

    send_at = forms.DateTimeField(
        label=_("Send at"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        help_text=_("Empty: at once."),
    )

    def facts(self) -> dict[str, Any]:
        at = self.cleaned_data["send_at"]
        return {"send_at": clock.local(at) if at else None}


class ReturnForm(forms.Form):
    note = forms.CharField(label=_("What has to be changed"), max_length=300, required=False)
