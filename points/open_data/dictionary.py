"""The dictionary of the open data: read from its file, shown as a page and as JSON."""

import json
import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

_FILE = Path(__file__).with_name("dictionary.toml")


@dataclass(frozen=True, slots=True)
class FileWords:
    """What one kind of file is, and each of its columns (name, meaning)."""

    name: str
    title: str
    about: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Dictionary:
    """All kinds of files, and what may be done with them."""

    licence: str
    files: tuple[FileWords, ...]


@cache
def dictionary() -> Dictionary:
    """Return the dictionary."""
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    files = tuple(
        FileWords(
            one["name"], one["title"], one["about"], tuple((name, text) for name, text in one["columns"])
        )
        for one in data["file"]
    )
    return Dictionary(data["licence"], files)


def as_json() -> bytes:
    """Return the dictionary as the bytes of its file."""
    return (json.dumps(asdict(dictionary()), ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def title_of(name: str) -> str:
    """Return what a file is called, by its name."""
    for one in dictionary().files:
        kind, _placeholder, _rest = one.name.partition("<")
        if name.startswith(kind.removesuffix(".json")) and name.endswith(one.name[-3:]):
            return one.title
    return name
