"""Reading help plans."""

import uuid
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.ids import clean_code
from app.paging import Order, Page, fetch
from app.parties.models import Household, Party
from app.permissions import Actor, Permission, ensure_may
from app.regions.rules import within_any
from projects.plans.kinds import PlanState
from projects.plans.models import HelpEvaluation, HelpPlan

READ = Permission.READ_HOUSEHOLDS


def staff_get(session: Session, code: str, *, actor: Actor) -> HelpPlan:
    """Return a plan of the actor's regions by code. Raises NotFound for any other."""
    found = session.scalars(select(HelpPlan).where(HelpPlan.code == clean_code(code), _of(actor))).first()
    if found is None:
        raise NotFound(_("辖区内没有这份帮扶方案。"))
    return found


def staff_page(
    session: Session,
    actor: Actor,
    *,
    state: PlanState | None = None,
    mine: bool = False,
    after: str | None = None,
    before: str | None = None,
) -> Page[Any]:
    """Return a page of plans with household and file number, the newest first. Raises NotAllowed."""
    ensure_may(actor, READ)
    query = (
        select(HelpPlan, Party, Household.file_number)
        .join(Party, Party.id == HelpPlan.household_id)
        .join(Household, Household.party_id == Party.id)
        .where(_of(actor))
    )
    if state is not None:
        query = query.where(HelpPlan.state == state)
    if mine:
        query = query.where(HelpPlan.responsible_id == actor.person_id)
    return fetch(session, query, (Order(HelpPlan.id, True),), after=after, before=before)


def evaluations(session: Session, plan_id: uuid.UUID) -> list[HelpEvaluation]:
    """Return the evaluations of a plan, the newest first."""
    query = select(HelpEvaluation).where(HelpEvaluation.plan_id == plan_id)
    return list(session.scalars(query.order_by(HelpEvaluation.number.desc())))


def of_household(session: Session, household_id: uuid.UUID) -> list[HelpPlan]:
    """Return the plans of a household, the newest first, for its file. The caller has asked."""
    query = select(HelpPlan).where(HelpPlan.household_id == household_id).order_by(HelpPlan.id.desc())
    return list(session.scalars(query))


def _of(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.is_system else within_any(HelpPlan.region_code, actor.regions(READ))
