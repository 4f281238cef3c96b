"""The arithmetic of stacked columns: what each month is made of. As `charts`: integers in, places for an SVG out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from flask_babel import gettext as _

from app.look.charts import Line, nice_ceiling

MOST_SERIES = 6
"""So many colours can be told apart; what comes after the first five is drawn as one."""
_TOP, _FOOT, _GUTTER = 24, 24, 90


@dataclass(frozen=True)
class Series:
    """One part of every column: its name and its value in each, in the order of the columns."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Part:
    """A part of a column with its places; ``place`` is its series', from 1, and chooses the colour."""

    place: int
    y: int
    height: int


@dataclass(frozen=True)
class Stack:
    """A column: its labels, places and parts, and its true figures for the table."""

    label: str
    full_label: str
    x: str
    middle: str
    width: str
    top: int
    parts: tuple[Part, ...]
    cells: tuple[str, ...]
    total: str
    said: bool
    minor: bool

    @property
    def short(self) -> str:
        """The total as the picture writes it: without its unit, and from 100 on without its fraction."""
        figure = self.total.split(" ")[0]
        whole = figure.partition(".")[0]
        return whole if len(whole) > 2 else figure


@dataclass(frozen=True)
class StackChart:
    """Everything that the macro ``stack_chart`` of macros/chart.html draws."""

    id: str
    title: str
    finding: str
    as_of: str
    empty: str
    height: int
    names: tuple[str, ...]
    stacks: tuple[Stack, ...]
    lines: tuple[Line, ...]


def stack_chart(
    *,
    title: str,
    finding: str,
    labels: Sequence[tuple[str, str]],
    series: Sequence[Series],
    shown: Callable[[int], str],
    scale: Callable[[int], str],
    as_of: str = "",
    empty: str = "",
    height: int = 240,
) -> StackChart:
    """Return stacked columns over time, oldest first. ``labels``: short and full; ``shown`` words a value.

    A part below zero (more was taken back than came) is drawn as nothing; the table has its true figure. The
    largest series stand lowest; beyond six, the smallest are drawn together.
    """
    kept = _gathered(series)
    drawn = [sum(max(one.values[place], 0) for one in kept) for place in range(len(labels))]
    top = nice_ceiling(max(drawn, default=0))
    room, ground = height - _TOP - _FOOT, height - _FOOT
    step = (1000 - _GUTTER) // max(len(labels), 1)
    highest = max(range(len(drawn)), key=lambda place: drawn[place], default=-1)
    stacks = []
    for place, (label, full_label) in enumerate(labels):
        parts, y = [], ground
        for number, one in enumerate(kept, start=1):
            tall = max(one.values[place], 0) * room // top if top else 0
            tall = max(tall, 1) if one.values[place] > 0 else 0
            y -= tall
            if tall:
                parts.append(Part(number, y, tall))
        stacks.append(
            Stack(
                label=label,
                full_label=full_label,
                x=_share(_GUTTER + place * step + step * 18 // 100),
                middle=_share(_GUTTER + place * step + step // 2),
                width=_share(step * 64 // 100),
                top=y,
                parts=tuple(parts),
                cells=tuple(shown(one.values[place]) for one in kept),
                total=shown(sum(one.values[place] for one in kept)),
                said=drawn[place] > 0 and place in {highest, len(labels) - 1},
                minor=(len(labels) - 1 - place) % 2 == 1 and len(labels) > 7,
            )
        )
    return StackChart(
        id="chart-" + sha256(title.encode()).hexdigest()[:8],
        title=title,
        finding=finding,
        as_of=as_of,
        empty=empty or _("这段时间还没有数据。"),
        height=height,
        names=tuple(one.name for one in kept),
        stacks=tuple(stacks) if any(drawn) else (),
        lines=tuple(
            Line(y=ground - room * part // 2, shown=scale(top * part // 2) if part else "")
            for part in range(3)
            if top or not part
        ),
    )


def _gathered(series: Sequence[Series]) -> list[Series]:
    """Return the series that have anything, the largest first, the smallest as one where they are too many."""
    found = sorted((one for one in series if any(one.values)), key=lambda one: -sum(one.values))
    if len(found) <= MOST_SERIES:
        return found
    rest = found[MOST_SERIES - 1 :]
    sums = tuple(sum(values) for values in zip(*(one.values for one in rest), strict=True))
    return [*found[: MOST_SERIES - 1], Series(_("其他"), sums)]


def _share(permille: int) -> str:
    return f"{permille // 10}.{permille % 10}%"
