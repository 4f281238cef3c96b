"""The closed lists of words of village covenants."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class Assembly(Labelled):
    """Who decided: the quorum follows from it (村民委员会组织法 art. 22, 26)."""

    ADULTS = "adults", _l("村民会议（十八周岁以上村民）")
    HOUSEHOLDS = "households", _l("村民会议（户的代表）")
    REPRESENTATIVES = "representatives", _l("村民代表会议（经村民会议授权）")


class RecordState(Labelled):
    """Where a record of a household stands; the allowed moves are in `records.MOVES`."""

    LOGGED = "logged", _l("待核验")
    VERIFIED = "verified", _l("已核验")
    REJECTED = "rejected", _l("不予计分")
    REVERSED = "reversed", _l("已冲正")
