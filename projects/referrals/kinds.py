"""The closed lists of words of referrals; the value is stored, the label is shown."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class ReferralKind(Labelled):
    """To whom it goes."""

    REFERRAL = "referral", _l("转介")
    HAND_OVER = "hand_over", _l("转办")


class ReferralState(Labelled):
    """Where a referral stands, and with that who holds it."""

    SENT = "sent", _l("待接收")
    ACCEPTED = "accepted", _l("办理中")
    RETURNED = "returned", _l("已退回")
    DONE = "done", _l("待确认")
    CONFIRMED = "confirmed", _l("待归档")
    CLOSED = "closed", _l("已办结")
    STOPPED = "stopped", _l("已停止")


class Department(Labelled):
    """The lead departments of statutory aid (社会救助法)."""

    CIVIL_AFFAIRS = "civil_affairs", _l("民政部门")
    MEDICAL = "medical", _l("医疗保障部门")
    HEALTH = "health", _l("卫生健康部门")
    EDUCATION = "education", _l("教育部门")
    HOUSING = "housing", _l("住房和城乡建设部门")
    EMPLOYMENT = "employment", _l("人力资源和社会保障部门")
    EMERGENCY = "emergency", _l("应急管理部门")
    JUSTICE = "justice", _l("司法行政部门")
    DISABLED = "disabled", _l("残疾人联合会")
    OTHER = "other", _l("其他部门")


class ReferralResult(Labelled):
    """What came of it."""

    HELPED = "helped", _l("已提供帮助")
    PARTLY = "partly", _l("提供了部分帮助")
    NOT_GIVEN = "not_given", _l("不符合条件，未给予")


class StopCause(Labelled):
    """Why a referral was stopped."""

    CONSENT = "consent", _l("本人撤回了转介的同意")
    WITHDRAWN = "withdrawn", _l("发出单位撤回")
    DEATH = "death", _l("当事人去世")
    CLOSED = "household_closed", _l("家庭档案终止")
