"""Forms about one person: its facts, the reason for seeing a number, the reason for leaving."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cohorts.models import City, Cohort
from participants.actions.seating import Meaning
from participants.choices import Gender, PaperKind
from participants.forms.numbers import whole_number
from participants.models import Enrollment, Group, Person
from participants.rules.person_facts import (
    LATIN_NAME_LENGTH,
    NAME_LENGTH,
    ORGANIZATION_LENGTH,
    TITLE_LENGTH,
    PersonFacts,
)


class PersonForm(forms.Form):
    """Checks nothing that the rules check: its facts go to the action as they were typed."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    latin_name = forms.CharField(
        label=_("Name in Latin letters"),
        max_length=LATIN_NAME_LENGTH,
        required=False,
        help_text=_("Left empty, it is made from the name in pinyin."),
    )
    gender = forms.ChoiceField(label=_("Gender"), choices=Gender.choices, required=False)
    city = forms.ModelChoiceField(City.objects.all(), label=_("City"))
    organization_name = forms.CharField(label=_("Organization"), max_length=ORGANIZATION_LENGTH)
    credit_code = forms.CharField(
        label=_("Unified social credit code"),
        max_length=40,
        required=False,
        help_text=_("Finds the organization even when its name is written differently."),
    )
    title = forms.CharField(label=_("Post and title"), max_length=TITLE_LENGTH, required=False)
    group = forms.ModelChoiceField(
        Group.objects.none(), label=_("Group"), required=False, to_field_name="name"
    )
    phone = forms.CharField(label=_("Mobile phone"), max_length=40, required=False)
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput,
        help_text=_("Messages go there, and the person signs in with it."),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    paper_kind = forms.ChoiceField(label=_("Kind of paper"), choices=PaperKind.choices)
    identity = forms.CharField(
        label=_("Identity number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    directory_consent = forms.BooleanField(
        label=_("Agrees to be listed for the other participants"), required=False
    )

    def __init__(self, cohort: Cohort, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups = self.fields["group"]
        assert isinstance(groups, forms.ModelChoiceField)  # noqa: S101 - tells the type checker
        groups.queryset = Group.objects.filter(cohort=cohort)

    @classmethod
    def of(cls, enrollment: Enrollment, *args: Any) -> "PersonForm":
        """The form with what is stored. The identity number is never filled in."""
        person: Person = enrollment.person
        identity = getattr(person, "identity", None)
        initial = {
            "name": person.name,
            "latin_name": person.latin_name,
            "gender": person.gender,
            "city": enrollment.city_id,
            "organization_name": enrollment.organization_name,
            "title": enrollment.title,
            "group": enrollment.group.name if enrollment.group else None,
            "phone": person.phone,
            "email": person.email,
            "language": person.language,
            "paper_kind": identity.kind if identity else PaperKind.RESIDENT_ID,
            "directory_consent": getattr(enrollment, "listed", False),
        }
        form = cls(enrollment.cohort, *args, initial=initial)
        form.fields["identity"].help_text = (
            _("Left empty, the number on file stays.") if identity else ""
        )
        return form

    def facts(self) -> PersonFacts:
        """The cleaned data in the shape that the actions take."""
        data = dict(self.cleaned_data)
        data.pop("meaning", None)
        city, group = data.pop("city"), data.pop("group")
        return PersonFacts(city_id=city.pk, group_name=group.name if group else "", **data)


class EnrollForm(PersonForm):
    """A new person. When somebody known may be meant, `meaning` appears and asks."""

    meaning = forms.CharField(
        label=_("Is it somebody already known?"), required=False, widget=forms.HiddenInput
    )

    def ask_meaning(self, candidates: Sequence[tuple[int, str]]) -> None:
        """Show the question with the candidates, as (person id, words)."""
        choices = [(str(pk), words) for pk, words in candidates]
        self.fields["meaning"].widget = forms.RadioSelect(
            choices=[*choices, ("new", _("No, somebody new"))]
        )

    def meaning_given(self) -> Meaning:
        """What was answered; only a number or "new" counts."""
        raw = self.cleaned_data.get("meaning", "")
        if raw == "new":
            return "new"
        return whole_number(raw) or None


class ReasonForm(forms.Form):
    """Why: for opening a number, for a withdrawal."""

    reason = forms.CharField(
        label=_("Reason"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
