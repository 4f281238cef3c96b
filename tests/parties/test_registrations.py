"""The registration of a party: every step, every refused step, and who may not take it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, counters
from app.audit.models import AuditEvent
from app.db import Database, transaction
from app.errors import Conflict, InvalidInput, NotAllowed
from app.messages import queries as inbox
from app.parties import (
    affiliations,
    consents,
    desk,
    duplicates,
    households,
    interest,
    organisations,
    persons,
    queries,
    registrations,
    relatives,
    reveals,
)
from app.parties.households import MemberData
from app.parties.kinds import (
    AffiliationKind,
    ConsentPurpose,
    HouseholdRelation,
    OrganisationKind,
    RegistrationState,
    RelativeKind,
)
from app.parties.models import Organisation, Party, Person
from app.parties.registrations import MOVES
from app.permissions import ANYONE, SYSTEM, Actor, Grant, Role
from tests.parties.people import (
    JINTAI,
    TOWN,
    admitted_organisation,
    admitted_volunteer,
    organisation_data,
    person_data,
    places,
    staff,
    volunteer_data,
)

S = RegistrationState
WHY = "材料不清楚，请补充"


def key(actor: Actor) -> UUID:
    assert actor.person_id is not None
    return actor.person_id


def submitted(session: Session, index: int = 1, **changes: Any) -> Party:
    party = organisations.register(session, organisation_data(index, **changes), actor=SYSTEM)
    return registrations.submit(session, party.id, actor=SYSTEM)


def test_from_draft_to_admission(database: Database) -> None:
    with transaction() as session:
        places(session)
        reviewer = staff(session, 1)
        party = organisations.register(session, organisation_data(), actor=ANYONE)
        assert (party.state, party.sort_key[:7]) == (S.DRAFT, "bao ji ")
        own = Actor(None, None, "本单位", (Grant(Role.REGISTRANT, organisation_id=party.id),))
        registrations.submit(session, party.id, actor=own)
        registrations.send_back(session, party.id, reason=WHY, revision=1, actor=reviewer)
        organisations.amend(
            session, party.id, organisation_data(name="宝鸡市爱心协会服务中心"), revision=1, actor=own
        )
        registrations.submit(session, party.id, actor=own)
        registrations.approve(session, party.id, revision=2, actor=reviewer)
    with transaction() as session:
        steps = queries.timeline(session, party.id)
        assert [one.step.to_state for one in reversed(steps)] == [
            S.DRAFT, S.SUBMITTED, S.SENT_BACK, S.SUBMITTED, S.APPROVED,
        ]  # fmt: skip
        assert [one.note for one in steps if one.note] == [WHY]
        verbs = list(session.scalars(select(AuditEvent.verb).where(AuditEvent.thing_id == party.id)))
        assert len(verbs) == 6


@pytest.mark.parametrize("old", list(S))
def test_every_illegal_move_is_refused(database: Database, old: RegistrationState) -> None:
    verbs: dict[RegistrationState, list[Callable[[Session, Party], Any]]] = {
        S.SUBMITTED: [lambda s, p: registrations.submit(s, p.id, actor=SYSTEM)],
        S.SENT_BACK: [lambda s, p: registrations.send_back(s, p.id, reason=WHY, revision=1, actor=SYSTEM)],
        S.REJECTED: [lambda s, p: registrations.reject(s, p.id, reason=WHY, revision=1, actor=SYSTEM)],
        S.SUSPENDED: [lambda s, p: registrations.suspend(s, p.id, reason=WHY, actor=SYSTEM)],
        S.CLOSED: [lambda s, p: registrations.close(s, p.id, reason=WHY, actor=SYSTEM)],
        S.DRAFT: [lambda s, p: registrations.begin_again(s, p.id, actor=SYSTEM)],
    }
    for new, calls in verbs.items():
        if new in MOVES[old]:
            continue
        for call in calls:
            with pytest.raises(Conflict), transaction() as session:
                places(session)
                party = organisations.register(session, organisation_data(), actor=SYSTEM)
                party.state = old
                session.flush()
                call(session, party)
    if S.APPROVED not in MOVES[old]:
        with pytest.raises(Conflict), transaction() as session:
            places(session)
            party = organisations.register(session, organisation_data(), actor=SYSTEM)
            party.state = old
            session.flush()
            registrations.approve(session, party.id, revision=1, actor=SYSTEM)


def test_who_enters_does_not_judge(database: Database) -> None:
    with transaction() as session:
        places(session)
        handler, other = staff(session, 1), staff(session, 2, Role.COUNTY_REVIEWER)
        party = organisations.register(session, organisation_data(), actor=handler)
        registrations.submit(session, party.id, actor=handler)
    with pytest.raises(NotAllowed, match="经手"), transaction() as session:
        registrations.approve(session, party.id, revision=1, actor=handler)
    with transaction() as session:
        registrations.approve(session, party.id, revision=1, actor=other)


def test_other_regions_and_roles_are_refused(database: Database) -> None:
    with transaction() as session:
        places(session)
        elsewhere = staff(session, 1, region=JINTAI)
        leader = staff(session, 2, Role.TOWN_LEADER, TOWN)
        party = submitted(session)
    for actor in (elsewhere, leader, ANYONE):
        with pytest.raises(NotAllowed), transaction() as session:
            registrations.approve(session, party.id, revision=1, actor=actor)
    with transaction() as session:
        assert desk.staff_submitted(session, actor=elsewhere) == []
        near = staff(session, 3)
        assert [one.id for one in desk.staff_submitted(session, actor=near)] == [party.id]


def test_a_stale_page_is_refused(database: Database) -> None:
    with transaction() as session:
        places(session)
        party = organisations.register(session, organisation_data(), actor=SYSTEM)
        organisations.amend(
            session, party.id, organisation_data(name="宝鸡市新名称中心"), revision=1, actor=SYSTEM
        )
        registrations.submit(session, party.id, actor=SYSTEM)
        reviewer = staff(session, 1)
    with pytest.raises(Conflict, match="又有修改"), transaction() as session:
        registrations.approve(session, party.id, revision=1, actor=reviewer)


def test_a_code_is_claimed_once_and_freed_by_rejection(database: Database) -> None:
    with transaction() as session:
        places(session)
        party = submitted(session)
    with pytest.raises(Conflict, match="已经登记") as refused, transaction() as session:
        organisations.register(session, organisation_data(name="另一个单位"), actor=ANYONE)
    assert refused.value.field == "uscc" and "爱心" not in str(refused.value)
    with transaction() as session:
        registrations.reject(session, party.id, reason="冒用他人单位名义", revision=1, actor=SYSTEM)
        other = organisations.register(session, organisation_data(name="真正的单位"), actor=ANYONE)
        assert session.get_one(Organisation, other.id).uscc_claim is not None
        assert session.get_one(Organisation, party.id).uscc is not None
    with pytest.raises(Conflict, match="已经登记"), transaction() as session:
        registrations.begin_again(session, party.id, actor=SYSTEM)


def test_a_closed_party_keeps_its_number_and_can_be_restored(database: Database) -> None:
    with transaction() as session:
        places(session)
        party = admitted_organisation(session)
        registrations.close(session, party.id, reason="单位已经注销登记", actor=SYSTEM)
    with pytest.raises(Conflict), transaction() as session:
        organisations.register(session, organisation_data(), actor=ANYONE)
    with transaction() as session:
        assert (
            registrations.restore(session, party.id, reason="恢复登记后重新入驻", actor=SYSTEM).state
            is S.APPROVED
        )
    with transaction() as session:
        draft = organisations.register(session, organisation_data(2), actor=SYSTEM)
        registrations.close(session, draft.id, reason="填错了不办了", actor=SYSTEM)
    with pytest.raises(Conflict, match="没有入驻过"), transaction() as session:
        registrations.restore(session, draft.id, reason="恢复登记后重新入驻", actor=SYSTEM)


def test_look_alikes_must_be_told_apart(database: Database) -> None:
    with transaction() as session:
        places(session)
        admitted_organisation(session, 1, name="宝鸡市金陵（爱心）服务中心")
        party = submitted(session, 2, name="宝鸡金陵爱心服务中心")
        reviewer = staff(session, 1)
        [candidate] = duplicates.candidates(session, party)
    with pytest.raises(Conflict, match="疑似重复"), transaction() as session:
        registrations.approve(session, party.id, revision=1, actor=reviewer)
    with transaction() as session:
        duplicates.answer_different(
            session, party.id, candidate.party.id, reason="登记机关不同，是两个单位", actor=reviewer
        )
        assert registrations.approve(session, party.id, revision=1, actor=reviewer).state is S.APPROVED


def test_namesakes_are_no_duplicates_but_equal_phones_are(database: Database) -> None:
    with transaction() as session:
        places(session)
        admitted_volunteer(session, 1)
        namesake = persons.register_volunteer(
            session, volunteer_data(person=person_data(2, region_code=JINTAI)), actor=ANYONE
        )
        assert duplicates.candidates(session, namesake) == []
        same_phone = persons.register_volunteer(
            session, volunteer_data(person=person_data(3, phone=person_data(1).phone)), actor=ANYONE
        )
        assert duplicates.candidates(session, same_phone)


def test_volunteers_get_numbers_in_order(database: Database) -> None:
    with transaction() as session:
        places(session)
        first = admitted_volunteer(session, person=person_data(1, name="单田芳"))
        second = admitted_volunteer(session, person=person_data(2, name="曾国平"))
        numbers = [queries.volunteer_of(session, one.id).number for one in (first, second)]  # type: ignore[union-attr]
        assert numbers == ["61030000000001", "61030000000002"]
        assert first.sort_key == "shan tian fang"
        assert queries.by_volunteer_number(session, numbers[0] or "") is first


def test_an_identity_number_is_claimed_once(database: Database) -> None:
    with transaction() as session:
        places(session)
        party = admitted_volunteer(session)
        person = session.get_one(Person, party.id)
        assert person.born_on is not None and person.sex is not None
    with pytest.raises(Conflict, match="不能在这里登记") as refused, transaction() as session:
        persons.register_volunteer(session, volunteer_data(person=person_data(name="另一人")), actor=ANYONE)
    assert refused.value.field == "identity_number"


def test_wrong_numbers_are_named(database: Database) -> None:
    good = organisation_data().uscc
    wrong = good[:17] + ("0" if good[17] != "0" else "1")
    with pytest.raises(InvalidInput, match="18 位") as refused, transaction() as session:
        places(session)
        organisations.register(session, organisation_data(uscc=wrong), actor=ANYONE)
    assert refused.value.field == "uscc"
    with pytest.raises(InvalidInput, match="应以 51 开头"), transaction() as session:
        places(session)
        organisations.register(
            session, organisation_data(organisation_kind=OrganisationKind.SOCIAL_GROUP), actor=ANYONE
        )
    with pytest.raises(InvalidInput), transaction() as session:
        places(session)  # a visitor cannot override
        organisations.register(session, organisation_data(uscc=wrong, uscc_override="证书如此"), actor=ANYONE)
    with transaction() as session:
        places(session)
        party = organisations.register(
            session,
            organisation_data(uscc=wrong, uscc_override="证书原件如此，已核对"),
            actor=staff(session, 1),
        )
        assert session.get_one(Organisation, party.id).uscc_override


def test_minors_need_a_guardian(database: Database) -> None:
    child = person_data(identity_number="610399201203010014")
    with pytest.raises(InvalidInput), transaction() as session:
        places(session)
        persons.register_volunteer(session, volunteer_data(person=child), actor=ANYONE)


def test_conflicts_of_interest(database: Database) -> None:
    with transaction() as session:
        places(session)
        organisation = admitted_organisation(session, 1)
        volunteer = admitted_volunteer(session, 1)
        member, cousin, relative, stranger = (staff(session, index) for index in range(1, 5))
        affiliations.affiliate(
            session,
            key(member),
            organisation.id,
            AffiliationKind.EMPLOYEE,
            actor=SYSTEM,
        )
        household = households.open_household(
            session,
            region_code=TOWN,
            members=[
                MemberData(volunteer.id, HouseholdRelation.HEAD),
                MemberData(key(cousin), HouseholdRelation.CHILD),
            ],
            actor=SYSTEM,
        )
        relatives.declare(
            session,
            key(relative),
            RelativeKind.SIBLING,
            person_data(1).identity_number,
            actor=relative,
        )
        for actor, party, ground in (
            (member, organisation, "同一单位"),
            (cousin, volunteer, "同一家庭"),
            (cousin, household, "同一家庭"),
            (relative, volunteer, "亲属"),
        ):
            with pytest.raises(NotAllowed, match=ground):
                interest.ensure_no_conflict(session, actor, party.id)
        for party in (organisation, volunteer, household):
            interest.ensure_no_conflict(session, stranger, party.id)
        with pytest.raises(NotAllowed, match="本人"):
            interest.ensure_no_conflict(session, stranger, key(stranger))


def test_consents_are_given_and_withdrawn(database: Database) -> None:
    purpose = ConsentPurpose.PUBLISH_NAME
    with transaction() as session:
        places(session)
        party = admitted_volunteer(session)
        own = Actor(None, party.id, party.name, (Grant(Role.VOLUNTEER),))
        assert not queries.may_name_publicly(session, party)
        consents.give(session, party.id, purpose, actor=own)
        consents.give(session, party.id, purpose, actor=own)
        assert queries.may_name_publicly(session, party)
        consents.withdraw(session, party.id, purpose, actor=own)
        assert not queries.has_consent(session, party.id, purpose)
        stranger = staff(session, 9, Role.VOLUNTEER, None)
    with pytest.raises(NotAllowed), transaction() as session:
        consents.give(session, party.id, purpose, actor=stranger)
    with pytest.raises(Conflict), transaction() as session:
        consents.withdraw(session, party.id, purpose, actor=own)


def test_a_consent_that_ran_out_is_given_anew(database: Database) -> None:
    purpose = ConsentPurpose.PUBLISH_NAME
    with transaction() as session:
        places(session)
        party = admitted_volunteer(session)
        old = consents.give(session, party.id, purpose, actor=SYSTEM)
        old.expires_on = clock.today() - timedelta(days=1)
    with pytest.raises(Conflict, match="无须撤回"), transaction() as session:
        consents.withdraw(session, party.id, purpose, actor=SYSTEM)
    with transaction() as session:
        assert not queries.has_consent(session, party.id, purpose)
        new = consents.give(session, party.id, purpose, actor=SYSTEM)
        assert new.id != old.id and queries.has_consent(session, party.id, purpose)


def test_a_reveal_asks_for_a_reason_and_leaves_a_trace(database: Database) -> None:
    with transaction() as session:
        places(session)
        party = admitted_volunteer(session)
        clerk, elsewhere = staff(session, 1), staff(session, 2, region=JINTAI)
    for actor, reason in ((clerk, "看看"), (elsewhere, "核对证书上的号码"), (ANYONE, "核对证书上的号码")):
        with pytest.raises((InvalidInput, NotAllowed)), transaction() as session:
            reveals.reveal(session, party.id, reveals.Number.IDENTITY, reason=reason, actor=actor)
    with transaction() as session:
        shown = reveals.reveal(
            session, party.id, reveals.Number.IDENTITY, reason="核对证书上的号码", actor=clerk
        )
        assert shown == person_data().identity_number
        seen = session.scalars(select(AuditEvent).where(AuditEvent.verb == reveals.VERB)).all()
        assert [one.thing_id for one in seen] == [party.id]


def test_staff_find_parties_by_name_and_number(database: Database) -> None:
    with transaction() as session:
        places(session)
        organisation = admitted_organisation(session, 1)
        volunteer = admitted_volunteer(session, 1)
        clerk, elsewhere = staff(session, 1), staff(session, 2, region=JINTAI)
        number = queries.volunteer_of(session, volunteer.id).number  # type: ignore[union-attr]
        for text, party in (
            ("爱心", organisation),
            (organisation_data().uscc.lower(), organisation),
            (organisation_data().contact_phone, organisation),
            (person_data().identity_number, volunteer),
            (person_data().phone, volunteer),
            (number or "", volunteer),
        ):
            found = session.scalars(queries.staff_parties(clerk, text=text)).all()
            assert [one.id for one in found] == [party.id], text
            assert session.scalars(queries.staff_parties(elsewhere, text=text)).all() == []
        assert session.scalars(queries.staff_parties(clerk, text="100%_")).all() == []


def test_numbers_are_encrypted_at_rest(database: Database) -> None:
    with transaction() as session:
        places(session)
        admitted_volunteer(session)
        session.flush()
        raw = session.connection().exec_driver_sql("SELECT identity_number, phone FROM person").all()
    for row in raw:
        for value in row:
            assert b"610399" not in bytes(value) and b"142" not in bytes(value)[:20]


def test_many_who_approve_at_once_admit_once(database: Database) -> None:
    with transaction() as session:
        places(session)
        party = persons.register_volunteer(session, volunteer_data(), actor=SYSTEM)
        registrations.submit(session, party.id, actor=SYSTEM)
        reviewers = [staff(session, index, Role.COUNTY_REVIEWER) for index in range(8)]

    def approve(reviewer: Actor) -> bool:
        try:
            with transaction() as session:
                registrations.approve(session, party.id, revision=1, actor=reviewer)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(approve, reviewers)) == 1
    with transaction() as session:
        volunteer = queries.volunteer_of(session, party.id)
        assert volunteer is not None and volunteer.number == "61030000000001"
        assert counters.take(session, "volunteer") == 2
        assert len(inbox.inbox(session, Actor(None, party.id, "王志愿")).rows) == 1
