"""What the pages of closed months are made of."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app import clock
from app.look import charts
from app.look.charts import Chart, Point
from points.ledger.closing_models import PeriodClose
from points.ledger.kinds import AccountKind
from points.ledger.totals import Flow, Totals, read
from points.rulesets.models import Programme
from points.rulesets.words import points_words


def close_rows(programme: Programme, closed: Iterable[PeriodClose]) -> list[dict[str, Any]]:
    """Return one row per closed month, newest first."""
    rows = []
    for one in closed:
        totals = read(one.totals)
        rows.append(
            {
                "month": one.month,
                "url": url_for("closing_staff.show", programme=programme.code, month=one.month),
                "closed_at": one.closed_at,
                "count": sum(flow.count for flow in totals.flows),
                "given": _given(totals),
                "corrections": sum(flow.count for flow in totals.corrections),
                "leaves": one.tree_size,
            }
        )
    return rows[::-1]


def close_columns() -> list[dict[str, Any]]:
    """Return the columns of the list of closed months."""
    return [
        {"key": "month", "label": _("月份"), "card": "title", "url": "url"},
        {"key": "closed_at", "label": _("结账时间"), "kind": "date"},
        {"key": "count", "label": _("流水"), "kind": "number"},
        {"key": "given", "label": _("净发放"), "kind": "points", "card": "side"},
        {"key": "corrections", "label": _("其中更正以往"), "kind": "number"},
        {"key": "leaves", "label": _("存证截止数"), "kind": "number"},
    ]


def balance_rows(totals: Totals) -> list[dict[str, Any]]:
    """Return the balances by kind of account before and after the month."""
    return [
        {
            "kind": kind.label,
            "opening": totals.opening[kind.value],
            "change": totals.closing[kind.value] - totals.opening[kind.value],
            "closing": totals.closing[kind.value],
        }
        for kind in AccountKind
    ]


def balance_columns() -> list[dict[str, Any]]:
    """Return the columns of the table of balances."""
    return [
        {"key": "kind", "label": _("账户"), "card": "title"},
        {"key": "opening", "label": _("期初"), "kind": "points"},
        {"key": "change", "label": _("本期变动"), "kind": "points"},
        {"key": "closing", "label": _("期末"), "kind": "points", "card": "side"},
    ]


def flow_rows(flows: Iterable[Flow]) -> list[dict[str, Any]]:
    """Return flows in words."""
    rows = []
    for flow in flows:
        source, target, kind = flow.kinds
        rows.append(
            {
                "flow": f"{source.label} → {target.label}",
                "kind": kind.label if kind else None,
                "month": flow.month or None,
                "count": flow.count,
                "points": flow.points,
            }
        )
    return rows


def flow_columns(*, corrections: bool) -> list[dict[str, Any]]:
    """Return the columns of a table of flows; with the month that is corrected, or without."""
    month = [{"key": "month", "label": _("更正的月份")}] if corrections else []
    return [
        {"key": "flow", "label": _("流向"), "card": "title"},
        {"key": "kind", "label": _("贡献类别")},
        *month,
        {"key": "count", "label": _("流水"), "kind": "number"},
        {"key": "points", "label": _("积分"), "kind": "points", "card": "side"},
    ]


def ending_chart(by_month: Mapping[str, int]) -> Chart | None:
    """Return what ends in which month as a chart with its table; None when nothing ends."""
    if not by_month:
        return None
    most = max(by_month, key=lambda month: by_month[month])
    return charts.column_chart(
        title=_("可兑换积分到期预测"),
        finding=_(
            "共 %(all)s 分未使用，%(month)s 到期最多，为 %(points)s 分。",
            all=points_words(sum(by_month.values())),
            month=most,
            points=points_words(by_month[most]),
        ),
        points=[
            # Columns are as high as whole points, the words are exact; two digits of the year fit a phone.
            Point(month[2:], (points + 50) // 100, _("%(points)s 分", points=points_words(points)))
            for month, points in by_month.items()
        ],
        as_of=clock.today().isoformat(),
    )


def _given(totals: Totals) -> int:
    """Return what the issuer gave less what came back to it."""
    issuer = AccountKind.ISSUER.value
    return totals.opening[issuer] - totals.closing[issuer]
