"""Closing a month of a programme: its totals are added up over all sealed transfers and signed, for good.

A month holds what happened up to its last day and was sealed by its cut-off, but for what an earlier close holds.
So whatever is posted later for a closed month falls in the next one that closes, and is told there as a
correction of the month to which it belongs. There is no undoing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import String, and_, case, column, func, literal, not_, select, table, type_coerce
from sqlalchemy.orm import Session, aliased

from app import clock
from app.audit import events
from app.db import Base, lock
from app.errors import Conflict, InvalidInput
from app.ids import new_id
from app.permissions import Actor
from app.rows import insert_rows
from app.stored import stored_rows
from points.ledger import totals
from points.ledger.closing_models import PeriodClose
from points.ledger.form import FORM, is_signed, signed
from points.ledger.models import Account, Transfer
from points.ledger.totals import Flow, Totals
from points.rulesets.models import Programme

_CLOSE = Base.metadata.tables[PeriodClose.__tablename__]
# The leaves stand on the floor above the ledger; a close needs their numbers only.
_LEAF = table("seal_leaf", column("number"), column("thing_id"))
MOST_MONTHS_BACK = 36
"""How far back the first close of a programme may lie; it holds everything before."""

Extent = tuple[int, date, str]
"""Cut-off, last day and name of a closed month."""


@dataclass(frozen=True, slots=True)
class Added:
    """The flows of a month that is to be closed, added up after a close (its key; None: the first) for a cut-off.

    ``at`` is when the cut-off was taken: what is posted later is not in the month.
    """

    after: UUID | None
    tree_size: int
    at: datetime
    flows: Sequence[Flow]


def add_up(session: Session, programme: Programme, month: str, tree_size: int) -> Added:
    """Add up a month that is to be closed: it reads all leaves, so it is done before the lock is taken.

    Raises what ``close_period`` raises.
    """
    at = clock.now()
    closed = closes(session, programme.id)
    ends_on = _ensure_next(closed, month)
    extents = [*_extents(closed), (tree_size, ends_on, month)]
    flows = _flows(session, programme.id, extents, only_last=True).get(len(closed), [])
    return Added(closed[-1].id if closed else None, tree_size, at, flows)


def close_period(
    session: Session,
    programme: Programme,
    month: str,
    *,
    tree_size: int,
    root: bytes | None,
    actor: Actor,
    added: Added | None = None,
) -> PeriodClose:
    """Close a month (such as 2026-11) at a cut-off and return its row; a second time returns the first one.

    Everything must be sealed before. ``added`` is what ``add_up`` has found; without it, and when another month
    has been closed meanwhile, it is added up here. Raises InvalidInput for what is no month or is not over,
    Conflict when the month before it is still open, or was closed as a later one's.
    """
    lock(session, Programme, programme.id)
    closed = closes(session, programme.id)
    for one in closed:
        if one.month == month:
            return one
    ends_on = _ensure_next(closed, month)
    last = closed[-1].id if closed else None
    if added is None or (added.after, added.tree_size) != (last, tree_size):
        added = add_up(session, programme, month, tree_size)
    opening = totals.read(closed[-1].totals).closing if closed else {}
    found = totals.of_flows(opening, added.flows)
    body = (
        new_id(),
        FORM,
        programme.id,
        month,
        ends_on,
        tree_size,
        root,
        found.text,
        added.at,
        actor.user_id,
    )
    insert_rows(session, _CLOSE, [signed(body)])
    events.record(
        session,
        "period.close",
        "period_close",
        body[0],
        actor=actor,
        after={"programme": programme.code, "month": month, "tree_size": tree_size},
    )
    return session.get_one(PeriodClose, body[0])


def closes(session: Session, programme_id: UUID) -> list[PeriodClose]:
    """Return the closed months of a programme, oldest first."""
    query = select(PeriodClose).where(PeriodClose.programme_id == programme_id)
    return list(session.scalars(query.order_by(PeriodClose.month)))


def closed_month(session: Session, programme_id: UUID, day: date) -> PeriodClose | None:
    """Return the close in whose month a day lies, None while that is open.

    A transfer that was posted later than this close (`closed_at`) for such a day is a later correction. The
    first close holds all days before it.
    """
    return session.scalar(
        select(PeriodClose)
        .where(PeriodClose.programme_id == programme_id, PeriodClose.ends_on >= day)
        .order_by(PeriodClose.ends_on)
        .limit(1)
    )


def open_months(session: Session, programme_id: UUID, today: date) -> list[str]:
    """Return the months of a programme that are over and not closed, oldest first."""
    last = session.scalar(select(func.max(PeriodClose.month)).where(PeriodClose.programme_id == programme_id))
    if last is not None:
        month = following(last)
    else:
        account = select(Account.id).where(Account.programme_id == programme_id)
        first = session.scalar(
            select(func.min(Transfer.happened_on)).where(Transfer.from_account_id.in_(account))
        )
        if first is None:
            return []
        month = max(month_of(first), month_before(month_of(today), MOST_MONTHS_BACK))
    found = []
    while month < month_of(today):
        found.append(month)
        month = following(month)
    return found


def breaks(session: Session) -> Iterator[tuple[UUID, str]]:
    """Yield key and sentence of every closed month whose row was touched or whose totals are not the ledger's."""
    by_programme: dict[UUID, list[PeriodClose]] = {}
    for row in stored_rows(session, _CLOSE, "ORDER BY programme_id, month"):
        if not is_signed(row):
            yield row[0], _("结账 %(month)s 的签名不符：内容被改动，或不是本系统写入的。", month=row[3])
            continue
        by_programme.setdefault(row[2], []).append(
            PeriodClose(**dict(zip(_CLOSE.c.keys(), row, strict=True)))
        )
    for programme_id, closed in by_programme.items():
        yield from _differing(session, programme_id, closed)


def last_day_of(month: str) -> date:
    """Return the last day of a month such as 2026-11. Raises InvalidInput for any other text."""
    try:
        first = date.fromisoformat(f"{month}-01")
        return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    except (ValueError, OverflowError) as problem:
        raise InvalidInput(
            _("“%(month)s”不是月份，写法如 2026-11。", month=month), field="month"
        ) from problem


def following(month: str) -> str:
    """Return the month after a month."""
    return month_of(last_day_of(month) + timedelta(days=1))


def month_before(month: str, count: int) -> str:
    """Return the month so many months before a month."""
    number = int(month[:4]) * 12 + int(month[5:]) - 1 - count
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def month_of(day: date) -> str:
    """Return the month of a day, such as 2026-11."""
    return f"{day:%Y-%m}"


def _ensure_next(closed: Sequence[PeriodClose], month: str) -> date:
    """Return the last day of the month that is the next to be closed."""
    ends_on = last_day_of(month)
    if ends_on >= clock.today():
        raise InvalidInput(_("%(month)s 还没有结束，月末以后才能结账。", month=month), field="month")
    earliest = month_before(month_of(clock.today()), MOST_MONTHS_BACK)
    if not closed and month < earliest:
        raise InvalidInput(
            _("第一次结账最早结 %(month)s，它包含以前的全部流水。", month=earliest), field="month"
        )
    if closed and month != following(closed[-1].month):
        raise Conflict(
            _(
                "结账按月份先后办理：上一次结到 %(last)s，接着应当结 %(next)s。",
                last=closed[-1].month,
                next=following(closed[-1].month),
            )
        )
    return ends_on


def _differing(
    session: Session, programme_id: UUID, closed: Sequence[PeriodClose]
) -> Iterator[tuple[UUID, str]]:
    for before, after in pairwise(closed):
        if after.month != following(before.month) or after.tree_size < before.tree_size:
            yield after.id, _("结账 %(month)s 与上一次结账不衔接。", month=after.month)
    by_close = _flows(session, programme_id, _extents(closed), only_last=False)
    opening: dict[str, int] = {}
    for number, one in enumerate(closed):
        true: Totals = totals.of_flows(opening, by_close.get(number, []))
        opening = true.closing
        if true.text != one.totals:
            yield one.id, _("结账 %(month)s 的合计与流水不符。", month=one.month)


def _extents(closed: Sequence[PeriodClose]) -> list[Extent]:
    return [(one.tree_size, one.ends_on, one.month) for one in closed]


def _flows(
    session: Session, programme_id: UUID, extents: Sequence[Extent], *, only_last: bool
) -> dict[int, list[Flow]]:
    """Return the flows of each closed month by its place in ``extents``, from one walk over the transfers.

    The extents are nested: each holds what the one before holds, so a transfer is of the first that holds it.
    """
    if not extents:
        return {}
    source, target = aliased(Account), aliased(Account)
    within = [
        and_(_LEAF.c.number < size, Transfer.happened_on <= ends_on) for size, ends_on, _month in extents
    ]
    each = (
        select(
            # As they are stored: a damaged one is told by its transfer, and must not keep the rest from being told.
            type_coerce(source.kind, String).label("source"),
            type_coerce(target.kind, String).label("target"),
            type_coerce(Transfer.contribution_kind, String).label("kind"),
            case(*((inside, literal(at)) for at, inside in enumerate(within))).label("close"),
            case(
                *((Transfer.happened_on <= extent[1], literal(at)) for at, extent in enumerate(extents))
            ).label("happened"),
            Transfer.points.label("points"),
        )
        .join(_LEAF, _LEAF.c.thing_id == Transfer.id)
        .join(source, source.id == Transfer.from_account_id)
        .join(target, target.id == Transfer.to_account_id)
        .where(source.programme_id == programme_id, within[-1])
    )
    if only_last and len(extents) > 1:
        each = each.where(not_(within[-2]))
    one = each.subquery()
    keys = (one.c.source, one.c.target, one.c.kind, one.c.close, one.c.happened)
    rows = session.execute(select(*keys, func.count(), func.sum(one.c.points)).group_by(*keys))
    found: dict[int, list[Flow]] = {}
    for source_kind, target_kind, kind, at, happened, count, points in rows:
        month = extents[happened][2] if happened < at else ""
        flow = Flow(source_kind, target_kind, kind or "", month, int(count), int(points))
        found.setdefault(at, []).append(flow)
    return found
