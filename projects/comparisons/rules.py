"""What data say about a household, in words for a human. Pure: no database, no clock, no Flask. Money in fen.

Nothing here decides anything: each finding is a reason to ask. Incomes are taken by month and head (a household's
income is that of all whose data are known, divided by all who live there).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask_babel import gettext as _

from app import figures
from projects.comparisons.kinds import AlertKind, DataKind

MANY_HOMES = 2
"""So many dwellings in a household's name are asked about."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of data about one member."""

    key: UUID
    kind: DataKind
    person_id: UUID
    name: str
    on: date
    amount_fen: int | None
    words: str | None
    department: str


@dataclass(frozen=True, slots=True)
class Home:
    """A household as it stands: how many live there, whether it is in a category in force, and its data."""

    household_id: UUID
    people: int
    is_helped: bool
    facts: Sequence[Fact]
    category: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to ask about. ``basis``: the lines behind it, by which it is told once."""

    kind: AlertKind
    person_id: UUID | None
    reason: str
    basis: tuple[UUID, ...]


def findings(home: Home, *, line_fen: int) -> list[Finding]:
    """Return what the data say about a household; ``line_fen``: income per head and month that is looked at."""
    by_kind: dict[DataKind, list[Fact]] = {}
    for fact in home.facts:
        by_kind.setdefault(fact.kind, []).append(fact)
    found = [_death(fact) for fact in by_kind.get(DataKind.DEATH, [])]
    found += _incomes(home, by_kind.get(DataKind.INCOME, []), line_fen)
    if home.is_helped:
        found += [_vehicle(fact) for fact in by_kind.get(DataKind.VEHICLE, [])]
        found += _homes(by_kind.get(DataKind.HOUSING, []))
        found += [_double(home, fact) for fact in by_kind.get(DataKind.OTHER_AID, [])]
    return found


def _death(fact: Fact) -> Finding:
    reason = _(
        "%(department)s的数据显示，%(name)s已于 %(day)s 去世，家庭档案里仍是在册成员，请核实。",
        department=fact.department,
        name=fact.name,
        day=fact.on.isoformat(),
    )
    return Finding(AlertKind.DEATH, fact.person_id, reason, (fact.key,))


def _incomes(home: Home, facts: Sequence[Fact], line_fen: int) -> list[Finding]:
    """Return what the newest month of incomes says of all who live there."""
    if not facts:
        return []
    month = max(fact.on for fact in facts)
    newest = [fact for fact in facts if fact.on == month]
    total = sum(fact.amount_fen or 0 for fact in newest)
    per_head = total // home.people
    basis = tuple(sorted(fact.key for fact in newest))
    told = {
        "department": newest[0].department,
        "month": f"{month.year}-{month.month:02d}",
        "head": figures.yuan(per_head),
        "line": figures.yuan(line_fen),
    }
    if home.is_helped and per_head > line_fen:
        reason = _(
            "%(department)s的数据显示，这户 %(month)s 人均收入 %(head)s 元，高于 %(line)s 元，请核实是否符合条件。",
            **told,
        )
        return [Finding(AlertKind.OVER_INCOME, None, reason, basis)]
    everybody = len({fact.person_id for fact in newest}) == home.people
    if not home.is_helped and everybody and per_head <= line_fen:
        reason = _(
            "%(department)s的数据显示，这户 %(month)s 人均收入 %(head)s 元，不高于 %(line)s 元，"
            "目前没有列入任何救助类别，请上门了解。",
            **told,
        )
        return [Finding(AlertKind.UNHELPED, None, reason, basis)]
    return []


def _vehicle(fact: Fact) -> Finding:
    reason = _(
        "%(department)s的数据显示，%(name)s名下有车辆（%(words)s），请核实用途和来源。",
        department=fact.department,
        name=fact.name,
        words=fact.words or _("未写车型"),
    )
    return Finding(AlertKind.VEHICLE, fact.person_id, reason, (fact.key,))


def _homes(facts: Sequence[Fact]) -> list[Finding]:
    if len(facts) < MANY_HOMES:
        return []
    reason = _(
        "%(department)s的数据显示，这户名下有 %(count)d 处房产，请核实。",
        department=facts[0].department,
        count=len(facts),
    )
    return [Finding(AlertKind.HOUSING, None, reason, tuple(sorted(fact.key for fact in facts)))]


def _double(home: Home, fact: Fact) -> Finding:
    reason = _(
        "%(department)s的数据显示，%(name)s自 %(day)s 起享受“%(words)s”，"
        "这户同时在“%(category)s”类别里，请核实是否重复。",
        department=fact.department,
        name=fact.name,
        day=fact.on.isoformat(),
        words=fact.words or _("其他待遇"),
        category=home.category,
    )
    return Finding(AlertKind.DOUBLE_AID, fact.person_id, reason, (fact.key,))
