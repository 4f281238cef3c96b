"""The arithmetic of charts: integers in, places for an SVG out. Pure; no colours, no words of its own.

Widths are shares of the picture ("8.3%"), heights are pixels, so that text keeps its size on a phone.
Every chart begins at zero and carries its finding in a sentence, which is also its alternative text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from flask_babel import gettext as _

_PLOT_TOP = 24
_PLOT_FOOT = 24
_GUTTER = 90  # permille of the width, for the figures of the grid
_LEAST = (2, 4, 6, 8)
_NICE = (10, 12, 16, 20, 30, 40, 50, 60, 80)


@dataclass(frozen=True)
class Point:
    """One value: ``value`` an integer ≥ 0 in any unit, ``shown`` what people read, ``short`` the picture's label."""

    label: str
    value: int
    shown: str
    short: str = ""
    full_label: str = ""
    url: str | None = None
    unfinished: bool = False


@dataclass(frozen=True)
class Line:
    """A line of the grid: its height in pixels and its figure."""

    y: int
    shown: str


@dataclass(frozen=True)
class Mark:
    """A column or a bar with its places; ``said`` says whether its value is written beside it."""

    label: str
    full_label: str
    shown: str
    short: str
    url: str | None
    unfinished: bool
    x: str = "0"
    middle: str = "0"
    y: int = 0
    width: str = "0"
    height: int = 0
    said: bool = False
    minor: bool = False


@dataclass(frozen=True)
class Chart:
    """Everything that the macros of macros/chart.html draw."""

    id: str
    title: str
    finding: str
    label_name: str
    value_name: str
    as_of: str
    empty: str
    height: int
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...] = ()


def column_chart(
    *,
    title: str,
    finding: str,
    points: Sequence[Point],
    label_name: str = "",
    value_name: str = "",
    as_of: str = "",
    empty: str = "",
    height: int = 220,
    scale: Callable[[int], str] = "{:,}".format,
) -> Chart:
    """Return columns over time, oldest first. ``scale`` words the figures of the grid (value in, text out).

    The highest and the last column are labelled; every second label gives way on a phone.
    """
    top = nice_ceiling(max((one.value for one in points), default=0))
    room = height - _PLOT_TOP - _PLOT_FOOT
    ground = height - _PLOT_FOOT
    highest = max(range(len(points)), key=lambda index: points[index].value, default=-1)
    step = (1000 - _GUTTER) // max(len(points), 1)
    marks = []
    for index, one in enumerate(points):
        tall = one.value * room // top if top else 0
        tall = max(tall, 1) if one.value else 0
        marks.append(
            Mark(
                label=one.label,
                full_label=one.full_label or one.label,
                shown=one.shown,
                short=one.short or one.shown,
                url=one.url,
                unfinished=one.unfinished,
                x=_share(_GUTTER + index * step + step * 18 // 100),
                middle=_share(_GUTTER + index * step + step // 2),
                y=ground - tall,
                width=_share(step * 64 // 100),
                height=tall,
                said=one.value > 0 and index in {highest, len(points) - 1},
                minor=(len(points) - 1 - index) % 2 == 1 and len(points) > 7,
            )
        )
    lines = tuple(
        Line(y=ground - room * part // 2, shown=scale(top * part // 2) if part else "")
        for part in range(3)
        if top or not part
    )
    return Chart(
        _id(title),
        title,
        finding,
        label_name or _("时间"),
        value_name or _("数值"),
        as_of,
        empty or _("这段时间还没有数据。"),
        height,
        tuple(marks) if any(one.value for one in points) else (),
        lines,
    )


def bar_chart(
    *,
    title: str,
    finding: str,
    points: Sequence[Point],
    label_name: str = "",
    value_name: str = "",
    as_of: str = "",
    empty: str = "",
) -> Chart:
    """Return horizontal bars in the order given; the longest fills the width."""
    most = max((one.value for one in points), default=0)
    marks = tuple(
        Mark(
            label=one.label,
            full_label=one.full_label or one.label,
            shown=one.shown,
            short=one.short or one.shown,
            url=one.url,
            unfinished=one.unfinished,
            width=_share(one.value * 1000 // most if most else 0),
            said=True,
        )
        for one in points
    )
    return Chart(
        _id(title),
        title,
        finding,
        label_name or _("名称"),
        value_name or _("数值"),
        as_of,
        empty or _("还没有数据。"),
        0,
        marks,
    )


def nice_ceiling(value: int) -> int:
    """Return an even round number not far above ``value``, so that its half is round too; 0 for 0."""
    if value <= 0:
        return 0
    for least in _LEAST:
        if least >= value:
            return least
    unit = 1
    while True:
        for step in _NICE:
            if step * unit >= value:
                return step * unit
        unit *= 10


def _share(permille: int) -> str:
    return f"{permille // 10}.{permille % 10}%"


def _id(title: str) -> str:
    return "chart-" + sha256(title.encode()).hexdigest()[:8]
