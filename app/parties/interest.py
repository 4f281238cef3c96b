"""Conflict of interest: who must not judge, because the matter is near to them (回避)."""

import uuid
from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select
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

# Whose relatives count when the party is an organisation.
_HEADS = (
    AffiliationKind.LEGAL_REPRESENTATIVE,
    AffiliationKind.RESPONSIBLE_PERSON,
    AffiliationKind.BOARD_MEMBER,
)


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
    today = clock.today()
    other = aliased(Affiliation)
    mine = (
        select(Affiliation.id)
        .outerjoin(other, other.organisation_id == Affiliation.organisation_id)
        .where(Affiliation.person_id == person_id, Affiliation.valid_from <= today)
        .where(or_(Affiliation.valid_to.is_(None), Affiliation.valid_to >= today))
        .where(
            or_(
                Affiliation.organisation_id.in_(party_ids),
                other.person_id.in_(party_ids)
                & (other.valid_from <= today)
                & or_(other.valid_to.is_(None), other.valid_to >= today),
            )
        )
    )
    return session.scalars(mine.limit(1)).first() is not None


def _same_household(session: Session, person_id: uuid.UUID, party_ids: Sequence[uuid.UUID]) -> bool:
    """Whether the person is of one of the households, or of the household of one of the persons."""
    today = clock.today()
    my_role, their_role = aliased(PersonRole), aliased(PersonRole)
    mine, theirs = aliased(HouseholdMember), aliased(HouseholdMember)
    together = (
        select(mine.role_id)
        .join(my_role, my_role.id == mine.role_id)
        .join(theirs, theirs.household_id == mine.household_id)
        .join(their_role, their_role.id == theirs.role_id)
        .where(my_role.person_id == person_id, my_role.valid_from <= today)
        .where(or_(my_role.valid_to.is_(None), my_role.valid_to >= today))
        .where(
            or_(
                mine.household_id.in_(party_ids),
                their_role.person_id.in_(party_ids)
                & (their_role.valid_from <= today)
                & or_(their_role.valid_to.is_(None), their_role.valid_to >= today),
            )
        )
    )
    return session.scalars(together.limit(1)).first() is not None


def _relative(session: Session, person_id: uuid.UUID, party_ids: Sequence[uuid.UUID]) -> bool:
    """Whether one declared the other; of an organisation its heads count, of a household its members."""
    near = _persons_of(session, party_ids)
    theirs = select(Person.identity_hash).where(Person.party_id.in_(near), Person.identity_hash.is_not(None))
    mine = select(Person.identity_hash).where(Person.party_id == person_id)
    declared = select(DeclaredRelative.id).where(
        or_(
            (DeclaredRelative.person_id == person_id) & DeclaredRelative.identity_hash.in_(theirs),
            DeclaredRelative.person_id.in_(near) & DeclaredRelative.identity_hash.in_(mine),
        )
    )
    return session.scalars(declared.limit(1)).first() is not None


def _persons_of(session: Session, party_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    today = clock.today()
    heads = select(Affiliation.person_id).where(
        Affiliation.organisation_id.in_(party_ids),
        Affiliation.kind.in_(_HEADS),
        Affiliation.valid_from <= today,
        or_(Affiliation.valid_to.is_(None), Affiliation.valid_to >= today),
    )
    members = (
        select(PersonRole.person_id)
        .join(HouseholdMember, HouseholdMember.role_id == PersonRole.id)
        .where(HouseholdMember.household_id.in_(party_ids), PersonRole.valid_from <= today)
        .where(or_(PersonRole.valid_to.is_(None), PersonRole.valid_to >= today))
    )
    return {*party_ids, *session.scalars(heads), *session.scalars(members)}
