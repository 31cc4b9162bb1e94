"""What an uploaded table may be at most, and the refusal that every guard raises."""

from typing import Any

from django.utils.translation import gettext as _

from g60portal.common.refusals import Refusal

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_ENTRIES = 200
MAX_UNPACKED_BYTES = 60 * 1024 * 1024
MAX_RATIO = 100
# Rows of content; titles, column names and notes of a sheet come on top of them.
MAX_ROWS = 5_000
MAX_SHEET_ROWS = MAX_ROWS + 100
MAX_COLUMNS = 60
MAX_CELL_CHARACTERS = 2_000


class TableRefused(Refusal):
    """The file cannot be read as a table, or is not safe to read."""

    code = "table_refused"
    status = 422

    def __init__(self, reason: str, message: str, **facts: Any) -> None:
        super().__init__(message, fields={"file": message}, facts={"reason": reason, **facts})
        self.reason = reason


def unreadable() -> TableRefused:
    return TableRefused("unreadable", _("The file cannot be read. Save it again as XLSX or CSV."))


def password() -> TableRefused:
    return TableRefused(
        "password", _("The file is protected by a password. Save a copy without it.")
    )


def macros() -> TableRefused:
    return TableRefused("macros", _("The file holds macros. Save it as XLSX without macros."))


def nested() -> TableRefused:
    return TableRefused("nested", _("The file holds other packed files, which is not allowed."))


def large(sheet: str) -> TableRefused:
    message = _("Sheet %(sheet)s has more than %(rows)s rows or %(columns)s columns.")
    facts = {"sheet": sheet, "rows": MAX_ROWS, "columns": MAX_COLUMNS}
    return TableRefused("sheet_large", message % facts, **facts)
