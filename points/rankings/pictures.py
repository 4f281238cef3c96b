"""The charts of rankings: the first ten, how many parties in each band, what each month is made of, top movers."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask_babel import gettext as _

from app import figures
from app.look import charts
from app.look.stacks import Series, StackChart, stack_chart
from points.rankings.published import Move
from points.rankings.queries import Ranked
from points.rankings.screens import party_url, period_words
from points.rulesets.kinds import ContributionKind

FLOORS = (1, 100, 1_000, 5_000, 10_000, 50_000, 100_000)
"""From how many centipoints on a band of the distribution begins."""
_CHARTED = 10


def first_ten(top: Sequence[Ranked], as_of: str) -> charts.Chart:
    """Return bars of the first ten."""
    shown = top[:_CHARTED]
    return charts.bar_chart(
        title=_("前十名"),
        finding=_leader(shown),
        points=[
            charts.Point(
                label=one.name,
                value=one.points,
                shown=_("%(points)s 分", points=figures.points(one.points)),
                short=figures.points(one.points),
                url=party_url(one),
            )
            for one in shown
        ],
        label_name=_("名称"),
        value_name=_("荣誉积分"),
        as_of=as_of,
    )


def distribution(counts: Sequence[int], as_of: str) -> charts.Chart:
    """Return columns: how many stand in each band of points."""
    ends = [*FLOORS[1:], None]
    total = sum(counts)
    names = [_band(floor, end) for floor, end in zip(FLOORS, ends, strict=True)]
    most = max(range(len(counts)), key=lambda index: counts[index])
    finding = (
        _(
            "%(band)s的最多，%(count)s 名，占 %(total)s 名的 %(share)s%%。",
            band=names[most],
            count=f"{counts[most]:,}",
            total=f"{total:,}",
            share=counts[most] * 100 // total,
        )
        if total
        else _("还没有计入的积分。")
    )
    return charts.bar_chart(
        title=_("积分分布"),
        finding=finding,
        points=[
            charts.Point(label=name, value=count, shown=_("%(count)s 名", count=f"{count:,}"))
            for name, count in zip(names, counts, strict=True)
        ]
        if total
        else [],
        label_name=_("荣誉积分"),
        value_name=_("名数"),
        as_of=as_of,
    )


def by_month(sums: Mapping[str, Mapping[str, int]], as_of: str) -> StackChart:
    """Return stacked columns of what all parties together earned, by month and kind, oldest month first."""
    kinds = [kind for kind in ContributionKind if any(month.get(kind.value) for month in sums.values())]
    total = sum(max(points, 0) for month in sums.values() for points in month.values())
    return stack_chart(
        title=_("全市各月积分构成"),
        finding=_("近十二个月全市共 %(points)s 分，含没有公开姓名的人。", points=figures.points(total)),
        labels=[(_("%(month)s月", month=int(month[5:])), period_words(month)) for month in sums],
        series=[
            Series(str(kind.label), tuple(month.get(kind.value, 0) for month in sums.values()))
            for kind in kinds
        ],
        shown=lambda points: _("%(points)s 分", points=figures.points(points)),
        scale=lambda points: f"{points // 100:,}",
        as_of=as_of,
        empty=_("这一年还没有计入的积分。"),
    )


def top_movers(found: Sequence[Ranked], moves: Mapping[UUID, Move], as_of: str) -> charts.Chart:
    """Return bars of those who rose most among the first of a frozen ranking."""
    risen = [
        (one, moves[one.party_id].steps)
        for one in found
        if one.is_named and one.party_id in moves and moves[one.party_id].steps > 0
    ]
    risen = sorted(risen, key=lambda one: -one[1])[:_CHARTED]
    return charts.bar_chart(
        title=_("上升最多"),
        finding=_("%(name)s上升最多，升 %(count)s 位。", name=risen[0][0].name, count=f"{risen[0][1]:,}")
        if risen
        else _("没有比上期上升的。"),
        points=[
            charts.Point(
                label=one.name,
                value=steps,
                shown=_("升 %(count)s 位", count=f"{steps:,}"),
                url=party_url(one),
            )
            for one, steps in risen
        ],
        label_name=_("名称"),
        value_name=_("上升位数"),
        as_of=as_of,
    )


def _leader(shown: Sequence[Ranked]) -> str:
    if not shown:
        return _("还没有计入的积分。")
    first = [one for one in shown if one.rank == 1]
    points = figures.points(first[0].points)
    if len(first) > 1:
        return _("%(count)d 名并列第一，各 %(points)s 分。", count=len(first), points=points)
    return _("%(name)s居首，%(points)s 分。", name=first[0].name, points=points)


def _band(floor: int, end: int | None) -> str:
    if end is None:
        return _("%(points)s 分以上", points=f"{floor // 100:,}")
    if floor < 100:
        return _("不足 %(points)s 分", points=f"{end // 100:,}")
    return _("%(floor)s–%(end)s 分", floor=f"{floor // 100:,}", end=f"{end // 100:,}")
