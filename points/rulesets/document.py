"""A ruleset as a file: TOML that the bureau can read and edit, checked line by line before it becomes a draft."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from flask_babel import gettext as _

from app.errors import InvalidInput
from points.rulesets.kinds import ContributionKind, Factor, Rounding, Span, Unit
from points.rulesets.models import Ruleset
from points.rulesets.terms import Cap, Multiplier, Rule, Rules

E = TypeVar("E", bound=StrEnum)
_MOST_CENTIPOINTS = 10**12
_MOST_THOUSANDTHS = 10**6
MOST_MONTHS = 600
_NO_KEY = UUID(int=0)
HEAD = ("title", "summary", "effective_from", "basis_title", "basis_number", "redeemable_months")
_RULE = (
    "code",
    "kind",
    "category",
    "unit",
    "points",
    "per",
    "redeemable",
    "minimum",
    "rounding",
    "step",
    "note",
)
_MULTIPLIER = ("factor", "value", "kind", "thousandths", "words")
_CAP = ("code", "kind", "category", "span", "points")
_CENTIPOINTS = ("points", "minimum", "step")


@dataclass(frozen=True)
class RulesetDocument:
    """A ruleset file that has been read: the columns of its rows, ready to be stored."""

    programme: str
    version: int
    columns: dict[str, Any]
    rules: list[dict[str, Any]]
    multipliers: list[dict[str, Any]]
    caps: list[dict[str, Any]]


def read(text: str) -> RulesetDocument:
    """Read a ruleset file. Raises InvalidInput naming the entry and what is wrong with it."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise InvalidInput(_("规则文件不是有效的 TOML：%(problem)s", problem=str(problem))) from problem
    head = _Entry(_("文件开头"), data)
    document = RulesetDocument(
        programme=head.text("programme", 32),
        version=head.whole("version"),
        columns={
            "title": head.text("title", 200),
            "summary": head.text("summary", 2000),
            "effective_from": head.day("effective_from"),
            "basis_title": head.text("basis_title", 200),
            "basis_number": head.text("basis_number", 60),
            "redeemable_months": head.whole("redeemable_months", most=MOST_MONTHS),
        },
        rules=[_rule(entry) for entry in _entries(data, "rule")],
        multipliers=[_multiplier(entry) for entry in _entries(data, "multiplier")],
        caps=[_cap(entry) for entry in _entries(data, "cap")],
    )
    ensure_single(document)
    return document


def ensure_single(
    document: RulesetDocument, names: tuple[str, str, str] = ("rule", "multiplier", "cap")
) -> None:
    """Return when no entry says again what another has said; else raise InvalidInput naming the second."""
    rule, multiplier, cap = names
    _ensure_single(document.rules, ("code",), rule)
    _ensure_single(document.rules, ("kind", "category", "unit"), rule)
    _ensure_single(document.multipliers, ("factor", "value", "kind"), multiplier)
    _ensure_single(document.caps, ("code",), cap)


def of(ruleset: Ruleset, programme: str) -> RulesetDocument:
    """Return a stored ruleset as the document that it could have been read from."""
    return RulesetDocument(
        programme=programme,
        version=ruleset.version,
        columns={name: getattr(ruleset, name) for name in HEAD},
        rules=[{name: getattr(row, name) for name in _RULE} for row in ruleset.rules],
        multipliers=[{name: getattr(row, name) for name in _MULTIPLIER} for row in ruleset.multipliers],
        caps=[{name: getattr(row, name) for name in _CAP} for row in ruleset.caps],
    )


def written(document: RulesetDocument) -> str:
    """Return a document as the file that ``read`` takes."""
    columns = document.columns
    lines = [f"programme = {_quoted(document.programme)}", f"version = {document.version}"]
    for name in HEAD:
        value = columns[name]
        lines.append(f"{name} = {_quoted(value) if isinstance(value, str) else value}")
    for name, entries in (
        ("rule", document.rules),
        ("multiplier", document.multipliers),
        ("cap", document.caps),
    ):
        for entry in entries:
            lines += ["", f"[[{name}]]"]
            lines += [_line(key, value) for key, value in entry.items() if value is not None]
    return "\n".join([*lines, ""])


def _line(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return f"{name} = {str(value).lower()}"
    if name == "thousandths":
        return f'times = "{Decimal(value).scaleb(-3).normalize():f}"'
    if name in _CENTIPOINTS:
        return f'{name} = "{Decimal(value).scaleb(-2).normalize():f}"'
    return f"{name} = {value if isinstance(value, int) else _quoted(str(value))}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace(
        "\x7f", "\\u007f"
    )  # a JSON string is a TOML string, but for DEL


def terms_of(document: RulesetDocument, *, ruleset_id: UUID, programme_id: UUID) -> Rules:
    """Return what was read as plain terms to score with, without storing anything."""
    return Rules(
        id=ruleset_id,
        programme_id=programme_id,
        version=document.version,
        redeemable_months=document.columns["redeemable_months"],
        rules=tuple(rule_of(one) for one in document.rules),
        multipliers=tuple(Multiplier(**one) for one in document.multipliers),
        caps=tuple(Cap(**one) for one in document.caps),
    )


def rule_of(columns: Mapping[str, Any]) -> Rule:
    """Return one entry's columns as a plain rule."""
    return Rule(_NO_KEY, **{name: columns[name] for name in _RULE if name != "note"})


def _rule(entry: "_Entry") -> dict[str, Any]:
    return {
        "code": entry.text("code", 40),
        "kind": entry.one_of("kind", ContributionKind),
        "category": entry.optional_text("category", 40),
        "unit": entry.one_of("unit", Unit),
        "points": entry.points("points"),
        "per": entry.whole("per"),
        "redeemable": entry.flag("redeemable"),
        "minimum": entry.points("minimum", least=0, default="0"),
        "rounding": entry.one_of("rounding", Rounding, Rounding.HALF_UP),
        "step": entry.points("step", default="0.01"),
        "note": entry.text("note", 200),
    }


def _multiplier(entry: "_Entry") -> dict[str, Any]:
    return {
        "factor": entry.one_of("factor", Factor),
        "value": entry.text("value", 20),
        "kind": entry.one_of("kind", ContributionKind) if "kind" in entry.data else None,
        "thousandths": entry.times("times"),
        "words": entry.text("words", 40),
    }


def _cap(entry: "_Entry") -> dict[str, Any]:
    return {
        "code": entry.text("code", 40),
        "kind": entry.one_of("kind", ContributionKind) if "kind" in entry.data else None,
        "category": entry.optional_text("category", 40),
        "span": entry.one_of("span", Span),
        "points": entry.points("points"),
    }


def _entries(data: dict[str, Any], name: str) -> list["_Entry"]:
    listed = data.get(name, [])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise InvalidInput(_("“%(name)s”要写成 [[%(name)s]] 的列表。", name=name))
    return [_Entry(f"{name} {number}", one) for number, one in enumerate(listed, start=1)]


def _ensure_single(rows: list[dict[str, Any]], columns: tuple[str, ...], name: str) -> None:
    seen = set()
    for number, row in enumerate(rows, start=1):
        meaning = tuple(row[column] for column in columns)
        if meaning in seen:
            raise InvalidInput(_("%(entry)s：与前面的一条重复。", entry=f"{name} {number}"))
        seen.add(meaning)


class _Entry:
    """One table of the file, asked field by field."""

    def __init__(self, place: str, data: dict[str, Any]) -> None:
        self.place, self.data = place, data

    def text(self, name: str, length: int) -> str:
        value = self.data.get(name)
        if not isinstance(value, str) or "\0" in value or not 0 < len(value.strip()) <= length:
            raise self._wrong(name, _("要填 1 至 %(length)d 个字", length=length))
        return value.strip()

    def optional_text(self, name: str, length: int) -> str | None:
        return self.text(name, length) if name in self.data else None

    def whole(self, name: str, most: int = 10**9) -> int:
        value = self.data.get(name)
        if type(value) is not int or not 0 < value <= most:
            raise self._wrong(name, _("要填 1 至 %(most)s 的整数", most=f"{most:,}"))
        return value

    def flag(self, name: str) -> bool:
        value = self.data.get(name, False)
        if not isinstance(value, bool):
            raise self._wrong(name, _("要填 true 或 false"))
        return value

    def day(self, name: str) -> date:
        value = self.data.get(name)
        if type(value) is not date:
            raise self._wrong(name, _("要填日期，如 2026-01-01"))
        return value

    def points(self, name: str, *, least: int = 1, default: str | None = None) -> int:
        value = self.decimal(name, places=2, default=default)
        if not least <= value <= _MOST_CENTIPOINTS:
            raise self._wrong(name, _("积分要大于 0"))
        return value

    def times(self, name: str) -> int:
        value = self.decimal(name, places=3)
        if value > _MOST_THOUSANDTHS:
            raise self._wrong(name, _("倍数太大"))
        return value

    def decimal(self, name: str, *, places: int, default: str | None = None) -> int:
        """Return the figure times ten to the power of ``places``; figures stand in quotes, so that none is a float."""
        value = self.data.get(name, default)
        try:
            if not isinstance(value, str):
                raise InvalidOperation
            figure = Decimal(value)
            if not figure.is_finite() or not 0 <= figure <= _MOST_CENTIPOINTS:
                raise InvalidOperation
            scaled = figure.scaleb(places)
            if scaled != scaled.to_integral_value():
                raise InvalidOperation
        except InvalidOperation:
            raise self._wrong(name, _("要填引号里的数，最多 %(places)d 位小数", places=places)) from None
        return int(scaled)

    def one_of(self, name: str, kind: type[E], default: E | None = None) -> E:
        value = self.data.get(name, default)
        try:
            return kind(str(value))
        except ValueError:
            allowed = "、".join(kind)
            raise self._wrong(name, _("只能是 %(allowed)s", allowed=allowed)) from None

    def _wrong(self, name: str, why: str) -> InvalidInput:
        return InvalidInput(_("%(entry)s 的 %(name)s：%(why)s。", entry=self.place, name=name, why=why))
