"""The ledger against a plain model: sums, balances, idempotency, reversal, spending; on both databases."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from app.audit.models import AuditEvent
from app.db import Database, reading, transaction
from app.errors import Conflict
from app.ids import new_id
from app.permissions import SYSTEM
from points.ledger import accounts, queries
from points.ledger.accounts import AccountRef
from points.ledger.kinds import AccountKind, Purse, Reason
from points.ledger.models import AccountBalance, Posting, Transfer
from points.ledger.postings import Posted, PostingRequest, TransferRequest, post, post_many
from points.ledger.reconciliation import reconcile
from points.verification.verifying import verify
from tests.points import city

DAY = date(2026, 11, 20)
Held = dict[AccountKind, AccountRef]


@dataclass
class Place:
    """A programme and some parties with their accounts."""

    programme_id: UUID
    parties: list[UUID]
    held: list[Held] = field(default_factory=list)

    def request(
        self, source: AccountKind, target: AccountKind, points: int, *, party: int = 0, **changes: object
    ) -> PostingRequest:
        """Return one transfer between two accounts that a party has or that are common."""
        held = self.held[party]
        values: dict[str, object] = {
            "programme_id": self.programme_id,
            "reason": Reason.AWARD if source is AccountKind.ISSUER else Reason.REDEEM,
            "source_kind": "contribution",
            "source_id": new_id(),
            "revision": 1,
            "inputs": (points,),
            "happened_on": DAY,
            "transfers": (TransferRequest(held[source], held[target], points, f"{points}"),),
        }
        return PostingRequest(**(values | changes))  # type: ignore[arg-type]

    def earn(self, points: int, **changes: object) -> PostingRequest:
        return self.request(AccountKind.ISSUER, AccountKind.REDEEMABLE, points, **changes)  # type: ignore[arg-type]

    def spend(self, points: int, **changes: object) -> PostingRequest:
        return self.request(AccountKind.REDEEMABLE, AccountKind.REDEEMED, points, **changes)  # type: ignore[arg-type]


@pytest.fixture
def place(database: Database) -> Place:
    with transaction() as session:
        programme = city.programme(session)
        parties = [city.party(session, f"单位{number}") for number in range(3)]
        found = Place(programme.id, parties)
        found.held = [accounts.of(session, programme.id, key) for key in parties]
    return found


def one(request: PostingRequest) -> Posted:
    with transaction() as session:
        return post(session, request, actor=SYSTEM)


def balance(place: Place, party: int = 0) -> int:
    with reading() as session:
        return queries.balance(session, place.parties[party], Purse.REDEEMABLE)


def sound() -> None:
    with reading() as session:
        assert list(verify(session)) == []
        assert list(reconcile(session)) == []


def test_spending_stops_at_zero_and_leaves_nothing_behind(place: Place) -> None:
    one(place.earn(300))
    with pytest.raises(Conflict, match=r"积分不足：现有 3 分，需要 3\.01 分"):
        one(place.spend(301))
    one(place.spend(300))
    assert balance(place) == 0
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Posting)) == 2
    sound()


def test_a_reversal_may_leave_a_debt_that_earning_pays(place: Place) -> None:
    one(place.earn(300))
    one(place.spend(200))
    back = place.request(AccountKind.REDEEMABLE, AccountKind.ISSUER, 300, reason=Reason.REVERSAL)
    one(back)
    assert balance(place) == -200
    with pytest.raises(Conflict):
        one(place.spend(1))
    one(place.earn(150))
    assert balance(place) == -50
    sound()


def test_same_key_same_inputs_is_the_first_and_other_inputs_conflict(place: Place) -> None:
    request = place.earn(100)
    first = one(request)
    assert (first.is_new, one(request)) == (True, Posted(first.id, False))
    for other in ((99,), ("100",), (100, None)):
        with pytest.raises(Conflict):
            one(place.earn(100, source_id=request.source_id, inputs=other))
    assert one(place.earn(100, source_id=request.source_id, revision=2)).is_new
    assert balance(place) == 200


def test_a_posting_leaves_one_audit_row_and_a_repeated_one_none(place: Place) -> None:
    request = place.earn(100)
    for _ in range(3):
        one(request)
    with reading() as session:
        events = session.scalars(select(AuditEvent.thing_id).where(AuditEvent.verb == "points.post")).all()
        posted = session.scalars(select(Posting.id)).all()
    assert events == posted


def test_a_batch_is_as_its_parts(place: Place) -> None:
    requests = [place.earn(number + 1, party=number % 3) for number in range(30)]
    with transaction() as session:
        made = post_many(session, [*requests, requests[3]], actor=SYSTEM)
    assert [one.is_new for one in made] == [True] * 30 + [False]
    assert made[30].id == made[3].id
    assert sum(balance(place, party) for party in range(3)) == sum(range(31))
    with transaction() as session:
        again = post_many(session, requests, actor=SYSTEM)
    assert [one.id for one in again] == [one.id for one in made[:30]]
    sound()


def test_a_batch_is_all_or_nothing(place: Place) -> None:
    with pytest.raises(Conflict), transaction() as session:
        post_many(session, [place.earn(100), place.spend(100), place.spend(1)], actor=SYSTEM)
    assert balance(place) == 0
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Posting)) == 0


def test_many_accounts_in_one_batch(place: Place) -> None:
    with transaction() as session:
        keys = [city.party(session, f"另{number}") for number in range(12)]
        place.held += [accounts.of(session, place.programme_id, key) for key in keys]
        place.parties += keys
        post_many(session, [place.earn(100, party=number) for number in range(15)], actor=SYSTEM)
    assert [balance(place, number) for number in range(15)] == [100] * 15
    sound()


def test_one_key_at_once_posts_once(place: Place) -> None:
    request = place.earn(100)
    with ThreadPoolExecutor(12) as pool:
        made = list(pool.map(one, [request] * 12))
    assert len({one.id for one in made}) == 1
    assert sum(one.is_new for one in made) == 1
    assert balance(place) == 100


def test_many_clients_on_shared_accounts(place: Place) -> None:
    """Eight clients earn and spend on three parties at once: no deadlock, nothing below zero, no number missing."""
    spent = []

    def client(number: int) -> None:
        for step in range(12):
            party = (number + step) % 3
            one(place.earn(10, party=party))
            try:
                one(place.spend(25, party=party))
                spent.append(25)
            except Conflict:
                pass

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client, range(8)))
    left = [balance(place, party) for party in range(3)]
    assert min(left) >= 0
    assert sum(left) == 8 * 12 * 10 - sum(spent)
    sound()


def test_both_purses_of_shared_parties_at_once(place: Place) -> None:
    """Clients post into several accounts at a time, one by one and in batches, in any order: nobody waits for ever."""

    def both(party: int) -> PostingRequest:
        held = place.held[party]
        issuer = held[AccountKind.ISSUER]
        purses = (AccountKind.REDEEMABLE, AccountKind.HONOUR)[:: 1 if party % 2 else -1]
        transfers = tuple(TransferRequest(issuer, held[purse], 10, "10") for purse in purses)
        return place.earn(10, party=party, transfers=transfers)

    def client(number: int) -> None:
        for step in range(6):
            if (number + step) % 3 == 0:
                with transaction() as session:
                    post_many(session, [both((number + more) % 3) for more in range(6)], actor=SYSTEM)
            else:
                one(both((number + step) % 3))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(client, range(8)))
    assert sum(balance(place, party) for party in range(3)) == 10 * sum(
        6 if (number + step) % 3 == 0 else 1 for number in range(8) for step in range(6)
    )
    sound()


def test_accounts_are_opened_once(place: Place) -> None:
    with transaction() as session:
        party = city.party(session, "新来的")

    def opened(_: int) -> dict[AccountKind, AccountRef]:
        with transaction() as session:
            return accounts.of(session, place.programme_id, party)

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(opened, range(8)))
    assert all(one == made[0] for one in made)
    assert set(made[0]) == set(AccountKind)


def test_both_clocks(place: Place) -> None:
    early, late = date(2026, 10, 1), date(2026, 11, 1)
    one(place.earn(100, happened_on=early))
    between = datetime.now(UTC) + timedelta(milliseconds=1)
    while datetime.now(UTC) <= between:
        pass
    one(place.earn(50, happened_on=early))
    one(place.earn(7, happened_on=late))
    with reading() as session:

        def asked(**clock: object) -> int:
            return queries.balance(session, place.parties[0], Purse.REDEEMABLE, **clock)  # type: ignore[arg-type]

        assert asked() == 157
        assert asked(happened_by=early) == 150
        assert asked(posted_by=between) == 100
        assert asked(happened_by=late, posted_by=between) == 100
        assert asked(happened_by=date(2026, 9, 30)) == 0


def test_a_statement_pages_by_number(place: Place) -> None:
    for points in range(1, 8):
        one(place.earn(points))
    one(place.spend(5))
    with reading() as session:

        def lines(**asked: object) -> list[tuple[int, int, int]]:
            found = queries.statement(session, place.parties[0], Purse.REDEEMABLE, **asked)  # type: ignore[arg-type]
            return [(line.number, line.points, line.balance) for line in found]

        every = lines()
        assert every[0] == (8, -5, 23)
        assert every[-1] == (1, 1, 1)
        assert lines(limit=3) + lines(before=6, limit=3) + lines(before=3) == every
        assert lines(happened_by=date(2026, 11, 19)) == []


actions = st.lists(
    st.tuples(st.sampled_from(["earn", "spend", "again", "reverse"]), st.integers(0, 2), st.integers(1, 400)),
    max_size=25,
)


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(actions=actions)
def test_the_ledger_agrees_with_a_plain_model(place: Place, actions: Sequence[tuple[str, int, int]]) -> None:
    """Whatever is done in whatever order: balances are the model's, everything adds up, everything is signed."""
    model = [balance(place, party) for party in range(3)]
    earned: list[tuple[PostingRequest, int, Posted]] = []
    reversed_ids: set[UUID] = set()
    for what, party, points in actions:
        if what == "earn":
            request = place.earn(points, party=party)
            earned.append((request, party, one(request)))
            model[party] += points
        elif what == "spend":
            if model[party] >= points:
                one(place.spend(points, party=party))
                model[party] -= points
            else:
                with pytest.raises(Conflict):
                    one(place.spend(points, party=party))
        elif earned:
            request, owner, first = earned[points % len(earned)]
            if what == "again":
                assert one(request) == Posted(first.id, False)
                continue
            transfer = request.transfers[0]
            with reading() as session:
                original = queries.transfers_of(session, first.id)[0]
            back = place.request(
                AccountKind.REDEEMABLE,
                AccountKind.ISSUER,
                transfer.points,
                party=owner,
                reason=Reason.REVERSAL,
                source_id=request.source_id,
                transfers=(
                    TransferRequest(
                        transfer.target, transfer.source, transfer.points, "冲正", reverses_id=original.id
                    ),
                ),
            )
            assert one(back).is_new == (original.id not in reversed_ids)
            if original.id not in reversed_ids:
                reversed_ids.add(original.id)
                model[owner] -= transfer.points
    assert [balance(place, party) for party in range(3)] == model
    with reading() as session:
        kept = session.scalar(select(func.sum(AccountBalance.balance))) or 0
        issued = session.scalar(
            text(
                "SELECT COALESCE(SUM(CASE WHEN a.kind = 'issuer' THEN t.points WHEN b.kind IN ('issuer', 'redeemed') "
                "THEN -t.points ELSE 0 END), 0) FROM transfer t JOIN account a ON a.id = t.from_account_id "
                "JOIN account b ON b.id = t.to_account_id"
            )
        )
        assert kept == issued
        assert session.scalar(select(func.count()).select_from(Transfer)) == session.scalar(
            select(func.count()).select_from(Posting)
        )
    sound()
