"""Reading a CSV of divisions into rows. Pure."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from app.errors import InvalidInput
from app.identity.findings import normalise
from app.regions import rules
from app.regions.models import RegionLevel

REQUIRED_COLUMNS = ("code", "name", "level", "parent_code")
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One division as a file gives it; codes have twelve digits."""

    code: str
    name: str
    level: RegionLevel
    parent_code: str | None
    valid_from: date | None = None
    valid_to: date | None = None
    successor_code: str | None = None


def read_divisions(lines: Iterable[str]) -> list[RegionRow]:
    """Return the rows of a CSV with a heading line; codes may be shorter than twelve digits.

    Raises InvalidInput naming the first lines that are wrong.
    """
    reader = csv.DictReader(lines)
    lacking = [name for name in REQUIRED_COLUMNS if name not in (reader.fieldnames or [])]
    if lacking:
        raise InvalidInput(_("文件缺少列：%(columns)s。", columns="、".join(lacking)))
    rows, faults = [], []
    for line in reader:
        try:
            rows.append(_row(line))
        except ValueError as fault:
            faults.append(_("第 %(line)s 行：%(fault)s", line=reader.line_num, fault=fault))
    if faults:
        raise InvalidInput("\n".join(faults[:_MOST_NAMED]))
    return rows


def _row(line: dict[str, str]) -> RegionRow:
    code = _code(line["code"])
    if code is None:
        raise ValueError(_("没有填写代码。"))
    name = (line["name"] or "").strip()
    if not 0 < len(name) <= 100:
        raise ValueError(_("名称应为 1–100 个字。"))
    try:
        level = RegionLevel((line["level"] or "").strip())
    except ValueError:
        raise ValueError(_("没有“%(level)s”这一级。", level=line["level"])) from None
    if level is not rules.level_of(code):
        raise ValueError(_("代码 %(code)s 不是“%(level)s”的代码。", code=code, level=level.label))
    parent = _code(line["parent_code"])
    if (parent is None) != (level is RegionLevel.PROVINCE) or (parent and not rules.contains(parent, code)):
        raise ValueError(_("上级代码 %(parent)s 与 %(code)s 不符。", parent=parent or "—", code=code))
    return RegionRow(
        code,
        name,
        level,
        parent,
        _day(line, "valid_from"),
        _day(line, "valid_to"),
        _code(line.get("successor_code")),
    )


def _code(text: str | None) -> str | None:
    digits = normalise(text or "")
    if not digits:
        return None
    code = rules.padded(digits)
    if not rules.is_code(code):
        raise ValueError(_("“%(text)s”不是行政区划代码。", text=digits))
    return code


def _day(line: dict[str, str], column: str) -> date | None:
    text = (line.get(column) or "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ValueError(_("“%(text)s”不是日期，请写成 2026-11-21。", text=text)) from None
