"""Whatever happens, adding up bit by bit gives what a rebuild gives, and the histogram counts the standings."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from app import clock
from app.db import Base, Database, reading, transaction
from app.parties import consents
from app.parties.models import (
    ActingRole,
    ConsentPurpose,
    Organisation,
    OrganisationKind,
    Party,
    PartyKind,
    RegistrationState,
)
from app.parties.signals import tell_naming
from app.permissions import SYSTEM
from points.awards import award
from points.ledger import holds
from points.ledger.hold_models import Hold
from points.ledger.kinds import HoldPurpose, Purse
from points.rankings import queries
from points.rankings.boards import Cut
from points.rankings.histogram import COARSE
from points.rankings.models import Standing, StandingBucket
from points.rankings.naming import refresh_names
from points.rankings.rollup import rebuild, roll_up
from points.rankings.rules import ALL, bucket_of
from points.reversals import reverse_award
from points.rulesets.models import Programme
from points.seals.sealing import seal
from tests.points import city

REGIONS = ("610302001000", "610302000000", "610327105203", "610300000000")
STEP = st.tuples(
    st.sampled_from(("gift", "service", "reverse", "hold", "release", "naming", "move", "roll")),
    st.integers(0, 5),
    st.integers(1, 400),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=5, max_size=25))
def test_bit_by_bit_is_as_all_at_once(database: Database, steps: list[tuple[str, int, int]]) -> None:
    with transaction() as session, clock.at(city.NOON):
        for table in ("standing", "standing_bucket"):
            session.execute(delete(Base.metadata.tables[table]))
        if session.scalars(select(Programme)).first() is None:
            city.programme(session)
        parties = [
            city.party(session, f"{number}", kind=PartyKind.PERSON if number % 2 else PartyKind.ORGANISATION)
            for number in range(6)
        ]
        for number, key in enumerate(parties):
            if number % 2:
                consents.give(session, key, ConsentPurpose.PUBLISH_NAME, actor=SYSTEM)
            else:
                kind = OrganisationKind.SOCIAL_GROUP
                session.add(Organisation(party_id=key, organisation_kind=kind, member_count=number * 30))
    rebuild()
    given_by: list[UUID] = []
    for what, which, amount in steps:
        _act(what, parties[which], amount, given_by)
    seal()
    roll_up()
    added_up = _standings()
    assert _counted(added_up) == _histogram()
    assert refresh_names() == 0
    _check_places(parties)
    rebuild()
    assert _standings() == added_up
    assert _counted(added_up) == _histogram()


def _act(what: str, party: UUID, amount: int, given_by: list[UUID]) -> None:
    day = date(2026, 1, 1) + timedelta(days=amount % 300)
    with transaction() as session, clock.at(city.NOON):
        if what in {"gift", "service"}:
            made = (
                city.gift(party, yuan=amount * 100, day=day)
                if what == "gift"
                else city.service(party, minutes=amount, day=day)
            )
            made = replace(made, acting_role=ActingRole.VOLUNTEER)
            award(session, made, actor=SYSTEM)
            given_by.append(made.source_id)
        elif what == "reverse" and given_by:
            source = given_by.pop(amount % len(given_by))
            reverse_award(session, source_kind="contribution", source_id=source, reason="误", actor=SYSTEM)
        elif what == "hold":
            _hold(session, party, amount, given_by)
        elif what == "release":
            for hold in session.scalars(select(Hold)).all():
                if holds.active_of_source(session, hold.source_kind, hold.source_id):
                    holds.release(session, hold, actor=SYSTEM)
                    break
        elif what == "naming":
            row = session.get_one(Party, party)
            shown = row.state is RegistrationState.APPROVED
            row.state = RegistrationState.CLOSED if shown else RegistrationState.APPROVED
            tell_naming(session, [party])
        elif what == "move":
            session.get_one(Party, party).region_code = REGIONS[amount % len(REGIONS)]
            tell_naming(session, [party])
    if what == "roll":
        seal()
        roll_up()


def _hold(session: Any, party: UUID, amount: int, given_by: list[UUID]) -> None:
    programme = session.scalars(select(Programme)).one()
    source = city.service(party, minutes=60)
    award(session, source, actor=SYSTEM)
    given_by.append(source.source_id)
    holds.reserve(
        session,
        programme_id=programme.id,
        party_id=party,
        purse=Purse.HONOUR,
        points=min(amount, 50),
        source_kind="contribution",
        source_id=source.source_id,
        purpose=HoldPurpose.DISPUTE,
        until=None,
        actor=SYSTEM,
    )


def _standings() -> dict[tuple[UUID, int], tuple[Any, ...]]:
    with reading() as session:
        return {
            (one.party_id, one.ranking_id): (
                one.county, one.town, one.village, one.size_class, one.points, one.disputed, one.named
            )
            for one in session.scalars(select(Standing))
        }  # fmt: skip


def _counted(standings: dict[tuple[UUID, int], tuple[Any, ...]]) -> Counter[tuple[int, str, str, int, int]]:
    found: Counter[tuple[int, str, str, int, int]] = Counter()
    for (_party, ranking), (county, _town, _village, size, points, _disputed, named) in standings.items():
        if named and points > 0:
            for place in (ALL, county):
                for size_class in {ALL, size.value if size else ALL}:
                    for grain in (1, COARSE):
                        found[ranking, place, size_class, grain, bucket_of(points) // grain] += 1
    return found


def _histogram() -> Counter[tuple[int, str, str, int, int]]:
    with reading() as session:
        rows = session.scalars(select(StandingBucket)).all()
    return Counter(
        {
            (one.ranking_id, one.place, one.size_class, one.grain, one.bucket): one.parties
            for one in rows
            if one.parties
        }
    )


def _check_places(parties: list[UUID]) -> None:
    """Ranks, totals and pages against counting by hand."""
    for party_kind in (PartyKind.ORGANISATION, PartyKind.PERSON):
        for region in (None, "610302000000", "610327105000", "610327105203"):
            cut = Cut("2026", party_kind=party_kind, region_code=region)
            with reading() as session:
                rows = queries.page(session, cut, size=500).rows
                assert queries.count(session, cut) == len(rows)
                for number, row in enumerate(rows, start=1):
                    assert row.rank == 1 + sum(one.points > row.points for one in rows)
                    place = queries.standing_of(session, row.party_id, cut)
                    assert (place.rank, place.total) == (row.rank, len(rows))
                    assert (
                        queries.from_rank(session, cut, number, size=3).rows == rows[number - 1 : number + 2]
                    )
                    found = queries.from_party(session, cut, row.party_id, size=2)
                    assert found is not None
                    assert found.rows == rows[number - 1 : number + 1]
                assert queries.distribution(session, cut, (1, 200)) == [
                    sum(one.points < 200 for one in rows), sum(one.points >= 200 for one in rows)
                ]  # fmt: skip
