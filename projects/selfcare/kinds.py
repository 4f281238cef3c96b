"""The closed lists of words of self-care; the value is stored, the label is shown."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled
from app.states import Moves


class SelfCareLevel(Labelled):
    """How far somebody can look after themselves."""

    FULL = "full", _l("全自理")
    PARTLY = "partly", _l("半失能")
    NONE = "none", _l("失能")


class ScaleState(Labelled):
    """Where a version of the scale stands."""

    PROPOSED = "proposed", _l("待发布")
    PUBLISHED = "published", _l("已发布")
    DROPPED = "dropped", _l("未采用")


SCALE_MOVES: Moves[ScaleState] = {
    ScaleState.PROPOSED: frozenset({ScaleState.PUBLISHED, ScaleState.DROPPED}),
    ScaleState.PUBLISHED: frozenset(),
    ScaleState.DROPPED: frozenset(),
}


class AssessmentState(Labelled):
    """Where an assessment stands."""

    AWAITING = "awaiting", _l("待第二人独立评估")
    IN_FORCE = "in_force", _l("有效")
    DISAGREED = "disagreed", _l("两人结论不一致，须重新评估")
    REPLACED = "replaced", _l("已有新的评估")
    LAPSED = "lapsed", _l("已失效")


A = AssessmentState
ASSESSMENT_MOVES: Moves[AssessmentState] = {
    A.AWAITING: frozenset({A.IN_FORCE, A.DISAGREED, A.LAPSED}),
    A.IN_FORCE: frozenset({A.REPLACED, A.LAPSED}),
    A.DISAGREED: frozenset(),
    A.REPLACED: frozenset(),
    A.LAPSED: frozenset(),
}


class AgreementState(Labelled):
    """Where a care agreement stands."""

    IN_FORCE = "in_force", _l("履行中")
    RENEWED = "renewed", _l("已续签")
    EXPIRED = "expired", _l("已到期")
    ENDED = "ended", _l("提前终止")


AGREEMENT_MOVES: Moves[AgreementState] = {
    AgreementState.IN_FORCE: frozenset(
        {AgreementState.RENEWED, AgreementState.EXPIRED, AgreementState.ENDED}
    ),
    AgreementState.EXPIRED: frozenset({AgreementState.RENEWED}),
    AgreementState.RENEWED: frozenset(),
    AgreementState.ENDED: frozenset(),
}
