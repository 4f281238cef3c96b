"""Entering, approving and taking back many parties at once, on the tables."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.audit.models import AuditEvent
from app.db import Database, reading, transaction
from app.errors import Conflict, NotAllowed
from app.parties import jobs, queries, registrations
from app.parties.bulk import comparing
from app.parties.bulk.approving import approve_many
from app.parties.bulk.undoing import undo_many
from app.parties.kinds import ConsentPurpose, PersonRoleKind, RegistrationState
from app.parties.listed import DuplicateCandidate, HouseholdCategory, Likeness, PartyBatch, Qualification
from app.parties.models import (
    Household,
    HouseholdMember,
    Organisation,
    Party,
    Person,
    PersonRole,
    RegistrationStep,
    SocialWorker,
    Volunteer,
)
from app.parties.registers import households, organisations, social_workers, volunteers
from app.permissions import SYSTEM, Actor, Role
from app.users import users
from app.users.users import NewUser
from tests.parties import lists
from tests.parties.lists import (
    HOUSEHOLDS,
    ORGANISATIONS,
    VOLUNTEERS,
    WORKERS,
    household_row,
    id_number,
    organisation_row,
    volunteer_row,
    worker_row,
)
from tests.parties.people import JINTAI, TOWN, WEIBIN, places, sign_in_as, staff


def _volunteers(session: Session, *rows: list[object], actor: Actor = SYSTEM) -> list[uuid.UUID]:
    found = lists.admitted(session, volunteers.REGISTER, VOLUNTEERS, rows or [volunteer_row(1)], actor=actor)
    assert found.refused == {}
    return [thing for thing in found.things if thing is not None]


def test_what_a_command_enters_is_admitted_whole(database: Database) -> None:
    with transaction() as session:
        places(session)
        row = volunteer_row(1, 持有证书="护理员证")
        (party_id,) = _volunteers(session, row)
    with reading() as session:
        party, person = session.get_one(Party, party_id), session.get_one(Person, party_id)
        assert (party.name, party.state, party.region_code) == ("李志愿", RegistrationState.APPROVED, TOWN)
        assert (party.sort_key, party.match_key) == ("li zhi yuan", "李志愿")
        assert person.identity_number == id_number(1) and person.born_on == date(1990, 5, 17)
        assert person.phone == row[4] and queries.by_identity_number(session, id_number(1)) == party
        volunteer = queries.volunteer_of(session, party_id)
        assert volunteer is not None and volunteer.registered_on == date(2024, 3, 5)
        assert volunteer.number == "61030000000001"
        role = session.scalars(select(PersonRole).where(PersonRole.person_id == party_id)).one()
        assert role.valid_from == date(2024, 3, 5)
        assert queries.has_consent(session, party_id, ConsentPurpose.PUBLISH_NAME)
        paper = session.scalars(select(Qualification)).one()
        assert (paper.person_id, paper.kind) == (party_id, "护理员证")
        steps = session.scalars(select(RegistrationStep).where(RegistrationStep.party_id == party_id)).all()
        assert {step.to_state for step in steps} == {RegistrationState.SUBMITTED, RegistrationState.APPROVED}
        assert session.scalars(select(AuditEvent.verb)).all().count("person.enter_batch") == 1


def test_the_same_list_again_changes_nothing(database: Database) -> None:
    rows = [volunteer_row(1), volunteer_row(2)]
    with transaction() as session:
        places(session)
        _volunteers(session, *rows)
    with transaction() as session:
        at = lists.world(session)
        again = lists.judged(volunteers.REGISTER, VOLUNTEERS, rows, at)
        assert lists.words(again) == ["duplicate DUP_SAME_ID"] * 2
        assert again[0].verdict.fault is not None and "登记册里已有" in str(again[0].verdict.fault.sentence)
        pairs = [(line.row, line.verdict) for line in again if line.row]
        other = lists.judged(volunteers.REGISTER, VOLUNTEERS, [volunteer_row(1, 姓名="王别人")], at)
        assert lists.words(other) == ["review CODE_CONFLICT"]
        assert len(pairs) == 2


def test_the_verb_itself_refuses_whom_it_has_and_what_lies_elsewhere(database: Database) -> None:
    with transaction() as session:
        places(session)
        world = lists.world()
        lines = lists.judged(volunteers.REGISTER, VOLUNTEERS, [volunteer_row(1), volunteer_row(2)], world)
        pairs = [(line.row, line.verdict) for line in lines if line.row]
        first = volunteers.REGISTER.admit(session, [*pairs, pairs[0]], actor=SYSTEM, scope_of=world)
        assert list(first.refused) == [2]
        again = volunteers.REGISTER.admit(session, pairs, actor=SYSTEM, scope_of=world)
        assert list(again.refused) == [0, 1] and again.things == (None, None)
        elsewhere = staff(session, 1, region=JINTAI)
        fresh = lists.judged(volunteers.REGISTER, VOLUNTEERS, [volunteer_row(3)], lists.world())
        pairs = [(line.row, line.verdict) for line in fresh if line.row]
        refused = volunteers.REGISTER.admit(session, pairs, actor=elsewhere, scope_of=world)
        assert "辖区" in refused.refused[0]


def test_one_list_by_two_clerks_at_once_goes_in_once(database: Database) -> None:
    with transaction() as session:
        places(session)
    start = Barrier(2)

    def enter(_clerk: int) -> int:
        start.wait()
        try:
            with transaction() as session:
                found = lists.admitted(
                    session, volunteers.REGISTER, VOLUNTEERS, [volunteer_row(1), volunteer_row(2)]
                )
                return sum(thing is not None for thing in found.things)
        except Conflict:
            return 0

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(enter, range(2))) == [0, 2]
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 2


def test_what_staff_enter_waits_for_somebody_else(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk, other = staff(session, 1), staff(session, 2)
        things = _volunteers(session, volunteer_row(1), volunteer_row(2, 姓名="王二"), actor=clerk)
        party = session.get_one(Party, things[0])
        assert party.state is RegistrationState.SUBMITTED
        with pytest.raises(NotAllowed, match="另一位"):
            approve_many(session, things, actor=clerk)
        with pytest.raises(NotAllowed, match="辖区"):
            approve_many(session, things, actor=staff(session, 3, region=JINTAI))
        assert approve_many(session, things, actor=other) == 2
        assert approve_many(session, things, actor=other) == 0
        session.expire_all()
        assert session.get_one(Party, things[0]).state is RegistrationState.APPROVED
        numbers = [queries.volunteer_of(session, one).number for one in things]  # type: ignore[union-attr]
        assert numbers == ["61030000000001", "61030000000002"]
        last = session.scalars(
            select(RegistrationStep)
            .where(RegistrationStep.party_id == things[0])
            .order_by(RegistrationStep.id)
        ).all()[-1]
        assert (last.from_state, last.to_state) == (RegistrationState.SUBMITTED, RegistrationState.APPROVED)
        assert last.by_person_id == other.person_id


def test_look_alikes_and_the_nearest_are_left_for_a_look_of_their_own(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk, other = staff(session, 1), staff(session, 2)
        phone = volunteer_row(1)[4]
        _volunteers(session, volunteer_row(1))
        things = _volunteers(
            session, volunteer_row(2, 联系电话=phone), volunteer_row(3, 姓名="王三"), actor=clerk
        )
        assert approve_many(session, things, actor=other) == 1
        session.expire_all()
        assert session.get_one(Party, things[0]).state is RegistrationState.SUBMITTED


def test_the_job_keeps_what_looks_alike(database: Database) -> None:
    with transaction() as session:
        places(session)
        (first,) = _volunteers(session, volunteer_row(1))
        second, _third = _volunteers(
            session, volunteer_row(2, 联系电话=volunteer_row(1)[4]), volunteer_row(3, 姓名="王三")
        )
    assert "发现 2 对" in str(jobs.compare_new())  # each is like the other
    assert jobs.compare_new() is None
    with reading() as session:
        kept = {
            (one.party_id, one.other_id): one.likeness for one in session.scalars(select(DuplicateCandidate))
        }
        assert kept[second, first] is Likeness.NAME_AND_PHONE
        assert comparing.candidate_counts(session, [second, _third]) == {second: 1}
        assert session.scalars(select(PartyBatch).where(PartyBatch.compared_at.is_(None))).all() == []


def test_the_desk_tells_what_looks_alike_and_who_lacks_a_guardian(web: Flask) -> None:
    web.config["WTF_CSRF_ENABLED"] = False
    client = web.test_client()
    with transaction() as session:
        places(session)
        clerk = staff(session, 1)
        _volunteers(session, volunteer_row(1))
        born = clock.today().replace(year=clock.today().year - 16, day=1)
        young = volunteer_row(2, 联系电话=volunteer_row(1)[4], 身份证号码=id_number(2, born))
        (thing,) = _volunteers(session, young, actor=clerk)
        code = session.get_one(Party, thing).code
    jobs.compare_new()
    sign_in_as(client, "reviewer", Role.COUNTY_REVIEWER, region=WEIBIN)
    text = client.get(f"/staff/registrations/{code}").get_data(as_text=True)
    assert "疑似重复" in text and "没有填写监护人" in text and "名称相同，电话相同" in text


def test_a_known_person_gets_the_role_and_stays_one_person(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk, other = staff(session, 1), staff(session, 2)
        (worker,) = lists.admitted(session, social_workers.REGISTER, WORKERS, [worker_row(1)]).things
        assert worker is not None
        (role,) = _volunteers(session, volunteer_row(1), actor=clerk)
        assert role != worker and session.get_one(PersonRole, role).person_id == worker
        assert (
            session.scalar(select(func.count()).select_from(Person).where(Person.identity_hash.is_not(None)))
            == 3
        )
        assert queries.volunteer_of(session, worker).number is None  # type: ignore[union-attr]
        assert approve_many(session, [role], actor=other) == 1
        session.expire_all()
        assert queries.volunteer_of(session, worker).number is not None  # type: ignore[union-attr]
        held = session.scalars(select(SocialWorker)).one()
        assert (held.certificate_number, held.issued_on) == ("SW1", date(2020, 6, 1))
        assert {one.kind for one in session.scalars(select(Qualification))} == {"社会工作者证"}


def test_a_certificate_number_belongs_to_one_person(database: Database) -> None:
    with transaction() as session:
        places(session)
        rows = [worker_row(1), worker_row(2, 证书编号="SW1")]
        found = lists.admitted(session, social_workers.REGISTER, WORKERS, rows)
        assert list(found.refused) == [1] and found.things[1] is None


def test_organisations_bring_their_papers(database: Database) -> None:
    with transaction() as session:
        places(session)
        rows = [organisation_row(1, 信用状态="严重违法失信")]
        (party_id,) = lists.admitted(
            session, organisations.REGISTER, ORGANISATIONS, rows, sheet="社会团体"
        ).things
        assert party_id is not None
        one = session.get_one(Organisation, party_id)
        assert (one.certificate_number, one.certificate_to) == ("证1", date(2030, 1, 1))
        assert one.integrity.value == "serious" and one.uscc_claim == rows[0][1]
        again = lists.judged(
            organisations.REGISTER, ORGANISATIONS, [organisation_row(1), organisation_row(1, 社会组织名称="别的会")],
            lists.world(session), sheet="社会团体",
        )  # fmt: skip
        assert lists.words(again) == ["duplicate DUP_SAME_CODE", "review CODE_CONFLICT"]


def test_households_come_with_their_head_and_are_approved_with_him(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk, other = staff(session, 1), staff(session, 2)
        rows = [household_row(1), household_row(2, 户主姓名="王户主")]
        things = lists.admitted(session, households.REGISTER, HOUSEHOLDS, rows, actor=clerk).things
        assert None not in things
        ids = [thing for thing in things if thing is not None]
        assert session.get_one(Household, ids[0]).file_number == "H00001"
        category = session.scalars(
            select(HouseholdCategory).where(HouseholdCategory.household_id == ids[0])
        ).one()
        assert (category.category, category.annual_income, category.monthly_amount) == (
            "农村低保",
            500_000,
            42_000,
        )
        assert approve_many(session, ids, actor=other) == 4
        again = lists.judged(
            households.REGISTER, HOUSEHOLDS,
            [household_row(1), household_row(1, 救助类别="特困供养"), household_row(3, 户主身份证号=rows[0][4])],
            lists.world(session),
        )  # fmt: skip
        assert lists.words(again) == [
            "duplicate DUP_SERIAL",
            "review SERIAL_CONFLICT",
            "review HEAD_IN_TWO_HOUSEHOLDS",
        ]


def test_what_was_taken_back_can_be_entered_again(database: Database) -> None:
    rows = [household_row(1), household_row(2, 户主姓名="王户主")]
    with transaction() as session:
        places(session)
        clerk = staff(session, 1)
        with clock.at(clock.now()):
            people = _volunteers(session, volunteer_row(1, 持有证书="护理员证"), actor=clerk)
            found = lists.admitted(session, households.REGISTER, HOUSEHOLDS, rows, actor=clerk).things
            homes = [thing for thing in found if thing is not None]
    with transaction() as session:
        undo_many(session, people, actor=clerk, reason="传错了文件")
        undo_many(session, homes, actor=clerk, reason="传错了文件")
    with transaction() as session:
        shell, person = session.get_one(Party, people[0]), session.get_one(Person, people[0])
        assert (shell.state, shell.match_key) == (RegistrationState.CLOSED, "")
        assert (person.identity_number, person.identity_hash, person.phone) == (None, None, None)
        for table in (Volunteer, Qualification, HouseholdMember, HouseholdCategory):
            assert session.scalars(select(table)).all() == []
        assert len(_volunteers(session, volunteer_row(1), actor=clerk)) == 1
        again = lists.admitted(session, households.REGISTER, HOUSEHOLDS, rows, actor=clerk)
        assert again.refused == {}
        with pytest.raises(Conflict, match="没有入驻过"):
            registrations.restore(session, people[0], reason="恢复试试", actor=SYSTEM)


def test_what_was_worked_on_is_not_taken_back(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk, other = staff(session, 1), staff(session, 2)
        things = _volunteers(session, volunteer_row(1), volunteer_row(2, 姓名="王二"), actor=clerk)
        approve_many(session, things[:1], actor=other)
        session.expire_all()
        with pytest.raises(Conflict, match="李志愿"):
            undo_many(session, things, actor=clerk, reason="传错了文件")


def test_a_role_that_was_given_is_taken_back_alone(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk = staff(session, 1)
        (worker,) = lists.admitted(session, social_workers.REGISTER, WORKERS, [worker_row(1)]).things
        roles = _volunteers(session, volunteer_row(1), actor=clerk)
        assert worker is not None
        with pytest.raises(Conflict, match="另有一种身份"):
            undo_many(session, [worker], actor=SYSTEM, reason="传错了文件")
        undo_many(session, roles, actor=clerk, reason="传错了文件")
        assert queries.volunteer_of(session, worker) is None
        assert [one.role for one in queries.roles_of(session, worker)] == [PersonRoleKind.SOCIAL_WORKER]
        undo_many(session, [worker], actor=SYSTEM, reason="传错了文件")
        with pytest.raises(Conflict, match="已经撤回"):
            registrations.restore(session, worker, reason="恢复试试", actor=SYSTEM)


def test_a_head_who_was_known_stays_when_the_household_is_taken_back(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk = staff(session, 1)
        (person,) = _volunteers(session, volunteer_row(1))
        rows = [household_row(1, 户主姓名="李志愿", 户主身份证号=id_number(1))]
        (home,) = lists.admitted(session, households.REGISTER, HOUSEHOLDS, rows, actor=clerk).things
        assert home is not None
        undo_many(session, [home], actor=clerk, reason="传错了文件")
        assert [one.role for one in queries.roles_of(session, person)] == [PersonRoleKind.VOLUNTEER]
        assert session.get_one(Party, person).name == "李志愿"


def test_a_person_with_an_account_is_not_taken_back(database: Database) -> None:
    with transaction() as session:
        places(session)
        things = _volunteers(session, volunteer_row(1))
        users.create(session, things[0], NewUser(name="lizhiyuan", password_hash="x"), actor=SYSTEM)
        with pytest.raises(Conflict, match="李志愿"):
            undo_many(session, things, actor=SYSTEM, reason="传错了文件")
