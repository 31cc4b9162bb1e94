"""Forms about requests and retention."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from participants.choices import FieldGroup, RequestKind
from participants.models.privacy import TEXT_LENGTH
from participants.rules.retention import TERMS


class WishForm(forms.Form):
    """What a person asks for."""

    kind = forms.ChoiceField(label=_("Request"), choices=RequestKind.choices)
    wish = forms.CharField(
        label=_("Remarks"),
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "For a correction: what is wrong, and what would be right. No identity numbers."
        ),
    )


class RecordedWishForm(WishForm):
    """A request that came by letter, phone or in person."""

    seat = forms.IntegerField(label=_("Student number"), min_value=1, max_value=2**31 - 1)
    field_order = ("seat", "kind", "wish")


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Answer to the person"),
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class TermsForm(forms.Form):
    """Days after the end of the cohort, for the groups that a cohort may set."""

    def __init__(self, days: dict[str, int], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for group in FieldGroup:
            term = TERMS[group]
            if term.adjustable:
                self.fields[group] = forms.IntegerField(
                    label=capfirst(group.label),
                    initial=days.get(group, term.days),
                    help_text=_("%(shortest)s to %(longest)s days; usually %(days)s.")
                    % {"shortest": term.shortest, "longest": term.longest, "days": term.days},
                )

    def days(self) -> dict[str, int]:
        return {str(name): value for name, value in self.cleaned_data.items()}
