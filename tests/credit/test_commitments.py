"""Commitments: versions by two persons, who may sign what, and once."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from app import clock
from app.db import Database, reading, transaction
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.parties import household_queries, households
from app.parties.households import MemberData
from app.parties.kinds import Capacity, HouseholdRelation
from app.permissions import SYSTEM, Actor, Grant, Role
from credit.commitments import commitments, texts
from credit.commitments.models import Commitment, How, TextState
from credit.commitments.texts import TextData
from tests.parties.families import family, people
from tests.parties.people import CITY, JINTAI, TOWN, places, staff


def _data(**changes: Any) -> TextData:
    data = TextData(
        "承诺书", "读过。", ["都是真的。", "会及时告知。"], "依法处理。", clock.today() + timedelta(days=5)
    )
    return replace(data, **changes)


def test_the_first_text_comes_along(database: Database) -> None:
    with reading() as session:
        first = texts.in_force(session)
        assert first.version == 1 and "第七十三条" in first.consequences and "更正" in first.consequences
        with pytest.raises(NotFound):
            texts.in_force(session, on=date(2020, 1, 1))


def test_a_version_needs_two_persons(database: Database) -> None:
    with transaction() as session:
        places(session)
        author = staff(session, 1, Role.CITY_STAFF, CITY)
        legal = staff(session, 2, Role.LEGAL_OFFICER, CITY)
        clerk = staff(session, 3)
        both = Actor(None, author.person_id, "两职", (*author.grants, Grant(Role.LEGAL_OFFICER, CITY)))
        with pytest.raises(NotAllowed):
            texts.draft(session, _data(), actor=clerk)
        made = texts.draft(session, _data(), actor=author)
        with pytest.raises(Conflict, match="等待发布"):
            texts.draft(session, _data(), actor=author)
        with pytest.raises(NotAllowed, match="经手"):
            texts.publish(session, made.id, actor=both)
        texts.publish(session, made.id, actor=legal)
        assert made.state is TextState.PUBLISHED
        with pytest.raises(Conflict):
            texts.drop(session, made.id, actor=author)
        assert texts.in_force(session).version == 1
        assert texts.in_force(session, on=made.valid_from).version == 2


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"items": []}, "items"),
        ({"items": ["同一条", "同一条"]}, "items"),
        ({"items": ["长" * 201]}, "items"),
        ({"title": " "}, "title"),
        ({"valid_from": date(2024, 1, 1)}, "valid_from"),
    ],
)
def test_a_text_that_cannot_be(database: Database, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused, transaction() as session:
        texts.draft(session, _data(**changes), actor=SYSTEM)
    assert refused.value.field == field


def _sign(person_id: UUID, actor: Actor = SYSTEM, **values: Any) -> Commitment:
    wanted: dict[str, Any] = {"subject_kind": "aid_request", "subject_id": uuid4(), "how": How.SIGNATURE}
    wanted |= {"file_id": uuid4()}
    with transaction() as session:
        return commitments.sign(session, person_id=person_id, actor=actor, **wanted | values)


def test_signing_once_for_a_matter(database: Database) -> None:
    with transaction() as session:
        places(session)
        _home, (head, *_others) = family(session, 2)
    subject = uuid4()
    first = _sign(head, subject_id=subject)
    assert _sign(head, subject_id=subject).id == first.id
    with reading() as session:
        assert [one.id for one in commitments.of_subject(session, "aid_request", subject)] == [first.id]
        assert first.items == texts.in_force(session).items
    with pytest.raises(DBAPIError), transaction() as session:
        session.execute(sql("UPDATE commitment SET how = 'online'"))


def test_who_may_sign(database: Database) -> None:
    with transaction() as session:
        places(session)
        home, (head, other) = family(session, 2)
        (ward,) = people(session, 1, 300)
        households.add_member(
            session, home.id, MemberData(ward, HouseholdRelation.PARENT, Capacity.LIMITED), actor=SYSTEM
        )
        far = staff(session, 1, Role.COUNTY_HANDLER, JINTAI)
        near = staff(session, 2, Role.TOWN_STAFF, TOWN)
    own = Actor(None, head, "本人", (Grant(Role.RECIPIENT),))
    with pytest.raises(InvalidInput, match="监护人"):
        _sign(ward)
    assert _sign(head, for_person_id=ward).for_person_id == ward
    with pytest.raises(NotAllowed):
        _sign(head, far)
    assert _sign(head, near).recorded_by_id == near.person_id
    with pytest.raises(NotAllowed, match="本人登录"):
        _sign(other, own, how=How.ONLINE, file_id=None)
    assert _sign(head, own, how=How.ONLINE, file_id=None).how is How.ONLINE
    with pytest.raises(InvalidInput, match="见证人"):
        _sign(head, how=How.FINGERPRINT)
    with pytest.raises(InvalidInput, match="见证人不能"):
        _sign(head, how=How.FINGERPRINT, witness_id=head)
    with pytest.raises(InvalidInput, match="照片或扫描件"):
        _sign(head, file_id=None)
    with pytest.raises(InvalidInput, match="逐条"):
        _sign(head, items=["只答应这一条。"])
    with pytest.raises(InvalidInput, match="晚于今天"):
        _sign(head, signed_on=clock.today() + timedelta(days=1))
    with reading() as session:
        assert household_queries.household_of(session, ward) == home.id
        assert len(commitments.of_persons(session, [ward])) == 1
