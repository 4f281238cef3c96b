"""What staff find in the general register: who takes part, and never who is assisted."""

import pytest

from app.db import Database, reading, transaction
from app.errors import NotFound
from app.parties import desk, households, persons, queries, registrations
from app.parties.households import MemberData
from app.parties.kinds import HouseholdRelation
from app.parties.models import Party
from app.permissions import SYSTEM, Permission
from tests.parties.people import (
    TOWN,
    admitted_organisation,
    admitted_volunteer,
    person_data,
    places,
    staff,
)


def test_households_and_their_members_have_a_door_of_their_own(database: Database) -> None:
    with transaction() as session:
        places(session)
        handler = staff(session, 1)
        organisation, volunteer = admitted_organisation(session), admitted_volunteer(session, 1)
        helped = persons.register_contact(session, person_data(2, name="张户主"), actor=SYSTEM)
        contact = persons.register_contact(session, person_data(3, name="李经理"), actor=SYSTEM)
        members = [
            MemberData(helped.id, HouseholdRelation.HEAD),
            MemberData(volunteer.id, HouseholdRelation.CHILD),
        ]
        household = households.open_household(session, region_code=TOWN, members=members, actor=SYSTEM)
        for one in (household, helped):
            registrations.submit(session, one.id, actor=SYSTEM)
    with reading() as session:
        shown = set(session.scalars(queries.staff_parties(handler)))
        assert {one.id for one in shown} == {organisation.id, volunteer.id}
        assert not list(session.scalars(queries.staff_parties(handler, text="张户主")))
        for one in (organisation, volunteer, contact):
            assert _found(queries.staff_get(session, one.code, actor=handler), one)
        for one in (household, helped):
            for permission in (Permission.READ_PARTIES, Permission.READ_POINTS):
                with pytest.raises(NotFound):
                    queries.staff_get(session, one.code, actor=handler, permission=permission)
        assert desk.staff_submitted(session, actor=handler) == []
        assert desk.staff_submitted_count(session, handler) == 0


def _found(found: Party, wanted: Party) -> bool:
    return found.id == wanted.id
