"""Scoring: contributions per second against the bare whole-number sums, and a city's year simulated.

The limit does for each contribution what no program can leave out: two products, the rounding division and, for each
cap, one look and one sum; it knows beforehand which rule, multipliers and caps apply, and tells nobody why.
"""

import random
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from app import clock, db
from app.permissions import SYSTEM
from benchmarks.city import cities
from benchmarks.frame import Row, main, medians, report
from points.awards import award_many
from points.rulesets import document, publication
from points.rulesets.kinds import ContributionKind, EvidenceGrade
from points.rulesets.plans import plan_of
from points.rulesets.rules import Facts, Rules, cap_periods, score
from points.rulesets.terms import CapPeriod
from points.simulation import kept, simulations
from points.simulation.models import Simulation
from tests.points import city

_RULES = Path(document.__file__).with_name("social_force_v1.toml")
_NONE = UUID(int=0)
PER_SECOND = 100_000
KIND = ContributionKind
_LAST_MOMENT = datetime(2026, 12, 31, 4, tzinfo=UTC)
_BATCH = 1000


def contributions(count: int, seed: int = 7) -> list[tuple[int, Facts]]:
    """Return a year's contributions of a city with their party's number: two thirds service, the rest of all kinds."""
    chance = random.Random(seed)
    first = date(2026, 1, 1)
    made = []
    for _ in range(count):
        kind = chance.choices(
            [KIND.SERVICE, KIND.GOODS, KIND.MONEY, KIND.TRAINING, KIND.JOBS, KIND.PROJECT],
            [66, 14, 10, 4, 3, 3],
        )[0]
        minutes = amount = quantity = None
        category = None
        match kind:
            case KIND.SERVICE | KIND.TRAINING:
                minutes = chance.randrange(30, 300, 10)
            case KIND.GOODS:
                category = chance.choice(["粮油食品", "护理用品", "衣被", "医疗防护"])
                quantity = Decimal(chance.randrange(1, 2000)) / chance.choice([1, 2])
                amount = chance.choice([None, chance.randrange(10_000, 5_000_000)])
            case KIND.MONEY:
                amount = chance.randrange(10_000, 20_000_000)
            case _:
                quantity = Decimal(chance.randrange(1, 6))
        facts = Facts(
            kind,
            first + timedelta(days=chance.randrange(365)),
            chance.choice(list(EvidenceGrade)),
            category,
            amount,
            minutes,
            quantity,
            professional=kind is KIND.SERVICE and chance.random() < 0.2,
            backfilled=chance.random() < 0.1,
        )
        made.append((chance.randrange(count // 20 + 1), facts))
    return made


def first_rules() -> Rules:
    """Return the city's first rules."""
    return document.terms_of(document.read(_RULES.read_text("utf-8")), ruleset_id=_NONE, programme_id=_NONE)


def _ours(rules: Rules, several: Iterable[tuple[int, Facts]]) -> tuple[int, int]:
    used: dict[tuple[int, CapPeriod], int] = {}
    total = count = 0
    for party, facts in several:
        held = {period: used.get((party, period), 0) for period in cap_periods(rules, facts)}
        told = score(rules, facts, held)
        for period, points in told.taken:
            used[party, period] = held[period] + points
        total += told.points
        count += 1
    return count, total


def _prepared(rules: Rules, several: Iterable[tuple[int, Facts]]) -> list[tuple[int, ...]]:
    """Return each contribution as bare numbers: figure, factor, lower, then for each cap its number and its most."""
    numbers: dict[object, int] = {}
    made = []
    for party, facts in several:
        plan = plan_of(rules, facts.kind, facts.category)
        way = next(
            one
            for one in plan.ways
            if (facts.amount_fen, facts.minutes, facts.quantity)[one.counted.value - 1] is not None
        )
        figure = (facts.amount_fen, facts.minutes, facts.quantity)[way.counted.value - 1]
        assert figure is not None
        upper, parts = figure.as_integer_ratio()
        factor, lower = way.points, parts * way.lower
        for pair in facts.values():
            if pair in plan.multipliers:
                factor, lower = factor * plan.multipliers[pair].thousandths, lower * 1000
        caps = [
            part
            for cap, period in plan.caps_on(facts.happened_on)[0]
            for part in (numbers.setdefault((party, period), len(numbers)), cap.points)
        ]
        made.append((upper, factor, lower, *caps))
    return made


def _bare(prepared: list[tuple[int, ...]], caps: int) -> tuple[int, int]:
    used = [0] * caps
    total = 0
    for upper, factor, lower, *held in prepared:
        points = (2 * upper * factor + lower) // (2 * lower)
        for place in range(0, len(held), 2):
            room = held[place + 1] - used[held[place]]
            if room < points:
                points = room
        for place in range(0, len(held), 2):
            used[held[place]] += points
        total += points
    return len(prepared), total


def _year(count: int) -> float:
    """Post a city's year and simulate a second version over it, end to end; return the seconds of the simulation."""
    with cities("sqlite", ("scoring",)) as (settings,):
        db.connect(settings)
        second = _RULES.read_text("utf-8").replace("version = 1", "version = 2", 1)
        second = second.replace("2025-11-01", "2027-01-01").replace(
            'points = "1"\nper = 60', 'points = "2"\nper = 60'
        )
        with clock.at(_LAST_MOMENT):
            with db.transaction() as session:
                city.programme(session)
                parties = [city.party(session, f"Party {number}") for number in range(count // 20 + 1)]
                draft_id = publication.draft_ruleset(session, document.read(second), actor=SYSTEM).id
            several = contributions(count)
            for start in range(0, count, _BATCH):
                with db.transaction() as session:
                    requests = [
                        city.service(parties[party], facts=facts)
                        for party, facts in several[start : start + _BATCH]
                    ]
                    requests.sort(key=lambda one: one.party_id)
                    award_many(session, requests, actor=SYSTEM)
            first, last = date(2026, 1, 1), date(2026, 12, 31)
            with db.transaction() as session:
                asked = simulations.ask(session, draft_id, first, last, actor=SYSTEM).id
            begun = time.perf_counter()
            simulations.carry_out(asked)
            taken = time.perf_counter() - begun
            with db.reading() as session:
                kept_ = session.get_one(Simulation, asked).result
        assert kept_ is not None and kept.opened(kept_, asked).total.contributions == count
        db.database().close()
    return taken


def run(quick: bool) -> int:
    """Measure and report."""
    count = 20_000 if quick else 100_000
    rules, several = first_rules(), contributions(count)
    prepared = _prepared(rules, several)
    caps = 1 + max((one for line in prepared for one in line[3::2]), default=0)
    if _ours(rules, several) != _bare(prepared, caps):
        raise AssertionError("both must come to the same sum")
    ours, bare = medians(
        3 if quick else 5, lambda: _ours(rules, several)[0], lambda: _bare(prepared, caps)[0]
    )
    rows = [
        Row("scored with caps, against 100,000 in a second", ours, PER_SECOND, 1.0),
        Row("the same, against the bare whole-number sums", ours, bare),
    ]
    year = 6_000 if quick else 60_000
    rows.append(Row(f"{year:,} simulated end to end, against 60,000 in 10 s", year / _year(year), 6_000, 1.0))
    return report("scoring", rows)


if __name__ == "__main__":
    main(run)
