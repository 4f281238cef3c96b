"""Entering many parties at once, on the tables."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.db import Database, reading, transaction
from app.errors import Conflict
from app.parties import queries
from app.parties.kinds import ConsentPurpose, RegistrationState
from app.parties.listed import Qualification
from app.parties.models import (
    Organisation,
    Party,
    Person,
    PersonRole,
    RegistrationStep,
)
from app.parties.registers import organisations, social_workers, volunteers
from app.permissions import SYSTEM
from tests.parties import lists
from tests.parties.lists import (
    ORGANISATIONS,
    VOLUNTEERS,
    WORKERS,
    id_number,
    organisation_row,
    volunteer_row,
    worker_row,
)
from tests.parties.people import JINTAI, TOWN, places, staff


def test_what_a_command_enters_is_admitted_whole(database: Database) -> None:
    with transaction() as session:
        places(session)
        row = volunteer_row(1, 持有证书="护理员证")
        (party_id,) = lists.admitted_volunteers(session, row)
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
        lists.admitted_volunteers(session, *rows)
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
