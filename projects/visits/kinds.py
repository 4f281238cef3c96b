"""The closed lists of words of visits; the value is stored, the label is shown."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled
from app.states import Moves


class VisitGround(Labelled):
    """Why a household is visited."""

    DESTITUTE = "destitute", _l("特困人员例行走访")
    LIVING_ALLOWANCE = "living_allowance", _l("低保家庭例行走访")
    MONITORED = "monitored", _l("监测对象复核")
    POTENTIAL = "potential", _l("潜在救助对象核查")
    OTHER = "other", _l("其他救助家庭例行走访")
    AGREED = "agreed", _l("约定的再次走访")
    PATROL = "patrol", _l("临时走访")
    CARE_AGREEMENT = "care_agreement", _l("照料协议履行探访")
    EXIT = "exit", _l("退出前入户核实")
    REEXAMINATION = "reexamination", _l("回头看入户核查")


class VisitState(Labelled):
    """Where a visit stands."""

    DUE = "due", _l("待走访")
    DONE = "done", _l("已走访")
    ABSENT = "absent", _l("未遇到人")
    CANCELLED = "cancelled", _l("已取消")


MOVES: Moves[VisitState] = {
    VisitState.DUE: frozenset({VisitState.DONE, VisitState.ABSENT, VisitState.CANCELLED}),
    VisitState.DONE: frozenset(),
    VisitState.ABSENT: frozenset(),
    VisitState.CANCELLED: frozenset(),
}


class VisitOutcome(Labelled):
    """How it was."""

    WELL = "well", _l("见到本人，情况正常")
    CONCERN = "concern", _l("见到本人，发现问题")
    ABSENT = "absent", _l("家中无人")


class VisitPlace(Labelled):
    """Where the household was met."""

    HOME = "home", _l("家中")
    VILLAGE = "village", _l("村（社区）办公场所")
    HOSPITAL = "hospital", _l("医院")
    INSTITUTION = "institution", _l("供养或照护机构")
    ELSEWHERE = "elsewhere", _l("其他地点")


class FollowUpKind(Labelled):
    """What a finding leads to."""

    REQUEST = "request", _l("协助提出求助申请")
    NEED = "need", _l("列入帮扶需求")
    CATEGORY = "category", _l("核对救助类别")
    DANGER = "danger", _l("有人身危险，立即报告镇街")
    OTHER = "other", _l("其他需要办理的事")


class FollowUpState(Labelled):
    """Whether it was seen to."""

    OPEN = "open", _l("待办理")
    DONE = "done", _l("已办理")
    DROPPED = "dropped", _l("不需办理")


FOLLOW_UP_MOVES: Moves[FollowUpState] = {
    FollowUpState.OPEN: frozenset({FollowUpState.DONE, FollowUpState.DROPPED}),
    FollowUpState.DONE: frozenset(),
    FollowUpState.DROPPED: frozenset(),
}
