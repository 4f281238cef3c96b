"""The closed lists of words of exits; the value is stored, the label is shown."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled
from app.states import Moves


class ExitKind(Labelled):
    """How a household leaves."""

    VOLUNTARY = "voluntary", _l("主动退出")
    GRADUAL = "gradual", _l("渐退")


class ExitState(Labelled):
    """Where an exit stands."""

    APPLIED = "applied", _l("待入户核实")
    VISITED = "visited", _l("待确认")
    COOLING = "cooling", _l("冷静期")
    RUNNING = "running", _l("渐退中")
    TAKEN_BACK = "taken_back", _l("已撤回")
    REFUSED = "refused", _l("不予退出")
    STOPPED = "stopped", _l("渐退已停止")
    LEFT = "left", _l("已退出")
    READMITTED = "readmitted", _l("已恢复")
    LAPSED = "lapsed", _l("已失效")


S = ExitState
MOVES: Moves[ExitState] = {
    S.APPLIED: frozenset({S.VISITED, S.TAKEN_BACK, S.LAPSED}),
    S.VISITED: frozenset({S.COOLING, S.RUNNING, S.REFUSED, S.TAKEN_BACK, S.LAPSED}),
    S.COOLING: frozenset({S.LEFT, S.TAKEN_BACK, S.LAPSED}),
    S.RUNNING: frozenset({S.LEFT, S.STOPPED, S.LAPSED}),
    S.LEFT: frozenset({S.READMITTED}),
    S.TAKEN_BACK: frozenset(),
    S.REFUSED: frozenset(),
    S.STOPPED: frozenset(),
    S.READMITTED: frozenset(),
    S.LAPSED: frozenset(),
}
OPEN = (S.APPLIED, S.VISITED, S.COOLING, S.RUNNING)
