"""Consent to be named, as lists of volunteers bring it."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import Database, reading, transaction
from app.parties.bulk.approving import approve_many
from app.parties.kinds import ConsentPurpose
from app.parties.models import Consent
from app.parties.registers import social_workers, volunteers
from app.permissions import SYSTEM, Actor
from tests.parties import lists
from tests.parties.lists import VOLUNTEERS, WORKERS, id_number, volunteer_row, worker_row
from tests.parties.people import WEIBIN, places, staff

NAME = ConsentPurpose.PUBLISH_NAME


def _worker(session: Session, actor: Actor = SYSTEM) -> uuid.UUID:
    row = worker_row(1, 姓名="李志愿", 身份证号码=id_number(1))
    found = lists.admitted(session, social_workers.REGISTER, WORKERS, [row], actor=actor)
    assert found.things[0] is not None, found.refused
    return found.things[0]


def _volunteer(session: Session, actor: Actor) -> None:
    found = lists.admitted(session, volunteers.REGISTER, VOLUNTEERS, [volunteer_row(1)], actor=actor)
    assert found.things and not found.refused


def _open(session: Session) -> list[uuid.UUID]:
    return list(session.scalars(select(Consent.party_id).where(Consent.withdrawn_at.is_(None))))


def test_a_list_never_renews_what_somebody_withdrew(database: Database) -> None:
    with transaction() as session:
        places(session)
        party_id = _worker(session)
        session.add(Consent(party_id=party_id, purpose=NAME, given_at=clock.now(), withdrawn_at=clock.now()))
        session.flush()
        _volunteer(session, SYSTEM)
    with reading() as session:
        assert _open(session) == []


def test_nobody_who_is_admitted_is_named_by_the_word_of_one_clerk(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk = staff(session, 1, region=WEIBIN)
        _worker(session)
        _volunteer(session, clerk)
    with reading() as session:
        assert _open(session) == []


def test_who_is_known_is_named_when_somebody_else_has_approved_what_the_list_says(database: Database) -> None:
    with transaction() as session:
        places(session)
        clerk, other = staff(session, 1, region=WEIBIN), staff(session, 2, region=WEIBIN)
        party_id = _worker(session, clerk)
        (role,) = lists.admitted_volunteers(session, volunteer_row(1), actor=clerk)
        assert approve_many(session, [role], actor=other) == 0  # the person is not admitted yet
        assert approve_many(session, [party_id], actor=other) == 1
        assert _open(session) == []
        assert approve_many(session, [role], actor=other) == 1
    with reading() as session:
        assert _open(session) == [party_id]
