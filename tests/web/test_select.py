"""The one select of all forms: an empty choice in words."""

import pytest
from django import forms
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils import translation


@pytest.mark.parametrize(
    ("language", "required", "said"),
    [("en", True, "Please choose"), ("en", False, "none"), ("zh-hans", True, "请选择")],
)
def test_select_when_nothing_is_chosen_then_said_in_words(language, required, said):
    class OneChoice(forms.Form):
        city = forms.ChoiceField(choices=[*BLANK_CHOICE_DASH, ("hf", "A & B")], required=required)

    with translation.override(language):
        page = str(OneChoice({"city": ""})["city"])
    assert f'<option value="" selected>{said}</option>' in page
    assert '<option value="hf">A &amp; B</option>' in page
    assert "---" not in page
