"""Reading re-reviews: draws are public knowledge, the households in them are not."""

import uuid
from collections.abc import Sequence
from datetime import date
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
from projects.reviews.kinds import DrawState, ItemState
from projects.reviews.models import ReviewDraw, ReviewItem

READ = Permission.READ_HOUSEHOLDS


def draws(session: Session, *, limit: int = 50) -> list[ReviewDraw]:
    """Return the draws, the newest first. Who shows one to anybody shows its seed only once it has drawn."""
    return list(session.scalars(select(ReviewDraw).order_by(ReviewDraw.id.desc()).limit(limit)))


def draw(session: Session, code: str) -> ReviewDraw:
    """Return a draw by code. Raises NotFound."""
    found = session.scalars(select(ReviewDraw).where(ReviewDraw.code == clean_code(code))).first()
    if found is None:
        raise NotFound(_("没有这次抽取。"))
    return found


def due(session: Session, today: date) -> list[uuid.UUID]:
    """Return the draws whose period is over and that have not been made."""
    query = select(ReviewDraw.id).where(ReviewDraw.state == DrawState.COMMITTED, ReviewDraw.last_day < today)
    return list(session.scalars(query.order_by(ReviewDraw.id)))


def staff_items(
    session: Session,
    actor: Actor,
    *,
    state: ItemState | None = None,
    after: str | None = None,
    before: str | None = None,
) -> Page[Any]:
    """Return a page of the drawn households of the actor's regions, the newest first. Raises NotAllowed."""
    ensure_may(actor, READ)
    query = (
        select(ReviewItem, Party, Household.file_number)
        .join(Party, Party.id == ReviewItem.household_id)
        .join(Household, Household.party_id == Party.id)
        .where(_of(actor), ReviewItem.state != ItemState.SPARED)
    )
    if state is not None:
        query = query.where(ReviewItem.state == state)
    return fetch(session, query, (Order(ReviewItem.id, True),), after=after, before=before)


def staff_item(session: Session, code: str, *, actor: Actor) -> ReviewItem:
    """Return a drawn household's item of the actor's regions by code. Raises NotFound for any other."""
    query = select(ReviewItem).where(
        ReviewItem.code == clean_code(code), _of(actor), ReviewItem.state != ItemState.SPARED
    )
    found = session.scalars(query).first()
    if found is None:
        raise NotFound(_("辖区内没有这件回头看。"))
    return found


def keys_of(session: Session, draw_id: uuid.UUID) -> Sequence[uuid.UUID]:
    """Return the keys of a draw's whole list, sorted; by them anybody who has the seed draws again."""
    query = select(ReviewItem.subject_id).where(ReviewItem.draw_id == draw_id).order_by(ReviewItem.subject_id)
    return session.scalars(query).all()


def _of(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.is_system else within_any(ReviewItem.region_code, actor.regions(READ))
