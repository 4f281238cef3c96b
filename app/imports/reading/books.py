"""What a file is, told by its content alone, and the way it is read."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from flask_babel import gettext as _

from app.errors import InvalidInput
from app.imports.cells import Book
from app.imports.reading.compound import MAGIC, Compound
from app.imports.reading.limits import MAX_BYTES, Tally, damaged, locked, macros
from app.imports.reading.parts import Parts
from app.imports.reading.texts import decoded, read_text
from app.imports.reading.xls import read_xls
from app.imports.reading.xlsx import read_xlsx

ENDINGS = (".xlsx", ".xls", ".csv", ".txt", ".tsv", ".et")
_MAX_FILES = 200
_MAX_ZIPPED = 100 * 1024 * 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*", b"RIFF")
_PROGRAMS = (b"MZ", b"\x7fELF", b"#!/")
_ARCHIVES = (b"Rar!", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
_HTML = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|meta|table|body|div)\b",
    re.I | re.S,
)
_XML = re.compile(r"\s*<(?:\?xml|[A-Za-z!])")
_JSON = re.compile(r'\s*(?:\{\s*"|\[\s*[\[{])')
_MAIL = re.compile(r"\s*MIME-Version:", re.I)


def read_book(data: bytes, name: str) -> Book:
    """Read one file: XLSX, XLS or text. Raises InvalidInput with what is wrong with it and how to mend it."""
    if not data:
        raise InvalidInput(_("文件是空的（0 字节），请重新选择。"))
    if len(data) > MAX_BYTES:
        raise InvalidInput(_("文件超过 20 MB，请分成几个文件。"))
    if data.startswith(_ZIP):
        return _office(Parts(data), name)
    if data.startswith(MAGIC):
        return _old_office(Compound(data), name)
    _refuse_binary(data)
    text = decoded(data)
    _refuse_markup(text)
    if not text.strip(" \t\r\n,;|"):
        raise InvalidInput(_("文件里没有内容，请重新选择。"))
    return Book(name, (read_text(text),))


def read_books(data: bytes, name: str) -> list[Book]:
    """Read an upload: one file, or a ZIP of several, whose names then name the books."""
    if not data.startswith(_ZIP) or len(data) > MAX_BYTES:
        return [read_book(data, name)]
    parts = Parts(data)
    if any(mark in parts for mark in ("[Content_Types].xml", "mimetype", "Index/Document.iwa")):
        return [_office(parts, name)]
    listed = sorted((_readable(member), member.filename) for member in parts.members)
    wanted = [(shown, stored) for shown, stored in listed if _is_table(shown)]
    if not wanted:
        raise InvalidInput(_("压缩包里没有 xlsx、xls、csv 或 txt 文件。"))
    size = sum(parts.size(stored) for _shown, stored in wanted)
    if len(wanted) > _MAX_FILES or size > _MAX_ZIPPED:
        raise InvalidInput(_("压缩包里的文件太多或太大，请分几次上传。"))
    tally = Tally()
    books = []
    for shown, stored in wanted:
        try:
            book = read_book(parts.read(stored, MAX_BYTES), shown)
        except InvalidInput as refused:
            raise InvalidInput(_("压缩包里的“%(file)s”：%(why)s", file=shown, why=str(refused))) from refused
        for table in book.tables:
            tally.add(shown, len(table.rows), max(map(len, table.rows), default=0))
        books.append(book)
    return books


def read_folder(folder: Path) -> Iterator[tuple[str, Book | InvalidInput]]:
    """Read the tables of a folder and of those in it, in the order of their names, each with its path inside.

    What cannot be read comes as the refusal with its sentence.
    """
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and _is_table(name):
            with path.open("rb") as file:
                data = file.read(MAX_BYTES + 1)
            try:
                yield name, read_book(data, name)
            except InvalidInput as refused:
                yield name, refused


def _is_table(name: str) -> bool:
    """Whether a file of a folder is meant: not what programs leave behind, and of an ending that tables have."""
    words = name.split("/")
    left_behind = any(word.startswith((".", "~$", "__MACOSX")) for word in words)
    return not left_behind and name.lower().endswith(ENDINGS)


def _readable(member: zipfile.ZipInfo) -> str:
    """Return a member's name: Chinese Windows writes it in GBK without saying so."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def _office(parts: Parts, name: str) -> Book:
    if any(one.endswith("vbaproject.bin") or one.startswith("xl/macrosheets/") for one in parts.names):
        raise macros()
    if "xl/workbook.bin" in parts:
        raise InvalidInput(_("这是二进制的 xlsb 表格，请用 Excel 或 WPS 打开后另存为 xlsx，再上传。"))
    if "mimetype" in parts and "content.xml" in parts:
        raise InvalidInput(_("这是 OpenDocument（ods）文件，请打开后另存为 xlsx，再上传。"))
    if "Index/Document.iwa" in parts:
        raise InvalidInput(_("这是苹果 Numbers 的文件，请导出为 Excel（xlsx）后再上传。"))
    if any(one.startswith(("word/", "ppt/")) for one in parts.names):
        raise InvalidInput(
            _("这是 Word 或 PPT 文件，不是表格。请把表格复制到 Excel 里，存为 xlsx 后再上传。")
        )
    if "[Content_Types].xml" not in parts:
        raise InvalidInput(_("这是压缩包，请解压后上传里面的表格。"))
    if "_rels/.rels" not in parts and "xl/workbook.xml" not in parts:
        raise damaged()
    return read_xlsx(parts, name)


def _old_office(compound: Compound, name: str) -> Book:
    if "EncryptedPackage" in compound or "EncryptionInfo" in compound:
        raise locked()
    if "Workbook" in compound or "Book" in compound:
        return read_xls(compound, name)
    if "WordDocument" in compound or "PowerPoint Document" in compound:
        raise InvalidInput(
            _("这是 Word 或 PPT 文件，不是表格。请把表格复制到 Excel 里，存为 xlsx 后再上传。")
        )
    raise InvalidInput(_("这不是表格文件。请上传 xlsx、xls 或 csv。"))


def _refuse_binary(data: bytes) -> None:
    if data.startswith(b"%PDF-"):
        raise InvalidInput(_("这是 PDF 文件，不能读出表格。请上传 Excel（xlsx、xls）或 csv。"))
    if data.startswith(_PICTURES):
        raise InvalidInput(_("这是图片，不能读出表格。请上传 Excel（xlsx、xls）或 csv。"))
    if data.startswith(_ARCHIVES):
        raise InvalidInput(_("这是压缩包，请解压后上传里面的表格。"))
    if data.startswith(_PROGRAMS):
        raise InvalidInput(_("这是程序，不是表格，不能接收。请上传 xlsx、xls 或 csv。"))
    if data.startswith(b"{\\rtf"):
        raise InvalidInput(_("这是 RTF 文档，不是表格。请把表格复制到 Excel 里，存为 xlsx 后再上传。"))


def _refuse_markup(text: str) -> None:
    head = text[:4096]
    if _HTML.match(head) or _MAIL.match(head):
        raise InvalidInput(
            _("这其实是网页文件（常见于系统导出的“xls”）。请用 Excel 或 WPS 打开，另存为 xlsx 后再上传。")
        )
    if _XML.match(head) and "urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise InvalidInput(_("这是“XML 电子表格 2003”。请用 Excel 或 WPS 打开，另存为 xlsx 后再上传。"))
    if _XML.match(head) or _JSON.match(head):
        raise InvalidInput(_("这是程序用的数据文件，不是表格。请上传 xlsx、xls 或 csv。"))
