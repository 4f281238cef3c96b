"""Hostile XLSX files and other archives."""

import io
import struct
import zipfile
from collections.abc import Callable

from app.imports.cells import Book, Merge
from tests.imports.making import (
    MAIN,
    archive,
    changed,
    edited,
    rows_are,
    with_cells,
    with_sheet,
    xlsx,
)

Expected = str | Callable[[Book], bool]
DAMAGED, ODD, FAR = "已损坏", "内部结构不正常", "很远的单元格"
SHEET, SHARED, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
WORKBOOK, BONDS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
DTD = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'


SOUND = rows_are(["姓名", "电话"], ["王五", "14200000001"])


def flipped(data: bytes) -> bytes:
    """Return an archive in which one packed byte of a sheet is another."""
    at = data.index(b"xl/worksheets/sheet1.xml") + 60
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def overlapping() -> bytes:
    """Return an archive whose second member lies where the first does."""
    data = bytearray(archive({"[Content_Types].xml": b"a" * 50, WORKBOOK: b"b" * 50}))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = bytes(4)
    return bytes(data)


def smaller_than_told(data: bytes) -> bytes:
    """Return an archive whose directory says that each member has ten bytes."""
    changed_data = bytearray(data)
    at = changed_data.find(b"PK\x01\x02")
    while at >= 0:
        changed_data[at + 24 : at + 28] = struct.pack("<I", 10)
        at = changed_data.find(b"PK\x01\x02", at + 4)
    return bytes(changed_data)


def locked_zip() -> bytes:
    """Return an archive that says it has a password."""
    data = bytearray(xlsx())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def twice() -> bytes:
    """Return an archive with two workbooks of one name."""
    target = io.BytesIO(xlsx())
    with zipfile.ZipFile(target, "a") as made:
        made.writestr("XL/Workbook.xml", b"<workbook/>")
    return target.getvalue()


def cell(address: str, value: str = "1") -> bytes:
    """Return one filled cell."""
    return f'<c r="{address}"><v>{value}</v></c>'.encode()


def inline(text: bytes) -> bytes:
    """Return a row with one text."""
    return b'<row r="1"><c r="A1" t="inlineStr"><is><t>' + text + b"</t></is></c></row>"


def merged(*areas: str) -> bytes:
    """Return a sheet with one column of three rows and these merges."""
    cells = b"".join(b'<row r="%d">' % row + cell(f"A{row}", str(row)) + b"</row>" for row in (1, 2, 3))
    listed = "".join(f'<mergeCell ref="{one}"/>' for one in areas)
    return with_cells(cells, f'<mergeCells count="99999999999">{listed}</mergeCells>'.encode())


def sheet_kind(kind: bytes) -> bytes:
    """Return a workbook whose only sheet is of another kind."""
    return changed(BONDS, b"relationships/worksheet", b"relationships/" + kind)


def hidden(state: bytes) -> bytes:
    """Return a workbook of two sheets whose second is hidden."""
    two = xlsx([["看得见"]], [["看不见"]])
    return edited(
        two, {WORKBOOK: lambda xml: xml.replace(b'name="Sheet2"', b'name="Sheet2" state="' + state + b'"')}
    )


def text_bomb() -> bytes:
    """Return a small file that unfolds to 400 MB of text."""
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 4001))
    shared = b"<sst " + MAIN + b"><si><t>" + b"x" * 100_000 + b"</t></si></sst>"
    return edited(with_cells(cells), {SHARED: shared})


XLSX: dict[str, tuple[Callable[[], bytes], Expected]] = {
    # the archive
    "zip-signature-only": (lambda: b"PK\x03\x04 nonsense", "打不开"),
    "zip-empty": (lambda: b"PK\x05\x06" + b"\0" * 18, "压缩包"),
    "zip-truncated": (lambda: xlsx()[:3000], "打不开"),
    "zip-flipped-byte": (lambda: flipped(xlsx()), DAMAGED),
    "zip-password": (locked_zip, "加密"),
    "zip-path-outside": (lambda: edited(xlsx(), {"../../etc/x": b"x"}), "内部结构"),
    "zip-same-name-twice": (twice, ODD),
    "zip-overlapping": (overlapping, DAMAGED),
    "zip-sizes-lie": (lambda: smaller_than_told(xlsx()), DAMAGED),
    "zip-bomb-part": (lambda: edited(xlsx(), {"xl/x.bin": b"0" * (210 << 20)}), "内部结构"),
    "zip-bomb-sheet": (lambda: with_cells(b" " * (100 << 20)), "太长"),
    "zip-bomb-unpacked": (lambda: with_cells(b"<row/>" * (29 << 20)), "解压后太大"),
    "zip-bomb-workbook": (lambda: edited(xlsx(), {WORKBOOK: b" " * (30 << 20)}), ODD),
    "zip-in-zip": (lambda: archive({"a.zip": archive({"b.zip": b"x"})}), "压缩包"),
    "zip-3000-members": (lambda: archive({f"{n}.xml": b"" for n in range(3000)}), "内部结构"),
    "zip-of-tables": (lambda: archive({"a.csv": b"a,b\n1,2\n"}), "解压"),
    "macros": (lambda: edited(xlsx(), {"xl/vbaProject.bin": b"x"}), "宏"),
    "macro-sheet": (lambda: sheet_kind(b"xlMacrosheet"), "宏"),
    "xlsb": (lambda: edited(xlsx(), {"xl/workbook.bin": b"x"}), "xlsb"),
    "ods": (lambda: archive({"mimetype": b"application/x", "content.xml": b"<x/>"}), "ods"),
    "docx": (lambda: archive({"[Content_Types].xml": b"", "word/document.xml": b"<x/>"}), "Word"),
    "pptx": (lambda: archive({"[Content_Types].xml": b"", "ppt/presentation.xml": b"<x/>"}), "PPT"),
    "numbers": (lambda: archive({"Index/Document.iwa": b"x"}), "Numbers"),
    # document types and encodings
    "dtd-workbook": (lambda: changed(WORKBOOK, b"<workbook", DTD + b"<workbook"), ODD),
    "dtd-sheet": (lambda: changed(SHEET, b"<worksheet", DTD + b"<worksheet"), ODD),
    "dtd-shared": (lambda: changed(SHARED, b"<sst", DTD + b"<sst"), ODD),
    "dtd-styles": (lambda: changed(STYLES, b"<styleSheet", DTD + b"<styleSheet"), ODD),
    "dtd-bonds": (lambda: changed(BONDS, b"<Relationships", DTD + b"<Relationships"), ODD),
    "dtd-utf16": (
        lambda: edited(
            xlsx(),
            {
                SHEET: lambda xml: (
                    xml.replace(b"<worksheet", DTD + b"<worksheet")
                    .decode()
                    .replace("UTF-8", "UTF-16")
                    .encode("utf-16")
                )
            },
        ),
        ODD,
    ),
    "sheet-utf16": (
        lambda: edited(xlsx(), {SHEET: lambda xml: xml.decode().replace("UTF-8", "UTF-16").encode("utf-16")}),
        SOUND,
    ),
    "sheet-ebcdic": (
        lambda: edited(xlsx(), {SHEET: lambda xml: xml.decode().replace("UTF-8", "cp037").encode("cp037")}),
        DAMAGED,
    ),
    # counts and sizes that lie
    "shared-count-lies": (lambda: changed(SHARED, b'uniqueCount="4"', b'uniqueCount="99999999999"'), SOUND),
    "style-counts-lie": (
        lambda: changed(STYLES, b'<cellXfs count="1"', b'<cellXfs count="99999999999"'),
        SOUND,
    ),
    "dimension-too-large": (lambda: changed(SHEET, b'ref="A1:B2"', b'ref="A1:XFD1048576"'), SOUND),
    "dimension-too-small": (lambda: changed(SHEET, b'ref="A1:B2"', b'ref="A1"'), SOUND),
    # far cells
    "far-cell": (lambda: with_cells(cell("A1") + cell("XFD1048576")), "XFD1048576"),
    "far-cell-quotes": (lambda: with_cells(cell("A1") + b"<c r='XFD1048576'><v>1</v></c>"), "XFD1048576"),
    "far-cell-lower-case": (lambda: with_cells(cell("A1") + cell("xfd1048576")), "XFD1048576"),
    "far-cell-prefix": (
        lambda: with_sheet(
            b'<x:worksheet xmlns:x="u"><x:sheetData><x:row r="1048576"><x:c r="XFD1048576"><x:v>1</x:v></x:c>'
            b"</x:row></x:sheetData></x:worksheet>"
        ),
        FAR,
    ),
    "far-cell-entity": (lambda: with_cells(cell("A1") + cell("&#88;FD1048576")), FAR),
    "far-row-without-address": (lambda: with_cells(b'<row r="1048576"><c><v>1</v></c></row>'), "A1048576"),
    "far-number": (lambda: with_cells(cell("A99999999999")), DAMAGED),
    "two-addresses": (lambda: with_cells(b'<c r="A1" s="0" r="XFD1048576"><v>1</v></c>'), DAMAGED),
    "far-empty-cell": (lambda: with_cells(cell("A1") + b'<c r="XFD1048576" s="1"/>'), rows_are([1.0])),
    "thin-but-wide": (lambda: with_cells(cell("A199999") + cell("GR1")), "太大"),
    "million-empty-rows": (
        lambda: with_cells(
            cell("A1")
            + b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (n, n) for n in range(2, 1_000_001))
        ),
        rows_are([1.0]),
    ),
    "rows-200001": (lambda: with_cells(cell("A1") + cell("A200001")), "200,000 行"),
    "columns-201": (lambda: with_cells(cell("A1") + cell("GS1")), "201 列"),
    "columns-without-address": (lambda: with_cells(b"<row>" + b"<c><v>1</v></c>" * 300 + b"</row>"), "列"),
    # long and odd texts
    "shared-text-10mb": (
        lambda: changed(SHARED, "王五".encode(), "王五".encode() * 2_000_000),
        "以“王五王五王五王五王五王五”开头",
    ),
    "inline-text-10mb": (lambda: with_cells(inline(b"x" * 10_000_000)), "A1"),
    "text-bomb": (text_bomb, "文字太多"),
    "cdata": (lambda: with_cells(inline(b"<![CDATA[<a&b>]]>")), rows_are(["<a&b>"])),
    "comments": (lambda: with_cells(b"<!-- <c r='XFD9'/> -->" + cell("A1")), rows_are([1.0])),
    "bidi-and-invisible": (
        lambda: with_cells(inline("\u202e王\u200b五".encode())),
        rows_are(["\u202e王\u200b五"]),
    ),
    "lone-surrogate": (lambda: with_cells(inline(b"&#xD800;")), DAMAGED),
    "nul-in-xml": (lambda: with_cells(inline(b"a\0b")), DAMAGED),
    "utf8-broken": (lambda: with_cells(inline(b"\xff\xfe")), DAMAGED),
    "blanks-kept": (lambda: with_cells(b"<!-- -->" + inline(b" a ")), rows_are([" a "])),
    # sheets
    "sheets-301": (lambda: xlsx(*([["a"]] for _ in range(301))), "301 个工作表"),
    "sheet-hidden": (
        lambda: hidden(b"hidden"),
        lambda book: book.hidden == ("Sheet2",) and len(book.tables) == 1,
    ),
    "sheet-very-hidden": (lambda: hidden(b"veryHidden"), lambda book: book.hidden == ("Sheet2",)),
    "all-hidden": (lambda: changed(WORKBOOK, b'name="Sheet1"', b'name="Sheet1" state="hidden"'), "隐藏"),
    "chart-only": (lambda: sheet_kind(b"chartsheet"), "没有工作表"),
    "workbook-missing": (lambda: edited(xlsx(), {WORKBOOK: None}), DAMAGED),
    "sheet-missing": (lambda: edited(xlsx(), {SHEET: None}), DAMAGED),
    "shared-missing": (lambda: edited(xlsx(), {SHARED: None}), DAMAGED),
    "xml-cut-off": (lambda: changed(SHEET, b"</sheetData>", b""), DAMAGED),
    "external-links": (
        lambda: changed(
            BONDS,
            b"<Relationship ",
            b'<Relationship Id="e" Type="x/externalLink" Target="file:///etc/passwd" TargetMode="External"/>'
            b"<Relationship ",
        ),
        SOUND,
    ),
    # formulas, errors, numbers
    "formula": (
        lambda: with_cells(b'<c r="A1"><f>1+1</f><v>2</v></c>'),
        lambda book: book.tables[0].formulas == {(1, 0)},
    ),
    "formula-behind-value": (
        lambda: with_cells(b'<c r="B3"><v>2</v><f>1+1</f></c>'),
        lambda book: book.tables[0].formulas == {(3, 1)},
    ),
    "formula-behind-text": (
        lambda: with_cells(b'<c r="B3" t="inlineStr"><is><t>a</t></is><f>1</f></c>'),
        lambda book: book.tables[0].formulas == {(3, 1)},
    ),
    "formula-never-counted": (
        lambda: with_cells(cell("A1") + b'<c r="B1"><f>1+1</f></c>'),
        lambda book: book.tables[0].formulas == {(1, 1)},
    ),
    "formulas-600000": (lambda: with_cells(b'<c r="A1"><f/><v>1</v></c>' * 600_000), "公式太多"),
    "errors": (
        lambda: with_cells(b'<c r="A1" t="e"><v>#REF!</v></c><c r="B1" t="e"><f>NA()</f><v>#N/A</v></c>'),
        rows_are(["#REF!", "#N/A"]),
    ),
    "number-too-large": (lambda: with_cells(cell("A1", "1e309")), rows_are([float("inf")])),
    "number-not": (lambda: with_cells(b'<c r="A1" t="n"><v>abc</v></c>'), DAMAGED),
    "shared-index-outside": (lambda: with_cells(b'<c r="A1" t="s"><v>999999999</v></c>'), DAMAGED),
    "tags-never-closed": (lambda: with_cells(b"<f/>" + b'<c r="A1" ' * 2_000_000), DAMAGED),
    "shared-never-closed": (lambda: with_cells(b"<row " + b't="s" ' * 2_000_000), "太长"),
    "merges-never-closed": (lambda: with_cells(cell("A1"), b"<mergeCell " * 2_000_000), rows_are([1.0])),
    "row-zero": (lambda: with_cells(cell("A0")), DAMAGED),
    # merges
    "merge-everything": (
        lambda: merged("A1:XFD1048576"),
        lambda book: book.tables[0].merges == (Merge(1, 3, 0, 0),),
    ),
    "merge-backwards": (lambda: merged("A3:A2"), lambda book: book.tables[0].merges == (Merge(2, 3, 0, 0),)),
    "merge-overlapping": (lambda: merged(*["A1:A3"] * 1000), "重叠"),
    "merges-200000": (lambda: merged(*["A1:A2"] * 200_000), "合并的单元格太多"),
    "merge-nonsense": (lambda: merged("???", "A0:A0"), lambda book: book.tables[0].merges == ()),
}
