"""The closed lists of words of the rules; the value is stored, the label is shown."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class ContributionKind(Labelled):
    """What a party gave."""

    MONEY = "money", _l("资金捐赠")
    GOODS = "goods", _l("物资捐赠")
    SERVICE = "service", _l("服务时长")
    FACILITY = "facility", _l("设施捐建")
    TRAINING = "training", _l("培训")
    AGENCY = "agency", _l("举办服务机构")
    PROJECT = "project", _l("实施帮扶项目")
    JOBS = "jobs", _l("提供就业岗位")


class EvidenceGrade(Labelled):
    """How well a contribution is proved; public, and a multiplier of its score."""

    A = "A", _l("A 级：系统记录或票据，并经受益方确认")
    B = "B", _l("B 级：系统记录或票据")
    C = "C", _l("C 级：书面材料或票据号")
    D = "D", _l("D 级：仅有申报")


class Unit(Labelled):
    """What a rule counts."""

    YUAN = "yuan", _l("元")
    MINUTE = "minute", _l("分钟")
    ITEM = "item", _l("件")
    MILESTONE = "milestone", _l("项")


class Factor(Labelled):
    """A quality of a contribution by which its score is multiplied."""

    EVIDENCE_GRADE = "evidence_grade", _l("证据等级")
    PROFESSIONAL = "professional", _l("专业服务")
    URGENCY = "urgency", _l("紧急程度")
    NIGHT = "night", _l("夜间服务")
    REMOTE = "remote", _l("偏远村服务")
    EFFECT = "effect", _l("成效评价")


class Span(Labelled):
    """The length of a cap's period, a civil day, month, quarter or year of the date on which it happened."""

    DAY = "day", _l("每日")
    MONTH = "month", _l("每月")
    QUARTER = "quarter", _l("每季")
    YEAR = "year", _l("每年")


class Rounding(Labelled):
    """How a score is brought to whole steps."""

    DOWN = "down", _l("舍去零头")
    HALF_UP = "half_up", _l("四舍五入")


class ProgrammeScope(Labelled):
    """For whom a programme is: the city, or a village by decision of its assembly."""

    CITY = "city", _l("全市")
    VILLAGE = "village", _l("村规民约")


class RulesetState(Labelled):
    """Where a ruleset stands."""

    DRAFT = "draft", _l("草案")
    PUBLISHED = "published", _l("已发布")
