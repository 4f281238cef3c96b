"""What a statement page is made of: figures, lines told in words, and the filters of its address."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import figures
from app.look.addresses import with_query
from app.parties.models import Party, PartyKind
from app.permissions import Actor
from points import sources
from points.ledger import queries as ledger
from points.ledger.kinds import AccountKind, Purse
from points.ledger.lines import StatementLine
from points.ledger.queries import PAGE
from points.rankings import queries as rankings
from points.rankings.queries import Cut, Place
from points.rankings.rules import ALL, is_period

COLUMNS = {
    Purse.HONOUR: ("happened_on", "title", "points", "balance"),
    Purse.REDEEMABLE: ("happened_on", "title", "points", "balance", "expires_on"),
}


@dataclass(frozen=True)
class Choice:
    """What the address asks for: which purse, which period, from which line on."""

    purse: Purse
    period: str
    before: int | None


@dataclass(frozen=True)
class Screen:
    """A statement as the template shows it."""

    figures: list[dict[str, Any]]
    debt: str | None
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    older: str | None
    newest: str | None


def read_choice(values: Mapping[str, str]) -> Choice:
    """Return what a query string asks for; an unknown word is as if it were not there."""
    purse, period, before = values.get("purse"), values.get("period", ""), values.get("before", "")
    number = int(before) if before.isascii() and before.isdecimal() and len(before) < 16 else None
    return Choice(
        Purse(purse) if purse in set(Purse) else Purse.HONOUR,
        period if is_period(period) else ALL,
        number,
    )


def span(period: str) -> tuple[date | None, date | None]:
    """Return the first and the last day of a period; none for all time."""
    if period == ALL:
        return None, None
    year, _dash, month = period.partition("-")
    first = date(int(year), int(month or 1), 1)
    following = (
        (first.replace(day=28) + timedelta(days=4)).replace(day=1) if month else date(int(year) + 1, 1, 1)
    )
    return first, following - timedelta(days=1)


def screen(session: Session, party: Party, choice: Choice, actor: Actor, today: date) -> Screen:
    """Return the statement of one purse of a party."""
    first, last = span(choice.period)
    lines = ledger.statement(
        session,
        party.id,
        choice.purse,
        before=choice.before,
        happened_from=first,
        happened_by=last,
        limit=PAGE + 1,
    )
    shown = lines[:PAGE]
    stories = sources.stories(session, {(line.source_kind, line.source_id) for line in shown}, actor)
    balances = ledger.balances(session, party.id)
    return Screen(
        figures=_figures(session, party, balances, today),
        debt=_debt(balances),
        columns=_columns(choice.purse),
        rows=[_row(line, stories) for line in shown],
        older=with_query(before=shown[-1].number) if len(lines) > PAGE else None,
        newest=with_query(before=None) if choice.before is not None else None,
    )


def _columns(purse: Purse) -> list[dict[str, Any]]:
    every: dict[str, dict[str, Any]] = {
        "happened_on": {"label": _("发生日期"), "kind": "date"},
        "title": {"label": _("事项和算法"), "card": "title", "url": "url", "sub": "wording"},
        "points": {"label": _("积分"), "kind": "number", "card": "side"},
        "balance": {"label": _("余额"), "kind": "points"},
        "expires_on": {"label": _("有效期至"), "kind": "date"},
    }
    return [{"key": key, **every[key]} for key in COLUMNS[purse]]


def _row(line: StatementLine, stories: Mapping[UUID, sources.SourceStory]) -> dict[str, Any]:
    story = stories.get(line.source_id)
    title = story.title if story else (line.contribution_kind or line.reason).label
    if line.reverses_id is not None:
        title = _("冲正：%(title)s", title=title)
    return {
        "happened_on": line.happened_on,
        "title": title,
        "url": story.url if story else None,
        "wording": line.wording,
        "points": f"{'+' if line.points > 0 else '−'}{figures.points(abs(line.points))}",
        "balance": line.balance,
        "expires_on": line.expires_on if line.points > 0 else None,
    }


def _figures(
    session: Session, party: Party, balances: Mapping[AccountKind, int], today: date
) -> list[dict[str, Any]]:
    month, year = f"{today:%Y-%m}", f"{today:%Y}"
    honour = balances[AccountKind.HONOUR]
    boxes = [
        {
            "label": _("荣誉积分"),
            "value": figures.points(max(honour, 0)),
            "unit": _("分"),
            "note": _("不到期、不消费")
            if honour >= 0
            else _("冲正后为 %(points)s 分", points=figures.points(honour)),
        },
        {
            "label": _("可兑换积分"),
            "value": figures.points(balances[AccountKind.REDEEMABLE]),
            "unit": _("分"),
            "note": _("另有 %(points)s 分已冻结", points=figures.points(balances[AccountKind.HELD]))
            if balances[AccountKind.HELD]
            else _("服务类贡献计入"),
        },
    ]
    if party.kind is not PartyKind.HOUSEHOLD:
        for label, period in ((_("本月排名"), month), (_("今年排名"), year)):
            place = rankings.standing_of(session, party.id, Cut(period, party_kind=party.kind))
            boxes.append(_rank_box(label, place))
    return boxes


def _rank_box(label: str, place: Place) -> dict[str, Any]:
    if place.rank is not None:
        return {
            "label": label,
            "value": f"{place.rank:,}",
            "unit": _("名"),
            "note": _("共 %(count)s 名上榜", count=f"{place.total:,}"),
        }
    note = _("没有同意公开姓名，不上榜") if place.points > 0 else _("还没有计入的积分")
    return {"label": label, "value": "—", "note": note}


def _debt(balances: Mapping[AccountKind, int]) -> str | None:
    owed = -balances[AccountKind.REDEEMABLE]
    if owed <= 0:
        return None
    return _(
        "已兑换的积分后来被冲正，尚欠 %(points)s 分。补足以前不能兑换，荣誉积分和以往的帮扶不受影响。",
        points=figures.points(owed),
    )
