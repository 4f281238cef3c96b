"""The kinds of published gifts."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class GiftKind(Labelled):
    """What a line of a published list tells of."""

    CASH = "cash", _l("捐款")
    GOODS = "goods", _l("物资")
