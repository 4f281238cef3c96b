"""Bytes outside the database: one encrypted blob per content, under an address that says nothing.

A blob is ``files/ab/abcdef…`` in the data folder; its name is a keyed hash of the content's SHA-256 (so a
list of names does not betray which known file is kept), its content AES-256-GCM bound to that SHA-256.
Blobs are never changed: the same content is written once.
"""

import errno
import hashlib
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from flask_babel import gettext as _

from app import keys
from app.db import database
from app.errors import Refused


class NoSpace(Refused):
    """The disk is full."""

    status = 507


class Unreadable(Refused):
    """The blob is gone, damaged, or sealed under a key that is not here."""

    status = 503


def put(data: bytes) -> str:
    """Write the bytes durably (or touch them when they are already there) and return their SHA-256 in hexadecimal.

    Raises NoSpace when the disk is full.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    path = _path(sha256)
    try:
        if _touched(path):
            return sha256
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            with draft.open("xb") as stream:
                stream.write(keys.encryption.encrypt(data, bound_to=bytes.fromhex(sha256)))
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as problem:
        if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoSpace(_("服务器的磁盘已满，文件没有保存。请稍后再试，并告知管理员。")) from problem
        raise
    return sha256


def get(sha256: str) -> bytes:
    """Return the bytes with this SHA-256. Raises Unreadable when they are missing or were changed."""
    try:
        data = keys.encryption.decrypt(_path(sha256).read_bytes(), bound_to=bytes.fromhex(sha256))
    except (OSError, InvalidTag, KeyError, ValueError, IndexError) as problem:
        raise Unreadable(_("文件暂时读不出来，请告知管理员。")) from problem
    return data


def has(sha256: str) -> bool:
    """Return whether the bytes are there."""
    return _path(sha256).is_file()


def addresses_older_than(seconds: int) -> Iterator[Path]:
    """Yield the blobs (and abandoned drafts) last written more than so many seconds ago, by the machine's clock."""
    before = time.time() - seconds
    root = _root()
    if root.is_dir():
        for path in sorted(root.glob("*/*")):
            if path.stat().st_mtime < before:
                yield path


def address(sha256: str) -> str:
    """Return the name of the blob of this content."""
    return keys.lookup_hash("file", sha256).hex()


def remove(path: Path, *, if_older_than: int) -> bool:
    """Remove one blob unless somebody has just written the same content again; return whether it went."""
    try:
        if path.stat().st_mtime >= time.time() - if_older_than:
            return False
        path.unlink()
    except FileNotFoundError:
        return False
    return True


def _root() -> Path:
    return database().settings.data_dir / "files"


def _path(sha256: str) -> Path:
    name = address(sha256)
    return _root() / name[:2] / name


def _touched(path: Path) -> bool:
    """Make a blob that is already there young again: the sweeper leaves young ones alone."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
