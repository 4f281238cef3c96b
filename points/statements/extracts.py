"""A statement to take away: both purses over a span, line by line or, where they are very many, month by month.

The paper and the table for spreadsheets are made from the same extract, so their figures are equal.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.errors import InvalidInput
from app.parties.models import Party
from app.tables import Column, ColumnKind
from points.ledger import flows, lines
from points.ledger.kinds import Purse
from points.ledger.lines import Flow
from points.rankings.screens import period_words
from points.rulesets.kinds import ContributionKind
from points.statements import spans
from points.statements.choice import Choice
from points.statements.spans import Span
from points.statements.words import kind_words, title_of

MOST_LINES = 20_000
"""So many lines of a purse go into one table; more are asked for period by period."""

COLUMNS = (
    Column("purse", _l("积分钱包"), width=12),
    Column("happened_on", _l("发生日期"), ColumnKind.DAY),
    Column("posted_at", _l("记账时间"), ColumnKind.MOMENT),
    Column("what", _l("事项"), width=16),
    Column("wording", _l("算法"), width=48),
    Column("points", _l("积分"), ColumnKind.POINTS),
    Column("balance", _l("余额"), ColumnKind.POINTS),
    Column("expires_on", _l("有效期至"), ColumnKind.DAY),
)


@dataclass(frozen=True, slots=True)
class ExtractLine:
    """One line in the order in which things happened; ``balance`` runs from the opening to the closing one."""

    happened_on: date
    posted_at: datetime
    what: str
    wording: str
    points: int
    balance: int
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class PurseExtract:
    """One purse: its sums, and its lines, or instead of too many of them what each month and kind came to."""

    span: Span
    lines: tuple[ExtractLine, ...]
    months: tuple[tuple[str, ContributionKind | None, Flow], ...]


@dataclass(frozen=True, slots=True)
class Extract:
    """Both purses of a party over a span, as known at an instant."""

    party: Party
    choice: Choice
    purses: tuple[PurseExtract, ...]


def extract(session: Session, party: Party, choice: Choice, *, most: int) -> Extract:
    """Return a party's statement with at most so many lines of each purse; a purse with more is told by months."""
    return Extract(party, choice, tuple(_purse(session, party, choice, purse, most) for purse in Purse))


def rows(whole: Extract) -> Iterator[dict[str, Any]]:
    """Yield the lines of a table: of each purse the opening balance, its lines, the closing balance.

    Raises InvalidInput when a purse has too many lines to be told one by one.
    """
    for one in whole.purses:
        if one.months:
            raise InvalidInput(
                _("这段时间的流水超过 %(most)s 笔，请按月或按年分次下载。", most=f"{MOST_LINES:,}")
            )
        name = str(one.span.purse.label)
        yield _sum_row(name, _("期初余额"), one.span.opening, whole.choice.first)
        for line in one.lines:
            yield {
                "purse": name,
                "happened_on": line.happened_on,
                "posted_at": line.posted_at,
                "what": line.what,
                "wording": line.wording,
                "points": line.points,
                "balance": line.balance,
                "expires_on": line.expires_on,
            }
        yield _sum_row(name, _("期末余额"), one.span.closing, whole.choice.last)


def month_words(month: str, kind: ContributionKind | None) -> str:
    """Return what a month and kind are called: 2026年11月 服务时长."""
    return f"{period_words(month)} {kind_words(kind)}"


def _purse(session: Session, party: Party, choice: Choice, purse: Purse, most: int) -> PurseExtract:
    extent = spans.extent_of(
        session, party.id, purse, first=choice.first, last=choice.last, posted_by=choice.posted_by
    )
    span = spans.read(session, purse, extent)
    if extent is None:
        return PurseExtract(span, (), ())
    if span.flow.lines > most:
        found = sorted(
            flows.by_month_and_kind(flows.flows(session, extent)).items(),
            key=lambda one: (one[0][0], kind_words(one[0][1])),
        )
        return PurseExtract(span, (), tuple((month, kind, flow) for (month, kind), flow in found))
    told, running = [], span.opening
    for line in sorted(
        lines.page(session, extent, limit=most), key=lambda one: (one.happened_on, one.number)
    ):
        running += line.points
        what = title_of(line)
        told.append(
            ExtractLine(
                happened_on=line.happened_on,
                posted_at=line.posted_at,
                what=what,
                wording=line.wording,
                points=line.points,
                balance=running,
                expires_on=line.expires_on if line.points > 0 else None,
            )
        )
    return PurseExtract(span, tuple(told), ())


def _sum_row(purse: str, what: str, balance: int, day: date | None) -> dict[str, Any]:
    return {
        "purse": purse,
        "happened_on": day,
        "posted_at": None,
        "what": what,
        "wording": None,
        "points": None,
        "balance": balance,
        "expires_on": None,
    }
