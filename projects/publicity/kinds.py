"""Words of publicity."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled
from app.states import Moves


class PublicityState(Labelled):
    """Where a publicity stands."""

    RUNNING = "running", _l("公示中")
    STOPPED = "stopped", _l("异议处理中（计时停止）")
    ENDED = "ended", _l("公示期满")
    WITHDRAWN = "withdrawn", _l("公示终止")


MOVES: Moves[PublicityState] = {
    PublicityState.RUNNING: frozenset(
        {PublicityState.STOPPED, PublicityState.ENDED, PublicityState.WITHDRAWN}
    ),
    PublicityState.STOPPED: frozenset({PublicityState.RUNNING, PublicityState.WITHDRAWN}),
    PublicityState.ENDED: frozenset(),
    PublicityState.WITHDRAWN: frozenset(),
}
LIVE = (PublicityState.RUNNING, PublicityState.STOPPED)


class ObjectionState(Labelled):
    """What became of an objection."""

    OPEN = "open", _l("正在核查")
    UPHELD = "upheld", _l("异议成立")
    DISMISSED = "dismissed", _l("异议不成立")
    LAPSED = "lapsed", _l("公示已终止，不再单独处理")


OBJECTION_MOVES: Moves[ObjectionState] = {
    ObjectionState.OPEN: frozenset({ObjectionState.UPHELD, ObjectionState.DISMISSED, ObjectionState.LAPSED}),
    ObjectionState.UPHELD: frozenset(),
    ObjectionState.DISMISSED: frozenset(),
    ObjectionState.LAPSED: frozenset(),
}
