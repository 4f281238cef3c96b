"""The chart of a purse: what each of the last twelve months brought, by kind of contribution."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import figures
from app.look.stacks import Series, StackChart, stack_chart
from points.ledger import flows
from points.ledger.lines import Extent
from points.ledger.queries import AccountHead
from points.rulesets.kinds import ContributionKind

_MONTHS = 12


def by_month_and_kind(session: Session, head: AccountHead | None, today: date, *, as_of: str) -> StackChart:
    """Return the last twelve months of happening, the present one last; of contributions only."""
    number = today.year * 12 + today.month - 1
    months = [date(one // 12, one % 12 + 1, 1) for one in range(number - _MONTHS + 1, number + 1)]
    names = [f"{month:%Y-%m}" for month in months]
    sums: dict[ContributionKind, dict[str, int]] = {}
    if head is not None:
        extent = Extent(head.account_id, head.known.number, happened_from=months[0])
        for (month, kind), flow in flows.by_month_and_kind(flows.flows(session, extent)).items():
            if kind is not None and month in names:
                sums.setdefault(kind, {})[month] = flow.net
    series = [
        Series(str(kind.label), tuple(by_month.get(name, 0) for name in names))
        for kind, by_month in sums.items()
    ]
    totals = [sum(one.values[place] for one in series) for place in range(_MONTHS)]
    return stack_chart(
        title=_("近十二个月积分"),
        finding=_finding(months, totals, series),
        labels=[
            (
                _("%(month)s月", month=month.month),
                _("%(year)s年%(month)s月", year=month.year, month=month.month),
            )
            for month in months
        ],
        series=series,
        shown=figures.points,
        scale=lambda centipoints: f"{centipoints // 100:,}",
        as_of=as_of,
        empty=_("近十二个月没有计入的积分。"),
    )


def _finding(months: list[date], totals: list[int], series: list[Series]) -> str:
    if not any(totals) or not series:
        return _("近十二个月没有计入的积分。")
    best = max(range(len(totals)), key=lambda place: totals[place])
    largest = max(series, key=lambda one: sum(one.values))
    return _(
        "近十二个月共 %(total)s 分，%(year)s年%(month)s月最多，为 %(most)s 分；%(kind)s占 %(part)s 分。本月尚未结束。",
        total=figures.points(sum(totals)),
        year=months[best].year,
        month=months[best].month,
        most=figures.points(totals[best]),
        kind=largest.name,
        part=figures.points(sum(largest.values)),
    )
