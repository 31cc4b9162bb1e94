"""Forms about nominations. They check nothing that the rules check: facts go to the actions as they
were typed."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cohorts.models import City
from participants.choices import NOMINEE_PURPOSES, Gender, PaperKind
from participants.consent_texts import CONSENT_TEXTS
from participants.models import Nomination
from participants.models.nomination import REASON_LENGTH
from participants.rules.nomination_rows import MOST_LINES, Line, read_lines
from participants.rules.person_facts import NAME_LENGTH, ORGANIZATION_LENGTH, TITLE_LENGTH

LAST_RANK = 9998


def city_choice(cities: list[City]) -> forms.TypedChoiceField:
    """One of these cities, cleaned to its row; an only one is not asked for."""
    by_code = {city.code: city for city in cities}
    field = forms.TypedChoiceField(
        label=_("City"),
        choices=[(city.code, city.local_name) for city in cities],
        coerce=by_code.__getitem__,
    )
    if len(cities) == 1:
        field.initial, field.widget = cities[0].code, forms.HiddenInput()
    return field


class NomineeFactsForm(forms.Form):
    """What a nominee itself may say."""

    title = forms.CharField(label=_("Post and title"), max_length=TITLE_LENGTH, required=False)
    gender = forms.ChoiceField(label=_("Gender"), choices=Gender.choices, required=False)
    phone = forms.CharField(label=_("Mobile phone"), max_length=40, required=False)
    email = forms.CharField(
        label=_("E-mail"), max_length=254, required=False, widget=forms.EmailInput
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    paper_kind = forms.ChoiceField(label=_("Kind of paper"), choices=PaperKind.choices)
    identity = forms.CharField(
        label=_("Identity number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    conditions = forms.CharField(
        label=_("Conditions and wishes"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What has to be kept in mind: days of absence, an interpreter, access."),
    )

    def facts(self) -> dict[str, Any]:
        """In the shape that the actions take."""
        return dict(self.cleaned_data)


class NominationForm(NomineeFactsForm):
    """What a city says about somebody it nominates."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    organization = forms.CharField(
        label=_("Organization"), max_length=ORGANIZATION_LENGTH, required=False
    )
    reason = forms.CharField(
        label=_("Reason of the nomination"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    rank = forms.IntegerField(
        label=_("Rank"),
        min_value=1,
        max_value=LAST_RANK,
        required=False,
        help_text=_("The city's own order; on the waiting list a lower rank goes first."),
    )
    field_order = (
        "city", "name", "organization", "title", "gender", "phone", "email", "language",
        "paper_kind", "identity", "reason", "conditions", "rank",
    )  # fmt: skip

    @classmethod
    def of(cls, row: Nomination, data: Any = None) -> "NominationForm":
        """With what is stored; the identity number is never filled in."""
        form = cls(data, initial=stored(row))
        if row.masked:
            form.fields["identity"].help_text = kept_number(row)
        return form


class NewNominationForm(NominationForm):
    """With the city, where one may nominate for several."""

    def __init__(self, cities: list[City], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["city"] = city_choice(cities)
        self.order_fields(["city", *self.fields])

    def facts(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "city"}


class ManyForm(forms.Form):
    """Several people as lines of a small table."""

    lines = forms.CharField(
        label=_("People, one a line"),
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
        help_text=_(
            "Copy rows from a spreadsheet, or type with commas: name, organization, post, gender, "
            "phone, e-mail, identity number, reason. Only the name is needed for a draft."
        ),
    )

    def __init__(self, cities: list[City], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["city"] = city_choice(cities)
        self.order_fields(["city", *self.fields])

    def clean_lines(self) -> list[Line]:
        lines = read_lines(self.cleaned_data["lines"])
        if not lines:
            raise forms.ValidationError(_("No line says anything."))
        if len(lines) > MOST_LINES:
            raise forms.ValidationError(
                _("At most %(limit)s people at once."), params={"limit": MOST_LINES}
            )
        return lines

    def rows(self) -> dict[int, dict[str, str]]:
        return {line.number: line.facts for line in self.cleaned_data["lines"]}


class StepForm(forms.Form):
    """Why a step is made."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, explained: bool = False, **kwargs: Any) -> None:
        """`explained`: the step is not made without a reason."""
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = explained


class PriorityForm(forms.Form):
    priority = forms.IntegerField(label=_("Priority"), min_value=0, max_value=9999)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class SubstituteForm(forms.Form):
    """Who of the city comes instead; nobody chosen means the person typed below."""

    substitute = forms.ChoiceField(label=_("Substitute"), required=False)
    why = forms.CharField(
        label=_("Why the place changes hands"),
        max_length=REASON_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, choices: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["substitute"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [("", _("Somebody new, typed below")), *choices]


class SeatsForm(forms.Form):
    """Seats from a city or the pool to a city or the pool; empty is the pool."""

    source = forms.ModelChoiceField(
        City.objects.none(),
        label=_("From"),
        required=False,
        to_field_name="code",
        empty_label=_("the pool"),
    )
    target = forms.ModelChoiceField(
        City.objects.none(),
        label=_("To"),
        required=False,
        to_field_name="code",
        empty_label=_("the pool"),
    )
    seats = forms.IntegerField(label=_("Seats"), min_value=1, max_value=10_000, initial=1)
    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, own: list[City] | None, *args: Any, **kwargs: Any) -> None:
        """`own`: the cities that may only give back; None = any way."""
        super().__init__(*args, **kwargs)
        source, target = self.fields["source"], self.fields["target"]
        assert isinstance(source, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        assert isinstance(target, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        if own is None:
            source.queryset = target.queryset = City.objects.order_by("position")
            return
        del self.fields["target"]
        source.queryset = City.objects.filter(pk__in=[city.pk for city in own])
        source.required, source.empty_label = True, None


class EnterpriseLinkForm(forms.Form):
    organization_name = forms.CharField(label=_("Organization"), max_length=ORGANIZATION_LENGTH)
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        help_text=_("The link is mailed there. Without an address you pass it on yourself."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)

    def __init__(self, cities: list[City], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["city"] = city_choice(cities)
        self.order_fields(["city", *self.fields])


class NomineeForm(NomineeFactsForm):
    """A nominee's own form: facts, portrait, consents each with its text."""

    portrait = forms.FileField(
        label=_("Portrait"),
        required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png"}),
        help_text=_("JPEG or PNG, at most 5 MB. For badge and handbook."),
    )

    def __init__(
        self, row: Nomination, data: Any = None, files: Any = None, *, fixed: bool
    ) -> None:
        """`fixed`: what the city has handed in is shown no more."""
        super().__init__(data, files, initial=stored(row))
        given = {one.purpose for one in row.consents.all()}
        for purpose in NOMINEE_PURPOSES:
            self.fields[f"consent_{purpose}"] = forms.BooleanField(
                label=CONSENT_TEXTS[purpose], required=False, initial=purpose in given
            )
        if row.masked:
            self.fields["identity"].help_text = kept_number(row)
        if fixed:
            for name in ("title", "gender", "paper_kind", "identity"):
                del self.fields[name]

    def facts(self) -> dict[str, Any]:
        own = set(NomineeFactsForm.base_fields)
        return {name: value for name, value in self.cleaned_data.items() if name in own}

    def consents(self) -> list[str]:
        return [
            str(purpose)
            for purpose in NOMINEE_PURPOSES
            if self.cleaned_data.get(f"consent_{purpose}")
        ]

    def photo_bytes(self) -> bytes | None:
        upload = self.cleaned_data.get("portrait")
        return upload.read() if upload else None


def stored(row: Nomination) -> dict[str, Any]:
    """What a form about a nomination begins with."""
    return {
        "name": row.name,
        "organization": row.organization_name,
        "title": row.title,
        "gender": row.gender,
        "phone": row.phone,
        "email": row.email,
        "language": row.language,
        "paper_kind": row.paper_kind or PaperKind.RESIDENT_ID,
        "reason": row.reason,
        "conditions": row.conditions,
        "rank": row.rank,
    }


def kept_number(row: Nomination) -> str:
    return str(_("On file: %(number)s. Left empty, it stays.")) % {"number": row.masked}
