"""Forms of the groups page."""

from django import forms
from django.utils.translation import gettext_lazy as _

from participants.rules.person_facts import GROUP_LENGTH


class GroupForm(forms.Form):
    name = forms.CharField(label=_("Name of the group"), max_length=GROUP_LENGTH)


class SpreadForm(forms.Form):
    count = forms.IntegerField(label=_("Number of groups"), min_value=1, max_value=500)
