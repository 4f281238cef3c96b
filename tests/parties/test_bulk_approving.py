"""Approving at once what lists brought, by somebody who did not bring it."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.db import Database, reading, transaction
from app.errors import NotAllowed, NotFound
from app.parties import desk, duplicates, jobs, queries
from app.parties import households as open_file
from app.parties.bulk import comparing
from app.parties.bulk.approving import approve_many
from app.parties.households import MemberData
from app.parties.kinds import HouseholdRelation, PersonRoleKind, RegistrationState
from app.parties.listed import DuplicateCandidate, HouseholdCategory, Likeness, PartyBatch, Qualification
from app.parties.models import (
    Household,
    Party,
    Person,
    PersonRole,
    RegistrationStep,
    SocialWorker,
)
from app.parties.registers import households, social_workers
from app.permissions import Role
from tests.parties import lists
from tests.parties.lists import (
    HOUSEHOLDS,
    WORKERS,
    household_row,
    id_number,
    volunteer_row,
    worker_row,
)
from tests.parties.people import JINTAI, WEIBIN, places, sign_in_as, staff


def test_what_staff_enter_waits_for_somebody_else(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk, other = staff(session, 1), staff(session, 2)
        things = lists.admitted_volunteers(
            session, volunteer_row(1), volunteer_row(2, 姓名="王二"), actor=clerk
        )
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
        lists.admitted_volunteers(session, volunteer_row(1))
        things = lists.admitted_volunteers(
            session, volunteer_row(2, 联系电话=phone), volunteer_row(3, 姓名="王三"), actor=clerk
        )
        assert approve_many(session, things, actor=other) == 1
        session.expire_all()
        assert session.get_one(Party, things[0]).state is RegistrationState.SUBMITTED


def test_the_job_keeps_what_looks_alike(database: Database) -> None:
    with transaction() as session:
        places(session)
        (first,) = lists.admitted_volunteers(session, volunteer_row(1))
        second, _third = lists.admitted_volunteers(
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
        lists.admitted_volunteers(session, volunteer_row(1))
        born = clock.today().replace(year=clock.today().year - 16, day=1)
        young = volunteer_row(2, 联系电话=volunteer_row(1)[4], 身份证号码=id_number(2, born))
        (thing,) = lists.admitted_volunteers(session, young, actor=clerk)
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
        (role,) = lists.admitted_volunteers(session, volunteer_row(1), actor=clerk)
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
        assert approve_many(session, ids, actor=other) == 2
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


def test_what_a_list_adds_to_a_known_person_waits_for_a_second_one(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk, other = staff(session, 1), staff(session, 2)
        (person,) = lists.admitted_volunteers(session, volunteer_row(1))
        (role,) = lists.admitted(
            session, social_workers.REGISTER, WORKERS, [worker_row(1)], actor=clerk
        ).things
        assert role is not None
        assert [one.role for one in queries.roles_of(session, person)] == [PersonRoleKind.VOLUNTEER]
        assert queries.qualifications_of(session, person) == []
        again = lists.judged(social_workers.REGISTER, WORKERS, [worker_row(1)], lists.world(session))
        assert lists.words(again) == ["duplicate DUP_SAME_ID"]
        assert approve_many(session, [role], actor=other) == 1
        assert approve_many(session, [role], actor=other) == 0
        session.expire_all()
        assert {one.role for one in queries.roles_of(session, person)} == {
            PersonRoleKind.VOLUNTEER,
            PersonRoleKind.SOCIAL_WORKER,
        }
        assert queries.qualifications_of(session, person) == ["社会工作者证"]


def test_who_approves_the_person_does_not_approve_what_oneself_brought(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk, other = staff(session, 1), staff(session, 2)
        (person,) = lists.admitted(
            session, social_workers.REGISTER, WORKERS, [worker_row(1)], actor=clerk
        ).things
        assert person is not None
        lists.admitted_volunteers(session, volunteer_row(1), actor=other)
        assert approve_many(session, [person], actor=other) == 1
        session.expire_all()
        assert queries.volunteer_of(session, person).number is None  # type: ignore[union-attr]
        assert [one.role for one in queries.roles_of(session, person)] == [PersonRoleKind.SOCIAL_WORKER]


def test_a_household_waits_with_its_head_until_the_head_is_told_apart(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk, other = staff(session, 1), staff(session, 2)
        lists.admitted(session, households.REGISTER, HOUSEHOLDS, [household_row(1)])
        rows = [household_row(2), household_row(3, 户主姓名="王户主")]
        found = lists.admitted(session, households.REGISTER, HOUSEHOLDS, rows, actor=clerk).things
        homes = [thing for thing in found if thing is not None]
        assert approve_many(session, homes, actor=other) == 1
        session.expire_all()
        assert session.get_one(Party, homes[0]).state is RegistrationState.SUBMITTED
        assert desk.staff_submitted(session, actor=other) == []
    jobs.compare_new()
    with transaction() as session:
        (head,) = desk.staff_submitted(session, actor=other)  # the one who is alike, and no household
        for one in duplicates.unanswered(session, head):
            duplicates.answer_different(session, head.id, one.party.id, reason="已核对证件", actor=other)
        assert desk.staff_waiting(session, head.code, actor=other).id == head.id
        with pytest.raises(NotFound):
            desk.staff_waiting(session, head.code, actor=staff(session, 3, region=JINTAI))
        assert approve_many(session, homes, actor=other) == 1
        session.expire_all()
        assert session.get_one(Party, homes[0]).state is RegistrationState.APPROVED
        assert desk.staff_submitted(session, actor=other) == []


def test_a_household_near_to_one_is_approved_by_another(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk, near, other = staff(session, 1), staff(session, 2), staff(session, 3)
        (home,) = lists.admitted(
            session, households.REGISTER, HOUSEHOLDS, [household_row(1)], actor=clerk
        ).things
        assert home is not None and near.person_id is not None
        member = MemberData(near.person_id, HouseholdRelation.CHILD)
        open_file.add_member(session, home, member, actor=clerk)
        assert approve_many(session, [home], actor=near) == 0
        assert approve_many(session, [home], actor=other) == 1
