"""Conflict of interest: who must not judge, because the matter is near to them (回避)."""

import uuid
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.errors import NotAllowed
from app.labels import Labelled
from app.parties.kinds import AffiliationKind
from app.parties.models import (
    Affiliation,
    DeclaredRelative,
    HouseholdMember,
    Person,
    PersonRole,
)
from app.permissions import Actor
from app.types import KeyType

# Whose relatives count when the party is an organisation.
_HEADS = (
    AffiliationKind.LEGAL_REPRESENTATIVE,
    AffiliationKind.RESPONSIBLE_PERSON,
    AffiliationKind.BOARD_MEMBER,
)

_PART = 500  # keys per IN (…), far below the limit of either database


class Ground(Labelled):
    """Why somebody must stand aside."""

    OWN = "own", _l("这是您本人的事项")
    SAME_ORGANISATION = "same_organisation", _l("您与该主体属于同一单位")
    SAME_HOUSEHOLD = "same_household", _l("您与该主体属于同一家庭")
    RELATIVE = "relative", _l("您与该主体有申报的亲属关系")


def ensure_no_conflict(session: Session, actor: Actor, *party_ids: uuid.UUID) -> None:
    """Return when the actor is near to none of these parties; else raise NotAllowed naming the ground.

    Jobs and commands are nobody's relative.
    """
    if actor.person_id is None:
        return
    own = {grant.organisation_id for grant in actor.grants if grant.organisation_id}
    ground = (
        Ground.SAME_ORGANISATION if own & set(party_ids) else conflict_of(session, actor.person_id, party_ids)
    )
    if ground is not None:
        raise NotAllowed(_("%(ground)s，应当回避，请由另一位工作人员办理。", ground=ground.label))


def near_to(session: Session, actor: Actor, party_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Return the parties that are too near to the actor, found by halving what has a conflict somewhere."""
    if actor.person_id is None or not party_ids:
        return set()
    near = {grant.organisation_id for grant in actor.grants if grant.organisation_id} & set(party_ids)
    waiting = [party_ids[start : start + _PART] for start in range(0, len(party_ids), _PART)]
    while waiting:
        some = waiting.pop()
        if conflict_of(session, actor.person_id, some) is None:
            continue
        if len(some) == 1:
            near.update(some)
        else:
            middle = len(some) // 2
            waiting += [some[:middle], some[middle:]]
    return near


def conflict_of(session: Session, person_id: uuid.UUID, party_ids: Sequence[uuid.UUID]) -> Ground | None:
    """Return the first ground on which a person is too near to one of these parties, or None."""
    if person_id in party_ids:
        return Ground.OWN
    if _same_organisation(session, person_id, party_ids):
        return Ground.SAME_ORGANISATION
    if _same_household(session, person_id, party_ids):
        return Ground.SAME_HOUSEHOLD
    return Ground.RELATIVE if _relative(session, person_id, party_ids) else None


def _same_organisation(session: Session, person_id: uuid.UUID, party_ids: Sequence[uuid.UUID]) -> bool:
    """Whether the person belongs to one of the organisations, or to an organisation of one of the persons."""
    return _any(session, _IN_ONE_ORGANISATION, person_id, party_ids)


def _same_household(session: Session, person_id: uuid.UUID, party_ids: Sequence[uuid.UUID]) -> bool:
    """Whether the person is of one of the households, or of the household of one of the persons."""
    return _any(session, _IN_ONE_HOUSEHOLD, person_id, party_ids)


def _relative(session: Session, person_id: uuid.UUID, party_ids: Sequence[uuid.UUID]) -> bool:
    """Whether one declared the other; of an organisation its heads count, of a household its members."""
    return _any(session, _DECLARED, person_id, sorted(_persons_of(session, party_ids)))


def _any(
    session: Session, statement: Select[uuid.UUID], person_id: uuid.UUID, party_ids: Sequence[uuid.UUID]
) -> bool:
    values = {"person": person_id, "parties": list(party_ids), "today": clock.today()}
    return session.scalars(statement, values).first() is not None


def _persons_of(session: Session, party_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    values = {"parties": list(party_ids), "today": clock.today()}
    return {*party_ids, *session.scalars(_HEADS_OF, values), *session.scalars(_MEMBERS_OF, values)}


# Asked before every judgement, so the statements are built once; the values come with the call.
_PERSON, _TODAY = bindparam("person", type_=KeyType()), bindparam("today", type_=Date())
_PARTIES = bindparam("parties", type_=KeyType(), expanding=True)


def _in_force(row: Any) -> ColumnElement[bool]:
    return and_(row.valid_from <= _TODAY, or_(row.valid_to.is_(None), row.valid_to >= _TODAY))


def _in_one_organisation() -> Select[uuid.UUID]:
    other = aliased(Affiliation)
    return (
        select(Affiliation.id)
        .outerjoin(other, other.organisation_id == Affiliation.organisation_id)
        .where(Affiliation.person_id == _PERSON, _in_force(Affiliation))
        .where(
            or_(Affiliation.organisation_id.in_(_PARTIES), other.person_id.in_(_PARTIES) & _in_force(other))
        )
        .limit(1)
    )


def _in_one_household() -> Select[uuid.UUID]:
    my_role, their_role = aliased(PersonRole), aliased(PersonRole)
    mine, theirs = aliased(HouseholdMember), aliased(HouseholdMember)
    return (
        select(mine.role_id)
        .join(my_role, my_role.id == mine.role_id)
        .join(theirs, theirs.household_id == mine.household_id)
        .join(their_role, their_role.id == theirs.role_id)
        .where(my_role.person_id == _PERSON, _in_force(my_role))
        .where(
            or_(mine.household_id.in_(_PARTIES), their_role.person_id.in_(_PARTIES) & _in_force(their_role))
        )
        .limit(1)
    )


def _declared() -> Select[uuid.UUID]:
    theirs = select(Person.identity_hash).where(
        Person.party_id.in_(_PARTIES), Person.identity_hash.is_not(None)
    )
    mine = select(Person.identity_hash).where(Person.party_id == _PERSON)
    return (
        select(DeclaredRelative.id)
        .where(
            or_(
                (DeclaredRelative.person_id == _PERSON) & DeclaredRelative.identity_hash.in_(theirs),
                DeclaredRelative.person_id.in_(_PARTIES) & DeclaredRelative.identity_hash.in_(mine),
            )
        )
        .limit(1)
    )


_IN_ONE_ORGANISATION, _IN_ONE_HOUSEHOLD, _DECLARED = _in_one_organisation(), _in_one_household(), _declared()
_HEADS_OF = select(Affiliation.person_id).where(
    Affiliation.organisation_id.in_(_PARTIES), Affiliation.kind.in_(_HEADS), _in_force(Affiliation)
)
_MEMBERS_OF = (
    select(PersonRole.person_id)
    .join(HouseholdMember, HouseholdMember.role_id == PersonRole.id)
    .where(HouseholdMember.household_id.in_(_PARTIES), _in_force(PersonRole))
)
