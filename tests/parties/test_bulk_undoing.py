"""Taking back at once what lists brought."""

import pytest
from sqlalchemy import select

from app import clock
from app.db import Database, transaction
from app.errors import Conflict
from app.parties import queries, registrations
from app.parties.bulk.approving import approve_many
from app.parties.bulk.undoing import undo_many
from app.parties.kinds import ConsentPurpose, PersonRoleKind, RegistrationState
from app.parties.listed import HouseholdCategory, Qualification
from app.parties.models import (
    Consent,
    HouseholdMember,
    Organisation,
    Party,
    Person,
    Volunteer,
)
from app.parties.registers import enterprises, households, social_workers
from app.permissions import SYSTEM
from app.users import users
from app.users.users import NewUser
from projects.contributions.models import Contribution
from projects.contributions.register import CONTRIBUTIONS
from projects.needs.register import NEEDS
from tests.contributions import city as made
from tests.contributions import ledgers
from tests.parties import lists
from tests.parties.lists import (
    ENTERPRISES,
    HOUSEHOLDS,
    WORKERS,
    enterprise_row,
    household_row,
    id_number,
    volunteer_row,
    worker_row,
)
from tests.parties.people import places, staff


def test_what_was_taken_back_can_be_entered_again(database: Database) -> None:
    rows = [household_row(1), household_row(2, 户主姓名="王户主")]
    with transaction() as session:
        places(session)
        clerk = staff(session, 1)
        with clock.at(clock.now()):
            people = lists.admitted_volunteers(session, volunteer_row(1, 持有证书="护理员证"), actor=clerk)
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
        assert len(lists.admitted_volunteers(session, volunteer_row(1), actor=clerk)) == 1
        again = lists.admitted(session, households.REGISTER, HOUSEHOLDS, rows, actor=clerk)
        assert again.refused == {}
        with pytest.raises(Conflict, match="没有入驻过"):
            registrations.restore(session, people[0], reason="恢复试试", actor=SYSTEM)


def test_what_was_worked_on_is_not_taken_back(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk, other = staff(session, 1), staff(session, 2)
        things = lists.admitted_volunteers(
            session, volunteer_row(1), volunteer_row(2, 姓名="王二"), actor=clerk
        )
        approve_many(session, things[:1], actor=other)
        session.expire_all()
        with pytest.raises(Conflict, match="李志愿"):
            undo_many(session, things, actor=clerk, reason="传错了文件")


def test_a_role_that_was_given_is_taken_back_alone(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk = staff(session, 1)
        (worker,) = lists.admitted(session, social_workers.REGISTER, WORKERS, [worker_row(1)]).things
        roles = lists.admitted_volunteers(session, volunteer_row(1), actor=clerk)
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
        (person,) = lists.admitted_volunteers(session, volunteer_row(1))
        rows = [household_row(1, 户主姓名="李志愿", 户主身份证号=id_number(1))]
        (home,) = lists.admitted(session, households.REGISTER, HOUSEHOLDS, rows, actor=clerk).things
        assert home is not None
        undo_many(session, [home], actor=clerk, reason="传错了文件")
        assert [one.role for one in queries.roles_of(session, person)] == [PersonRoleKind.VOLUNTEER]
        assert session.get_one(Party, person).name == "李志愿"


def test_a_person_with_an_account_is_not_taken_back(database: Database) -> None:
    with transaction() as session:
        places(session)
        things = lists.admitted_volunteers(session, volunteer_row(1))
        users.create(session, things[0], NewUser(name="lizhiyuan", password_hash="x"), actor=SYSTEM)
        with pytest.raises(Conflict, match="李志愿"):
            undo_many(session, things, actor=SYSTEM, reason="传错了文件")


def test_a_role_takes_its_papers_and_consent_along(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk = staff(session, 1)
        (worker,) = lists.admitted(
            session, social_workers.REGISTER, WORKERS, [worker_row(1)], actor=clerk
        ).things
        assert worker is not None
        row = volunteer_row(1, 持有证书="护理员证")
        by_clerk = lists.admitted_volunteers(session, row, actor=clerk)
        undo_many(session, by_clerk, actor=clerk, reason="传错了文件")
        by_command = lists.admitted_volunteers(session, row)  # counts at once, though its person waits
        assert queries.has_consent(session, worker, ConsentPurpose.PUBLISH_NAME)
        undo_many(session, by_command, actor=clerk, reason="传错了文件")
        assert {one.kind for one in session.scalars(select(Qualification))} == {"社会工作者证"}
        assert session.scalars(select(Consent)).all() == []


def test_what_was_taken_back_itself_holds_nothing(database: Database) -> None:
    city = ledgers.found()
    clerk = ledgers.handler(city)
    row = enterprise_row(50, 所属区县="金台区")
    with made.noon():
        with transaction() as session:
            (giver,) = lists.admitted(session, enterprises.REGISTER, ENTERPRISES, [row], actor=clerk).things
        assert giver is not None
        ledgers.enter(NEEDS, ledgers.need(), actor=clerk)
        line = ledgers.money(贡献方名称=row[0], 贡献方证件号码=row[1])
        (gift,) = ledgers.enter(CONTRIBUTIONS, line, actor=clerk).things
        assert gift is not None
        with pytest.raises(Conflict, match="已有贡献"), transaction() as session:
            undo_many(session, [giver], actor=clerk, reason="传错了文件")
        with transaction() as session:
            CONTRIBUTIONS.undo(session, [gift], actor=clerk, reason="传错了文件")
            undo_many(session, [giver], actor=clerk, reason="传错了文件")
        with transaction() as session:
            assert session.get_one(Contribution, gift).party_id == giver
            assert session.get_one(Party, giver).state is RegistrationState.CLOSED
            assert session.get_one(Organisation, giver).uscc_claim is None
            again = lists.admitted(session, enterprises.REGISTER, ENTERPRISES, [row], actor=clerk)
            assert again.refused == {}
