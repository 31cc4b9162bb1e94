"""The layout of XLSX sheets, read from the XML of the package."""

import io
import posixpath
import zipfile

from g60portal.common.sheet_parser.layout import (
    Attributes,
    Layout,
    attribute,
    cell_place,
    is_on,
    number,
    walk,
)

_WORKBOOK = "xl/workbook.xml"
_NO_RESULT = "#?"


def xlsx_layouts(data: bytes) -> dict[str, Layout] | None:
    """By the name of the sheet; None when the package is no XLSX."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        names = {name.lower(): name for name in package.namelist()}
        if _WORKBOOK not in names:
            return None
        layouts = {}
        for sheet, path in _paths(package, names).items():
            with package.open(path) as source:
                layouts[sheet] = _SheetReader().layout(source)
        return layouts


def _paths(package: zipfile.ZipFile, names: dict[str, str]) -> dict[str, str]:
    """The part of the package that holds each sheet."""
    sheets: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(name: str, found: Attributes) -> None:
        if name == "sheet":
            sheets[attribute(found, "name")] = attribute(found, "id")

    def target(name: str, found: Attributes) -> None:
        if name == "Relationship":
            targets[attribute(found, "Id")] = attribute(found, "Target")

    with package.open(names[_WORKBOOK]) as source:
        walk(source, sheet)
    relations = names.get("xl/_rels/workbook.xml.rels")
    if relations:
        with package.open(relations) as source:
            walk(source, target)
    paths = {}
    for title, key in sheets.items():
        place = posixpath.normpath(posixpath.join("/xl", targets.get(key, ""))).lstrip("/").lower()
        if place in names:
            paths[title] = names[place]
    return paths


class _SheetReader:
    """Rows and cells may leave out where they stand; then they follow on the one before."""

    def __init__(self) -> None:
        self._found = Layout()
        self._row = self._column = -1
        self._kind = ""
        self._formula = self._value = False
        self._inside = ""
        self._text = ""

    def layout(self, source: object) -> Layout:
        walk(source, self._start, self._end, self._characters)  # type: ignore[arg-type]
        return self._found

    def _start(self, name: str, found: Attributes) -> None:
        if name == "c":
            place = cell_place(found.get("r", ""))
            self._row, self._column = place or (self._row, self._column + 1)
            self._kind = found.get("t", "")
            self._formula = self._value = False
            self._text = ""
        elif name == "v":
            # Writers leave <v/> behind a formula that was never calculated; an empty text is said.
            self._value = self._kind == "str"
            self._inside = name
        elif name in {"f", "is"}:
            self._formula = self._formula or name == "f"
            self._value = self._value or name == "is"
        elif name == "row":
            self._row = number(found.get("r", ""), self._row + 2) - 1
            self._column = -1
            if is_on(found.get("hidden", "")):
                self._found.hide_rows(self._row, self._row)
        else:
            self._around(name, found)

    def _around(self, name: str, found: Attributes) -> None:
        if name == "col" and is_on(found.get("hidden", "")):
            self._found.hide_columns(number(found.get("min", "")) - 1, number(found["max"]) - 1)
        elif name == "mergeCell":
            first, _colon, last = found.get("ref", "").partition(":")
            top_left, bottom_right = cell_place(first), cell_place(last or first)
            if top_left and bottom_right:
                self._found.merge(*top_left, *bottom_right)
        elif name == "autoFilter":
            self._found.filtered = True

    def _characters(self, text: str) -> None:
        if self._inside:
            self._value = True
            self._text += text

    def _end(self, name: str) -> None:
        if name == "v":
            self._inside = ""
        elif name == "c" and (self._kind == "e" or (self._formula and not self._value)):
            self._found.fail(self._row, self._column, self._text or _NO_RESULT)
