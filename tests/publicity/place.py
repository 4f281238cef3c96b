"""A publicity for the tests: a place, staff of each level, a subject that keeps what it was told."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.orm import Session

from app import clock
from app.ids import new_id
from app.permissions import ANYONE, Actor, Role
from projects.publicity import handlers, publicity
from projects.publicity.handlers import Hands, Publicised
from projects.publicity.models import Publicity, PublicityObjection
from tests.covenants.village import TOWN, VILLAGE, place, staff

KIND = "tried_subject"
COUNTY, CITY = "610302000000", "610300000000"
MONDAY = date(2026, 11, 9)
"""An ordinary one; seven days on is a Monday again."""


@dataclass
class Told:
    """What the subject's feature heard."""

    ended: list[uuid.UUID] = field(default_factory=list)
    upheld: list[tuple[uuid.UUID, uuid.UUID]] = field(default_factory=list)
    hands: Hands = field(default_factory=Hands)
    fails: bool = False


@dataclass(frozen=True)
class Staff:
    """One of each office that decides."""

    leader: Actor
    reviewer: Actor
    approver: Actor
    city: Actor


@contextmanager
def subjects(*, indexed: bool = False) -> Iterator[Told]:
    """Register a kind of subject whose feature keeps what it is told."""
    told = Told()

    def ended(_session: Session, subject_id: uuid.UUID, /, *, actor: Actor) -> None:
        assert actor.is_system
        if told.fails:
            raise ValueError("the feature cannot take it up")
        told.ended.append(subject_id)

    def upheld(
        _session: Session, subject_id: uuid.UUID, objection: PublicityObjection, /, *, actor: Actor
    ) -> None:
        assert actor.person_id == objection.decided_by_id
        told.upheld.append((subject_id, objection.id))

    def hands(_session: Session, _subject_id: uuid.UUID) -> Hands:
        return told.hands

    before = dict(handlers._kinds)
    handlers.register(Publicised(KIND, "试办事项", ended, upheld, hands=hands, indexed=indexed))
    try:
        yield told
    finally:
        handlers._kinds.clear()
        handlers._kinds.update(before)


def people(session: Session) -> Staff:
    """Write the divisions and return one of each office."""
    place(session)
    return Staff(
        staff(session, "镇领导", Role.TOWN_LEADER, TOWN),
        staff(session, "县审核", Role.COUNTY_REVIEWER, COUNTY),
        staff(session, "县审批", Role.COUNTY_APPROVER, COUNTY),
        staff(session, "市级", Role.CITY_STAFF, CITY),
    )


def opened(
    session: Session, actor: Actor, *, subject_id: uuid.UUID | None = None, region: str = VILLAGE
) -> Publicity:
    """Open a publicity of seven days today."""
    return publicity.open(
        session,
        subject_kind=KIND,
        subject_id=subject_id or new_id(),
        region_code=region,
        title="拟帮扶石坝河村李**户修缮房屋",
        body="拟由暖阳志愿者协会修缮房屋，估算 8,000 元。",
        days_key="publicity.days",
        on=clock.today(),
        actor=actor,
    )


def visitor(number: int = 1) -> Actor:
    """Return somebody without an account, at an address of their own."""
    return replace(ANYONE, address=f"192.0.2.{number}")
