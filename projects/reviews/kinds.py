"""The closed lists of words of re-reviews; the value is stored, the label is shown."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled
from app.states import Moves


class DrawState(Labelled):
    """Where a draw stands."""

    COMMITTED = "committed", _l("已公布种子摘要")
    DRAWN = "drawn", _l("已抽取，核查中")
    CLOSED = "closed", _l("已办结")


DRAW_MOVES: Moves[DrawState] = {
    DrawState.COMMITTED: frozenset({DrawState.DRAWN}),
    DrawState.DRAWN: frozenset({DrawState.CLOSED}),
    DrawState.CLOSED: frozenset(),
}


class ItemState(Labelled):
    """What became of a household of the list."""

    SPARED = "spared", _l("未抽中")
    WAITING = "waiting", _l("待核查")
    CONFIRMED = "confirmed", _l("维持原结论")
    READMIT = "readmit", _l("应当重新纳入")
    GONE = "gone", _l("档案已终止，未能核查")


ITEM_MOVES: Moves[ItemState] = {
    ItemState.SPARED: frozenset(),
    ItemState.WAITING: frozenset({ItemState.CONFIRMED, ItemState.READMIT, ItemState.GONE}),
    ItemState.CONFIRMED: frozenset(),
    ItemState.READMIT: frozenset(),
    ItemState.GONE: frozenset(),
}
