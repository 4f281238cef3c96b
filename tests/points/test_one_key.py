"""A hundred requests of one key at once, on both databases: one effect, and another content is a conflict."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.db import Database, reading, transaction
from app.errors import Conflict
from app.ids import new_id
from app.permissions import SYSTEM
from points.ledger import accounts, queries
from points.ledger.kinds import AccountKind, Purse, Reason
from points.ledger.models import Posting, Transfer
from points.ledger.postings import PostingRequest, TransferRequest, post, post_many
from points.ledger.reconciliation import reconcile
from points.rulesets.models import Programme
from tests.points import city

AT_ONCE = 100


@pytest.fixture
def party(database: Database) -> UUID:
    with transaction() as session:
        city.programme(session)
        return city.party(session)


def request(party: UUID, points: int = 100) -> PostingRequest:
    with transaction() as session:
        programme = session.scalars(select(Programme)).one()
        held = accounts.of(session, programme.id, party)
        transfer = TransferRequest(held[AccountKind.ISSUER], held[AccountKind.HONOUR], points, f"{points}")
        return PostingRequest(
            programme_id=programme.id,
            reason=Reason.AWARD,
            source_kind="contribution",
            source_id=new_id(),
            revision=1,
            inputs=(points,),
            happened_on=date(2026, 11, 20),
            transfers=(transfer,),
            party_id=party,
        )


def tried(one: PostingRequest) -> tuple[int, UUID | None, bool]:
    """Return the points asked for, the posting, and whether it was new; no posting for a conflict."""
    points = one.transfers[0].points
    try:
        with transaction() as session:
            made = post(session, one, actor=SYSTEM)
    except Conflict:
        return points, None, False
    return points, made.id, made.is_new


def count(model: type, *where: object) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0  # type: ignore[arg-type]


def test_a_hundred_at_once_have_one_effect(party: UUID) -> None:
    one = request(party)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = list(pool.map(tried, [one] * AT_ONCE))
    assert len({key for _points, key, _new in made}) == 1
    assert sum(new for _points, _key, new in made) == 1
    assert (count(Posting), count(Transfer)) == (1, 1)
    assert count(AuditEvent, AuditEvent.verb == "points.post") == 1
    with reading() as session:
        assert queries.balance(session, party, Purse.HONOUR) == 100
        assert list(reconcile(session)) == []


def test_two_contents_of_one_key_at_once_are_one_effect_and_conflicts(party: UUID) -> None:
    one = request(party)
    more = replace(one.transfers[0], points=700)
    other = replace(one, inputs=(700,), transfers=(more,))
    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = list(pool.map(tried, [one, other] * (AT_ONCE // 2)))
    (winner,) = {points for points, key, _new in made if key is not None}
    assert sum(new for _points, _key, new in made) == 1
    assert all((key is not None) == (points == winner) for points, key, _new in made)
    assert (count(Posting), count(Transfer)) == (1, 1)
    with reading() as session:
        assert queries.balance(session, party, Purse.HONOUR) == winner
        assert list(reconcile(session)) == []


def test_batches_of_the_same_keys_at_once_post_each_once(party: UUID) -> None:
    batch = [request(party, points) for points in range(1, 9)]

    def posted(number: int) -> int:
        turned = batch[number % 8 :] + batch[: number % 8]
        with transaction() as session:
            return sum(one.is_new for one in post_many(session, turned, actor=SYSTEM))

    with ThreadPoolExecutor(12) as pool:
        assert sum(pool.map(posted, range(24))) == 8
    assert count(Posting) == 8
    with reading() as session:
        assert queries.balance(session, party, Purse.HONOUR) == sum(range(1, 9))
        assert list(reconcile(session)) == []
