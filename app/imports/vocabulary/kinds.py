"""The lists of words that spreadsheets are read by; the name is stored, the label is shown."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.figures import money
from app.labels import Labelled


class WordList(Labelled):
    """A list of words and what each of them stands for."""

    YES_NO = "yes_no", _l("是与否")
    SEX = "sex", _l("性别")
    CONTRIBUTION_KIND = "contribution_kind", _l("贡献类型、需求类别")
    ORGANISATION_KIND = "organisation_kind", _l("组织类型")
    GRADING_LEVEL = "grading_level", _l("评估等级")
    INTEGRITY = "integrity", _l("信用状态")
    SOCIAL_WORKER_LEVEL = "social_worker_level", _l("社会工作者证书级别")
    CERTIFICATE = "certificate", _l("资格证书")
    URGENCY = "urgency", _l("紧急程度")
    CREDIT_ACT = "credit_act", _l("可以认定的失信行为")
    CREDIT_CLASS = "credit_class", _l("失信类别")
    WHOLE_CITY = "whole_city", _l("表示全市的词")
    MONEY_UNIT = "money_unit", _l("金额单位")
    FOREIGN_MONEY = "foreign_money", _l("外币")
    UNIT_IN_HEADING = "unit_in_heading", _l("表头里的计量单位")
    MONEY_HEADING = "money_heading", _l("表头里表示金额的词")
    UNIT_LABEL = "unit_label", _l("“单位：万元”一行的开头")
    ORDINAL = "ordinal", _l("序号列的表头")
    REQUIRED_MARK = "required_mark", _l("表头里的填写说明")
    REGISTER = "register", _l("标题里表示是哪种表的词")
    NUMBER_START = "number_start", _l("信用代码开头表示是哪种表")
    TOTAL = "total", _l("合计行的词")
    SIGNATURE = "signature", _l("落款行的词")
    REMARK_LINE = "remark_line", _l("表尾说明行的词")
    BLANK = "blank", _l("表示没有日期的词")

    PERIOD = "period", _l("起止日期之间的词")
    OPEN_END = "open_end", _l("表示长期有效的词")
    PASSED_ON = "passed_on", _l("甲转来乙捐款：表示转交的词")
    GIFT_TAIL = "gift_tail", _l("甲转来乙捐款：捐款方后面的词")
    EARMARK = "earmark", _l("备注里表示定向用途的词")

    @property
    def has_own_values(self) -> bool:
        """Whether staff may add a new value, not only another word for one that is there."""
        return self in _OPEN


_OPEN = frozenset(
    {
        WordList.GRADING_LEVEL,
        WordList.INTEGRITY,
        WordList.CERTIFICATE,
        WordList.CREDIT_ACT,
        WordList.FOREIGN_MONEY,
        WordList.UNIT_IN_HEADING,
    }
)
_NAMED = {"yes": _l("是"), "no": _l("否"), "*": _l("全市")}


def value_label(kind: WordList, value: str) -> str:
    """Return how a value of a list is shown: sums for units of money, words for yes and no."""
    if not value:
        return _("没有填写")
    if kind is WordList.MONEY_UNIT:
        return _("折合 %(sum)s", sum=money(int(value)))
    if kind is WordList.URGENCY:
        return _("%(level)s 级", level=value)
    if kind in _ONE_MEANING:
        return str(kind.label)
    return str(_NAMED.get(value, value))


_ONE_MEANING = frozenset(
    {
        WordList.MONEY_HEADING,
        WordList.UNIT_LABEL,
        WordList.ORDINAL,
        WordList.REQUIRED_MARK,
        WordList.TOTAL,
        WordList.SIGNATURE,
        WordList.REMARK_LINE,
        WordList.PERIOD,
        WordList.OPEN_END,
        WordList.PASSED_ON,
        WordList.GIFT_TAIL,
        WordList.EARMARK,
    }
)
