"""The copy of one's own data as a ZIP: JSON for programs, and a page without script for people."""

import datetime as dt
import io
import json
import zipfile
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from participants.queries.own_data import Rows

TITLES = {
    "person": _("About me"),
    "identity_papers": _("Identity papers"),
    "consents": _("Consents"),
    "enrollments": _("Enrollments"),
    "nominations": _("Nominations"),
    "logistics": _("Logistics forms"),
    "rooms": _("Rooms"),
    "certificates": _("Certificates"),
    "messages": _("Messages"),
    "channels": _("Channels"),
    "merges": _("Entries that were merged"),
    "former_contacts": _("Former contacts"),
    "requests": _("Requests"),
    "record": _("Record of changes"),
    "attendance": _("Attendance"),
}


def copy_archive(data: dict[str, Rows], language: str, made_at: dt.datetime) -> bytes:
    """`data.json` and `index.html`."""
    with translation.override(language):
        page = render_to_string(
            "participants/own_data.html",
            {"sections": [_section(name, rows) for name, rows in data.items()], "made_at": made_at},
        )
    text = json.dumps(
        {"made_at": made_at, "version": 1, **data},
        cls=DjangoJSONEncoder,
        ensure_ascii=False,
        indent=2,
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", text)
        archive.writestr("index.html", page)
    return packed.getvalue()


def _section(name: str, rows: Rows) -> dict[str, Any]:
    columns = list(rows[0]) if rows else []
    return {
        "title": TITLES.get(name, name),
        "columns": [column.replace("__", ": ").replace("_", " ") for column in columns],
        "rows": [[row[column] for column in columns] for row in rows],
    }
