"""Where the column names of a roster stand, in one line or two, and which column means what."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from participants.rules.roster_words import (
    FIELDS,
    NEEDED,
    REPEATABLE,
    field_below,
    field_named,
    is_ignored,
    normalized,
    speaks_of_others,
)

# How far down a title, a department and a date may push the row of column names.
SEARCHED_ROWS = 20
# A row with fewer texts is a title.
_FEWEST_LABELS = 2
_NOBODY: frozenset[int] = frozenset()

Texts = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Column:
    """A column of the file: its place from 0, the field it means, and the words above it."""

    index: int
    name: str
    label: str

    @property
    def letter(self) -> str:
        return column_letter(self.index)


@dataclass(frozen=True)
class Header:
    """`row` counts from 0 and is the first of `height` lines. `columns` are those that are read,
    `strangers` those that nobody knows, `repeated` those given twice, `labels` the words above
    each column."""

    row: int
    columns: tuple[Column, ...]
    strangers: tuple[str, ...] = ()
    repeated: tuple[str, ...] = ()
    height: int = 1
    labels: tuple[str, ...] = field(default=())

    @property
    def first_data_row(self) -> int:
        return self.row + self.height

    @property
    def names(self) -> frozenset[str]:
        return frozenset(column.name for column in self.columns)

    @property
    def complete(self) -> bool:
        return self.names.issuperset(NEEDED)

    @property
    def keys(self) -> tuple[str, ...]:
        """What tells the columns apart: the words above, and the letter where they do not."""
        plain = [normalized(label) for label in self.labels]
        return tuple(
            text if text and plain.count(text) == 1 else f"{text}#{column_letter(index)}"
            for index, text in enumerate(plain)
        )

    @property
    def signature(self) -> str:
        """Equal for files with the same columns, whatever stands in them."""
        return hashlib.sha256("\x1f".join(self.keys).encode()).hexdigest()

    def column_of(self, name: str) -> Column | None:
        return next((column for column in self.columns if column.name == name), None)

    def label_of(self, name: str) -> str:
        """The words of the file for a field; the field's own name when the file lacks it."""
        column = self.column_of(name)
        return column.label or column.letter if column else name

    def letter_of(self, name: str) -> str:
        column = self.column_of(name)
        return column.letter if column else ""


def column_letter(index: int) -> str:
    """A, B, … Z, AA as spreadsheets count."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def find_header(rows: Texts, hidden_columns: Collection[int] = _NOBODY) -> Header | None:
    """The line or the two with most known column names; None unless name and city are there."""
    header = likely_header(rows, hidden_columns)
    return header if header and header.complete else None


def likely_header(rows: Texts, hidden_columns: Collection[int] = _NOBODY) -> Header | None:
    """The best guess even when much is unknown; None for a sheet without anything like it.

    Of two columns for one field the visible one is read.
    """
    found = list(_candidates(rows[: SEARCHED_ROWS + 1], hidden_columns))
    return max(found, key=_rank, default=None)


def mapped_header(header: Header, columns: Mapping[str, str]) -> Header:
    """The header with columns named by hand: by key, by the words above, or by letter. An empty
    field leaves a column out; columns not spoken of keep their guess unless it is now taken."""
    if not columns:
        return header
    chosen = _chosen(header, columns)
    taken = {name for name in chosen.values() if name not in REPEATABLE}
    kept = {
        column.index: column.name
        for column in header.columns
        if column.index not in chosen and column.name not in taken
    }
    fields = kept | {index: name for index, name in chosen.items() if name}
    read = tuple(Column(index, fields[index], header.labels[index]) for index in sorted(fields))
    said = {header.labels[index] for index in chosen}
    return replace(
        header,
        columns=read,
        strangers=tuple(label for label in header.strangers if label not in said),
        repeated=tuple(label for label in header.repeated if label not in said),
    )


def repeats_header(header: Header, texts: Sequence[str]) -> bool:
    """Column names once more: at the head of a new page, or in a second language."""
    filled = [column for column in header.columns if _at(texts, column.index)]
    again = [
        column
        for column in filled
        if field_named(_at(texts, column.index)) == column.name
        or _at(texts, column.index) == column.label
    ]
    return len(again) >= _FEWEST_LABELS and 2 * len(again) > len(filled)


def begins_another_table(header: Header, texts: Sequence[str]) -> bool:
    """Column names in another order than those above: what follows belongs to other columns."""
    other = _single(0, texts, _NOBODY)
    return other.complete and not repeats_header(header, texts)


def _chosen(header: Header, columns: Mapping[str, str]) -> dict[int, str]:
    """The fields said by hand, by the place of the column; of two for one field the later wins."""
    places = {column_letter(place): place for place in range(len(header.labels))}
    places |= {normalized(label): place for place, label in enumerate(header.labels) if label}
    places |= {key: place for place, key in enumerate(header.keys)}
    chosen: dict[int, str] = {}
    for key, name in columns.items():
        words = (key, normalized(key), key.strip().upper())
        index = next((places[word] for word in words if word in places), None)
        if index is None or (name and name not in FIELDS):
            continue
        if name and name not in REPEATABLE:
            chosen = {place: other for place, other in chosen.items() if other != name}
        chosen[index] = name
    return chosen


def _candidates(rows: Texts, hidden: Collection[int]) -> Iterator[Header]:
    for number, row in enumerate(rows[:SEARCHED_ROWS]):
        alone = _single(number, row, hidden)
        if sum(map(bool, row)) >= _FEWEST_LABELS:
            yield alone
        if number + 1 < len(rows):
            pair = _double(number, row, rows[number + 1], hidden)
            below = _single(number + 1, rows[number + 1], hidden)
            more = len(pair.columns) > max(len(alone.columns), len(below.columns))
            if more or (pair.complete and any(map(speaks_of_others, row))):
                yield pair


def _rank(header: Header) -> tuple[bool, int, int, int]:
    """Complete before incomplete, then many known columns; two lines where heads speak of others;
    the upper of two equals."""
    return header.complete, len(header.columns), header.height, -header.row


def _single(number: int, row: Sequence[str], hidden: Collection[int]) -> Header:
    labels = [" ".join(label.split()) for label in row]
    return _header(number, labels, [field_named(label) for label in labels], hidden)


def _double(
    number: int, upper: Sequence[str], lower: Sequence[str], hidden: Collection[int]
) -> Header:
    """Heads over several columns; without merged cells a head reaches to the next one."""
    width = max(len(upper), len(lower))
    heads = [" ".join(_at(upper, index).split()) for index in range(width)]
    names = [" ".join(_at(lower, index).split()) for index in range(width)]
    for index in range(1, width):
        if not heads[index] and names[index]:
            heads[index] = heads[index - 1]
    labels = [
        f"{head}/{name}" if head and name and head != name else head or name
        for head, name in zip(heads, names, strict=True)
    ]
    fields = [field_below(head, name) for head, name in zip(heads, names, strict=True)]
    return replace(_header(number, labels, fields, hidden), height=2)


def _header(
    number: int, labels: Sequence[str], fields: Sequence[str | None], hidden: Collection[int]
) -> Header:
    places: dict[str, list[int]] = {}
    for index in sorted(range(len(labels)), key=lambda index: index in hidden):
        if name := fields[index]:
            places.setdefault(name, []).append(index)
    read = {
        index: name
        for name, indexes in places.items()
        for index in (indexes if name in REPEATABLE else indexes[:1])
    }
    return Header(
        row=number,
        columns=tuple(Column(index, read[index], labels[index]) for index in sorted(read)),
        strangers=tuple(
            label
            for index, label in enumerate(labels)
            if label and fields[index] is None and not is_ignored(label)
        ),
        repeated=tuple(
            labels[index] for index, name in enumerate(fields) if name and index not in read
        ),
        labels=tuple(labels),
    )


def _at(texts: Sequence[str], index: int) -> str:
    return texts[index] if index < len(texts) else ""
