"""Sixteen clients earn, hold, spend, dispute and reverse on shared accounts at once: sums are right, all get on."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import Database, reading, transaction
from app.errors import Refused
from app.ids import new_id
from app.permissions import SYSTEM
from points import reversals
from points.awards import AwardRequest, award
from points.ledger import disputes, holds, queries
from points.ledger.hold_models import Hold
from points.ledger.kinds import AccountKind, HoldPurpose, HoldState, Purse
from points.ledger.models import Account, Transfer
from points.ledger.reconciliation import reconcile
from points.verification.verifying import verify
from tests.points import city

CLIENTS, STEPS, PARTIES = 16, 12, 4


def test_sixteen_clients_on_shared_accounts(database: Database) -> None:
    with transaction() as session:
        programme_id = city.programme(session).id
        parties = [city.party(session, f"单位{number}") for number in range(PARTIES)]

    def client(number: int) -> list[str]:
        chance = random.Random(number)
        mine: list[AwardRequest] = []
        held: list[Hold] = []
        done = []

        def acts(party: UUID) -> list[Callable[[Session], object]]:
            return [
                lambda session: _earn(session, party, mine, number),
                lambda session: _hold(session, programme_id, party, chance.randint(50, 300), held),
                lambda session: holds.post(session, held.pop(), actor=SYSTEM),
                lambda session: holds.release(session, held.pop(), actor=SYSTEM),
                lambda session: _about(session, mine[-1], disputes.dispute),
                lambda session: _about(session, mine[0], disputes.release),
                lambda session: _about(session, mine.pop(), reversals.reverse_award),
            ]

        for step in range(STEPS):
            first, *others = acts(parties[(number + step) % PARTIES])
            for act in (first, *chance.sample(others, 3)):
                try:
                    with transaction() as session:
                        act(session)
                    done.append("done")
                except (Refused, IndexError) as problem:  # nothing there to be held, posted or taken back
                    done.append(type(problem).__name__)
        return done

    with ThreadPoolExecutor(CLIENTS) as pool:
        outcomes = [word for words in pool.map(client, range(CLIENTS)) for word in words]
    assert outcomes.count("done") > CLIENTS * STEPS
    with reading() as session:
        assert list(reconcile(session)) == []
        assert list(verify(session)) == []
        for party in parties:
            found = queries.balances(session, party)
            active = session.scalars(
                select(func.sum(Hold.points)).where(Hold.party_id == party, Hold.state == HoldState.ACTIVE)
            ).one()
            assert found[AccountKind.HONOUR] >= 0
            assert found[AccountKind.HELD] == (active or 0)
        assert _issued(session) == sum(
            sum(queries.balances(session, party).values()) for party in parties
        ) + _redeemed(session)


def test_a_purse_that_many_spend_from_never_falls_below_zero(database: Database) -> None:
    with transaction() as session:
        programme_id = city.programme(session).id
        party = city.party(session)
        for day in range(1, 6):
            award(session, city.service(party, minutes=120, day=date(2026, 11, day)), actor=SYSTEM)

    def client(_number: int) -> int:
        spent = 0
        for _step in range(6):
            try:
                with transaction() as session:
                    held: list[Hold] = []
                    _hold(session, programme_id, party, 70, held)
                    holds.post(session, held[0], actor=SYSTEM)
                spent += 70
            except Refused:
                pass
        return spent

    with ThreadPoolExecutor(CLIENTS) as pool:
        spent = sum(pool.map(client, range(CLIENTS)))
    with reading() as session:
        assert list(reconcile(session)) == []
        assert queries.balance(session, party, Purse.REDEEMABLE) == 900 - spent == 900 % 70


def _earn(session: Session, party: UUID, mine: list[AwardRequest], number: int) -> None:
    request = city.service(party, day=date(2026, 11, 1 + number))
    award(session, request, actor=SYSTEM)
    mine.append(request)


def _hold(session: Session, programme_id: UUID, party: UUID, points: int, held: list[Hold]) -> None:
    held.append(
        holds.reserve(
            session,
            programme_id=programme_id,
            party_id=party,
            purse=Purse.REDEEMABLE,
            points=points,
            source_kind="exchange",
            source_id=new_id(),
            purpose=HoldPurpose.EXCHANGE,
            actor=SYSTEM,
        )
    )


def _about(session: Session, request: AwardRequest, verb: Callable[..., object]) -> None:
    verb(
        session,
        source_kind=request.source_kind,
        source_id=request.source_id,
        reason="有人举报",
        actor=SYSTEM,
    )


def _flow(session: Session, kind: AccountKind, *, leaves: bool) -> int:
    account = Transfer.from_account_id if leaves else Transfer.to_account_id
    query = select(func.sum(Transfer.points)).join(Account, Account.id == account).where(Account.kind == kind)
    return int(session.scalar(query) or 0)


def _issued(session: Session) -> int:
    return _flow(session, AccountKind.ISSUER, leaves=True) - _flow(session, AccountKind.ISSUER, leaves=False)


def _redeemed(session: Session) -> int:
    return _flow(session, AccountKind.REDEEMED, leaves=False)
