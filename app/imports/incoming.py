"""The files of an upload: what was chosen, and what stands in an archive that was chosen."""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from flask_babel import gettext as _

from app.errors import InvalidInput
from app.files.media import open_zip
from app.imports.uploads import MAX_BYTES

MOST = 50
"""Files at once."""
_SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".csv", ".txt", ".tsv")
_UTF8_NAME = 0x800


class Chosen(Protocol):
    """A file as a browser sends it."""

    filename: str | None

    def read(self, size: int = -1, /) -> bytes:
        """Return at most so many bytes."""


@dataclass(frozen=True)
class Incoming:
    """One spreadsheet on its way in."""

    name: str
    data: bytes


def files_of(chosen: Sequence[Chosen | str]) -> list[Incoming]:
    """Return the spreadsheets among the chosen files, those inside archives too, in the order of their names.

    Raises InvalidInput when nothing was chosen, a file is too large, or there are too many.
    """
    found: list[Incoming] = []
    for one in chosen:
        if isinstance(one, str) or not one.filename:  # a text where a file belongs: nothing was chosen
            continue
        data = one.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InvalidInput(_("“%(name)s”太大，每个文件不超过 20 MB。请拆成几个文件。", name=one.filename))
        if one.filename.lower().endswith(".zip"):
            found += _inside(data, one.filename)
        else:
            found.append(Incoming(one.filename, data))
        if len(found) > MOST:
            raise InvalidInput(_("一次最多上传 %(count)s 个文件，请分几次上传。", count=MOST))
    if not found:
        raise InvalidInput(_("请选择要上传的表格文件。"))
    return sorted(found, key=lambda one: one.name)


def _inside(data: bytes, name: str) -> list[Incoming]:
    archive = open_zip(data)
    found: list[Incoming] = []
    for member in archive.infolist():
        inner = _name_of(member)
        last = inner.rpartition("/")[2]
        if member.is_dir() or last.startswith((".", "~$")) or not last.lower().endswith(_SPREADSHEETS):
            continue
        if member.file_size > MAX_BYTES:
            raise InvalidInput(_("“%(name)s”太大，每个文件不超过 20 MB。请拆成几个文件。", name=last))
        if len(found) >= MOST:
            raise InvalidInput(_("一次最多上传 %(count)s 个文件，请分几次上传。", count=MOST))
        try:
            found.append(Incoming(last, archive.read(member)))
        except (
            zipfile.BadZipFile,
            OSError,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as broken:
            raise InvalidInput(_("压缩包“%(name)s”已损坏，打不开。", name=name)) from broken
    if not found:
        raise InvalidInput(_("压缩包“%(name)s”里没有表格。可以放 xlsx、xls、csv、txt 文件。", name=name))
    return found


def _name_of(member: zipfile.ZipInfo) -> str:
    """Return a member's name; Windows in Chinese writes it in GB 18030, which zipfile takes for code page 437."""
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return member.filename
