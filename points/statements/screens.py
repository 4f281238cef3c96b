"""What a statement page is made of: figures, notices, the span asked for, lines told in words, what ends when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from flask import current_app, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, figures
from app.look.addresses import with_query
from app.look.stacks import StackChart
from app.parties.models import Party, PartyKind
from app.permissions import Permission, may_in
from points.ledger import hold_queries, lines, queries
from points.ledger.hold_models import Hold
from points.ledger.kinds import AccountKind, HoldPurpose, HoldState, Purse, Reason
from points.ledger.lines import StatementLine
from points.rankings import queries as rankings
from points.rankings.boards import Cut
from points.rankings.queries import Place
from points.sources import SourceStory
from points.statements import charts, forecast, marks, origins, spans
from points.statements.choice import Choice
from points.statements.reader import Reader
from points.statements.spans import Span
from points.statements.words import signed_points, title_of

PAGE = queries.PAGE
_RANKINGS = "rankings_public.index"
_DISPUTE = "holds_staff.show"
Notice = tuple[str, str, str]
"""Title, sentence, tone."""


@dataclass(frozen=True)
class Screen:
    """A statement as the template shows it."""

    figures: list[dict[str, Any]]
    notices: list[Notice]
    span: list[dict[str, Any]]
    chart: StackChart
    columns: list[dict[str, Any]]
    rows: list[dict[str, Any]]
    endings: list[dict[str, Any]]
    quarters: list[dict[str, Any]]
    older: str | None
    newest: str | None


def screen(session: Session, party: Party, choice: Choice, reader: Reader, today: date) -> Screen:
    """Return the statement of one purse of a party."""
    accounts = queries.heads(session, party.id)
    head = accounts.get(choice.purse.account)
    extent = spans.within(session, head, choice.first, choice.last, choice.posted_by) if head else None
    found = lines.page(session, extent, before=choice.before, limit=PAGE + 1) if extent else []
    shown = found[:PAGE]
    stories = origins.stories(session, shown, reader.actor)
    marked = marks.marks(session, head.programme_id, shown) if head else {}
    balances = queries.balances_of(accounts)
    endings = forecast.endings(session, accounts.get(AccountKind.REDEEMABLE))
    disputes = _disputes(session, party, shown, reader, any_held=balances[AccountKind.HELD] > 0)
    redeemable = choice.purse is Purse.REDEEMABLE
    return Screen(
        figures=_figures(session, party, balances, reader, today),
        notices=_notices(session, party, choice, balances, endings, today),
        span=_span(spans.read(session, choice.purse, extent)) if choice.is_cut else [],
        chart=charts.by_month_and_kind(session, head, today, as_of=figures.moment(clock.now())),
        columns=_columns(
            choice.purse, in_order=extent is None or extent.is_whole, with_disputes=bool(disputes)
        ),
        rows=[
            _row(
                line,
                stories.get(line.transfer_id),
                marked[line.transfer_id],
                replace(reader, purse=choice.purse),
                disputes.get(line.transfer_id),
            )
            for line in shown
        ],
        endings=forecast.rows(endings, today) if redeemable else [],
        quarters=forecast.quarters(endings) if redeemable else [],
        older=with_query(before=shown[-1].number) if len(found) > PAGE else None,
        newest=with_query(before=None) if choice.before is not None else None,
    )


def _disputes(
    session: Session, party: Party, shown: Sequence[StatementLine], reader: Reader, *, any_held: bool
) -> dict[UUID, str]:
    """Return by transfer where staff disputes a line: awards of contributions that stand and are not disputed yet."""
    if reader.actor is None or _DISPUTE not in current_app.view_functions:
        return {}
    if reader.is_own or not may_in(reader.actor, Permission.HOLD_POINTS, party.region_code):
        return {}
    awards = [one for one in shown if one.reason is Reason.AWARD and one.contribution_kind is not None]
    standing = hold_queries.may_be_disputed(session, {one.source_id for one in awards}, any_held=any_held)
    return {
        one.transfer_id: url_for(_DISPUTE, source_kind=one.source_kind, source_id=one.source_id)
        for one in awards
        if one.source_id in standing
    }


def _columns(purse: Purse, *, in_order: bool, with_disputes: bool) -> list[dict[str, Any]]:
    """Return the columns; the running balance is that of the order of posting, so other orders go without."""
    columns: list[dict[str, Any]] = [
        {"key": "happened_on", "label": _("发生日期"), "kind": "date"},
        {"key": "title", "label": _("事项和算法"), "card": "title", "url": "url", "sub": "wording"},
        {"key": "points", "label": _("积分"), "kind": "number", "card": "side", "url": "why"},
        {"key": "balance", "label": _("余额"), "kind": "points"},
        {"key": "expires_on", "label": _("有效期至"), "kind": "date"},
        {"key": "posted_at", "label": _("记账时间"), "kind": "date"},
    ]
    if with_disputes:
        columns.append({"key": "act", "label": _("核查"), "url": "dispute", "bare": True})
    left_out = set() if purse is Purse.REDEEMABLE else {"expires_on"}
    if not in_order:
        left_out.add("balance")
    return [one for one in columns if one["key"] not in left_out]


def _row(
    line: StatementLine,
    story: SourceStory | None,
    marked: Sequence[str],
    reader: Reader,
    dispute: str | None,
) -> dict[str, Any]:
    title = title_of(line, story.title if story else None)
    return {
        "happened_on": line.happened_on,
        "title": title,
        "url": story.url if story else None,
        "wording": "。".join([*marked, line.wording]),
        "points": signed_points(line.points),
        "why": reader.url(line.number),
        "balance": line.balance,
        "expires_on": line.expires_on if line.points > 0 else None,
        "posted_at": line.posted_at,
        "act": _("对这一笔提出争议") if dispute else None,
        "dispute": dispute,
    }


def _span(span: Span) -> list[dict[str, Any]]:
    went = (
        _("其中到期 %(points)s 分", points=figures.points(span.expired))
        if span.expired
        else _("冲正、冻结、兑换等")
    )
    return [
        {"label": _("期初余额"), "value": figures.points(span.opening), "unit": _("分")},
        {"label": _("增加"), "value": figures.points(span.flow.came), "unit": _("分")},
        {"label": _("减少"), "value": figures.points(span.flow.went), "unit": _("分"), "note": went},
        {
            "label": _("期末余额"),
            "value": figures.points(span.closing),
            "unit": _("分"),
            "note": _("期初 + 增加 − 减少"),
        },
    ]


def _figures(
    session: Session, party: Party, balances: Mapping[AccountKind, int], reader: Reader, today: date
) -> list[dict[str, Any]]:
    month, year = f"{today:%Y-%m}", f"{today:%Y}"
    honour = balances[AccountKind.HONOUR]
    boxes = [
        {
            "label": _("荣誉积分"),
            "value": figures.points(max(honour, 0)),
            "unit": _("分"),
            "url": replace(reader, purse=Purse.HONOUR).url(),
            "note": _("不到期、不消费；点开看从哪里来")
            if honour >= 0
            else _("冲正后为 %(points)s 分，排名按 0 分计", points=figures.points(honour)),
        },
        {
            "label": _("可兑换积分"),
            "value": figures.points(balances[AccountKind.REDEEMABLE]),
            "unit": _("分"),
            "url": replace(reader, purse=Purse.REDEEMABLE).url(),
            "note": _("另有 %(points)s 分已冻结", points=figures.points(balances[AccountKind.HELD]))
            if balances[AccountKind.HELD]
            else _("服务类贡献计入"),
        },
    ]
    if party.kind is not PartyKind.HOUSEHOLD:
        cuts = [Cut(period, party_kind=party.kind) for period in (month, year)]
        found = rankings.standings_of(session, party.id, cuts)
        for label, period, place in zip((_("本月排名"), _("今年排名")), (month, year), found, strict=True):
            boxes.append(_rank_box(label, place, _ranking_url(party, period)))
    return boxes


def _ranking_url(party: Party, period: str) -> str | None:
    """Return the public ranking in which a party stands, turned to its own place for whoever may see it."""
    if _RANKINGS not in current_app.view_functions:
        return None
    return url_for(_RANKINGS, period=period, party=party.kind.value, at=party.code)


def _rank_box(label: str, place: Place, url: str | None) -> dict[str, Any]:
    if place.rank is not None:
        return {
            "label": label,
            "value": f"{place.rank:,}",
            "unit": _("名"),
            "url": url,
            "note": _("共 %(count)s 名上榜", count=f"{place.total:,}"),
        }
    note = _("没有同意公开姓名，不上榜") if place.points > 0 else _("还没有计入的积分")
    return {"label": label, "value": "—", "url": url, "note": note}


def _notices(
    session: Session,
    party: Party,
    choice: Choice,
    balances: Mapping[AccountKind, int],
    endings: Sequence[forecast.Ending],
    today: date,
) -> list[Notice]:
    told = [(_("日期没有看懂"), sentence, "overdue") for sentence in choice.problems]
    debt = _debt(balances)
    if debt is not None:
        told.append((_("可兑换积分为负"), debt, "waiting"))
    soon = forecast.notice(endings, today)
    if soon is not None:
        told.append(soon)
    # Whoever has nothing held has no hold.
    return [*told, *(_holds(session, party, choice.purse) if balances[AccountKind.HELD] else [])]


def _holds(session: Session, party: Party, purse: Purse) -> list[Notice]:
    """Return what of a purse is set aside, in words; the reason itself is for the file of the case."""
    active = session.scalars(
        select(Hold)
        .where(Hold.party_id == party.id, Hold.state == HoldState.ACTIVE, Hold.purse == purse)
        .order_by(Hold.held_at.desc(), Hold.id)
    ).all()
    told: list[Notice] = []
    for purpose, sentence in (
        (
            HoldPurpose.DISPUTE,
            _(
                "核查期间不计入排名，也不能兑换；查清后退回原处，或按决定扣回。对核查有意见，可以向冻结它的民政部门说明。"
            ),
        ),
        (HoldPurpose.EXCHANGE, _("为正在办理的兑换留着；兑换取消或到时未办，原数退回，有效期不变。")),
    ):
        told += _hold_notice(purpose, [one for one in active if one.purpose is purpose], sentence)
    return told


def _hold_notice(purpose: HoldPurpose, held: Sequence[Hold], sentence: str) -> list[Notice]:
    if not held:
        return []
    points = figures.points(sum(one.points for one in held))
    since = figures.day_text(clock.civil_date(min(one.held_at for one in held)))
    title = _("%(points)s 分已冻结：%(purpose)s", points=points, purpose=purpose.label)
    return [(title, _("自 %(day)s 起，共 %(count)s 笔。", day=since, count=len(held)) + sentence, "waiting")]


def _debt(balances: Mapping[AccountKind, int]) -> str | None:
    owed = -balances[AccountKind.REDEEMABLE]
    if owed <= 0:
        return None
    return _(
        "已兑换的积分后来被冲正，尚欠 %(points)s 分。补足以前不能兑换，荣誉积分和以往的帮扶不受影响。"
        "不需要交钱：今后经核验的服务会先补上这一部分。对冲正有疑问，请打开那一笔，联系核验它的民政部门。",
        points=figures.points(owed),
    )
