"""The closed lists of words of help plans; the value is stored, the label is shown."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled
from app.states import Moves


class PlanState(Labelled):
    """Where a help plan stands."""

    DRAFT = "draft", _l("待审定")
    IN_FORCE = "in_force", _l("执行中")
    FULFILLED = "fulfilled", _l("目标已达成")
    ENDED = "ended", _l("已终止")
    DROPPED = "dropped", _l("未采用")


MOVES: Moves[PlanState] = {
    PlanState.DRAFT: frozenset({PlanState.IN_FORCE, PlanState.DROPPED}),
    PlanState.IN_FORCE: frozenset({PlanState.FULFILLED, PlanState.ENDED}),
    PlanState.FULFILLED: frozenset(),
    PlanState.ENDED: frozenset(),
    PlanState.DROPPED: frozenset(),
}
OPEN = (PlanState.DRAFT, PlanState.IN_FORCE)


class MeasureState(Labelled):
    """Where a measure of a plan stands."""

    PLANNED = "planned", _l("未开始")
    UNDER_WAY = "under_way", _l("进行中")
    DONE = "done", _l("已完成")
    DROPPED = "dropped", _l("不再实施")


MEASURE_MOVES: Moves[MeasureState] = {
    MeasureState.PLANNED: frozenset({MeasureState.UNDER_WAY, MeasureState.DONE, MeasureState.DROPPED}),
    MeasureState.UNDER_WAY: frozenset({MeasureState.DONE, MeasureState.DROPPED}),
    MeasureState.DONE: frozenset(),
    MeasureState.DROPPED: frozenset(),
}


class PlanEffect(Labelled):
    """What an evaluation finds."""

    REACHED = "reached", _l("目标达成，方案结束")
    GOOD = "good", _l("有成效，继续执行")
    LITTLE = "little", _l("成效不明显，继续执行并调整措施")
    POINTLESS = "pointless", _l("不再适合，终止方案")
