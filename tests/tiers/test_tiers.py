"""Who approves up to which sum: the table asked, and changed by two."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app import clock, db
from app.errors import Conflict, InvalidInput, NotAllowed
from app.permissions import SYSTEM, Actor, Permission, Role
from projects.tiers import proposals, rules, tiers
from projects.tiers.kinds import TierLevel, TierState, TierThing
from projects.tiers.models import ApprovalTier
from projects.tiers.proposals import Proposed
from projects.tiers.rules import Tier
from tests.covenants.village import TOWN, VILLAGE, staff
from tests.publicity.place import CITY, COUNTY, MONDAY, people

NOW = clock.instant(MONDAY, 12)
FIRST = MONDAY + timedelta(days=10)
RULE = "陕西省临时救助工作规程 陕民发〔2020〕12号"


def _row(**changes: object) -> Proposed:
    values: dict[str, object] = {
        "thing": TierThing.REQUEST,
        "region_code": None,
        "level": TierLevel.TOWN,
        "up_to_fen": 1_000_000,
        "valid_from": FIRST,
        "basis": RULE,
    }
    return Proposed(**(values | changes))  # type: ignore[arg-type]


def _level(session, amount: int, *, on: date = MONDAY, region: str = VILLAGE) -> TierLevel:  # type: ignore[no-untyped-def]
    return tiers.level_for(session, TierThing.REQUEST, amount_fen=amount, region_code=region, on=on).level


def test_a_city_begins_with_its_counties_approving(database: db.Database) -> None:
    with db.reading() as session:
        assert _level(session, 1) is TierLevel.COUNTY
        for amount, level in ((50_000_000, TierLevel.COUNTY), (50_000_001, TierLevel.CITY)):
            found = tiers.level_for(
                session, TierThing.PROJECT, amount_fen=amount, region_code=VILLAGE, on=MONDAY
            )
            assert found.level is level
        with pytest.raises(Conflict):
            tiers.level_for(
                session, TierThing.PROJECT, amount_fen=1, region_code=VILLAGE, on=date(2019, 1, 1)
            )


def test_a_town_gets_its_power_on_the_first_day(database: db.Database) -> None:
    with clock.at(NOW), db.transaction() as session:
        city, legal = people(session).city, staff(session, "法制", Role.LEGAL_OFFICER, CITY)
        row = proposals.propose(session, _row(), actor=city)
        assert _level(session, 1, on=FIRST) is TierLevel.COUNTY
        with pytest.raises(NotAllowed):
            proposals.approve(session, row.id, actor=city)
        proposals.approve(session, row.id, actor=legal)
        with pytest.raises(Conflict):
            proposals.approve(session, row.id, actor=legal)
        assert _level(session, 1_000_000, on=FIRST - timedelta(days=1)) is TierLevel.COUNTY
        assert _level(session, 1_000_000, on=FIRST) is TierLevel.TOWN
        assert _level(session, 1_000_001, on=FIRST) is TierLevel.COUNTY
        assert _level(session, 1, on=FIRST, region=COUNTY) is TierLevel.COUNTY
        assert _level(session, 1, on=FIRST, region=CITY) is TierLevel.CITY


def test_a_row_ends_the_one_before_and_none_overlap(database: db.Database) -> None:
    with clock.at(NOW), db.transaction() as session:
        city, legal = people(session).city, staff(session, "法制", Role.LEGAL_OFFICER, CITY)
        first = proposals.propose(session, _row(), actor=city)
        with pytest.raises(Conflict, match="待审核"):
            proposals.propose(session, _row(valid_from=FIRST + timedelta(days=3)), actor=city)
        proposals.approve(session, first.id, actor=legal)
        later = proposals.propose(
            session, _row(up_to_fen=500_000, valid_from=FIRST + timedelta(days=30)), actor=city
        )
        proposals.approve(session, later.id, actor=legal)
        assert first.valid_to == FIRST + timedelta(days=29)
        between = proposals.propose(session, _row(valid_from=FIRST + timedelta(days=5)), actor=city)
        with pytest.raises(Conflict, match="更晚"):
            proposals.approve(session, between.id, actor=legal)
        proposals.drop(session, between.id, actor=city)
        rows = session.scalars(
            select(ApprovalTier)
            .where(ApprovalTier.level == TierLevel.TOWN, ApprovalTier.state == TierState.APPROVED)
            .order_by(ApprovalTier.valid_from)
        ).all()
        assert [(one.valid_from, one.valid_to) for one in rows] == [
            (FIRST, FIRST + timedelta(days=29)),
            (FIRST + timedelta(days=30), None),
        ]


def test_what_a_row_must_say(database: db.Database) -> None:
    with clock.at(NOW), db.transaction() as session:
        people_ = people(session)
        city = people_.city
        for wanted, field in (
            (_row(basis="各地通行做法"), "basis"),
            (_row(basis="", level=TierLevel.COUNTY), "basis"),
            (_row(valid_from=MONDAY), "valid_from"),
            (_row(up_to_fen=None, thing=TierThing.PROJECT), "up_to"),
            (_row(up_to_fen=50_000_001, thing=TierThing.PROJECT), "up_to"),
            (_row(region_code="999999000000"), "region_code"),
            (_row(region_code=COUNTY), None),
        ):
            if field is None:
                proposals.propose(session, wanted, actor=city)
                continue
            with pytest.raises((InvalidInput, NotAllowed)) as refused:
                proposals.propose(session, wanted, actor=SYSTEM)
            assert refused.value.field == field
        with pytest.raises(NotAllowed):
            proposals.propose(session, _row(thing=TierThing.EMERGENCY), actor=people_.approver)
        county_staff = staff(session, "区县的市级岗位", Role.CITY_STAFF, COUNTY)
        with pytest.raises(NotAllowed, match="全市"):
            proposals.propose(session, _row(thing=TierThing.EMERGENCY), actor=county_staff)


def test_ensure_level(database: db.Database) -> None:
    with db.transaction() as session:
        people_ = people(session)

    def may(actor: Actor, level: TierLevel, region: str = VILLAGE) -> bool:
        try:
            tiers.ensure_level(actor, level, region, permission=Permission.APPROVE_REQUESTS)
        except NotAllowed:
            return False
        return True

    assert may(people_.leader, TierLevel.TOWN) and not may(people_.leader, TierLevel.COUNTY)
    assert may(people_.approver, TierLevel.COUNTY) and may(people_.approver, TierLevel.TOWN)
    assert not may(people_.approver, TierLevel.CITY) and may(people_.city, TierLevel.CITY)
    assert not may(people_.reviewer, TierLevel.TOWN)
    assert not may(people_.approver, TierLevel.COUNTY, "610303101200")
    assert may(SYSTEM, TierLevel.CITY)


_REGIONS = [None, CITY, COUNTY, TOWN, "610303000000"]
_ROWS = st.builds(
    Tier,
    st.just(TierThing.REQUEST),
    st.sampled_from(TierLevel),
    st.sampled_from(_REGIONS),
    st.none() | st.integers(0, 100),
    st.just(RULE),
    st.just(MONDAY),
)


@given(
    rows=st.lists(_ROWS, max_size=12, unique_by=lambda one: (one.level, one.region_code)),
    amount=st.integers(0, 120),
    region=st.sampled_from([VILLAGE, TOWN, COUNTY, CITY]),
)
def test_the_lowest_level_that_suffices_by_the_nearest_table(
    rows: list[Tier], amount: int, region: str
) -> None:
    found = rules.lowest(rows, amount_fen=amount, region_code=region)
    near = rules.nearest(rows, region)
    for level in TierLevel:
        here = [one for one in rows if one.level is level]
        for one in reversed([None, CITY, COUNTY, TOWN]):
            if (one is None or region.startswith(one.rstrip("0"))) and (
                row := next((each for each in here if each.region_code == one), None)
            ):
                assert near[level] == row
                break
        else:
            assert level not in near
    enough = [
        level
        for level in TierLevel
        if rules.is_at_least(level, rules.level_of_region(region))
        and level in near
        and near[level].covers(amount)
    ]
    assert (found.level if found else None) == (enough[0] if enough else None)
