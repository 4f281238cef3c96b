"""The file of a household at both doors: who reads what of it, and that every look of the staff is written down."""

from datetime import date
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.db import reading, transaction
from app.errors import NotFound
from app.feature import Door
from app.ids import new_id
from app.parties import file_parts, household_facts, household_moves, household_queries
from app.parties.file_parts import Entry, Reader
from app.parties.household_kinds import PersonTagKind
from app.parties.kinds import PersonRoleKind
from app.parties.models import Party, Person, PersonRole
from app.permissions import SYSTEM, Actor, Grant, Role
from app.regions.models import Region, RegionLevel
from credit.commitments import commitments
from credit.commitments.models import How
from portal.households import queries
from tests import entering
from tests.parties.families import family
from tests.parties.people import JINTAI, TOWN, places

VILLAGE, OTHER_VILLAGE = "610302001001", "610302001002"
DAY = date(2024, 5, 6)
SECRET = "丧偶后与邻居失和"


def somebody(role: Role, region: str | None = None, person_id: UUID | None = None) -> Actor:
    return Actor(new_id(), person_id or new_id(), "某人", (Grant(role, region),))


@pytest.fixture
def home(web: Flask) -> tuple[Party, list[UUID]]:
    """Return a family of a village: three members of whom the second signed a commitment for the third."""
    web.config["WTF_CSRF_ENABLED"] = False
    with transaction() as session:
        places(session)
        for code, name in ((VILLAGE, "上马营村"), (OTHER_VILLAGE, "石鼓村")):
            session.add(Region(code=code, name=name, level=RegionLevel.VILLAGE, parent_code=TOWN))
    with transaction() as session:
        party, there = family(session, 3, region=VILLAGE)
        session.get_one(Person, there[0]).phone = "13912345678"
        household_facts.begin_tag(
            session, party.id, there[1], tag=PersonTagKind.DISABLED, begin_on=DAY, reason=SECRET, actor=SYSTEM
        )
        household_facts.begin_category(
            session, party.id, category="低保", begin_on=DAY, reason="镇街批准", actor=SYSTEM
        )
        household_facts.begin_category(
            session,
            party.id,
            category="特困",
            person_id=there[2],
            begin_on=DAY,
            reason="镇街批准",
            actor=SYSTEM,
        )
        commitments.sign(
            session,
            person_id=there[1],
            for_person_id=there[2],
            subject_kind="aid_request",
            subject_id=new_id(),
            how=How.FINGERPRINT,
            witness_id=there[0],
            actor=SYSTEM,
        )
    return party, list(there)


def looks(party: Party) -> int:
    with reading() as session:
        wanted = select(func.count()).where(
            AuditEvent.verb == "household.read", AuditEvent.thing_id == party.id
        )
        return session.scalar(wanted) or 0


def test_staff_read_all_of_it_with_masked_numbers(web: Flask, home: tuple[Party, list[UUID]]) -> None:
    party, there = home
    client = entering.enter(web, somebody(Role.TOWN_STAFF, TOWN))
    page = client.get(f"/staff/households/{party.code}")
    assert page.status_code == 200 and looks(party) == 1
    with reading() as session:
        people = [session.get_one(Person, key) for key in there]
        names = [session.get_one(Party, key).name for key in there]
    for person, name in zip(people, names, strict=True):
        assert name in page.text
        assert person.identity_number and person.identity_number not in page.text
    assert "13912345678" not in page.text and "139" in page.text
    for word in ("低保", "特困", "残疾人", SECRET, "信用承诺书", "立户", "复核建档"):
        assert word in page.text
    client.get(f"/staff/households/{party.code}?part=commitments")
    client.get(f"/staff/households/{party.code}?part=nonsense&part=x")
    assert looks(party) == 3
    assert f"/staff/households/{party.code}" in client.get("/staff/households").text


@pytest.mark.parametrize(
    ("role", "region", "answer"),
    [
        (Role.VILLAGE_WORKER, VILLAGE, 200),
        (Role.VILLAGE_WORKER, OTHER_VILLAGE, 404),
        (Role.TOWN_LEADER, TOWN, 200),
        (Role.COUNTY_HANDLER, JINTAI, 404),
        (Role.DEPARTMENT_LIAISON, TOWN, 403),
        (Role.LEGAL_OFFICER, "610300000000", 403),
        (Role.ORGANISATION_CLERK, None, 403),
        (Role.RECIPIENT, None, 403),
    ],
)
def test_who_may_read_it(
    web: Flask, home: tuple[Party, list[UUID]], role: Role, region: str | None, answer: int
) -> None:
    party, _there = home
    client = entering.enter(web, somebody(role, region))
    assert client.get(f"/staff/households/{party.code}").status_code == answer
    assert looks(party) == (answer == 200)
    assert client.get("/staff/households/0000NOSUCH00").status_code in (403, 404)


def test_who_left_stands_apart(web: Flask, home: tuple[Party, list[UUID]]) -> None:
    party, there = home
    with transaction() as session:
        household_moves.record_death(session, party.id, there[2], on=DAY, reason="死亡证明", actor=SYSTEM)
    with reading() as session:
        file = queries.staff_file(
            session, *household_queries.staff_get(session, party.code, actor=SYSTEM), actor=SYSTEM
        )
    assert [one.member.is_present for one in file.members] == [True, True, False]
    page = entering.enter(web, somebody(Role.TOWN_STAFF, TOWN)).get(f"/staff/households/{party.code}")
    assert "以前的成员（1 人）" in page.text and "去世" in page.text


def test_a_member_reads_what_is_of_all_and_what_is_their_own(
    web: Flask, home: tuple[Party, list[UUID]]
) -> None:
    party, there = home
    own = {}
    for place, key in enumerate(there):
        answer = entering.enter(web, somebody(Role.RECIPIENT, None, key)).get("/my/household")
        assert answer.status_code == 200
        own[place] = answer.text
    for text in own.values():
        assert "低保" in text and SECRET not in text and "残疾人" not in text
        assert "13912345678" not in text and "立户" in text
    assert "特困" not in own[0] and "特困" not in own[1] and "特困" in own[2]
    assert "信用承诺书" not in own[0] and "信用承诺书" in own[1] and "信用承诺书" in own[2]
    assert looks(party) == 0


def test_a_guardian_at_home_reads_it_and_nobody_else(web: Flask, home: tuple[Party, list[UUID]]) -> None:
    _party, there = home
    assert "低保" in entering.enter(web, somebody(Role.GUARDIAN, None, there[0])).get("/my/household").text
    stranger = entering.enter(web, somebody(Role.RECIPIENT)).get("/my/household")
    assert stranger.status_code == 200 and "还没有您家的档案" in stranger.text
    volunteer = entering.enter(web, somebody(Role.VOLUNTEER))
    assert volunteer.get("/my/household").status_code == 403


def test_who_moved_out_reads_it_no_more(web: Flask, home: tuple[Party, list[UUID]]) -> None:
    _party, there = home
    with transaction() as session:
        role = session.scalars(
            select(PersonRole).where(
                PersonRole.person_id == there[1], PersonRole.role == PersonRoleKind.HOUSEHOLD_MEMBER
            )
        ).one()
        role.valid_to = role.valid_from
    page = entering.enter(web, somebody(Role.RECIPIENT, None, there[1])).get("/my/household")
    assert "还没有您家的档案" in page.text


def test_all_parts_stand_in_one_timeline(web: Flask, home: tuple[Party, list[UUID]]) -> None:
    party, _there = home
    reader = Reader(somebody(Role.TOWN_STAFF, TOWN), Door.STAFF)
    with reading() as session:
        shown = file_parts.of(session, party.id, reader)
    lines = file_parts.timeline(shown)
    moments = [entry.moment for _part, entry in lines]
    assert moments == sorted(moments, reverse=True)
    assert {part.name for part, _entry in lines} >= {"file", "commitments"}
    assert {part.name for part, _entry in file_parts.timeline(shown, name="file")} == {"file"}
    assert file_parts.timeline(shown, name="x") == []
    day = Entry(DAY, "某天").moment
    assert day.tzinfo is not None


def test_an_unknown_household_has_no_file(web: Flask) -> None:
    with reading() as session, pytest.raises(NotFound):
        household_queries.staff_get(session, "NOSUCHCODE00", actor=SYSTEM)
