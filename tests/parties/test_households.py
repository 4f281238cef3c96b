"""Household files: opening, members, splitting, moving, death, and two verbs at once."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import clock
from app.db import Database, reading, transaction
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused
from app.parties import (
    household_events,
    household_moves,
    household_queries,
    households,
    persons,
    registrations,
)
from app.parties.household_kinds import HouseholdEventKind, LeavingCause
from app.parties.household_models import HouseholdEvent
from app.parties.households import MemberData
from app.parties.kinds import Capacity, HouseholdRelation, RegistrationState
from app.parties.models import HouseholdMember, Party, PersonRole
from app.parties.signals import household_changed
from app.permissions import SYSTEM, Role
from tests.parties.families import SINCE, family, people
from tests.parties.people import JINTAI, TOWN, WEIBIN, person_data, places, staff

K = HouseholdEventKind
R = HouseholdRelation
ON = date(2025, 5, 6)


def _open_roles(person_id: UUID) -> int:
    with reading() as session:
        query = select(func.count()).where(PersonRole.person_id == person_id, PersonRole.valid_to.is_(None))
        return session.scalar(query) or 0


def test_a_file_opened_by_hand_waits_for_a_colleague(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk = staff(session, 1, Role.TOWN_STAFF, TOWN)
        other = staff(session, 2, Role.COUNTY_REVIEWER, WEIBIN)
        head = persons.register_member(session, person_data(100, name="张大山"), actor=clerk)
        child = persons.register_member(
            session,
            person_data(101, name="张小山", identity_number="", phone="", born_on=date(2019, 4, 1)),
            actor=clerk,
        )
        opened = households.open_household(
            session,
            region_code=TOWN,
            members=[MemberData(head.id, R.HEAD), MemberData(child.id, R.CHILD, Capacity.NONE)],
            actor=clerk,
            on=SINCE,
        )
        registrations.submit(session, opened.id, actor=clerk)
        with pytest.raises(NotAllowed, match="经手"):
            households.confirm(session, opened.id, revision=opened.revision, actor=clerk)
    with transaction() as session:
        households.confirm(session, opened.id, revision=opened.revision, actor=other)
    with reading() as session:
        assert session.get_one(Party, opened.id).state is RegistrationState.APPROVED
        assert session.get_one(Party, child.id).state is RegistrationState.APPROVED
        there = household_queries.members(session, opened.id)
        assert [one.party.name for one in there] == ["张大山", "张小山"]
        assert there[0].valid_from == SINCE
        assert household_queries.household_of(session, child.id) == opened.id


def test_who_looks_alike_needs_a_reason(database: Database) -> None:
    with transaction() as session:
        places(session)
        persons.register_member(session, person_data(100, name="李小花"), actor=SYSTEM)
    twin = person_data(100, name="李小花", identity_number="", phone="", born_on=date(1990, 5, 17))
    with pytest.raises(Conflict, match=r"李\*\*") as refused, transaction() as session:
        persons.register_member(session, twin, actor=SYSTEM)
    assert refused.value.field == "different"
    with transaction() as session:
        entered = persons.register_member(session, twin, different="同名同日生，住在另一条巷子", actor=SYSTEM)
        assert entered.state is RegistrationState.SUBMITTED
    with pytest.raises(Conflict), transaction() as session:
        persons.register_member(session, person_data(100, name="李小花"), actor=SYSTEM)
    with pytest.raises(InvalidInput) as nameless, transaction() as session:
        persons.register_member(
            session, person_data(103, name="王小草", identity_number="", phone=""), actor=SYSTEM
        )
    assert nameless.value.field == "born_on"


def test_members_come_and_go(database: Database) -> None:
    told: list[dict[str, Any]] = []

    def hear(_session: object, **what: Any) -> None:
        told.append(what)

    with transaction() as session:
        places(session)
        home, there = family(session, 3)
        (baby,) = people(session, 1, 150)
    with household_changed.connected_to(hear), transaction() as session:
        households.add_member(
            session,
            home.id,
            MemberData(baby, R.GRANDCHILD, Capacity.NONE),
            actor=SYSTEM,
            on=ON,
            reason="出生",
        )
        households.end_membership(
            session, home.id, there[2], on=ON, cause=LeavingCause.MARRIAGE, reason="女儿出嫁", actor=SYSTEM
        )
        with pytest.raises(InvalidInput) as headless:
            households.end_membership(
                session,
                home.id,
                there[0],
                on=ON,
                cause=LeavingCause.MOVED_OUT,
                reason="外出务工",
                actor=SYSTEM,
            )
    assert headless.value.field == "new_head"
    assert [one["kind"] for one in told] == [K.MEMBER_ADDED, K.MEMBER_ENDED]
    assert told[1]["members"] == (there[2],)


def test_a_head_who_leaves_names_another(database: Database) -> None:
    with transaction() as session:
        places(session)
        home, there = family(session, 3)
    with pytest.raises(InvalidInput, match="新户主"), transaction() as session:
        household_moves.record_death(session, home.id, there[0], on=ON, reason="村里报告", actor=SYSTEM)
    with transaction() as session:
        household_moves.record_death(
            session, home.id, there[0], on=ON, reason="死亡证明", actor=SYSTEM, new_head_id=there[1]
        )
    with reading() as session:
        found = household_queries.members(session, home.id)
        assert [(one.party.id, one.relation) for one in found if one.is_present] == [
            (there[1], R.HEAD),
            (there[2], R.OTHER),
        ]
        gone = next(one for one in found if not one.is_present)
        assert (gone.died_on, gone.valid_to) == (ON, ON)
        assert session.get_one(Party, home.id).name == session.get_one(Party, there[1]).name
    with pytest.raises(Conflict, match="不是这户"), transaction() as session:
        household_moves.record_death(session, home.id, there[0], on=ON, reason="又报一次", actor=SYSTEM)
    with pytest.raises(Conflict, match="去世"), transaction() as session:
        households.add_member(session, home.id, MemberData(there[0], R.OTHER), actor=SYSTEM)


def test_with_the_last_member_the_file_ends(database: Database) -> None:
    with transaction() as session:
        places(session)
        home, there = family(session, 1)
        with pytest.raises(Conflict, match="最后一名"):
            households.end_membership(
                session, home.id, there[0], on=ON, cause=LeavingCause.OTHER, reason="外出务工", actor=SYSTEM
            )
        household_moves.record_death(session, home.id, there[0], on=ON, reason="死亡证明", actor=SYSTEM)
    with reading() as session:
        assert session.get_one(Party, home.id).state is RegistrationState.CLOSED
    with pytest.raises(Conflict, match="已经终止"), transaction() as session:
        household_moves.move(session, home.id, region_code=JINTAI, on=ON, reason="全家搬走", actor=SYSTEM)


def test_a_household_splits(database: Database) -> None:
    told: list[dict[str, Any]] = []

    def hear(_session: object, **what: Any) -> None:
        told.append(what)

    with transaction() as session:
        places(session)
        home, there = family(session, 4)
    with household_changed.connected_to(hear), transaction() as session:
        new = household_moves.split(
            session,
            home.id,
            members=[MemberData(there[0], R.HEAD), MemberData(there[2], R.CHILD)],
            on=ON,
            reason="儿子成家",
            actor=SYSTEM,
            new_head_id=there[1],
        )
    assert new.state is RegistrationState.SUBMITTED
    assert told[-1]["kind"] is K.SPLIT and told[-1]["other_id"] == new.id
    with reading() as session:
        old = household_queries.members(session, home.id, on=ON)
        assert {one.party.id for one in old} == {there[1], there[3]}
        assert old[0].relation is R.HEAD and old[0].party.id == there[1]
        assert {one.party.id for one in household_queries.members(session, new.id)} == {there[0], there[2]}
        assert household_queries.household_of(session, there[2], on=ON - timedelta(days=1)) == home.id
        assert household_queries.household_of(session, there[2], on=ON) == new.id


@pytest.mark.parametrize(
    "which, sentence",
    [((), "选择"), ((0, 1, 2), "留下"), ((1,), "户主")],
)
def test_a_split_that_cannot_be(database: Database, which: tuple[int, ...], sentence: str) -> None:
    with transaction() as session:
        places(session)
        home, there = family(session, 3)
    members = [
        MemberData(there[one], R.HEAD if len(which) > 1 and one == which[0] else R.OTHER) for one in which
    ]
    with pytest.raises(InvalidInput, match=sentence), transaction() as session:
        household_moves.split(session, home.id, members=members, on=ON, reason="分开过", actor=SYSTEM)
    assert [_open_roles(one) for one in there] == [1, 1, 1]


def test_a_household_moves_and_keeps_what_was(database: Database) -> None:
    with transaction() as session:
        places(session)
        home, there = family(session, 2)
        clerk = staff(session, 1, Role.TOWN_STAFF, TOWN)
        other = staff(session, 2, Role.COUNTY_HANDLER, JINTAI)
    with pytest.raises(NotAllowed), transaction() as session:
        household_moves.move(session, home.id, region_code=JINTAI, on=ON, reason="全家搬走", actor=other)
    with transaction() as session:
        household_moves.move(session, home.id, region_code=JINTAI, on=ON, reason="随子女居住", actor=clerk)
    with reading() as session:
        assert session.get_one(Party, there[1]).region_code == JINTAI
        (line,) = household_queries.moves(session, home.id)
        assert (line.event.was, line.event.became, line.words) == (TOWN, JINTAI, "随子女居住")
        household_queries.staff_get(session, home.code, actor=other)
        with pytest.raises(NotFound):
            household_queries.staff_get(session, home.code, actor=clerk)


def test_days_that_cannot_be(database: Database) -> None:
    with transaction() as session:
        places(session)
        home, there = family(session, 2)
    tomorrow = clock.today() + timedelta(days=1)
    for on in (tomorrow, SINCE - timedelta(days=1)):
        with pytest.raises(InvalidInput) as refused, transaction() as session:
            household_moves.record_death(session, home.id, there[1], on=on, reason="村里报告", actor=SYSTEM)
        assert refused.value.field == "on"


def test_nobody_changes_their_own_family(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk = staff(session, 1, Role.TOWN_STAFF, TOWN)
        home, _there = family(session, 2)
        assert clerk.person_id is not None
        households.add_member(session, home.id, MemberData(clerk.person_id, R.OTHER), actor=SYSTEM)
    with pytest.raises(NotAllowed, match="同一家庭"), transaction() as session:
        household_moves.move(session, home.id, region_code=JINTAI, on=ON, reason="全家搬走", actor=clerk)


def test_relation_and_capacity_are_stated_anew(database: Database) -> None:
    with transaction() as session:
        places(session)
        home, there = family(session, 3)
        households.change_head(session, home.id, there[1], on=ON, reason="户口簿变更", actor=SYSTEM)
        households.change_member(
            session,
            home.id,
            there[0],
            relation=R.SPOUSE,
            capacity=Capacity.LIMITED,
            reason="司法鉴定",
            actor=SYSTEM,
        )
        with pytest.raises(InvalidInput, match="变更户主"):
            households.change_member(
                session,
                home.id,
                there[0],
                relation=R.HEAD,
                capacity=Capacity.FULL,
                reason="改回户主",
                actor=SYSTEM,
            )
    with reading() as session:
        kinds = [line.event.kind for line in household_queries.timeline(session, home.id)]
        assert kinds[:2] == [K.MEMBER_CHANGED, K.HEAD_CHANGED]


def _at_once(*acts: Callable[[], object]) -> list[Refused | None]:
    """Run verbs at the same moment; return for each what refused it."""
    start = threading.Barrier(len(acts))
    answers: list[Refused | None] = [None] * len(acts)
    faults: list[BaseException] = []

    def run(place: int, act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except Refused as refused:
            answers[place] = refused
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, faults
    return answers


def test_split_and_death_at_once(database: Database) -> None:
    with transaction() as session:
        places(session)
        home, there = family(session, 3)

    def split() -> None:
        with transaction() as session:
            household_moves.split(
                session,
                home.id,
                members=[MemberData(there[2], R.HEAD)],
                on=ON,
                reason="儿子分户",
                actor=SYSTEM,
            )

    def die() -> None:
        with transaction() as session:
            household_moves.record_death(session, home.id, there[2], on=ON, reason="死亡证明", actor=SYSTEM)

    answers = _at_once(split, die)
    assert sum(one is None for one in answers) == 1
    assert all(isinstance(one, Conflict) for one in answers if one is not None)


def test_two_splits_at_once_make_one_household(database: Database) -> None:
    with transaction() as session:
        places(session)
        home, there = family(session, 3)

    def split() -> None:
        with transaction() as session:
            household_moves.split(
                session,
                home.id,
                members=[MemberData(there[1], R.HEAD)],
                on=ON,
                reason="儿子分户",
                actor=SYSTEM,
            )

    assert sum(one is None for one in _at_once(split, split, split)) == 1
    assert _open_roles(there[1]) == 1


def test_one_person_into_two_households_at_once(database: Database) -> None:
    with transaction() as session:
        places(session)
        one, _there = family(session, 1, 100)
        two, _others = family(session, 1, 200)
        (wanted,) = people(session, 1, 300)

    def join(home: UUID) -> Callable[[], None]:
        def act() -> None:
            with transaction() as session:
                households.add_member(session, home, MemberData(wanted, R.OTHER), actor=SYSTEM)

        return act

    assert sum(answer is None for answer in _at_once(join(one.id), join(two.id))) == 1
    assert _open_roles(wanted) == 1


def test_a_move_and_a_new_member_at_once_keep_both(database: Database) -> None:
    with transaction() as session:
        places(session)
        home, _there = family(session, 2)
        (baby,) = people(session, 1, 300)

    def move() -> None:
        with transaction() as session:
            household_moves.move(session, home.id, region_code=JINTAI, on=ON, reason="全家搬走", actor=SYSTEM)

    def join() -> None:
        with transaction() as session:
            households.add_member(session, home.id, MemberData(baby, R.CHILD), actor=SYSTEM)

    assert _at_once(move, join) == [None, None]
    with reading() as session:
        assert session.get_one(Party, home.id).region_code == JINTAI
        assert (
            session.scalar(
                select(func.count())
                .select_from(HouseholdMember)
                .where(HouseholdMember.household_id == home.id)
            )
            == 3
        )
        assert session.scalars(select(HouseholdEvent.id)).all()
        assert household_events.head_of(household_events.memberships(session, home.id)) is not None
