"""Reads of referrals: the list of each door, one with its whole chain, and what waits for whom."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from app import paging
from app.errors import NotFound
from app.ids import clean_code
from app.paging import Order
from app.parties.models import Household, HouseholdMember, PersonRole
from app.permissions import Actor, Permission, Role
from app.regions.rules import within, within_any
from projects.referrals import sides
from projects.referrals.kinds import ReferralKind, ReferralState
from projects.referrals.models import Referral, ReferralNote, ReferralStep

PAGE = 50
READERS = (Permission.HANDLE_REFERRALS, Permission.READ_HOUSEHOLDS)
MEMBERS = (Permission.HANDLE_OWN_REFERRALS, Permission.OWN_REQUESTS)
_NEWEST = (Order(Referral.id, descending=True),)
_WITH_RECEIVER = (ReferralState.SENT, ReferralState.ACCEPTED)
_WITH_OFFICE = (ReferralState.RETURNED, ReferralState.CONFIRMED)
S = ReferralState


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; None or False means everything."""

    state: ReferralState | None = None
    kind: ReferralKind | None = None
    region: str | None = None
    household_id: uuid.UUID | None = None
    mine: bool = False


NOTHING = Filters()


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the chain with its words, while retention keeps them."""

    step: ReferralStep
    actor_name: str
    note: str | None


def staff_page(
    session: Session,
    actor: Actor,
    filters: Filters = NOTHING,
    *,
    after: str | None = None,
    before: str | None = None,
) -> paging.Page[Referral]:
    """Return a page of the referrals of the actor's regions, and of what was handed to the actor, newest first."""
    wanted = select(Referral).where(_staffs(actor), *_narrow(filters))
    if filters.mine:
        wanted = wanted.where(waiting_for_staff(actor))
    return paging.fetch(session, wanted, _NEWEST, after=after, before=before, size=PAGE)


def own_page(
    session: Session, actor: Actor, *, after: str | None = None, before: str | None = None
) -> paging.Page[Referral]:
    """Return a page of what was referred to the actor's organisations, or concerns the own household."""
    wanted = select(Referral).where(_own(actor))
    return paging.fetch(session, wanted, _NEWEST, after=after, before=before, size=PAGE)


def staff_get(session: Session, code: str, actor: Actor) -> Referral:
    """Return a referral of the actor's regions, or one that was handed to the actor. Raises NotFound."""
    return _one(session, code, _staffs(actor))


def own_get(session: Session, code: str, actor: Actor) -> Referral:
    """Return a referral to one of the actor's organisations, or of the own household. Raises NotFound."""
    return _one(session, code, _own(actor))


def staff_waiting_count(session: Session, actor: Actor) -> int:
    """Return how many referrals wait for the actor as office, liaison or lead worker."""
    return session.scalar(select(func.count()).select_from(Referral).where(waiting_for_staff(actor))) or 0


def own_waiting_count(session: Session, actor: Actor) -> int:
    """Return how many referrals wait for the actor's organisations, or for the own word."""
    organisations = actor.organisations(Permission.HANDLE_OWN_REFERRALS)
    waits = or_(
        and_(Referral.organisation_id.in_(organisations), Referral.state.in_(_WITH_RECEIVER)),
        and_(_of_household(actor), Referral.state == S.DONE),
    )
    return session.scalar(select(func.count()).select_from(Referral).where(waits)) or 0


def waiting_for_staff(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a referral waits for the actor as office, liaison or lead worker."""
    led = select(Household.party_id).where(Household.lead_worker_id == actor.person_id)
    waits = [
        and_(Referral.state.in_(_WITH_OFFICE), within_any(Referral.region_code, sides.offices(actor))),
        and_(Referral.state.in_(_WITH_RECEIVER), _handed_to(actor)),
    ]
    if actor.person_id is not None:
        waits.append(and_(Referral.state == S.DONE, Referral.household_id.in_(led)))
    return or_(*waits)


def of_household(session: Session, household_id: uuid.UUID) -> list[Referral]:
    """Return the referrals of a household, newest first. The caller has asked who may read its file."""
    wanted = select(Referral).where(Referral.household_id == household_id).order_by(Referral.id.desc())
    return list(session.scalars(wanted))


def chain(session: Session, referral_id: uuid.UUID) -> list[Step]:
    """Return the steps of a referral, the newest first."""
    rows = session.execute(
        select(ReferralStep, ReferralNote)
        .outerjoin(ReferralNote, ReferralNote.step_id == ReferralStep.id)
        .where(ReferralStep.referral_id == referral_id)
        .order_by(ReferralStep.id.desc())
    )
    return [Step(step, note.actor_name if note else "", note.note if note else None) for step, note in rows]


def waiting(session: Session, actor: Actor) -> Select[uuid.UUID, object, str]:
    """Return the statement of what waits for a member of staff, as the work queue wants it."""
    return select(
        Referral.id.label("id"),
        Referral.state_since.label("since"),
        Referral.region_code.label("region_code"),
    ).where(waiting_for_staff(actor))


def _staffs(actor: Actor) -> ColumnElement[bool]:
    if actor.is_system:
        return Referral.id.is_not(None)
    scopes = actor.regions(Permission.READ_HOUSEHOLDS)
    return or_(within_any(Referral.region_code, scopes), _handed_to(actor))


def _handed_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that something was handed to the actor, who is a liaison still."""
    if actor.person_id is None or all(grant.role is not Role.DEPARTMENT_LIAISON for grant in actor.grants):
        return false()
    return Referral.liaison_id == actor.person_id


def _own(actor: Actor) -> ColumnElement[bool]:
    organisations = actor.organisations(Permission.HANDLE_OWN_REFERRALS)
    return or_(Referral.organisation_id.in_(organisations), _of_household(actor))


def _of_household(actor: Actor) -> ColumnElement[bool]:
    if actor.person_id is None or not actor.may(Permission.OWN_REQUESTS):
        return false()
    home = (
        select(HouseholdMember.household_id)
        .join(PersonRole, PersonRole.id == HouseholdMember.role_id)
        .where(PersonRole.person_id == actor.person_id, PersonRole.valid_to.is_(None))
    )
    return Referral.household_id.in_(home)


def _narrow(filters: Filters) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if filters.state is not None:
        conditions.append(Referral.state == filters.state)
    if filters.kind is not None:
        conditions.append(Referral.kind == filters.kind)
    if filters.region:
        conditions.append(within(Referral.region_code, filters.region))
    if filters.household_id is not None:
        conditions.append(Referral.household_id == filters.household_id)
    return conditions


def _one(session: Session, code: str, scope: ColumnElement[bool]) -> Referral:
    found = session.scalars(select(Referral).where(Referral.code == clean_code(code), scope)).first()
    if found is None:
        raise NotFound(_("没有找到这件转介转办，或者您不能查看它。"))
    return found
