"""Decisions are signed as they stand: nobody goes on with one that was touched; what one did is told by rankings."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from app import clock
from app.db import transaction
from app.errors import Conflict
from app.permissions import SYSTEM
from points.adjustments import decisions, execution
from points.rankings import freezing
from points.rulesets.models import Programme
from points.seals.sealing import seal, tree_size
from tests.points import city
from tests.points.test_adjustments import (
    FIRST,
    LAWYER,
    PAPER,
    WRITER,
    Past,
    balances,
    past,  # noqa: F401  (a fixture)
)


@pytest.mark.parametrize(
    "change", ["reason = '别的'", "drafted_by_id = NULL", "more = 7", "decided_on = '2026-01-01'"]
)
def test_a_touched_decision_is_neither_adopted_nor_dropped(past: Past, change: str) -> None:  # noqa: F811
    key, _result = past.simulated()
    with transaction() as session:
        decision = decisions.draft(session, key, PAPER, actor=WRITER)
        session.execute(text(f"UPDATE adjustment_decision SET {change}"))
    for act, actor in ((decisions.adopt, LAWYER), (decisions.drop, WRITER)):
        with transaction() as session, pytest.raises(Conflict, match="验账"):
            act(session, decision.id, actor=actor)


def test_a_decision_that_was_touched_later_is_carried_out_no_further(past: Past) -> None:  # noqa: F811
    key, _result = past.adopted()
    with transaction() as session:
        session.execute(text("UPDATE adjustment_decision SET basis_title = '别的'"))
    before = balances(past.parties)
    with pytest.raises(Conflict, match="验账"), clock.at(past.now + timedelta(minutes=3)):
        execution.carry_out(key)
    assert balances(past.parties) == before


def test_a_frozen_ranking_names_the_version_that_a_decision_gave_its_period(past: Past) -> None:  # noqa: F811
    past.ended()
    seal(everything=True)
    with transaction() as session, clock.at(city.NOON + timedelta(days=60)):
        programme = session.scalars(select(Programme)).one()
        frozen = freezing.freeze(session, programme, f"{FIRST:%Y-%m}", tree_size(session), actor=SYSTEM)
    assert frozen.rulesets == "1,2"
