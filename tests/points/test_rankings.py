"""Live rankings: sums, cuts, ties, consent, and that a leaf is added once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import clock
from app.db import Database, reading, transaction
from app.parties import consents
from app.parties import queries as queries_of_parties
from app.parties.models import (
    ActingRole,
    Consent,
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
from points.rankings import queries, rules
from points.rankings.boards import Cut
from points.rankings.kinds import SizeClass
from points.rankings.naming import refresh_names
from points.rankings.rollup import add_batch, rebuild, roll_up
from points.reversals import reverse_award
from points.rulesets.kinds import ContributionKind
from points.seals.sealing import seal
from tests.points import city

NAMES = ("甲会", "乙会", "丙会", "丁会")
YUAN = (500, 300, 300, 100)


@pytest.fixture
def parties(database: Database) -> dict[str, UUID]:
    """Four organisations that gave 5, 3, 3 and 1 points in November."""
    with transaction() as session:
        city.programme(session)
        made = {name: city.party(session, name) for name in NAMES}
        for name, yuan in zip(NAMES, YUAN, strict=True):
            award(session, city.gift(made[name], yuan=yuan), actor=SYSTEM)
    refresh()
    return made


def refresh() -> None:
    seal()
    roll_up()


def ranking(cut: Cut) -> list[tuple[int, str, int]]:
    with reading() as session:
        return [(one.rank, one.name, one.points) for one in queries.page(session, cut).rows]


ORDER = [(1, "甲会", 500), (2, "丙会", 300), (2, "乙会", 300), (4, "丁会", 100)]
"""Of equal sums the newest party stands first."""


def test_ties_are_1_2_2_4(parties: dict[str, UUID]) -> None:
    for period in ("2026-11", "2026-Q4", "2026", "all"):
        assert ranking(Cut(period)) == ORDER
    assert ranking(Cut("2026-10")) == []
    assert ranking(Cut(kind=ContributionKind.MONEY)) == ORDER
    assert ranking(Cut(kind=ContributionKind.SERVICE)) == []


def test_pages_go_on_with_the_rank(parties: dict[str, UUID]) -> None:
    with reading() as session:
        found, cursor = [], None
        for _ in range(4):
            page = queries.page(session, Cut(), after=cursor, size=1)
            found += [(one.rank, one.name, one.points) for one in page.rows]
            cursor = page.after
        assert cursor is None
        back = queries.page(session, Cut(), before=page.before, size=1)
    assert found == ORDER
    assert [one.rank for one in back.rows] == [2]


def test_ones_own_place(parties: dict[str, UUID]) -> None:
    with reading() as session:
        assert queries.standing_of(session, parties["乙会"], Cut()) == queries.Place(2, 300, 4)
        assert queries.standing_of(session, parties["丁会"], Cut("2026")) == queries.Place(4, 100, 4)


def test_a_reversal_leaves_its_period(parties: dict[str, UUID]) -> None:
    request = city.gift(parties["丁会"], yuan=900, day=date(2026, 3, 5))
    with transaction() as session:
        award(session, request, actor=SYSTEM)
    refresh()
    assert ranking(Cut("2026-03")) == [(1, "丁会", 900)]
    assert ranking(Cut("2026"))[0] == (1, "丁会", 1000)
    with transaction() as session:
        reverse_award(
            session, source_kind="contribution", source_id=request.source_id, reason="误", actor=SYSTEM
        )
    refresh()
    assert ranking(Cut("2026-03")) == []
    assert ranking(Cut("2026")) == ORDER


def test_each_leaf_is_added_once(parties: dict[str, UUID]) -> None:
    with transaction() as session:
        for _ in range(20):
            award(session, city.gift(parties["甲会"], yuan=100), actor=SYSTEM)

    def both(_: int) -> None:
        seal()
        roll_up()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(both, range(12)))
    with transaction() as session:
        assert add_batch(session) == 0
    assert ranking(Cut())[0] == (1, "甲会", 2500)
    before = ranking(Cut("2026-11"))
    assert rebuild() == 24
    assert ranking(Cut("2026-11")) == before


def test_regions_are_subtrees(parties: dict[str, UUID]) -> None:
    with transaction() as session:
        far = city.party(session, "远方会", region_code="610327105000")
        award(session, replace(city.gift(far, yuan=200), region_code="610327105000"), actor=SYSTEM)
    refresh()
    assert ranking(Cut(region_code="610327000000")) == [(1, "远方会", 200)]
    assert ranking(Cut(region_code="610327105000")) == [(1, "远方会", 200)]
    assert ranking(Cut(region_code="610302000000")) == ORDER
    assert len(ranking(Cut(region_code="610300000000"))) == 5


def test_persons_only_while_they_agree_and_never_minors(parties: dict[str, UUID]) -> None:
    born = {"成年": date(1990, 1, 1), "未成年": date(2012, 1, 1), "不同意": date(1990, 1, 1)}
    people = Cut(party_kind=PartyKind.PERSON)
    with transaction() as session:
        made = {
            name: city.party(session, name, kind=PartyKind.PERSON, born_on=day) for name, day in born.items()
        }
        for name, key in made.items():
            request = replace(city.gift(key, yuan=400), acting_role=ActingRole.VOLUNTEER)
            award(session, request, actor=SYSTEM)
            if name != "不同意":
                consents.give(session, key, ConsentPurpose.PUBLISH_NAME, actor=SYSTEM)
    refresh()
    assert ranking(people) == [(1, "成年", 400)]
    assert ranking(Cut()) == ORDER
    with reading() as session:
        assert queries.standing_of(session, made["不同意"], people) == queries.Place(None, 400, 1)
        assert queries.standing_of(session, made["未成年"], people) == queries.Place(None, 400, 1)
    with transaction() as session:
        consents.give(session, made["不同意"], ConsentPurpose.PUBLISH_NAME, actor=SYSTEM)
    assert [rank for rank, *_ in ranking(people)] == [1, 1]
    with transaction() as session:
        consents.withdraw(session, made["成年"], ConsentPurpose.PUBLISH_NAME, actor=SYSTEM)
    assert ranking(people) == [(1, "不同意", 400)]
    with reading() as session:
        assert queries.count(session, people) == 1


def test_what_time_alone_changes(parties: dict[str, UUID]) -> None:
    people = Cut(party_kind=PartyKind.PERSON)
    with transaction() as session, clock.at(city.NOON):
        young = city.party(session, "将成年", kind=PartyKind.PERSON, born_on=date(2008, 12, 1))
        ending = city.party(session, "将到期", kind=PartyKind.PERSON)
        for key in (young, ending):
            award(session, replace(city.gift(key, yuan=400), acting_role=ActingRole.VOLUNTEER), actor=SYSTEM)
            consents.give(session, key, ConsentPurpose.PUBLISH_NAME, actor=SYSTEM)
        for consent in session.query(Consent).filter_by(party_id=ending):
            consent.expires_on = date(2026, 11, 30)
    with clock.at(city.NOON):
        refresh()
        assert ranking(people) == [(1, "将到期", 400)]
        assert refresh_names() == 0
    with clock.at(city.NOON + timedelta(days=10)):
        assert ranking(people) == []  # dropped at once; counted until the night
        assert refresh_names() == 2
        assert ranking(people) == [(1, "将成年", 400)]
        with reading() as session:
            assert queries.count(session, people) == 1


def test_what_time_changes_is_found_although_a_ranking_knows_it_already(parties: dict[str, UUID]) -> None:
    """At midnight a consent ends; what is added up before the night's look says so in some rankings alone."""
    with transaction() as session, clock.at(city.NOON):
        person = city.party(session, "将到期", kind=PartyKind.PERSON)
        request = replace(city.gift(person, yuan=400), acting_role=ActingRole.VOLUNTEER)
        award(session, request, actor=SYSTEM)
        consents.give(session, person, ConsentPurpose.PUBLISH_NAME, actor=SYSTEM)
        for consent in session.query(Consent).filter_by(party_id=person):
            consent.expires_on = date(2026, 11, 30)
    november = Cut("2026-11", party_kind=PartyKind.PERSON)
    with clock.at(city.NOON):
        refresh()
        with reading() as session:
            assert queries.count(session, november) == 1
    with clock.at(city.NOON + timedelta(days=10)):
        with transaction() as session:
            request = replace(city.service(person, day=date(2026, 12, 1)), acting_role=ActingRole.VOLUNTEER)
            award(session, request, actor=SYSTEM)
        refresh()
        refresh_names()
        with reading() as session:
            assert queries.count(session, november) == 0
            assert queries.count(session, replace(november, period="2026-12")) == 0


def test_one_leaf_is_rebuilt_as_one(database: Database) -> None:
    with transaction() as session:
        city.programme(session)
        award(session, replace(city.gift(city.party(session)), source_kind="contribution"), actor=SYSTEM)
    refresh()
    assert (rebuild(), roll_up()) == (1, 0)
    assert [points for _rank, _name, points in ranking(Cut())] == [10_000]


def test_a_party_that_moves_takes_its_points_along(parties: dict[str, UUID]) -> None:
    with transaction() as session:
        party = session.get_one(Party, parties["甲会"])
        party.region_code = "610327105203"
        session.add(
            Organisation(party_id=party.id, organisation_kind=OrganisationKind.SOCIAL_GROUP, member_count=9)
        )
        tell_naming(session, [party.id])
    for code in ("610327000000", "610327105000", "610327105203"):
        assert ranking(Cut(region_code=code)) == [(1, "甲会", 500)]
    assert len(ranking(Cut(region_code="610302000000"))) == 3
    for place in (None, "610327000000", "610327105000", "610327105203"):
        small = Cut(size_class=SizeClass.MICRO, region_code=place)
        assert ranking(small) == [(1, "甲会", 500)]
        with reading() as session:
            assert queries.count(session, small) == 1
            assert queries.standing_of(session, parties["甲会"], small).rank == 1
    assert ranking(Cut(size_class=SizeClass.SMALL)) == []


@pytest.mark.parametrize("state", [RegistrationState.CLOSED, RegistrationState.REJECTED])
def test_who_has_left_is_ranked_no_longer(parties: dict[str, UUID], state: RegistrationState) -> None:
    with transaction() as session:
        session.get_one(Party, parties["甲会"]).state = state
        session.get_one(Party, parties["丁会"]).state = RegistrationState.SUSPENDED
        tell_naming(session, list(parties.values()))
    assert ranking(Cut()) == [(1, "丙会", 300), (1, "乙会", 300), (3, "丁会", 100)]
    with reading() as session:
        assert queries.count(session, Cut()) == 3
        assert queries.standing_of(session, parties["甲会"], Cut()).rank is None
        assert queries.standing_of(session, parties["丁会"], Cut()).rank == 3
        left, stays = (queries_of_parties.get(session, parties[name]) for name in ("甲会", "丁会"))
        assert not queries_of_parties.may_name_publicly(session, left)
        assert queries_of_parties.may_name_publicly(session, stays)


def test_as_of_is_when_leaves_were_last_looked_for(database: Database) -> None:
    with reading() as session:
        assert queries.as_of(session) is None
    with clock.at(city.NOON):
        refresh()
    with reading() as session:
        assert queries.as_of(session) == city.NOON


@given(st.lists(st.integers(1, 5)), st.integers(0, 10))
def test_ranks_count_those_above(points: list[int], cut: int) -> None:
    ordered = sorted(points, reverse=True)
    ranks = list(rules.ranked(ordered))
    assert ranks == [1 + sum(other > one for other in ordered) for one in ordered]
    cut = min(cut, len(ordered))
    if cut:
        rest = rules.ranked(ordered[cut:], before=cut, last=(ordered[cut - 1], ranks[cut - 1]))
        assert list(rest) == ranks[cut:]


@given(st.text())
def test_no_text_breaks_a_period(text: str) -> None:
    if rules.is_period(text):
        assert text == "all" or text[:4].isdecimal()


@given(st.integers(1, 2**62 - 1), st.integers(0, 10_000))
def test_buckets_are_monotone_and_fine(points: int, more: int) -> None:
    bucket = rules.bucket_of(points)
    assert rules.bucket_floor(bucket) <= points < rules.bucket_floor(bucket + 1)
    assert bucket <= rules.bucket_of(points + more)
    assert (rules.bucket_floor(bucket + 1) - rules.bucket_floor(bucket) - 1) * 100 <= points


@given(st.dates(date(1901, 1, 1), date(2199, 12, 31)))
def test_periods_hold_their_day_and_follow_each_other(day: date) -> None:
    for period in rules.periods(day):
        first, last = rules.months_of(period)
        assert first <= f"{day:%Y-%m}" <= last
        before = rules.period_before(period)
        assert before is None or (rules.is_period(before) and rules.months_of(before)[1] < first)


def test_periods_and_places() -> None:
    assert rules.periods(date(2026, 3, 9)) == ("2026-03", "2026-Q1", "2026", "all")
    assert all(rules.is_period(one) for one in ("2026-03", "2026", "all", "2026-12", "2026-Q4"))
    assert not any(
        rules.is_period(one)
        for one in ("", "2026-13", "2026-00", "20", "0999", "2026-1", "2026-", "alles", "2026-Q5", "2026Q1")
    )
    assert rules.places("610327105203") == rules.Places("610327000000", "610327105000", "610327105203")
    assert rules.places("610327000000") == rules.Places("610327000000", "610327000000", "610327000000")
