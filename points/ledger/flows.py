"""What came to an account and what left it, by month of happening, kind of contribution and reason.

Kept sums hold the lines up to the account's mark; the few beyond it, and the days of a month that is asked for in
part, are read from the transfers. So an answer is exact at any instant and costs the same however long an account is.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from points.ledger.flow_models import AccountFlow, FlowMark
from points.ledger.kinds import Reason
from points.ledger.lines import SIDES, Extent, Flow, Head, Side, within
from points.ledger.models import Transfer
from points.rulesets.kinds import ContributionKind

NO_KIND = "-"
"""The kind, among kept sums, of what belongs to no contribution."""
Kind = ContributionKind | None


class Cell(NamedTuple):
    """What a sum is of: month of happening ("2026-11"), kind of contribution (None: of none), reason."""

    month: str
    kind: Kind
    reason: Reason


Flows = dict[Cell, Flow]


def flows(session: Session, extent: Extent) -> Flows:
    """Return the flows of an extent, those without a line left out."""
    begins = extent.happened_from
    if begins is not None and begins.day != 1:
        return _by_day(session, extent)
    ends = extent.happened_by
    part = ends is not None and (ends + timedelta(days=1)).day != 1
    whole = replace(extent, happened_by=ends.replace(day=1) - timedelta(days=1)) if ends and part else extent
    mark, kept = _kept(session, whole)
    if mark > 2 * extent.upto:
        # What was known long ago: nearer to the beginning than to what is kept.
        return _by_day(session, extent)
    found: Flows = {}
    _add(found, kept, 1)
    low, high = sorted((mark, extent.upto))
    if low != high:
        _add(found, _by_number(session, whole, low, high), 1 if mark == low else -1)
    if ends and part and (begins is None or begins <= ends):
        _add(found, _by_day(session, replace(extent, happened_from=ends.replace(day=1))).items(), 1)
    return {cell: flow for cell, flow in found.items() if flow.lines}


def total(found: Flows) -> Flow:
    """Return all flows in one."""
    return sum(found.values(), Flow())


def by_month_and_kind(found: Flows) -> dict[tuple[str, Kind], Flow]:
    """Return the flows by month and kind, whatever their reason."""
    sums: dict[tuple[str, Kind], Flow] = {}
    for cell, flow in found.items():
        key = (cell.month, cell.kind)
        sums[key] = sums.get(key, Flow()) + flow
    return sums


def balance(session: Session, account_id: UUID, known: Head, happened_by: date | None = None) -> int:
    """Return the balance of what was known and had happened by a day (None: of all that was known)."""
    if happened_by is None or not known.number:
        return known.balance
    return total(flows(session, Extent(account_id, known.number, happened_by=happened_by))).net


def _add(found: Flows, more: Iterable[tuple[Cell, Flow]], sign: int) -> None:
    for cell, flow in more:
        there = found.get(cell, Flow())
        found[cell] = Flow(
            there.came + sign * flow.came, there.went + sign * flow.went, there.lines + sign * flow.lines
        )


def _kept(session: Session, extent: Extent) -> tuple[int, list[tuple[Cell, Flow]]]:
    """Return an account's mark (0: none) and its kept sums of the months of an extent."""
    on: list[Any] = [AccountFlow.account_id == FlowMark.account_id]
    if extent.happened_from is not None:
        on.append(AccountFlow.month >= f"{extent.happened_from:%Y-%m}")
    if extent.happened_by is not None:
        on.append(AccountFlow.month <= f"{extent.happened_by:%Y-%m}")
    if not extent.any_kind:
        on.append(AccountFlow.kind == (extent.kind.value if extent.kind else NO_KIND))
    sums = (AccountFlow.month, AccountFlow.kind, AccountFlow.reason, AccountFlow.came, AccountFlow.went)
    rows = session.execute(
        select(FlowMark.number, *sums, AccountFlow.lines)
        .outerjoin(AccountFlow, and_(*on))
        .where(FlowMark.account_id == extent.account_id)
    ).all()
    kept = [
        (Cell(month, _kind(kind), Reason(reason)), Flow(came, went, lines))
        for _mark, month, kind, reason, came, went, lines in rows
        if month is not None
    ]
    return (rows[0][0] if rows else 0), kept


def _kind(kind: str) -> Kind:
    return None if kind == NO_KIND else ContributionKind(kind)


def _by_number(session: Session, extent: Extent, after: int, upto: int) -> list[tuple[Cell, Flow]]:
    """Return the lines of an extent between two numbers, each as a flow."""
    found = []
    for side in SIDES:
        query = select(Transfer.happened_on, Transfer.contribution_kind, Transfer.reason, Transfer.points)
        query = within(query, side, replace(extent, upto=upto)).where(side.number > after)
        for on, kind, reason, points in session.execute(query):
            found.append((Cell(f"{on:%Y-%m}", kind, reason), _flow(side, points, 1)))
    return found


def _by_day(session: Session, extent: Extent) -> Flows:
    """Return the flows of an extent from its transfers, in the order of the index by day."""
    found: Flows = {}
    for side in SIDES:
        # By day; by month in SQL it would sort every line.
        keys = (Transfer.happened_on, Transfer.contribution_kind, Transfer.reason)
        query = within(select(*keys, func.sum(Transfer.points), func.count()), side, extent).group_by(*keys)
        for on, kind, reason, points, count in session.execute(query):
            _add(found, [(Cell(f"{on:%Y-%m}", kind, reason), _flow(side, int(points), int(count)))], 1)
    return found


def _flow(side: Side, points: int, count: int) -> Flow:
    return Flow(points, 0, count) if side.sign > 0 else Flow(0, points, count)
