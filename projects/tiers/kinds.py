"""Words of approval tiers."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled
from app.states import Moves


class TierThing(Labelled):
    """What is approved by tiers."""

    REQUEST = "request", _l("求助申请")
    EMERGENCY = "emergency", _l("急难救助（先行救助）")
    PROJECT = "project", _l("帮扶项目")


class TierLevel(Labelled):
    """Who approves, from below."""

    TOWN = "town", _l("镇街")
    COUNTY = "county", _l("区县")
    CITY = "city", _l("市级")


class TierState(Labelled):
    """How far a row of the table has come."""

    PROPOSED = "proposed", _l("待审核")
    APPROVED = "approved", _l("已发布")
    DROPPED = "dropped", _l("未采用")


MOVES: Moves[TierState] = {
    TierState.PROPOSED: frozenset({TierState.APPROVED, TierState.DROPPED}),
    TierState.APPROVED: frozenset(),
    TierState.DROPPED: frozenset(),
}
