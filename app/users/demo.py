"""The sign-ins that a demo city prints on its sign-in page: one per role, with what each may do.

They stand in a file beside the demo's database, written when the demo city is loaded. Production has none.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from app.config import Settings

_FILE = "demo_sign_ins.json"


@dataclass(frozen=True)
class DemoSignIn:
    """One line of the list."""

    name: str
    password: str
    role: str
    who: str
    may: str


def write(settings: Settings, sign_ins: Sequence[DemoSignIn]) -> None:
    """Keep the list for the sign-in page. Raises RuntimeError outside a demo city."""
    if not settings.is_demo:
        raise RuntimeError("only a demo city prints its passwords")
    _path(settings).write_text(
        json.dumps([asdict(one) for one in sign_ins], ensure_ascii=False, indent=1), encoding="utf-8"
    )


def read(settings: Settings) -> list[DemoSignIn]:
    """Return the list of a demo city; empty when none is loaded, and always outside a demo."""
    if not settings.is_demo or not _path(settings).exists():
        return []
    return [DemoSignIn(**one) for one in json.loads(_path(settings).read_text(encoding="utf-8"))]


def _path(settings: Settings) -> Path:
    return settings.data_dir / _FILE
