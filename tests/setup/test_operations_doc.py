"""The operations guide names every setting, so that nobody has to read the program for one."""

from dataclasses import fields
from pathlib import Path

from app.config import Settings, variable

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


def test_every_setting_stands_in_the_guide() -> None:
    text = GUIDE.read_text(encoding="utf-8")
    assert [one.name for one in fields(Settings) if f"| `{variable(one.name)}` |" not in text] == []
