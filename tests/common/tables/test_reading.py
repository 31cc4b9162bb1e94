"""Uploaded tables: cells with their kinds, and a clear refusal of everything unsafe."""

import datetime as dt
import io
import zipfile
from random import Random

import pytest

from g60portal.common.tables import Cell, TableRefused, read_table, stream_xlsx
from g60portal.common.tables.limits import MAX_COLUMNS, MAX_SHEET_ROWS

SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{SPREADSHEET}.sheet.main+xml"/></Types>'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET_RELATION = (
    f'<Relationship Id="r1" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
)


def relationships(inner):
    return f'<Relationships xmlns="{PACKAGE}">{inner}</Relationships>'


def packed(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in parts.items():
            package.writestr(name, text)
    return out.getvalue()


def workbook(sheet_xml, extra=None, sheet_state=""):
    parts = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        f'<sheet name="名单" sheetId="1" r:id="r1"{sheet_state}/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relationships(SHEET_RELATION),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}">'
        f"<sheetData>{sheet_xml}</sheetData></worksheet>",
    }
    return packed(parts | (extra or {}))


def xlsx(header, rows):
    return b"".join(stream_xlsx(header, rows))


def reason_of(data, filename="list.xlsx"):
    with pytest.raises(TableRefused) as caught:
        read_table(data, filename)
    assert str(caught.value)
    assert caught.value.fields["file"]
    return caught.value.reason


def test_spreadsheet_when_read_then_cells_keep_their_kind():
    data = workbook(
        '<row r="1"><c r="A1" t="inlineStr"><is><t>手机</t></is></c>'
        '<c r="B1"><v>13812345678</v></c>'
        '<c r="C1"><v>3.10199198002290E+17</v></c><c r="D1" t="b"><v>1</v></c></row>'
        '<row r="3"><c r="A3" t="inlineStr"><is><t>third</t></is></c></row>'
    )
    (sheet,) = read_table(data, "list.xlsx")

    assert (sheet.name, sheet.hidden) == ("名单", False)
    assert [cell.kind for cell in sheet.rows[0]] == ["text", "number", "number", "boolean"]
    assert sheet.rows[0][1].text == "13812345678"
    assert sheet.rows[0][2].value == 3.10199198002290e17
    assert [cell.kind for cell in sheet.rows[1]] == ["empty"] * 4
    assert sheet.rows[2][0] == Cell("third", "text")


def test_spreadsheet_when_a_sheet_is_hidden_then_said():
    data = workbook('<row r="1"><c r="A1"><v>1</v></c></row>', sheet_state=' state="hidden"')

    assert read_table(data, "list.xlsx")[0].hidden


def test_own_spreadsheet_when_read_then_texts_come_back():
    rows = [["=1+1", "007", " 张三 ", "a&<b>"], ["", "x", "", ""]]
    (sheet,) = read_table(xlsx(["a", "b", "c", "d"], rows), "list.xlsx")

    assert [[cell.value for cell in row] for row in sheet.rows[1:]] == rows
    assert {cell.kind for row in sheet.rows for cell in row} == {"text", "empty"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_in_common_encodings_and_delimiters_then_the_same_rows(encoding, delimiter):
    text = f'姓名{delimiter}证件\r\n王䶮{delimiter}"310199{delimiter}x"\r\n'
    (sheet,) = read_table(text.encode(encoding), "名单.csv")

    assert sheet.name == "名单"
    assert [[cell.value for cell in row] for row in sheet.rows] == [
        ["姓名", "证件"],
        ["王䶮", f"310199{delimiter}x"],
    ]
    assert sheet.rows[1][1].kind == "text"


def test_cells_when_blank_at_the_end_then_dropped():
    (sheet,) = read_table(b"a,b,,\n1,2,,\n,,,\n,,,\n", "x.csv")

    assert [len(row) for row in sheet.rows] == [2, 2]


def test_file_when_not_a_table_then_refused():
    assert reason_of(b"") == "file_empty"
    assert reason_of(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR") == "encoding"
    assert reason_of(b"PK\x03\x04 broken") == "unreadable"
    assert reason_of(workbook("")[:-40]) == "unreadable"
    assert reason_of(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == "unreadable"


def test_file_when_larger_than_the_limit_then_refused():
    assert reason_of(b"a" * (5 * 1024 * 1024 + 1)) == "file_large"


@pytest.mark.parametrize(
    ("extra", "reason"),
    [
        ({"xl/vbaProject.bin": "x"}, "macros"),
        ({"Basic/Standard/Module1.xml": "x"}, "macros"),
        ({"xl/externalLinks/externalLink1.xml": "x"}, "external_links"),
        ({"xl/embeddings/inner.xlsx": "x"}, "nested"),
        ({"xl/media/image1.png": b"PK\x03\x04" + b"x" * 50}, "nested"),
        ({"xl/x.xml": '<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>'}, "doctype"),
        ({"xl/x.xml": '<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>'.encode("utf-16")}, "doctype"),
        ({"xl/x.xml": f"{'<a/>' * 11}<!DOCTYPE r SYSTEM 'x'>"}, "doctype"),
        ({f"xl/{n}.xml": "x" for n in range(200)}, "many_entries"),
        ({"xl/zeros.xml": "0" * 3_000_000}, "ratio"),
    ],
)
def test_package_when_it_holds_what_a_table_never_does_then_refused(extra, reason):
    assert reason_of(workbook("", extra)) == reason


def test_doctype_when_split_between_two_chunks_then_still_found():
    noise = Random(1).randbytes(128 * 1024).hex()[:-5]

    assert reason_of(workbook("", {"xl/x.xml": noise + "<!DOCTYPE r>"})) == "doctype"


def test_package_when_its_directory_lies_about_a_size_then_not_believed():
    data = bytearray(workbook("", {"xl/zeros.xml": "0" * 3_000_000}))
    entry = data.rfind(b"PK\x01\x02", 0, data.rfind(b"xl/zeros.xml"))
    data[entry + 24 : entry + 28] = (100).to_bytes(4, "little")

    assert reason_of(bytes(data)) in {"ratio", "unreadable"}


def test_package_when_it_unpacks_to_too_much_then_refused():
    part = Random(1).randbytes(80_000) + b"0" * 2_000_000

    assert reason_of(packed({f"xl/{number}.xml": part for number in range(32)})) == "unpacked_large"


def test_sheet_when_one_far_cell_claims_billions_then_refused_without_the_memory():
    data = workbook(
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )

    assert reason_of(data) in {"sheet_large", "unreadable"}


def test_sheet_when_too_many_rows_or_columns_then_refused_with_the_limits():
    assert reason_of(b"a\n" * (MAX_SHEET_ROWS + 1), "x.csv") == "sheet_large"
    assert reason_of(b"a," * MAX_COLUMNS + b"b\n", "x.csv") == "sheet_large"
    assert reason_of(xlsx(["a"], ([str(n)] for n in range(MAX_SHEET_ROWS + 1)))) == "sheet_large"


def test_cell_when_too_long_then_refused_with_its_row():
    with pytest.raises(TableRefused) as caught:
        read_table(b"a\n" + b"x" * 2001 + b"\n", "x.csv")
    assert caught.value.facts["row"] == 2


def test_dates_when_read_then_dates():
    formats = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
    style_relation = f'<Relationship Id="r2" Type="{RELATIONS}/styles" Target="styles.xml"/>'
    extra = {
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}">{formats}</styleSheet>',
        "xl/_rels/workbook.xml.rels": relationships(SHEET_RELATION + style_relation),
    }
    (sheet,) = read_table(
        workbook('<row r="1"><c r="A1" s="1"><v>45123</v></c></row>', extra), "x.xlsx"
    )

    (cell,) = sheet.rows[0]
    assert cell.kind in {"date", "datetime"}
    assert cell.value in {dt.date(2023, 7, 16), dt.datetime(2023, 7, 16)}  # noqa: DTZ001 - as in the file
    assert cell.text.startswith("2023-07-16")
