"""The folder of the open data: written by the nightly job, whole files only, cut at one tree size.

A file that can never change (full leaf files, rules, frozen rankings) is written once. `index.json` lists what there
is, with sizes and hashes, and is written last: a killed run leaves the old list over whole files.
"""

import gzip
import hashlib
import json
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from app import clock
from app.db import database, reading
from points.open_data import dictionary, rankings, sources
from points.open_data.sources import LEAVES_OF_A_FILE
from points.seals import queries as seals

INDEX = "index.json"
NAMES = "names.csv"
CHECKER = "verify_ledger.py"
_CHECKER_FILE = Path(__file__).parents[2] / "tools" / CHECKER
_GZIP_LEVEL = 6
_DAY_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file that was written: its size in bytes and the SHA-256 of its bytes, unpacked."""

    name: str
    size: int
    sha256: str
    final: bool
    """It never changes."""


@dataclass(frozen=True, slots=True)
class Index:
    """What the folder holds: all leaves below the tree size, as of an instant."""

    made_at: datetime
    tree_size: int
    root: str
    files: tuple[OpenFile, ...]

    def find(self, name: str) -> OpenFile | None:
        """Return a file by its name, or None."""
        return next((one for one in self.files if one.name == name), None)


def place() -> Path:
    """Return the folder, in the data folder."""
    return database().settings.data_dir / "open-data"


def publish() -> Index:
    """Write the open data into the city's folder and return what it holds; what stands there for good is left.

    Opens its own transactions. Files there are named after their content, so that a download and the list always
    agree; two at once write the same bytes.
    """
    index = _write(place(), named_by_content=True)
    _sweep(place(), index)
    return index


def write(target: Path) -> Index:
    """Write all files into a folder of the reader's own, the names of this moment among them."""
    index = _write(target, named_by_content=False)
    with reading(fresh=True) as session:
        _replace(target, sources.names(session), lambda _digest: target / NAMES)
    return index


def path_of(one: OpenFile) -> Path:
    """Return where a file of the city's folder stands; its packed form has .gz behind the name."""
    return _content_path(place(), one.name, one.sha256)


def _write(target: Path, *, named_by_content: bool) -> Index:
    target.mkdir(parents=True, exist_ok=True)
    known = read(target) if named_by_content else None
    with reading(fresh=True) as session:
        last = seals.last_seal(session)
    tree_size, root = (last.tree_size, last.root.hex()) if last else (0, hashlib.sha256(b"").hexdigest())
    files = []
    for wanted in _plan(tree_size):
        there = known.find(wanted.name) if known else None
        if there and there.final and _content_path(target, there.name, there.sha256).is_file():
            files.append(there)
        else:
            files.append(_make(target, wanted, named_by_content=named_by_content))
    index = Index(clock.now(), tree_size, root, tuple(files))
    _replace(target, [_index_text(index)], lambda _digest: target / INDEX)
    return index


def read(target: Path | None = None) -> Index | None:
    """Return what a folder (None: the city's) holds, or None when nothing was written yet."""
    try:
        told = json.loads(((target or place()) / INDEX).read_text(encoding="utf-8"))
        files = tuple(OpenFile(**one) for one in told["files"])
        return Index(datetime.fromisoformat(told["made_at"]), told["tree_size"], told["root"], files)
    except (OSError, ValueError, KeyError, TypeError):
        return None  # nothing yet, or another program's file: the next run writes it anew


@dataclass(frozen=True, slots=True)
class _Planned:
    """A file to be written, with its text."""

    name: str
    final: bool
    lines: Iterable[str]


def _plan(tree_size: int) -> Iterator[_Planned]:
    for first in range(0, tree_size, LEAVES_OF_A_FILE):
        last = min(first + LEAVES_OF_A_FILE, tree_size)
        name = f"leaves-{first // LEAVES_OF_A_FILE + 1}.csv"
        yield _Planned(name, last - first == LEAVES_OF_A_FILE, sources.leaves(first, last))
    with reading(fresh=True) as session:
        yield _Planned("seals.csv", False, sources.seals(session, tree_size))
        yield _Planned("day-roots.csv", False, sources.day_roots(session, tree_size))
        for name, text in sources.rules(session):
            yield _Planned(name, True, [text])
        for name, lines in rankings.files(session, tree_size):
            yield _Planned(name, True, lines)
    yield _Planned("dictionary.json", False, [dictionary.as_json().decode()])
    if _CHECKER_FILE.is_file():
        yield _Planned(CHECKER, False, [_CHECKER_FILE.read_text(encoding="utf-8")])


def _make(target: Path, wanted: _Planned, *, named_by_content: bool) -> OpenFile:
    def where(digest: str) -> Path:
        return _content_path(target, wanted.name, digest) if named_by_content else target / wanted.name

    size, sha256 = _replace(target, wanted.lines, where)
    if named_by_content:
        _pack(where(sha256))
    return OpenFile(wanted.name, size, sha256, wanted.final)


def _content_path(target: Path, name: str, sha256: str) -> Path:
    return target / f"{sha256[:16]}-{name}"


def _replace(target: Path, lines: Iterable[str], where: Callable[[str], Path]) -> tuple[int, str]:
    """Write a file whole or not at all, under the name that follows from its hash; return its size and hash."""
    draft = target / f"{secrets.token_hex(8)}.part"
    digest, size = hashlib.sha256(), 0
    try:
        with draft.open("xb") as stream:
            for line in lines:
                data = line.encode()
                digest.update(data)
                size += len(data)
                stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        draft.replace(where(digest.hexdigest()))
    finally:
        draft.unlink(missing_ok=True)
    return size, digest.hexdigest()


def _sweep(target: Path, index: Index) -> None:
    """Remove what the list no longer names, a day after it was written: somebody may still be reading it."""
    named = {INDEX, *(_content_path(target, one.name, one.sha256).name for one in index.files)}
    yesterday = time.time() - _DAY_SECONDS
    for path in target.iterdir():
        if path.name.removesuffix(".gz") not in named and path.stat().st_mtime < yesterday:
            path.unlink(missing_ok=True)


def _pack(path: Path) -> None:
    """Write the packed form beside a file; the same bytes give the same packed bytes."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with (
            path.open("rb") as plain,
            draft.open("xb") as out,
            gzip.GzipFile("", "wb", _GZIP_LEVEL, out, mtime=0) as stream,
        ):
            shutil.copyfileobj(plain, stream, 1 << 20)
        draft.replace(path.with_name(f"{path.name}.gz"))
    finally:
        draft.unlink(missing_ok=True)


def _index_text(index: Index) -> str:
    told = {**asdict(index), "made_at": index.made_at.isoformat()}
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
