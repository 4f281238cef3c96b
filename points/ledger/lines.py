"""The lines of one party account: its transfers, each with its running number and the balance after it.

Numbers are in posting order, so what was known at an instant is a number, found in a dozen steps however long the
account is; what had happened by a day is a sum over an index that holds all it needs (``ix_transfer_…_happened``).
Every question is bounded by a number, so that its answers fit each other while others post.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.types import UtcTimeType
from points.ledger.kinds import Reason
from points.ledger.models import AccountBalance, Transfer
from points.rulesets.kinds import ContributionKind

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a transfer: which columns stand for it, and the sign of its points."""

    account: InstrumentedAttribute[UUID]
    number: InstrumentedAttribute[int | None]
    balance: InstrumentedAttribute[int | None]
    sign: int


SIDES = (
    Side(Transfer.from_account_id, Transfer.from_number, Transfer.from_balance, -1),
    Side(Transfer.to_account_id, Transfer.to_number, Transfer.to_balance, 1),
)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of a party's statement. ``points`` has its sign; ``balance`` is the purse's after this line."""

    number: int
    transfer_id: UUID
    posting_id: UUID
    reason: Reason
    source_kind: str
    source_id: UUID
    contribution_kind: ContributionKind | None
    points: int
    balance: int
    wording: str
    happened_on: date
    posted_at: datetime
    expires_on: date | None
    reverses_id: UUID | None


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of an account that was known: its number, and the balance after it (0 and 0: none)."""

    number: int
    balance: int


@dataclass(frozen=True, slots=True)
class Extent:
    """Which lines of an account: those known up to a number, that happened between two days (both counted)."""

    account_id: UUID
    upto: int
    happened_from: date | None = None
    happened_by: date | None = None
    kind: ContributionKind | None = None
    any_kind: bool = True

    @property
    def is_whole(self) -> bool:
        """Whether no day and no kind narrows it."""
        return self.happened_from is None and self.happened_by is None and self.any_kind


@dataclass(frozen=True, slots=True)
class Flow:
    """What came in and what went out, in centipoints, and over how many lines."""

    came: int = 0
    went: int = 0
    lines: int = 0

    @property
    def net(self) -> int:
        """What came in less what went out."""
        return self.came - self.went

    def __add__(self, other: "Flow") -> "Flow":
        return Flow(self.came + other.came, self.went + other.went, self.lines + other.lines)


def head(session: Session, account_id: UUID, *, posted_by: datetime | None = None) -> Head:
    """Return the last line of an account: now, or of what was posted by an instant. Costs the same at any length."""
    now = session.execute(
        select(AccountBalance.last_number, AccountBalance.balance).where(
            AccountBalance.account_id == account_id
        )
    ).first()
    if now is None:
        return Head(0, 0)
    last = Head(now.last_number, now.balance)
    if posted_by is None:
        return last
    number = min(_known_by(session, account_id, last.number, posted_by), last.number)
    return last if number == last.number else Head(number, _balance_after(session, account_id, number))


def _known_by(session: Session, account_id: UUID, last: int, posted_by: datetime) -> int:
    """Return the number of the last line posted by an instant, by halving: one statement, log2(last) steps."""
    steps = select(
        literal(0).label("number"),
        literal(1 << max(last, 1).bit_length()).label("step"),
    ).cte("steps", recursive=True)
    instant = bindparam("posted_by", posted_by, type_=UtcTimeType())
    further = or_(
        *(
            exists().where(
                side.account == account_id,
                side.number == steps.c.number + steps.c.step,
                Transfer.posted_at <= instant,
            )
            for side in SIDES
        )
    )
    steps = steps.union_all(
        select(
            steps.c.number + case((further, steps.c.step), else_=0),
            steps.c.step.op("/")(2),  # whole numbers on both databases,
        ).where(steps.c.step > 0)
    )
    return int(session.scalar(select(steps.c.number).where(steps.c.step == 0)) or 0)


def _balance_after(session: Session, account_id: UUID, number: int) -> int:
    for side in SIDES:
        found = session.scalar(select(side.balance).where(side.account == account_id, side.number == number))
        if found is not None:
            return int(found)
    return 0


def balance(session: Session, account_id: UUID, known: Head, happened_by: date | None = None) -> int:
    """Return the balance of what was known and had happened by a day (None: of all that was known).

    Adds up the shorter part, before the day or after it, as far as the first and the last day tell.
    """
    if happened_by is None or not known.number:
        return known.balance
    first, last = _days(session, account_id)
    if last is None or first is None or happened_by >= last:
        return known.balance
    if happened_by < first:
        return 0
    if last - happened_by <= happened_by - first:
        after = Extent(account_id, known.number, happened_from=date.fromordinal(happened_by.toordinal() + 1))
        return known.balance - flow(session, after).net
    return flow(session, Extent(account_id, known.number, happened_by=happened_by)).net


def balance_within(session: Session, extent: Extent) -> int:
    """Return the balance of what was known up to an extent's number and had happened by its last day."""
    known = Head(extent.upto, _balance_after(session, extent.account_id, extent.upto))
    return balance(session, extent.account_id, known, extent.happened_by)


def _days(session: Session, account_id: UUID) -> tuple[date | None, date | None]:
    """Return the first and the last day on which anything in an account happened: the ends of the indexes."""
    firsts: list[date] = []
    lasts: list[date] = []
    for side in SIDES:
        own = (side.account == account_id, side.number.is_not(None))
        for ends, wanted in (
            (firsts, select(func.min(Transfer.happened_on))),
            (lasts, select(func.max(Transfer.happened_on))),
        ):
            found = session.scalar(wanted.where(*own))
            if found is not None:
                ends.append(found)
    return min(firsts, default=None), max(lasts, default=None)


def flow(session: Session, extent: Extent) -> Flow:
    """Return what came into an account and what left it within an extent."""
    total = Flow()
    for side in SIDES:
        query = within(select(func.coalesce(func.sum(Transfer.points), 0), func.count()), side, extent)
        points, count = session.execute(query).one()
        total += _flow(side, int(points), int(count))
    return total


def flows(session: Session, extent: Extent) -> dict[tuple[str, ContributionKind | None], Flow]:
    """Return the flows by month of happening ("2026-11") and kind of contribution (None: no contribution's)."""
    found: dict[tuple[str, ContributionKind | None], Flow] = {}
    for side in SIDES:
        # By day, in the order of the index; by month in SQL it would sort every line.
        day = (Transfer.happened_on, Transfer.contribution_kind)
        query = within(select(*day, func.sum(Transfer.points), func.count()), side, extent).group_by(*day)
        for on, kind, points, count in session.execute(query):
            key = (f"{on:%Y-%m}", kind)
            found[key] = found.get(key, Flow()) + _flow(side, int(points), int(count))
    return found


def _flow(side: Side, points: int, count: int) -> Flow:
    return Flow(points, 0, count) if side.sign > 0 else Flow(0, points, count)


def left_by_reason(session: Session, extent: Extent) -> dict[Reason, int]:
    """Return what left an account within an extent, by reason: expired, spent, held, taken back."""
    outgoing = SIDES[0]
    query = within(select(Transfer.reason, func.sum(Transfer.points)), outgoing, extent)
    return {reason: int(points) for reason, points in session.execute(query.group_by(Transfer.reason))}


def page(session: Session, extent: Extent, *, before: int | None = None, limit: int) -> list[StatementLine]:
    """Return lines, the newest first: by number, or, where days or a kind narrow, as things happened.

    ``before`` is the number of the last line of the page before.
    """
    extent, last = _below(session, extent, before)
    found: list[StatementLine] = []
    for side in SIDES:
        query = in_order(within(select(Transfer), side, extent), side, extent, last)
        found += [line_of(transfer, side) for transfer in session.scalars(query.limit(limit))]
    if extent.is_whole:
        found.sort(key=lambda one: one.number, reverse=True)
    else:
        found.sort(key=lambda one: (one.happened_on, one.number), reverse=True)
    return found[:limit]


def _below(session: Session, extent: Extent, before: int | None) -> tuple[Extent, int | None]:
    """Return an extent cut off where a page begins, and the number below which the lines of its last day come."""
    if before is None:
        return extent, None
    if extent.is_whole:
        return replace(extent, upto=min(extent.upto, before - 1)), None
    last = line(session, extent.account_id, before)
    if last is None:
        return extent, None
    day = min(last.happened_on, extent.happened_by or date.max)
    return replace(extent, happened_by=day), before if day == last.happened_on else None


def in_order(query: Query, side: Side, extent: Extent, last: int | None) -> Query:
    """Return a query of one side in the order of its extent; ``last`` cuts off the extent's last day."""
    if extent.is_whole:
        return query.order_by(side.number.desc())
    if last is not None:
        query = query.where(or_(Transfer.happened_on < extent.happened_by, side.number < last))
    return query.order_by(Transfer.happened_on.desc(), side.number.desc())


def line(session: Session, account_id: UUID, number: int) -> StatementLine | None:
    """Return one line of an account by its number, or None."""
    for side in SIDES:
        found = session.scalar(select(Transfer).where(side.account == account_id, side.number == number))
        if found is not None:
            return line_of(found, side)
    return None


def within(query: Query, side: Side, extent: Extent) -> Query:
    """Return a query of transfers narrowed to one side of an extent."""
    conditions: list[ColumnElement[bool]] = [
        side.account == extent.account_id,
        side.number.is_not(None),  # what the partial indexes hold
        side.number <= extent.upto,
    ]
    if extent.happened_from is not None:
        conditions.append(Transfer.happened_on >= extent.happened_from)
    if extent.happened_by is not None:
        conditions.append(Transfer.happened_on <= extent.happened_by)
    if not extent.any_kind:
        conditions.append(Transfer.contribution_kind.is_not_distinct_from(extent.kind))
    return query.where(*conditions)


def line_of(transfer: Transfer, side: Side) -> StatementLine:
    """Return a transfer as a line of the account on one of its sides."""
    number, after = getattr(transfer, side.number.key), getattr(transfer, side.balance.key)
    return StatementLine(
        number=number,
        transfer_id=transfer.id,
        posting_id=transfer.posting_id,
        reason=transfer.reason,
        source_kind=transfer.source_kind,
        source_id=transfer.source_id,
        contribution_kind=transfer.contribution_kind,
        points=side.sign * transfer.points,
        balance=after,
        wording=transfer.wording,
        happened_on=transfer.happened_on,
        posted_at=transfer.posted_at,
        expires_on=transfer.expires_on,
        reverses_id=transfer.reverses_id,
    )
