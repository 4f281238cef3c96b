"""The closed lists of words of the rankings."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class SizeClass(Labelled):
    """How large an organisation is, by its full-time staff and members."""

    MICRO = "micro", _l("不足 10 人")
    SMALL = "small", _l("10–49 人")
    MEDIUM = "medium", _l("50–199 人")
    LARGE = "large", _l("200 人以上")


SIZE_FLOORS = ((200, SizeClass.LARGE), (50, SizeClass.MEDIUM), (10, SizeClass.SMALL), (0, SizeClass.MICRO))
"""From how many members on an organisation is of a size class, the largest first."""
