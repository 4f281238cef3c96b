"""The parts of an office archive, and their XML without document types, prefixes or other encodings."""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from posixpath import dirname, join, normpath
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from app.files.media import open_zip
from app.imports.reading.limits import MAX_UNPACKED, damaged, odd_inside, too_much_inside

SMALL_PART = 20 * 1024 * 1024
_MAX_ELEMENTS = 300_000
_MAX_TAGS = 4_000_000  # a part with more is not parsed sign by sign

Attributes = dict[str, str]


class Parts:
    """The members of an archive by name; names are compared without case, as office programs do."""

    def __init__(self, data: bytes) -> None:
        self._archive = open_zip(data)
        self._room = MAX_UNPACKED
        self.names: dict[str, str] = {}
        for member in self._archive.infolist():
            if member.filename.endswith("/"):
                continue
            name = _folded(member.filename)
            if name in self.names:
                raise odd_inside()
            self.names[name] = member.filename

    def __contains__(self, name: str) -> bool:
        return _folded(name) in self.names

    def read(self, name: str, most: int | None = None) -> bytes:
        """Return a member's bytes. Raises InvalidInput when it is missing, damaged or larger than ``most``."""
        found = self.names.get(_folded(name))
        if found is None:
            raise damaged()
        size = self._archive.getinfo(found).file_size
        if most is not None and size > most:
            raise odd_inside()
        self._room -= size
        if self._room < 0:
            raise too_much_inside()
        try:
            return self._archive.read(found)
        except Exception as bad:  # a hostile archive can raise nearly anything; all of it means unreadable
            raise damaged() from bad

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """Return what a part is bound to inside the archive: (last word of the kind, name) by id."""
        folder, _slash, base = name.rpartition("/")
        where = join(folder, "_rels", base + ".rels")
        if where not in self:
            return {}
        bound = {}
        for tag, attributes in elements(self.read(where, SMALL_PART)):
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "").replace("\\", "/")
                bound[attributes.get("Id", "")] = (
                    attributes.get("Type", "").rpartition("/")[2],
                    target.lstrip("/") if target.startswith("/") else normpath(join(dirname(name), target)),
                )
        return bound


def _folded(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def pack(parts: dict[str, bytes]) -> BytesIO:
    """Return an archive of these parts, stored as they are; they are taken out of ``parts``, to save memory."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in list(parts):
            archive.writestr(name, parts.pop(name))
    target.seek(0)
    return target


def elements(part: bytes) -> list[tuple[str, Attributes]]:
    """Return the elements of a small part in their order: name without prefix, attributes as written."""
    found: list[tuple[str, Attributes]] = []

    def start(name: str, attributes: Attributes) -> None:
        if len(found) > _MAX_ELEMENTS:
            raise odd_inside()
        found.append((name, attributes))

    parse(part, start)
    return found


def parse(
    part: bytes,
    start: Callable[[str, Attributes], object],
    end: Callable[[str], object] | None = None,
    text: Callable[[str], object] | None = None,
) -> None:
    """Parse XML in any encoding, telling names without prefixes. Raises InvalidInput for a document type."""
    if part.count(b"<") > _MAX_TAGS:
        raise odd_inside()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    if end is not None:
        parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, LookupError, ValueError) as broken:
        raise damaged() from broken


_OTHER_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"'](?!utf-?8[\"'])", re.IGNORECASE)


def is_plain(part: bytes) -> bool:
    """Whether a part is UTF-8 without comments, CDATA or a document type."""
    return not (b"\0" in part or _OTHER_ENCODING.search(part[:200]) or (b"!" in part and b"<!" in part))


def _refuse(*_anything: object) -> None:
    raise odd_inside()


def rewritten(part: bytes) -> bytes:
    """Return a part as plain UTF-8 XML: no prefixes, no comments, no CDATA, double quotes."""
    out: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        kept = "".join(
            f" {key}={quoted(value)}" for key, value in attributes.items() if not key.startswith("xmlns")
        )
        out.append(f"<{name}{kept}>")

    parse(part, start, lambda name: out.append(f"</{name}>"), lambda text: out.append(escape(text)))
    return "".join(out).encode()


def quoted(value: str) -> str:
    """Return an attribute's value in double quotes."""
    return '"' + quoteattr(value)[1:-1].replace('"', "&quot;") + '"'
