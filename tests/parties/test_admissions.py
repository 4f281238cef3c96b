"""Admitting whole lists: who may, what goes in, what comes back, and one trace for all."""

import pytest
from sqlalchemy import func, select

from app.audit.models import AuditEvent
from app.db import Database, transaction
from app.errors import InvalidInput, NotAllowed
from app.parties import queries
from app.parties.admissions import admit_organisations, admit_volunteers
from app.parties.bulk.batch import LARGEST_BATCH
from app.parties.kinds import ConsentPurpose, OrganisationKind, RegistrationState
from app.parties.models import Party, RegistrationStep
from app.permissions import SYSTEM, Role
from tests.parties.people import (
    JINTAI,
    admitted_volunteer,
    organisation_data,
    person_data,
    places,
    staff,
    volunteer_data,
)


def test_good_rows_go_in_and_bad_rows_come_back(database: Database) -> None:
    with transaction() as session:
        places(session)
        admitted_volunteer(session, 3)
        handler, reviewer = staff(session, 1), staff(session, 2, Role.COUNTY_REVIEWER)
        rows = [
            volunteer_data(1),
            volunteer_data(person=person_data(2, identity_number="610399199005170012")),
            volunteer_data(3),
            volunteer_data(person=person_data(4, name="曾国平")),
            volunteer_data(person=person_data(4, name="同一张证")),
            volunteer_data(person=person_data(5, region_code="610302999999")),
        ]
        events = session.scalar(select(func.count()).select_from(AuditEvent)) or 0
        done = admit_volunteers(
            session,
            rows,
            actor=reviewer,
            prepared_by=handler.person_id,
            consents=[ConsentPurpose.PUBLISH_NAME],
            consenting=lambda index: index == 3,
        )
        assert [party_id is not None for party_id in done.party_ids] == [
            True,
            False,
            False,
            True,
            False,
            False,
        ]
        assert set(done.refused) == {1, 2, 4, 5}
        first, last = (queries.get(session, key) for key in done.party_ids if key is not None)
        assert last.sort_key == "zeng guo ping" and last.state is RegistrationState.APPROVED
        numbers = [queries.volunteer_of(session, one.id).number for one in (first, last)]  # type: ignore[union-attr]
        assert numbers == ["61030000000002", "61030000000003"]
        assert not queries.may_name_publicly(session, first) and queries.may_name_publicly(session, last)
        assert (session.scalar(select(func.count()).select_from(AuditEvent)) or 0) == events + 1
        steps = session.scalars(select(RegistrationStep).where(RegistrationStep.party_id == first.id)).all()
        assert {step.by_person_id for step in steps} == {handler.person_id, reviewer.person_id}


def test_who_prepared_a_list_does_not_admit_it(database: Database) -> None:
    with transaction() as session:
        places(session)
        handler, elsewhere = staff(session, 1), staff(session, 2, region=JINTAI)
    for actor, prepared_by, error in (
        (handler, handler.person_id, NotAllowed),
        (handler, None, InvalidInput),
        (elsewhere, handler.person_id, NotAllowed),
    ):
        with pytest.raises(error), transaction() as session:
            admit_volunteers(session, [volunteer_data(1)], actor=actor, prepared_by=prepared_by)
    with pytest.raises(InvalidInput), transaction() as session:
        admit_volunteers(session, [volunteer_data(1)] * (LARGEST_BATCH + 1), actor=SYSTEM)


def test_organisations_come_in_lists_too(database: Database) -> None:
    with transaction() as session:
        places(session)
        rows = [
            organisation_data(1),
            organisation_data(1, name="同一代码"),
            organisation_data(2, uscc=""),
            organisation_data(
                3, uscc="", name="金陵社区银龄队", organisation_kind=OrganisationKind.COMMUNITY_ORGANISATION
            ),
            organisation_data(
                4, uscc="", name="石鼓社区巧手队", organisation_kind=OrganisationKind.COMMUNITY_ORGANISATION
            ),
        ]
        done = admit_organisations(session, rows, actor=SYSTEM)
        assert set(done.refused) == {1, 2}
        assert session.scalar(select(func.count()).select_from(Party)) == 3
