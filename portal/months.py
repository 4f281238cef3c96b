"""The twelve months that the charts show. Pure."""

from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _

from app import figures
from app.look import charts


def last_twelve(today: date) -> list[date]:
    """Return the first days of the last twelve months, oldest first, the present one last."""
    number = today.year * 12 + today.month - 1
    return [date(month // 12, month % 12 + 1, 1) for month in range(number - 11, number + 1)]


def points_chart(title: str, months: Sequence[tuple[date, int]], *, as_of: str) -> charts.Chart:
    """Return the chart of a year's points: centipoints by month, the present month last and not yet over.

    A month below zero (reversals) stands as zero in the picture; the table has its true figure.
    """
    return charts.column_chart(
        title=title,
        finding=_finding(months),
        points=[
            charts.Point(
                label=_("%(month)s月", month=month.month),
                value=max(centipoints, 0),
                shown=_("%(points)s 分", points=figures.points(centipoints)),
                short=f"{max(centipoints, 0) // 100:,}",
                full_label=_("%(year)s年%(month)s月", year=month.year, month=month.month),
                unfinished=index == len(months) - 1,
            )
            for index, (month, centipoints) in enumerate(months)
        ],
        label_name=_("月份"),
        value_name=_("积分"),
        as_of=as_of,
        empty=_("这一年还没有计入的积分。"),
        scale=lambda centipoints: f"{centipoints // 100:,}",
    )


def _finding(months: Sequence[tuple[date, int]]) -> str:
    if not months or max(centipoints for _month, centipoints in months) <= 0:
        return _("近十二个月没有计入的积分。")
    best, most = max(months, key=lambda one: one[1])
    return _(
        "近十二个月共 %(total)s 分，%(year)s年%(month)s月最多，为 %(most)s 分；本月尚未结束。",
        total=figures.points(sum(centipoints for _month, centipoints in months)),
        year=best.year,
        month=best.month,
        most=figures.points(most),
    )
