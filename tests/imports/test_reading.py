"""Files are read exactly: every line with its number, every cell as it stands."""

import io
import random
import struct
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import InvalidInput
from app.imports.cells import Merge
from app.imports.reading import read_book
from app.imports.reading.compound import Compound, contained
from app.imports.reading.parts import Parts
from app.imports.reading.sheets import letters_of, look, place_of
from tests.imports.making import (
    archive,
    biff,
    edited,
    number_cell,
    record,
    shared_texts,
    text_cell,
    with_cells,
    xls,
)

DAY, CLOCK, MOMENT, LONG = "yyyy-mm-dd", "hh:mm", "yyyy-mm-dd hh:mm", '[$-804]yyyy"年"m"月"d"日";@'
CSV = "名册,\r\n姓名,电话\r\n王五,0917\r\n"


def workbook(**options: Any) -> bytes:
    """Return a workbook with every kind of cell, below two empty rows and right of an empty column."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet("名册")
        forms = [book.add_format({"num_format": one}) for one in (DAY, CLOCK, MOMENT, LONG)]
        sheet.write_row(2, 1, ["姓名", 1, 1.5, True])
        for column, (serial, form) in enumerate(
            zip((43860, 0.5, 43860.5, 43860), forms, strict=True), start=1
        ):
            sheet.write_number(3, column, serial, form)
        sheet.merge_range(4, 1, 6, 1, "三行")
        sheet.write_formula(4, 2, "=1+1", None, 2)
        sheet.write_formula(5, 2, "=1/0", None, "#DIV/0!")
        sheet.write_formula(6, 4, "=B3", None, "甲")
        sheet.write_string(6, 2, " 空格 ")
        sheet.write_number(6, 3, 610302199001011234)
    return target.getvalue()


def test_cells_stand_where_they_stand_with_their_types() -> None:
    (table,) = read_book(workbook(), "名册.xlsx").tables
    assert table.sheet == "名册"
    assert table.rows == [
        ["", "", "", "", ""],
        ["", "", "", "", ""],
        ["", "姓名", 1.0, 1.5, True],
        ["", date(2020, 1, 30), time(12), datetime(2020, 1, 30, 12), date(2020, 1, 30)],  # noqa: DTZ001 — a wall clock
        ["", "三行", 2.0, "", ""],
        ["", "", "#DIV/0!", "", ""],
        ["", "", " 空格 ", 6.103021990010112e17, "甲"],
    ]
    assert type(table.rows[2][2]) is float
    assert table.merges == (Merge(5, 7, 1, 1),)
    assert table.formulas == {(5, 2), (6, 2), (7, 4)}


def test_the_1904_calendar_is_told() -> None:
    (table,) = read_book(workbook(date_1904=True), "x").tables
    assert table.rows[3][1] == date(2020, 1, 30) + timedelta(days=1462)


def test_a_sheet_written_another_way_is_the_same_table() -> None:
    plain = workbook()
    usual = read_book(plain, "x")
    for change in (
        lambda xml: xml.replace(b"><", b">\n  <"),
        lambda xml: xml.replace(b'"', b"'"),
        lambda xml: xml.replace(b"<sheetData>", b"<!-- x --><sheetData>"),
        lambda xml: _prefixed(xml),
        lambda xml: xml.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    ):
        assert read_book(edited(plain, {"xl/worksheets/sheet1.xml": change}), "x") == usual


def _prefixed(xml: bytes) -> bytes:
    text = xml.decode().replace("xmlns=", "xmlns:x=")
    return text.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").encode()


def test_cells_without_addresses_follow_one_another() -> None:
    cells = b'<row r="3"><c><v>1</v></c><c r="D3"><v>2</v></c><c><v>3</v></c></row><row><c><v>4</v></c></row>'
    (table,) = read_book(with_cells(cells), "x").tables
    assert table.rows[2:] == [[1.0, "", "", 2.0, 3.0], [4.0, "", "", "", ""]]


def test_a_workbook_elsewhere_in_its_archive_is_found() -> None:
    source = zipfile.ZipFile(io.BytesIO(workbook()))
    moved = {name.replace("xl/", "book/").replace("/", "\\"): source.read(name) for name in source.namelist()}
    moved["_rels\\.rels"] = moved["_rels\\.rels"].replace(b'"xl/', b'"/book/')
    assert read_book(archive(moved), "x") == read_book(workbook(), "x")


def test_columns_and_their_letters() -> None:
    for column, letters in ((0, "A"), (25, "Z"), (26, "AA"), (199, "GR"), (16383, "XFD")):
        assert letters_of(column) == letters
        assert place_of(letters.encode(), b"7") == (7, column)


def test_xls_with_texts_over_several_records() -> None:
    texts = ["姓名", "长" * 30_000, "末"]
    cells = b"".join(text_cell(row, row % 2, row) for row in range(3))
    (table,) = read_book(xls(cells, texts=shared_texts(texts)), "x").tables
    assert table.rows == [["姓名", ""], ["", "长" * 30_000], ["末", ""]]


def test_xls_numbers_are_figures_of_one_kind() -> None:
    cells = number_cell(1, 1, 2.5) + record(0x27E, struct.pack("<HHHI", 0, 0, 0, 7 << 2 | 2))
    (table,) = read_book(xls(cells), "x").tables
    assert table.rows == [[7.0, ""], ["", 2.5]]
    assert type(table.rows[0][0]) is float


@pytest.mark.parametrize("size", [1, 4096, 100_000, 5_000_000])
def test_a_container_gives_back_its_stream(size: int) -> None:
    stream = random.Random(size).randbytes(size)
    assert Compound(contained(stream)).stream("workbook")[:size] == stream


def test_a_record_of_a_text_file_may_have_several_lines() -> None:
    (table,) = read_book('甲,"一\n二"\n\n乙,三\n'.encode(), "x.csv").tables
    assert [number for number, row in enumerate(table.rows, start=1) if row] == [1, 3]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("separator", [",", "\t", ";", "|"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_text_in_every_dress(encoding: str, separator: str, line_end: str) -> None:
    text = CSV.replace(",", separator).replace("\r\n", line_end)
    assert read_book(text.encode(encoding), "x").tables[0].rows == [
        ["名册", ""],
        ["姓名", "电话"],
        ["王五", "0917"],
    ]


SOUND = [
    workbook(),
    xls(text_cell(0, 0, 0) + number_cell(1, 1, 2), texts=shared_texts(["姓名"])),
    CSV.encode("gbk"),
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SOUND), st.data())
def test_no_damage_crashes_the_reader(sound: bytes, data: st.DataObject) -> None:
    broken = bytearray(sound)
    for _turn in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
    _read_or_refuse(
        bytes(broken[: data.draw(st.integers(0, len(broken)))] if data.draw(st.booleans()) else broken)
    )


STREAM = biff(
    text_cell(0, 0, 0) + number_cell(1, 1, 2) + text_cell(2, 0, 1), texts=shared_texts(["姓名", "电话"])
)
XML = Parts(workbook()).read("xl/worksheets/sheet1.xml")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_no_damaged_record_or_element_crashes_the_reader(data: st.DataObject) -> None:
    for sound, around in ((STREAM, contained), (XML, _with_xml)):
        broken = bytearray(sound)
        for _turn in range(data.draw(st.integers(1, 3))):
            broken[data.draw(st.integers(0, len(broken) - 1))] = data.draw(st.integers(0, 255))
        _read_or_refuse(around(bytes(broken)))


def _with_xml(xml: bytes) -> bytes:
    return edited(workbook(), {"xl/worksheets/sheet1.xml": xml})


def _read_or_refuse(data: bytes) -> None:
    try:
        book = read_book(data, "x")
    except InvalidInput as refused:
        assert str(refused)
    else:
        for table in book.tables:
            assert all(one.last_row <= len(table.rows) for one in table.merges)


def test_the_usual_sheet_is_not_parsed_sign_by_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.imports.reading.sheets.parse", None)
    assert look(XML, "x").formulas == {(5, 2), (6, 2), (7, 4)}
