"""Reading village covenants: programmes, versions, households, records, the ranking inside a village."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app import clock
from app.errors import NotFound
from app.ids import clean_code
from app.parties.models import HouseholdMember, Party, Person, PersonRole
from app.permissions import Actor, Permission
from app.regions.rules import within_any
from points.covenants.models import (
    Covenant,
    CovenantDecision,
    CovenantHousehold,
    CovenantItem,
)
from points.rulesets.kinds import RulesetState
from points.rulesets.models import Programme, Ruleset

STAFF = (
    Permission.LOG_COVENANTS,
    Permission.VERIFY_COVENANTS,
    Permission.MANAGE_COVENANTS,
    Permission.PUBLISH_COVENANTS,
)
"""Whoever holds one of these in a village's region reads its programme."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the list with the decision it rests on."""

    ruleset: Ruleset
    decision: CovenantDecision
    items: Sequence[CovenantItem]


def all_covenants(session: Session) -> Sequence[Covenant]:
    """Return every village's programme that has published rules, by place."""
    published = select(Ruleset.programme_id).where(Ruleset.state == RulesetState.PUBLISHED)
    return session.scalars(
        select(Covenant).where(Covenant.programme_id.in_(published)).order_by(Covenant.region_code)
    ).all()


def public_get(session: Session, code: str) -> Covenant:
    """Return a village's programme that has published rules. Raises NotFound."""
    published = select(Ruleset.programme_id).where(Ruleset.state == RulesetState.PUBLISHED)
    found = session.scalar(
        select(Covenant).where(Covenant.code == clean_code(code), Covenant.programme_id.in_(published))
    )
    if found is None:
        raise NotFound(_("没有这个村的积分方案。"))
    return found


def staff_covenants(session: Session, actor: Actor) -> Sequence[Covenant]:
    """Return the programmes of the villages in the actor's regions."""
    return session.scalars(select(Covenant).where(in_regions(actor)).order_by(Covenant.region_code)).all()


def to_log(session: Session, actor: Actor) -> Sequence[Covenant]:
    """Return the programmes with published rules in whose villages the actor may log, by place."""
    published = select(Ruleset.programme_id).where(Ruleset.state == RulesetState.PUBLISHED)
    mine = within_any(Covenant.region_code, actor.regions(Permission.LOG_COVENANTS))
    return session.scalars(
        select(Covenant).where(mine, Covenant.programme_id.in_(published)).order_by(Covenant.region_code)
    ).all()


def staff_get(session: Session, code: str, actor: Actor) -> Covenant:
    """Return a programme of a village in the actor's regions. Raises NotFound."""
    found = session.scalar(select(Covenant).where(Covenant.code == clean_code(code), in_regions(actor)))
    if found is None:
        raise NotFound(_("辖区内没有这个村的积分方案。"))
    return found


def programme_code(session: Session, covenant: Covenant) -> str:
    """Return the code of a village's programme, by which the ledger is asked; it stands on no page."""
    return session.get_one(Programme, covenant.programme_id).code


def in_force(session: Session, programme_id: uuid.UUID, day: date) -> Ruleset | None:
    """Return the published version in force on a day, or None."""
    return session.scalars(
        select(Ruleset)
        .where(
            Ruleset.programme_id == programme_id,
            Ruleset.state == RulesetState.PUBLISHED,
            Ruleset.effective_from <= day,
        )
        .order_by(Ruleset.effective_from.desc())
        .limit(1)
    ).first()


def versions(session: Session, covenant: Covenant, *, drafts: bool = False) -> list[Version]:
    """Return the versions of a village's list, newest first."""
    wanted = select(Ruleset).where(Ruleset.programme_id == covenant.programme_id)
    if not drafts:
        wanted = wanted.where(Ruleset.state == RulesetState.PUBLISHED)
    found = session.scalars(wanted.order_by(Ruleset.version.desc())).all()
    return [version_of(session, one) for one in found]


def version_of(session: Session, ruleset: Ruleset) -> Version:
    """Return a version with its decision and items."""
    items = session.scalars(
        select(CovenantItem).where(CovenantItem.ruleset_id == ruleset.id).order_by(CovenantItem.place)
    ).all()
    return Version(ruleset, session.get_one(CovenantDecision, ruleset.id), items)


def households(session: Session, covenant: Covenant) -> list[tuple[CovenantHousehold, Party, date | None]]:
    """Return all households with their householders and these' days of birth, by number."""
    rows = session.execute(
        select(CovenantHousehold, Party, Person.born_on)
        .join(Party, Party.id == CovenantHousehold.party_id)
        .join(Person, Person.party_id == CovenantHousehold.party_id)
        .where(CovenantHousehold.covenant_id == covenant.id)
        .order_by(CovenantHousehold.number)
    )
    return [(household, party, born_on) for household, party, born_on in rows]


def own_households(session: Session, person_id: uuid.UUID) -> list[tuple[CovenantHousehold, Covenant, Party]]:
    """Return the households of which somebody is the householder, or whose householder lives in the same family."""
    today = clock.today()
    mine = (
        select(HouseholdMember.household_id)
        .join(PersonRole, PersonRole.id == HouseholdMember.role_id)
        .where(PersonRole.person_id == person_id, _open(today))
    )
    family = (
        select(PersonRole.person_id)
        .join(HouseholdMember, HouseholdMember.role_id == PersonRole.id)
        .where(HouseholdMember.household_id.in_(mine), _open(today))
    )
    rows = session.execute(
        select(CovenantHousehold, Covenant, Party)
        .join(Covenant, Covenant.id == CovenantHousehold.covenant_id)
        .join(Party, Party.id == CovenantHousehold.party_id)
        .where(or_(CovenantHousehold.party_id == person_id, CovenantHousehold.party_id.in_(family)))
        .order_by(CovenantHousehold.joined_on.desc(), CovenantHousehold.id)
    )
    return [(household, covenant, party) for household, covenant, party in rows]


def in_regions(actor: Actor) -> ColumnElement[bool]:
    scopes = {scope for permission in STAFF for scope in actor.regions(permission)}
    return within_any(Covenant.region_code, sorted(scopes))


def _open(today: date) -> ColumnElement[bool]:
    return (PersonRole.valid_from <= today) & (PersonRole.valid_to.is_(None) | (PersonRole.valid_to >= today))
