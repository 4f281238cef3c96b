"""What a file is, told by its content alone, and the way it is read."""

import re

from flask_babel import gettext as _

from app.errors import InvalidInput
from app.imports.cells import Book
from app.imports.reading.compound import MAGIC, Compound
from app.imports.reading.limits import MAX_BYTES, damaged, locked, macros
from app.imports.reading.parts import Parts
from app.imports.reading.texts import decoded, read_text
from app.imports.reading.xls import read_xls
from app.imports.reading.xlsx import read_xlsx

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
