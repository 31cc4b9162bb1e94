"""The upload of a roster file, the meaning of its columns, and the answers about its rows."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from g60portal.common.tables.limits import MAX_FILE_BYTES
from participants.rules.roster_mapping import RosterMapping, mapping_from

DECISION_PREFIX = "decide:"
EMPLOYER_PREFIX = "employer:"
COLUMN_PREFIX = "column:"

# The fields that a column may stand for, in the words of the pages.
COLUMN_LABELS = {
    "name": _("Name"),
    "gender": _("Gender"),
    "birth_on": _("Date of birth"),
    "city": _("City"),
    "organization_name": _("Organization"),
    "organization_and_title": _("Organization and post in one"),
    "credit_code": _("Unified social credit code"),
    "title": _("Post and title"),
    "phone": _("Mobile phone"),
    "email": _("E-mail"),
    "paper_kind": _("Kind of paper"),
    "identity": _("Identity number"),
    "language": _("Language"),
    "directory_consent": _("Listed in the directory"),
    "latin_name": _("Name in Latin letters"),
    "group_name": _("Group"),
}
# Those of the empty file to fill in.
_NOT_ASKED = {"birth_on", "organization_and_title"}
TEMPLATE_FIELDS = tuple(label for name, label in COLUMN_LABELS.items() if name not in _NOT_ASKED)
# The fields that a row may change.
FIELD_LABELS = {
    **COLUMN_LABELS,
    "city_id": _("City"),
    "directory_consent": _("In the directory"),
}


class RosterFileForm(forms.Form):
    file = forms.FileField(
        label=_("Roster file"),
        help_text=_("XLSX, XLS, ODS or CSV, at most 5 MB and 5,000 rows."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
    )

    def clean_file(self) -> Any:
        """Too large files are not even read."""
        file = self.cleaned_data["file"]
        if (file.size or 0) > MAX_FILE_BYTES:
            raise forms.ValidationError(_("The file is larger than 5 MB."))
        return file


def decisions_in(data: Mapping[str, Any]) -> dict[str, str]:
    """What was chosen for each possible duplicate, by the key of its row."""
    return _beginning(DECISION_PREFIX, data)


def employers_in(data: Mapping[str, Any]) -> dict[str, str]:
    """What was chosen for each employer that looks like an organization, by its key."""
    return _beginning(EMPLOYER_PREFIX, data)


def mapping_in(data: QueryDict) -> RosterMapping:
    """What the columns mean, as said on the page. Raises MappingUnusable."""
    columns = {
        name.removeprefix(COLUMN_PREFIX): str(value)
        for name, value in data.items()
        if name.startswith(COLUMN_PREFIX)
    }
    return mapping_from(
        {
            "columns": columns,
            "sheets": data.getlist("sheet"),
            "city": data.get("city", ""),
            "hidden_rows": data.get("hidden_rows") == "on",
        }
    )


def _beginning(prefix: str, data: Mapping[str, Any]) -> dict[str, str]:
    return {
        name.removeprefix(prefix): str(value)
        for name, value in data.items()
        if name.startswith(prefix) and value
    }
