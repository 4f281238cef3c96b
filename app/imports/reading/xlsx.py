"""XLSX: visible sheets, exact cells, merges, formulas, errors.

The library gets an archive written anew from what was looked at: its own short list of sheets, the number formats,
the shared texts and the cells. Pictures, links to other files, pivots and all that a bomb hides in stay outside.
"""

import re

from flask_babel import gettext as _

from app.imports.cells import Book
from app.imports.reading.limits import (
    MAX_CELL_TEXT,
    MAX_SHEETS,
    MAX_TEXT,
    Tally,
    cell_too_long,
    damaged,
    macros,
    no_sheets,
    odd_inside,
    too_many_sheets,
)
from app.imports.reading.parts import SMALL_PART, Parts, elements, is_plain, pack, quoted, rewritten
from app.imports.reading.sheets import SheetXml, look, shared_bytes
from app.imports.reading.tables import opened, table

_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_BONDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PREFIXED = re.compile(rb":(?:sst|si|t|r)[\s/>]")
_ROOT = re.compile(rb"<sst(?:\s[^>]*)?(?<!/)>")
_MARKUP = 4  # how many times its text a shared text's XML may be long


def read_xlsx(parts: Parts, name: str) -> Book:
    """Read a workbook. Raises InvalidInput with what is wrong and how to mend it."""
    workbook = _workbook_part(parts)
    bonds = parts.related(workbook)
    described = elements(parts.read(workbook, SMALL_PART))
    visible, hidden = _sheets(described, bonds)
    shared, lengths = _shared_texts(parts, bonds)
    packed = _frame(parts, bonds, described, visible)
    packed["xl/sharedStrings.xml"] = shared
    tally = Tally()
    looked: list[tuple[str, SheetXml]] = []
    for number, (title, part) in enumerate(visible, start=1):
        sheet = look(parts.read(part), title)
        tally.add_text(title, shared_bytes(sheet.body, lengths, MAX_TEXT - tally.text))
        packed[f"xl/worksheets/sheet{number}.xml"] = sheet.release()
        looked.append((title, sheet))
    archive = pack(packed)
    with opened(archive) as book:
        archive.close()
        tables = tuple(
            table(
                book,
                place,
                title,
                tally,
                merges=one.merges,
                formulas=one.formulas,
                formula_texts=one.formula_texts,
                errors=one.errors,
            )
            for place, (title, one) in enumerate(looked)
        )
    return Book(name, tables, tuple(hidden))


def _workbook_part(parts: Parts) -> str:
    for kind, part in parts.related("").values():
        if kind == "officeDocument":
            return part
    return "xl/workbook.xml"


_Described = list[tuple[str, dict[str, str]]]


def _sheets(
    described: _Described, bonds: dict[str, tuple[str, str]]
) -> tuple[list[tuple[str, str]], list[str]]:
    """Return the visible sheets with their parts, and the names of the hidden ones."""
    visible, hidden = [], []
    listed = [attributes for tag, attributes in described if tag == "sheet"]
    if len(listed) > MAX_SHEETS:
        raise too_many_sheets(len(listed))
    for attributes in listed:
        title = attributes.get("name", "")
        bond = next((value for key, value in attributes.items() if key.endswith(":id")), "")
        kind, part = bonds.get(bond, ("", ""))
        if kind.lower().endswith("macrosheet"):
            raise macros()
        if attributes.get("state", "visible") != "visible":
            hidden.append(title)
        elif kind == "worksheet":
            visible.append((title, part))
        elif not kind:
            raise damaged()
    if not visible:
        raise no_sheets(bool(hidden))
    return visible, hidden


def _frame(
    parts: Parts, bonds: dict[str, tuple[str, str]], described: _Described, visible: list[tuple[str, str]]
) -> dict[str, bytes]:
    """Return the small parts of the archive: a list of numbered sheets, their bonds, the number formats."""
    numbers = range(1, len(visible) + 1)
    dates = any(tag == "workbookPr" and one.get("date1904") in ("1", "true") for tag, one in described)
    listed = "".join(f'<sheet name="{one}" sheetId="{one}" r:id="r{one}"/>' for one in numbers)
    targets = "".join(
        f'<Relationship Id="r{one}" Type="{_BONDS}/worksheet" Target="worksheets/sheet{one}.xml"/>'
        for one in numbers
    )
    made = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": _relations(
            f'<Relationship Id="r1" Type="{_BONDS}/officeDocument" Target="xl/workbook.xml"/>'
        ),
        "xl/workbook.xml": f'<workbook {_MAIN} xmlns:r="{_BONDS}"><workbookPr date1904="{int(dates)}"/>'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(targets),
        "xl/styles.xml": _styles(parts, bonds),
    }
    return {part: text.encode() for part, text in made.items()}


def _relations(listed: str) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{listed}</Relationships>"
    )


def _styles(parts: Parts, bonds: dict[str, tuple[str, str]]) -> str:
    """Return the number formats alone: by them a number is told from a date."""
    formats, cells, inside = [], [], ""
    part = _bound(bonds, "styles")
    for tag, one in elements(parts.read(part, SMALL_PART)) if part and part in parts else []:
        if tag in ("numFmts", "cellXfs"):
            inside = tag
        elif inside == "numFmts" and tag == "numFmt":
            number, code = quoted(one.get("numFmtId", "0")), quoted(one.get("formatCode", ""))
            formats.append(f"<numFmt numFmtId={number} formatCode={code}/>")
        elif inside == "cellXfs" and tag == "xf":
            cells.append(f'<xf numFmtId={quoted(one.get("numFmtId", "0"))} applyNumberFormat="1"/>')
        elif tag in ("fonts", "fills", "borders", "cellStyleXfs", "cellStyles", "dxfs"):
            inside = ""
    return (
        f"<styleSheet {_MAIN}><numFmts>{''.join(formats)}</numFmts>"
        f"<cellXfs>{''.join(cells)}</cellXfs></styleSheet>"
    )


def _bound(bonds: dict[str, tuple[str, str]], kind: str) -> str:
    return next((part for found, part in bonds.values() if found == kind), "")


def _shared_texts(parts: Parts, bonds: dict[str, tuple[str, str]]) -> tuple[bytes, list[int]]:
    """Return the part of the shared texts, without the counts for which the library makes room, and their lengths."""
    part = _bound(bonds, "sharedStrings")
    xml = parts.read(part) if part and part in parts else b""
    if xml and (not is_plain(xml) or _PREFIXED.search(xml) or xml.count(b"<si") != xml.count(b"</si>")):
        xml = rewritten(xml)
    if xml.count(b"<sst") > 1:
        raise odd_inside()
    root = _ROOT.search(xml)
    body = xml[root.end() :] if root else b"</sst>"
    lengths = list(map(len, body.split(b"</si>")))
    longest = max(lengths)
    if longest > MAX_CELL_TEXT * _MARKUP:
        raise cell_too_long(_beginning(body.split(b"</si>")[lengths.index(longest)]))
    return f"<sst {_MAIN}>".encode() + body, lengths


def _beginning(xml: bytes) -> str:
    """Return the first signs of a shared text, by which its cell can be searched for."""
    text = re.sub(rb"<[^>]*>", b"", xml[:400]).decode("utf-8", "ignore").strip()
    return _("以“%(text)s”开头的", text=text[:12])
