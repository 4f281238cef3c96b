"""The closed lists of words of household files; the value is stored, the label is shown."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class HouseholdEventKind(Labelled):
    """What may happen to a household file."""

    OPENED = "opened", _l("立户")
    CONFIRMED = "confirmed", _l("复核建档")
    MEMBER_ADDED = "member_added", _l("成员迁入")
    MEMBER_ENDED = "member_ended", _l("成员迁出")
    HEAD_CHANGED = "head_changed", _l("变更户主")
    MEMBER_CHANGED = "member_changed", _l("变更成员信息")
    SPLIT = "split", _l("分户")
    SPLIT_FROM = "split_from", _l("由分户立户")
    MOVED = "moved", _l("迁移")
    DEATH = "death", _l("成员去世")
    CLOSED = "closed", _l("销户")
    CATEGORY_BEGUN = "category_begun", _l("列入类别")
    CATEGORY_ENDED = "category_ended", _l("退出类别")
    TAG_BEGUN = "tag_begun", _l("加注标签")
    TAG_ENDED = "tag_ended", _l("取消标签")
    LEAD_WORKER = "lead_worker", _l("指定主责人")


class PersonTagKind(Labelled):
    """What makes somebody need a closer look; each dated."""

    DISABLED = "disabled", _l("残疾人")
    LEFT_BEHIND_ELDERLY = "left_behind_elderly", _l("留守老人")
    LEFT_BEHIND_CHILD = "left_behind_child", _l("留守儿童")
    LEFT_BEHIND_WOMAN = "left_behind_woman", _l("留守妇女")
    ORPHAN = "orphan", _l("孤儿")
    UNATTENDED_CHILD = "unattended_child", _l("事实无人抚养儿童")


CHILDREN_ONLY = frozenset(
    {PersonTagKind.LEFT_BEHIND_CHILD, PersonTagKind.ORPHAN, PersonTagKind.UNATTENDED_CHILD}
)
"""Tags that nobody of age carries (未成年人, 民法典 art. 17)."""


class CategoryKind(Labelled):
    """The categories of the Law (社会救助法), and what a city watches besides."""

    DESTITUTE = "destitute", _l("特困人员")
    MINIMUM_LIVING = "minimum_living", _l("最低生活保障家庭")
    EDGE = "edge", _l("最低生活保障边缘家庭")
    EXPENSES = "expenses", _l("刚性支出困难家庭")
    DISASTER = "disaster", _l("受灾人员")
    SUDDEN = "sudden", _l("基本生活暂时出现严重困难人员")
    VAGRANT = "vagrant", _l("生活无着的流浪乞讨人员")
    POTENTIAL = "potential", _l("潜在救助对象")
    MONITORED = "monitored", _l("监测对象")
    LOCAL = "local", _l("地方规定的类别")


class LeavingCause(Labelled):
    """Why somebody is no longer of a household."""

    MARRIAGE = "marriage", _l("婚嫁")
    MOVED_OUT = "moved_out", _l("迁出")
    ENTERED_IN_ERROR = "entered_in_error", _l("登记有误")
    OTHER = "other", _l("其他")
