"""Worksheets as a stream: texts stay texts, memory stays flat, big lists go on."""

import io
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from g60portal.common.tables import stream_xlsx


def sheets_of(chunks):
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(chunks)))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_cells_then_texts_whatever_they_look_like():
    row = [
        "=1+1",
        "+8613812345678",
        "310199198002290014",
        "@x",
        " a ",
        "<b>&amp;",
        "王䶮\n次行",
        "]]>",
    ]

    assert sheets_of(stream_xlsx(["h"] * len(row), [row], title="花名册")) == {
        "花名册": [["h"] * len(row), row]
    }


@pytest.mark.parametrize("odd", ["\x00", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800"])
def test_characters_that_xml_forbids_then_dropped_and_columns_kept(odd):
    rows = [[f"a{odd}b", "c"], ["d", f"{odd}e"]]

    assert sheets_of(stream_xlsx(["x", "y"], rows))["Sheet1"][1:] == [["ab", "c"], ["d", "e"]]


def test_no_rows_then_a_sheet_with_its_header():
    assert sheets_of(stream_xlsx(["a", "b"], [])) == {"Sheet1": [["a", "b"]]}


def test_rows_beyond_a_sheet_then_the_next_begins_with_the_header():
    rows = ([str(n)] for n in range(7))

    assert sheets_of(stream_xlsx(["n"], rows, title="名单", sheet_rows=4)) == {
        "名单": [["n"], ["0"], ["1"], ["2"]],
        "名单 2": [["n"], ["3"], ["4"], ["5"]],
        "名单 3": [["n"], ["6"]],
    }


def test_title_when_it_breaks_the_rules_of_sheets_then_made_fit():
    (name,) = sheets_of(stream_xlsx(["a"], [], title="[班次]: 一/二*三?\\" + "长" * 40))

    assert len(name) <= 31
    assert not set(name) & set("[]:*?/\\")


def test_stream_then_first_bytes_come_long_before_the_last_row():
    taken = []

    def rows():
        for number in range(50_000):
            taken.append(number)
            yield [f"{number}-{number * 7919 % 104729}", str(number * 31337)]

    chunks = stream_xlsx(["a", "b"], rows())
    assert next(chunks)
    assert len(taken) < 25_000
    assert max(len(chunk) for chunk in chunks) < 400_000


def test_same_rows_then_the_same_bytes():
    assert b"".join(stream_xlsx(["a"], [["1"]])) == b"".join(stream_xlsx(["a"], [["1"]]))


def test_package_then_sound():
    data = b"".join(stream_xlsx(["a"], [["1"]] * 600))

    assert zipfile.ZipFile(io.BytesIO(data)).testzip() is None
