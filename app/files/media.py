"""What a file is, told by its content alone: neither its name nor the browser's word counts."""

import io
import zipfile

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.errors import InvalidInput
from app.labels import Labelled


class MediaType(Labelled):
    """The kinds of file that are accepted at all."""

    JPEG = "image/jpeg", _l("JPG 图片")
    PNG = "image/png", _l("PNG 图片")
    WEBP = "image/webp", _l("WebP 图片")
    PDF = "application/pdf", _l("PDF 文件")
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _l("Excel 表格（xlsx）")
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document", _l("Word 文档（docx）")


PICTURES = frozenset({MediaType.JPEG, MediaType.PNG, MediaType.WEBP})
DOCUMENTS = frozenset({MediaType.PDF, MediaType.XLSX, MediaType.DOCX})
EVIDENCE = PICTURES | DOCUMENTS

ENDINGS = {
    MediaType.JPEG: ".jpg",
    MediaType.PNG: ".png",
    MediaType.WEBP: ".webp",
    MediaType.PDF: ".pdf",
    MediaType.XLSX: ".xlsx",
    MediaType.DOCX: ".docx",
}

ZIP_MEMBERS = 2_000
ZIP_BYTES = 200 * 1024 * 1024  # unpacked
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFFICE = {"xl/workbook.xml": MediaType.XLSX, "word/document.xml": MediaType.DOCX}
# Names of PDF actions that run something. Compressed objects may still hide them, so a download is never shown inline.
_PDF_ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")


def sniff(data: bytes) -> MediaType:
    """Return what the bytes are. Raises InvalidInput with a sentence when they are nothing that is accepted."""
    if data.startswith(b"\xff\xd8\xff"):
        return MediaType.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return MediaType.PNG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return MediaType.WEBP
    if data.startswith(b"%PDF-"):
        return _pdf(data)
    if data.startswith(b"PK\x03\x04"):
        return _office(data)
    if data.startswith(_OLE):
        raise InvalidInput(_("这是旧版 Office 文件，请另存为 xlsx、docx 或 PDF 后再上传。"))
    if not data:
        raise InvalidInput(_("文件是空的（0 字节），请重新选择。"))
    raise InvalidInput(_("不支持这种文件。可以上传 JPG、PNG、WebP 图片，或 PDF、xlsx、docx 文件。"))


def _pdf(data: bytes) -> MediaType:
    if b"%%EOF" not in data[-2048:]:
        raise InvalidInput(_("这个 PDF 文件不完整，请重新导出后再上传。"))
    if any(mark in data for mark in _PDF_ACTIVE):
        raise InvalidInput(_("这个 PDF 文件带有脚本或附件，请打印为普通 PDF 后再上传。"))
    return MediaType.PDF


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Return an opened archive after looking at its directory only: members, names, sizes. Raises InvalidInput."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except Exception as broken:  # a hostile directory can raise nearly anything; all of it means unreadable
        raise InvalidInput(_("文件已损坏，打不开。")) from broken
    unsafe = any(
        member.flag_bits & 1 or member.filename.startswith(("/", "\\")) or ".." in member.filename.split("/")
        for member in members
    )
    if unsafe or len(members) > ZIP_MEMBERS or sum(member.file_size for member in members) > ZIP_BYTES:
        raise InvalidInput(_("文件的内部结构不正常（加密、过大或路径异常），不能接收。"))
    return archive


def _office(data: bytes) -> MediaType:
    names = set(open_zip(data).namelist())
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        raise InvalidInput(_("文件带有宏，请另存为不带宏的 xlsx 或 docx 后再上传。"))
    for part, kind in _OFFICE.items():
        if part in names and "[Content_Types].xml" in names:
            return kind
    raise InvalidInput(_("不支持压缩包，请解压后逐个上传。"))
