"""The layout of ODS sheets, read from the XML of the package."""

import io
import zipfile

from g60portal.common.sheet_parser.layout import Attributes, Layout, attribute, number, walk

_CONTENT = "content.xml"
_CELLS = {"table-cell", "covered-table-cell"}


def ods_layouts(data: bytes) -> dict[str, Layout] | None:
    """By the name of the sheet; None when the package is no ODS."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        if _CONTENT not in package.namelist():
            return None
        reader = _Reader()
        with package.open(_CONTENT) as source:
            walk(source, reader.start)
        return reader.layouts


class _Reader:
    def __init__(self) -> None:
        self.layouts: dict[str, Layout] = {}
        self._sheet = Layout()
        self._row = self._next_row = self._column = 0

    def start(self, name: str, found: Attributes) -> None:
        if name in _CELLS:
            self._cell(found)
        elif name == "table-row":
            self._row = self._next_row
            self._next_row += number(attribute(found, "number-rows-repeated"))
            self._column = 0
            state = attribute(found, "visibility")
            if state in {"collapse", "filter"}:
                self._sheet.hide_rows(self._row, self._next_row - 1)
            self._sheet.filtered = self._sheet.filtered or state == "filter"
        elif name == "table-column":
            last = self._column + number(attribute(found, "number-columns-repeated"))
            if attribute(found, "visibility") in {"collapse", "filter"}:
                self._sheet.hide_columns(self._column, last - 1)
            self._column = last
        elif name == "table":
            self._sheet = self.layouts[attribute(found, "name")] = Layout()
            self._row = self._next_row = self._column = 0

    def _cell(self, found: Attributes) -> None:
        across = number(attribute(found, "number-columns-spanned"))
        down = number(attribute(found, "number-rows-spanned"))
        if across > 1 or down > 1:
            last = (self._row + down - 1, self._column + across - 1)
            self._sheet.merge(self._row, self._column, *last)
        kinds = [value for key, value in found.items() if key.endswith("value-type")]
        if "error" in kinds:
            self._sheet.fail(self._row, self._column, "#?")
        self._column += number(attribute(found, "number-columns-repeated"))
