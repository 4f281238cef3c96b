"""The container of old Office files: a small file system of sectors ([MS-CFB]), read with every chain bounded.

``contained`` writes a fresh container around one stream, so that a library meets no chain that nobody looked at.
"""

import struct
from array import array

from app.imports.reading.limits import damaged

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFE
_FREE = 0xFFFFFFFF
_FAT = 0xFFFFFFFD
_SECTOR = 4096
_ENTRY = 128


class Compound:
    """An old Office file: the names in it, and the bytes of a stream."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 512 or not data.startswith(MAGIC):
            raise damaged()
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise damaged()
        self._size = 1 << shift
        first_directory, _signature, self._cutoff, first_mini = struct.unpack_from("<IIII", data, 48)
        self._fat = self._table(self._fat_sectors())
        self._mini_fat = self._table(self._chain(first_mini, self._fat))
        self._entries: dict[str, tuple[int, int, int]] = {}
        directory = b"".join(map(self._sector, self._chain(first_directory, self._fat)))
        for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            entry = directory[at : at + _ENTRY]
            length, kind = struct.unpack_from("<HB", entry, 64)
            if kind in (1, 2, 5):
                name = entry[: min(max(length - 2, 0), 62)].decode("utf-16-le", "replace")
                start, size = struct.unpack_from("<II", entry, 116)
                self._entries.setdefault("" if kind == 5 else name.lower(), (kind, start, size))

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._entries

    def stream(self, name: str) -> bytes:
        """Return the bytes of a stream. Raises InvalidInput when its chain is broken."""
        _kind, start, size = self._entries[name.lower()]
        if size >= self._cutoff:
            return self._read(start, size)
        _kind, root, root_size = self._entries.get("", (5, _END, 0))
        mini = self._read(root, root_size)
        sectors = self._chain(start, self._mini_fat)
        return b"".join(mini[one * 64 : one * 64 + 64] for one in sectors)[:size]

    def _read(self, start: int, size: int) -> bytes:
        body = b"".join(map(self._sector, self._chain(start, self._fat)))[:size]
        if len(body) < size:
            raise damaged()
        return body

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        return self._data[at : at + self._size]

    def _fat_sectors(self) -> list[int]:
        most = len(self._data) // self._size
        found = [one for one in struct.unpack_from("<109I", self._data, 76) if one < most]
        more, count = struct.unpack_from("<II", self._data, 68)
        while more < most and count > 0 and len(found) <= most:
            body = self._sector(more)
            if len(body) < self._size:
                raise damaged()
            *numbers, more = struct.unpack(f"<{self._size // 4}I", body)
            found.extend(one for one in numbers if one < most)
            count -= 1
        if len(found) > most:
            raise damaged()
        return found

    def _table(self, sectors: list[int]) -> "array[int]":
        numbers = array("I")
        body = b"".join(map(self._sector, sectors))
        numbers.frombytes(body[: len(body) // 4 * 4])
        return numbers

    @staticmethod
    def _chain(start: int, table: "array[int]") -> list[int]:
        chain: list[int] = []
        while start not in (_END, _FREE):
            if start >= len(table) or len(chain) > len(table):
                raise damaged()
            chain.append(start)
            start = table[start]
        return chain


def contained(stream: bytes) -> bytes:
    """Return a container with one stream, ``Workbook``."""
    size = max(len(stream), _SECTOR)  # a shorter one would lie among the small streams
    count = -(-size // _SECTOR)
    per_sector = _SECTOR // 4
    fats = 1
    while fats * per_sector < count + 1 + fats:
        fats += 1
    chain = [*range(1, count), _END, _END, *[_FAT] * fats]
    chain += [_FREE] * (fats * per_sector - len(chain))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII", MAGIC, 0x3E, 4, 0xFFFE, 12, 6, 1, fats, count, 0, 4096, _END, 0, _END, 0
    )
    header += struct.pack("<109I", *range(count + 1, count + 1 + fats), *[_FREE] * (109 - fats))
    # The root must point at some sector for its small streams, though there are none: the directory's own will do.
    directory = _entry("Root Entry", 5, 1, count, 0) + _entry("Workbook", 2, _FREE, 0, size)
    return b"".join(
        (
            header.ljust(_SECTOR, b"\0"),
            stream.ljust(count * _SECTOR, b"\0"),
            directory.ljust(_SECTOR, b"\0"),
            struct.pack(f"<{len(chain)}I", *chain),
        )
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    letters = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16xI16xIQ",
        letters,
        len(letters) + 2,
        kind,
        1,
        _FREE,
        _FREE,
        child,
        0,
        start,
        size,
    )
