"""Uploads of all kinds, good and hostile, made on the spot."""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from PIL import Image

from app.files.media import MediaType

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
EXE = b"MZ\x90\x00" + b"\0" * 200


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    """Return a picture of the size."""
    target = io.BytesIO()
    Image.new("RGB", size, (12, 76, 92)).save(target, form, **options)
    return target.getvalue()


def photograph() -> bytes:
    """Return a picture with the time, the place and the device in its notes, turned on its side."""
    notes = Image.Exif()
    notes[0x010F] = "Spyphone"
    notes[0x0112] = 6  # to be turned by 90 degrees
    notes.get_ifd(0x8769)[0x9003] = "2026:11:12 09:30:00"
    notes.get_ifd(0x8825)[2] = (34.0, 21.0, 43.0)
    return picture(exif=notes)


def polyglot() -> bytes:
    """Return a picture that is a web page and an archive as well."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("run.html", HTML)
    return picture(comment=HTML) + HTML + archive.getvalue()


def pixel_bomb(side: int = 60_000) -> bytes:
    """Return a PNG of a few hundred bytes that claims to have billions of pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


def office(kind: MediaType = MediaType.XLSX, members: Mapping[str, bytes] | None = None) -> bytes:
    """Return an Office file with these members besides its own."""
    target = io.BytesIO()
    main = "xl/workbook.xml" if kind is MediaType.XLSX else "word/document.xml"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr(main, "<x/>")
        for name, body in (members or {}).items():
            made.writestr(name, body)
    return target.getvalue()
