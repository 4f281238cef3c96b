"""Many awards at once are what they would be one after the other, on both databases."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text

from app.audit.models import AuditEvent
from app.db import Database, reading, transaction
from app.errors import Conflict, NotFound, Refused
from app.ids import new_id
from app.permissions import SYSTEM
from points.awards import Award, AwardRequest, award, award_many
from points.ledger import queries
from points.ledger.kinds import Purse, Reason
from points.ledger.models import Posting, Transfer
from points.ledger.reconciliation import reconcile
from points.reversals import reverse_award
from tests.points import city

PARTIES = 3


@dataclass
class Twins:
    """Parties of two kinds: the first earn one by one, the second, of the same standing, all at once."""

    pairs: list[tuple[UUID, UUID]] = field(default_factory=list)


@pytest.fixture
def twins(database: Database) -> Twins:
    with transaction() as session:
        city.programme(session)
        return Twins([(city.party(session, f"甲{n}"), city.party(session, f"乙{n}")) for n in range(PARTIES)])


@dataclass(frozen=True)
class Asked:
    """One request, of either twin."""

    party: int
    source: int
    revision: int
    what: str
    amount: int
    day: date

    def request(self, twins: Twins, side: int, sources: Sequence[UUID]) -> AwardRequest:
        party = twins.pairs[self.party][side]
        if self.what == "gift":
            made = city.gift(party, yuan=self.amount, day=self.day)
        else:
            made = city.service(party, minutes=self.amount, day=self.day)
        programme = "none" if self.what == "elsewhere" else made.programme
        return replace(made, source_id=sources[self.source], revision=self.revision, programme=programme)


asked = st.builds(
    Asked,
    party=st.integers(0, PARTIES - 1),
    source=st.integers(0, 11),
    revision=st.sampled_from([1, 1, 1, 1, 2]),
    what=st.sampled_from(["service"] * 6 + ["gift"] * 4 + ["elsewhere"]),
    amount=st.sampled_from([0, 1, 150, 150, 480, 700, 60_000]),
    day=st.sampled_from([date(2026, 11, 20)] * 3 + [date(2026, 11, 19), date(2026, 1, 2), date(1990, 1, 1)]),
)


def told(made: Award) -> tuple[int, int, str, bool]:
    return made.points, made.redeemable, made.wording, made.is_new


def one_by_one(requests: Sequence[AwardRequest]) -> tuple[list[Award], tuple[int, type, str] | None]:
    made: list[Award] = []
    for place, request in enumerate(requests):
        try:
            with transaction() as session:
                made.append(award(session, request, actor=SYSTEM))
        except Refused as refused:
            return made, (place, type(refused), str(refused))
    return made, None


def at_once(requests: Sequence[AwardRequest]) -> tuple[list[Award], tuple[int | None, type, str] | None]:
    try:
        with transaction() as session:
            return award_many(session, requests, actor=SYSTEM), None
    except Refused as refused:
        return [], (refused.place, type(refused), str(refused))


def state(twins: Twins, side: int) -> list[object]:
    """Return all that stands of one side's parties, but for keys and moments."""
    found: list[object] = []
    with reading() as session:
        sqlite = session.get_bind().dialect.name == "sqlite"
        for pair in twins.pairs:
            party = pair[side]
            found += [queries.balance(session, party, purse) for purse in Purse]
            lines = [line for purse in Purse for line in queries.statement(session, party, purse)]
            found.append([(line.number, line.points, line.balance, line.wording) for line in lines])
            used = session.execute(
                text("SELECT cap_code, starts_on, used FROM cap_use WHERE party_id = :party ORDER BY 1, 2"),
                {"party": party.bytes if sqlite else party},
            )
            found.append([tuple(row) for row in used if row[2]])
            explained = session.scalars(
                select(Posting.explanation)
                .where(Posting.explanation.contains(str(party)))
                .order_by(Posting.id)
            )
            found.append([str(one).replace(str(party), "") for one in explained])
    return found


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batch=st.lists(asked, max_size=14))
def test_a_batch_is_its_parts_in_turn(twins: Twins, batch: Sequence[Asked]) -> None:
    sources = [[new_id() for _ in range(12)] for _ in range(2)]
    before = state(twins, 0)
    assert before == state(twins, 1)
    first, refusal = one_by_one([one.request(twins, 0, sources[0]) for one in batch])
    requests = [one.request(twins, 1, sources[1]) for one in batch]
    made, other = at_once(requests)
    assert other == refusal
    if refusal is not None:
        assert state(twins, 1) == before, "all or none"
        made, other = at_once(requests[: refusal[0]])
        assert other is None
    assert [told(one) for one in made] == [told(one) for one in first]
    assert state(twins, 1) == state(twins, 0)
    again = at_once(requests[: len(made)])[0]
    assert [one.id for one in again] == [one.id for one in made]
    assert not any(one.is_new for one in again)
    with reading() as session:
        assert list(reconcile(session)) == []


def test_a_large_batch_of_many_parties(twins: Twins) -> None:
    party = [pair[0] for pair in twins.pairs]
    requests = [city.service(party[n % PARTIES], minutes=60 + n) for n in range(60)]
    with transaction() as session:
        made = award_many(session, requests, actor=SYSTEM)
        assert award_many(session, [], actor=SYSTEM) == []
    with reading() as session:
        assert session.query(Posting).count() == 60
        kept = {(one.source_id, one.id) for one in session.scalars(select(Posting))}
        assert kept == {(request.source_id, one.id) for request, one in zip(requests, made, strict=True)}
        events = session.scalars(select(AuditEvent.verb).where(AuditEvent.verb.startswith("points.award")))
        assert list(events) == ["points.award_many"]
        assert {one.reason for one in session.scalars(select(Transfer))} == {Reason.AWARD}


def test_after_a_reversal_a_new_revision_counts(twins: Twins) -> None:
    first = city.service(twins.pairs[0][0])
    with transaction() as session:
        (made,) = award_many(session, [first], actor=SYSTEM)
    second = replace(first, revision=2)
    with pytest.raises(Conflict), transaction() as session:
        award_many(session, [second], actor=SYSTEM)
    with transaction() as session:
        reverse_award(
            session, source_kind="contribution", source_id=first.source_id, reason="错", actor=SYSTEM
        )
    with transaction() as session:
        again = award_many(session, [second, first, second], actor=SYSTEM)
    assert [one.is_new for one in again] == [True, False, False]
    assert again[1].id == made.id and again[2].id == again[0].id


def test_the_refused_one_is_named(twins: Twins) -> None:
    good = city.service(twins.pairs[0][0])
    with pytest.raises(NotFound) as refused, transaction() as session:
        award_many(session, [good, replace(good, source_id=new_id(), programme="none"), good], actor=SYSTEM)
    assert refused.value.place == 1
    with reading() as session:
        assert session.query(Posting).count() == 0
