"""The lines of one party account: its transfers, each with its running number and the balance after it.

Numbers are in posting order, so what was known at an instant is a number, found in a dozen steps however long the
account is. What came and went, by month and kind, is told by `flows`.
Every question is bounded by a number, so that its answers fit each other while others post.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    bindparam,
    case,
    exists,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.rows import among
from app.types import UtcTimeType
from points.ledger.kinds import Reason
from points.ledger.models import AccountBalance, Posting, Transfer
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
    return last if posted_by is None else head_by(session, account_id, last, posted_by)


def head_by(session: Session, account_id: UUID, last: Head, posted_by: datetime) -> Head:
    """Return the last line, up to one, of what was posted by an instant."""
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


def page(session: Session, extent: Extent, *, before: int | None = None, limit: int) -> list[StatementLine]:
    """Return lines, the newest first: by number, or, where days or a kind narrow, as things happened.

    ``before`` is the number of the last line of the page before.
    """
    extent, last = _below(session, extent, before)
    pages = [_page_of(side, extent, last, limit).subquery() for side in SIDES]
    found = _read(session, union_all(*(select(one) for one in pages)))
    if extent.is_whole:
        found.sort(key=lambda one: one.number, reverse=True)
    else:
        found.sort(key=lambda one: (one.happened_on, one.number), reverse=True)
    return found[:limit]


def _page_of(side: Side, extent: Extent, last: int | None, limit: int) -> Select[*tuple[Any, ...]]:
    """Return the query of one side's part of a page; ``last`` cuts off the extent's last day."""
    if extent.is_whole:
        return within(_lines_of(side), side, extent).order_by(side.number.desc()).limit(limit)
    # First which lines, told by the index alone, then the lines themselves.
    numbers = within(select(side.number.label("number")), side, extent)
    if last is not None:
        numbers = numbers.where(or_(Transfer.happened_on < extent.happened_by, side.number < last))
    chosen = numbers.order_by(Transfer.happened_on.desc(), side.number.desc()).limit(limit).subquery()
    return (
        _lines_of(side).join(chosen, chosen.c.number == side.number).where(side.account == extent.account_id)
    )


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


def line(session: Session, account_id: UUID, number: int) -> StatementLine | None:
    """Return one line of an account by its number, or None."""
    for side in SIDES:
        for found in _read(session, _lines_of(side).where(side.account == account_id, side.number == number)):
            return found
    return None


def of_sources(
    session: Session, account_id: UUID, sources: Collection[UUID], postings: Collection[UUID]
) -> list[StatementLine]:
    """Return the lines of an account that were posted for some sources, or by some postings."""
    caused = (
        session.scalars(select(Posting.id).where(among(session, Posting.source_id, sources)))
        if sources
        else ()
    )
    wanted = among(session, Transfer.posting_id, {*postings, *caused})
    return _read(
        session, union_all(*(_lines_of(side).where(wanted, side.account == account_id) for side in SIDES))
    )


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
        conditions.append(Transfer.contribution_kind == extent.kind)  # None: IS NULL
    return query.where(*conditions)


def _lines_of(side: Side) -> Select[*tuple[Any, ...]]:
    """Return the query of the columns of a statement's line on one side, without their signatures."""
    return select(
        side.number,
        Transfer.id,
        Transfer.posting_id,
        Transfer.reason,
        Transfer.source_kind,
        Transfer.source_id,
        Transfer.contribution_kind,
        (Transfer.points if side.sign > 0 else -Transfer.points).label("points"),
        side.balance,
        Transfer.wording,
        Transfer.happened_on,
        Transfer.posted_at,
        Transfer.expires_on,
        Transfer.reverses_id,
    )


def _read(
    session: Session, query: Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
) -> list[StatementLine]:
    return [StatementLine(*row) for row in session.execute(query)]
