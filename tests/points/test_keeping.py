"""Kept flows of accounts: whatever is kept, every question has the answer that the transfers alone give."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from app import clock
from app.db import Database, reading, transaction
from app.permissions import SYSTEM
from points.awards import award
from points.cli import points
from points.ledger import flows, queries
from points.ledger.flow_models import AccountFlow, FlowMark
from points.ledger.flows import Flows
from points.ledger.kinds import AccountKind, Purse
from points.ledger.lines import Extent
from points.reversals import reverse_award
from points.rulesets.kinds import ContributionKind
from points.seals.sealing import seal
from points.statements import keeping
from tests.points import city

FIRST = date(2026, 1, 1)


def post(party: UUID, chance: random.Random, most: int) -> None:
    """Post some gifts and hours of any day of the year, and take some back."""
    for _number in range(chance.randint(1, most)):
        day = FIRST + timedelta(days=chance.randrange(320))
        with transaction() as session, clock.at(city.NOON):
            fact = city.gift(party, day=day) if chance.random() < 0.5 else city.service(party, day=day)
            award(session, fact, actor=SYSTEM)
            if chance.random() < 0.3:
                reverse_award(
                    session, source_kind="contribution", source_id=fact.source_id, reason="误", actor=SYSTEM
                )


def asked(account_id: UUID, last: int, chance: random.Random) -> list[Extent]:
    """Return questions of all shapes: months, parts of months, kinds, and what was known long ago."""
    found = [Extent(account_id, last), Extent(account_id, last // 3), Extent(account_id, max(last - 1, 0))]
    for _number in range(12):
        begins = chance.choice((None, date(2026, chance.randint(1, 12), 1), date(2026, 3, 17)))
        ends = chance.choice((None, date(2026, 6, 30), FIRST + timedelta(days=chance.randrange(360))))
        kind = chance.choice((None, ContributionKind.MONEY, ContributionKind.SERVICE))
        found.append(Extent(account_id, chance.randint(0, last), begins, ends, kind, chance.random() < 0.5))
    return found


def answers(questions: Sequence[Extent]) -> list[Flows]:
    with reading() as session:
        return [flows.flows(session, one) for one in questions]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_changes_no_answer(database: Database, seed: int) -> None:
    chance = random.Random(seed)
    with transaction() as session:
        city.programme(session)
        party = city.party(session)
    for _round in range(3):
        post(party, chance, 6)
        with reading() as session:
            head = queries.heads(session, party)[AccountKind.HONOUR]
            marks = session.scalars(select(FlowMark)).all()
        questions = asked(head.account_id, head.known.number, chance)
        before = answers(questions)
        assert flows.total(before[0]).net == head.known.balance
        seal(everything=True)
        keeping.keep()
        assert answers(questions) == before
        assert keeping.keep() == 0 and answers(questions) == before
        with reading() as session:
            assert not list(keeping.differences(session))
        keeping.rebuild()
        assert answers(questions) == before
        assert len(marks) < 3
        with transaction() as session:  # a part is kept, the rest is not yet
            session.execute(delete(AccountFlow))
            session.execute(delete(FlowMark))
        assert answers(questions) == before
        with transaction() as session:
            keeping.mend(session, [head.account_id])
        assert answers(questions) == before


def test_a_wrong_sum_is_named_and_mended(web: Flask) -> None:
    with transaction() as session, clock.at(city.NOON):
        city.programme(session)
        party = city.party(session)
        award(session, city.service(party), actor=SYSTEM)
    seal(everything=True)
    keeping.keep()
    with transaction() as session:
        head = queries.heads(session, party)[AccountKind.HONOUR]
        session.execute(
            update(AccountFlow)
            .where(AccountFlow.account_id == head.account_id)
            .values(came=AccountFlow.came + 1)
        )
    command = web.test_cli_runner()
    told = command.invoke(points, ["reconcile"])
    assert told.exit_code == 1 and "按月汇总与流水不符" in told.output
    assert "1 differences mended" in command.invoke(points, ["reconcile", "--mend"]).output
    assert command.invoke(points, ["reconcile"]).exit_code == 0
    with reading() as session:
        assert queries.balance(session, party, Purse.HONOUR) == head.known.balance
        assert (
            queries.balance(session, party, Purse.HONOUR, happened_by=date(2026, 11, 30))
            == head.known.balance
        )
