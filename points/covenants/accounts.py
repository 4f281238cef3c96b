"""Why a household has so many points: what its items came to, one record of its own, where that is sealed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.ids import clean_code
from points.covenants.kinds import RecordState
from points.covenants.lines import SUBJECT, Line, whole
from points.covenants.models import CovenantHousehold, CovenantItem, CovenantRecord
from points.ledger.kinds import Reason
from points.ledger.models import Transfer
from points.ledger.queries import postings_of
from points.seals.models import SealLeaf


@dataclass(frozen=True, slots=True)
class ItemSum:
    """What one item of the lists came to for a household: how many times, and points in centipoints."""

    name: str
    records: int
    times: int
    points: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """A transfer of a record: why, when it was posted, and its leaf (None: within the last minute)."""

    reason: Reason
    posted_at: datetime
    leaf: int | None


def sums(session: Session, covenant_id: uuid.UUID, party_id: uuid.UUID) -> list[ItemSum]:
    """Return what a householder's points are made of, by item, the largest first; they add up to the balance."""
    points = func.coalesce(func.sum(CovenantRecord.counted), 0)
    rows = session.execute(
        select(CovenantItem.name, func.count(), func.sum(CovenantRecord.quantity), points)
        .join(CovenantItem, CovenantItem.id == CovenantRecord.item_id)
        .join(CovenantHousehold, CovenantHousehold.id == CovenantRecord.household_id)
        .where(
            CovenantRecord.covenant_id == covenant_id,
            CovenantRecord.state == RecordState.VERIFIED,
            CovenantHousehold.party_id == party_id,
        )
        .group_by(CovenantItem.name)
        .order_by(points.desc(), CovenantItem.name)
    )
    return [ItemSum(name, records, int(times or 0), int(total or 0)) for name, records, times, total in rows]


def own_record(session: Session, code: str, household_ids: Sequence[uuid.UUID]) -> Line:
    """Return a record of one of these households. Raises NotFound."""
    wanted = whole().where(
        CovenantRecord.code == clean_code(code), CovenantRecord.household_id.in_(household_ids)
    )
    row = session.execute(wanted).first()
    if row is None:
        raise NotFound(_("没有找到本户的这条记录。"))
    return Line(*row)


def sealed(session: Session, record_id: uuid.UUID) -> list[Sealed]:
    """Return where a record's transfers are sealed, the oldest first; a record that counted nothing has none."""
    posted = [
        one
        for reason in (Reason.AWARD, Reason.REVERSAL)
        for one in postings_of(session, SUBJECT, record_id, reason)
    ]
    rows = session.execute(
        select(Transfer.reason, Transfer.posted_at, SealLeaf.number)
        .outerjoin(SealLeaf, SealLeaf.thing_id == Transfer.id)
        .where(Transfer.posting_id.in_([one.id for one in posted]))
        .order_by(Transfer.posted_at, Transfer.id)
    )
    return [Sealed(*row) for row in rows]
