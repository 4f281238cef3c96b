"""The calculator of the public page: what was typed, scored by the very function that scores contributions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import figures
from app.errors import Refused
from app.fields import read_day
from app.figures import UnreadableFigure
from app.identity import normalise
from points.rulesets import queries
from points.rulesets.kinds import ContributionKind, EvidenceGrade, Factor, Unit
from points.rulesets.models import Ruleset
from points.rulesets.rules import Facts, Rule, Score, score

T = TypeVar("T")
_ALWAYS = (Factor.EVIDENCE_GRADE, Factor.PROFESSIONAL)
_LENGTH = 40


@dataclass
class Calculation:
    """What was typed, what is wrong with it, and what it scores; no score while something is wrong."""

    typed: dict[str, str]
    problems: list[str] = field(default_factory=list)
    version: int | None = None
    score: Score | None = None


def read_number(text: str) -> Decimal:
    """Return a typed number of things of at most three decimals. Raises UnreadableFigure."""
    plain = normalise(text).replace(",", "")
    whole, _dot, part = plain.partition(".")
    if not (plain.isascii() and whole.isdecimal() and (not part or part.isdecimal())):
        raise UnreadableFigure(_("数量请填写数字，最多三位小数。"))
    if len(whole) > 9 or len(part) > 3:
        raise UnreadableFigure(_("数量请填写数字，最多三位小数。"))
    return Decimal(plain)


def calculate(session: Session, programme_id: UUID, given: Mapping[str, str], today: date) -> Calculation:
    """Score what was typed by the rules in force on the typed day (today where none was typed)."""
    typed = {name: value.strip()[:_LENGTH] for name, value in given.items() if value.strip()}
    made = Calculation(typed)
    kind = next((one for one in ContributionKind if one.value == typed.get("kind")), None)
    if kind is None:
        return made
    day = _tried(made, "day", read_day) or today
    amount = _tried(made, "amount", figures.read_money)
    minutes = _tried(made, "hours", figures.read_hours)
    number = _tried(made, "number", read_number)
    if amount is None and minutes is None and number is None and not made.problems:
        made.problems.append(_("请填写金额、时长或数量中的一项。"))
    if made.problems:
        return made
    grade = next((one for one in EvidenceGrade if one.value == typed.get("grade")), EvidenceGrade.B)
    facts = Facts(
        kind=kind,
        happened_on=day,
        grade=grade,
        category=typed.get("category"),
        amount_fen=amount,
        minutes=minutes,
        quantity=number,
        professional="professional" in typed,
        backfilled="backfilled" in typed,
        other=tuple(
            (factor, typed[factor.value])
            for factor in Factor
            if factor not in _ALWAYS and factor.value in typed
        ),
    )
    try:
        rules = queries.in_force(session, programme_id, day)
        made.version, made.score = rules.version, score(rules, facts)
    except Refused as refused:
        made.problems.append(str(refused))
    return made


def choices(ruleset: Ruleset) -> dict[str, Any]:
    """Return what can be chosen: kinds and categories that are scored, grades, and values of further factors."""
    kinds = {row.kind for row in ruleset.rules}
    factors: dict[Factor, list[tuple[str, str]]] = {}
    for row in ruleset.multipliers:
        if row.factor not in _ALWAYS and (row.value, row.words) not in factors.setdefault(row.factor, []):
            factors[row.factor].append((row.value, row.words))
    return {
        "kinds": [(kind.value, kind.label) for kind in ContributionKind if kind in kinds],
        "categories": [(one, one) for one in sorted({row.category for row in ruleset.rules if row.category})],
        "grades": EvidenceGrade.choices(),
        "factors": list(factors.items()),
    }


def examples(rules: Sequence[Rule], scored: Callable[[Facts], Score], day: date) -> list[str]:
    """Return for each rule the arithmetic of three of its units at grade B, where that rule is the one that counts."""
    told = []
    for rule in rules:
        facts = Facts(
            rule.kind,
            day,
            EvidenceGrade.B,
            rule.category,
            amount_fen=rule.per * 300 if rule.unit is Unit.YUAN else None,
            minutes=rule.per * 3 if rule.unit is Unit.MINUTE else None,
            quantity=Decimal(rule.per * 3) if rule.unit in (Unit.ITEM, Unit.MILESTONE) else None,
        )
        made = scored(facts)
        told.append(made.wording if made.rule is rule else "")
    return told


def _tried(made: Calculation, name: str, read: Callable[[str], T]) -> T | None:
    if name not in made.typed:
        return None
    try:
        return read(made.typed[name])
    except UnreadableFigure as problem:
        made.problems.append(str(problem))
        return None
