"""Reading the table of approval tiers: what is in force, what comes, what waits, what was. No personal data in it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.ids import clean_code
from app.parties.models import Party
from projects.tiers.kinds import TierState, TierThing
from projects.tiers.models import ApprovalTier
from projects.tiers.rules import ORDER


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of one thing: in force today, approved for a day to come, waiting for approval, and the past."""

    thing: TierThing
    now: Sequence[ApprovalTier]
    coming: Sequence[ApprovalTier]
    waiting: Sequence[ApprovalTier]
    past: Sequence[ApprovalTier]


def tables(session: Session, *, today: date) -> list[Table]:
    """Return the whole table, thing by thing; the city's rows before those of single regions."""
    rows = session.scalars(select(ApprovalTier)).all()
    rows = sorted(rows, key=lambda one: (one.region_key, ORDER.index(one.level), one.valid_from))
    found = []
    for thing in TierThing:
        mine = [one for one in rows if one.thing is thing]
        approved = [one for one in mine if one.state is TierState.APPROVED]
        found.append(
            Table(
                thing,
                now=[one for one in approved if _is_on(one, today)],
                coming=sorted((one for one in approved if one.valid_from > today), key=_first_day),
                waiting=[one for one in mine if one.state is TierState.PROPOSED],
                past=sorted(
                    (
                        one
                        for one in mine
                        if one.state is TierState.DROPPED
                        or (
                            one.state is TierState.APPROVED
                            and one.valid_to is not None
                            and one.valid_to < today
                        )
                    ),
                    key=_first_day,
                    reverse=True,
                ),
            )
        )
    return found


def before(session: Session, row: ApprovalTier) -> ApprovalTier | None:
    """Return the approved row of the same line that is in force on the day before a row begins, or None."""
    eve = row.valid_from - timedelta(days=1)
    query = select(ApprovalTier).where(
        ApprovalTier.thing == row.thing,
        ApprovalTier.region_key == row.region_key,
        ApprovalTier.level == row.level,
        ApprovalTier.id != row.id,
        ApprovalTier.state == TierState.APPROVED,
        ApprovalTier.valid_from < row.valid_from,
        or_(ApprovalTier.valid_to.is_(None), ApprovalTier.valid_to >= eve),
    )
    return session.scalars(query).first()


def get(session: Session, code: str) -> ApprovalTier:
    """Return a row of the table. Raises NotFound."""
    row = session.scalar(select(ApprovalTier).where(ApprovalTier.code == clean_code(code)))
    if row is None:
        raise NotFound(_("没有找到这一条审批权限。"))
    return row


def names(session: Session, rows: Sequence[ApprovalTier]) -> dict[uuid.UUID, str]:
    """Return the names of the staff who proposed and approved these rows."""
    keys = {key for one in rows for key in (one.proposed_by_id, one.approved_by_id) if key is not None}
    query = select(Party.id, Party.name).where(Party.id.in_(keys))
    return {row.id: row.name for row in session.execute(query)} if keys else {}


def count_waiting(session: Session) -> int:
    """Return how many rows wait for approval."""
    return len(session.scalars(select(ApprovalTier.id).where(ApprovalTier.state == TierState.PROPOSED)).all())


def _is_on(row: ApprovalTier, day: date) -> bool:
    return row.valid_from <= day and (row.valid_to is None or row.valid_to >= day)


def _first_day(row: ApprovalTier) -> date:
    return row.valid_from
