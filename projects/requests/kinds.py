"""The closed lists of words of requests; the value is stored, the label is shown."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class RequestState(Labelled):
    """Where a request stands."""

    DRAFT = "draft", _l("草稿")
    SUBMITTED = "submitted", _l("待评估")
    ASSESSED = "assessed", _l("待公示")
    PUBLICISED = "publicised", _l("公示中")
    PROPOSED = "proposed", _l("待审批")
    APPROVED = "approved", _l("已批准")
    REFUSED = "refused", _l("不予批准")
    REFERRED = "referred", _l("已转介")
    HANDED_OVER = "handed_over", _l("已转办")
    WITHDRAWN = "withdrawn", _l("已撤回")
    CLOSED = "closed", _l("已办结")


class Channel(Labelled):
    """How a request came in; the form is the same."""

    MEMBER = "member", _l("本人在网上提出")
    VILLAGE = "village", _l("村居协理员代办")
    PATROL = "patrol", _l("巡查走访发现")
    HOTLINE_12345 = "hotline_12345", _l("12345 热线")
    HOTLINE_12355 = "hotline_12355", _l("12355 热线")
    WINDOW = "window", _l("到窗口提出")
    COMPARISON = "comparison", _l("数据比对发现")
    SPREADSHEET = "spreadsheet", _l("表格导入")


HOTLINES = frozenset({Channel.HOTLINE_12345, Channel.HOTLINE_12355})
"""Channels whose slip has a number."""


class Urgency(Labelled):
    """How soon help is needed."""

    NORMAL = "normal", _l("一般")
    SOON = "soon", _l("较急")
    EMERGENCY = "emergency", _l("紧急")


class Applicant(Labelled):
    """Who asks, seen from the person concerned."""

    SELF = "self", _l("本人")
    GUARDIAN = "guardian", _l("监护人")
    AGENT = "agent", _l("受委托的人")


class Protection(Labelled):
    """Why a request is never put to publicity (个人信息保护法 art. 28)."""

    MINOR = "minor", _l("未成年人")
    ORPHAN = "orphan", _l("孤儿")
    UNATTENDED_CHILD = "unattended_child", _l("事实无人抚养儿童")
    VIOLENCE = "violence", _l("家庭暴力或其他侵害的受害人")
    INFECTION = "infection", _l("传染病患者")


class Recommendation(Labelled):
    """What the office that assessed a request proposes."""

    GRANT = "grant", _l("建议批准")
    REFUSE = "refuse", _l("建议不予批准")


class CheckKind(Labelled):
    """The four checks of an assessment (四个百分百)."""

    VISIT = "visit", _l("入户调查")
    ECONOMIC = "economic", _l("家庭经济状况核对")
    NOTICE = "notice", _l("公示")
    MEETING = "meeting", _l("民主评议")


class CheckResult(Labelled):
    """What became of a check."""

    DONE = "done", _l("已完成")
    EXCUSED = "excused", _l("按规定免予")


class SignedHow(Labelled):
    """How a visitor signed the record of a visit."""

    LOGIN = "login", _l("登录后确认")
    PAPER = "paper", _l("纸上签名（已上传）")


class FileKind(Labelled):
    """What a file of a request is."""

    EVIDENCE = "evidence", _l("困难证明材料")
    AUTHORISATION = "authorisation", _l("委托书")
    ECONOMIC = "economic", _l("核对授权书")
    COMMITMENT = "commitment", _l("签字的承诺书")
    PHOTO = "photo", _l("入户照片")
    VISIT = "visit", _l("签字的入户调查表")
    MEETING = "meeting", _l("评议记录")
    SERVICE = "service", _l("送达回证")


class ServedHow(Labelled):
    """How a decision's paper reached whom it is for."""

    IN_PERSON = "in_person", _l("当面交付")
    ONLINE = "online", _l("登录查看")
    POST = "post", _l("邮寄")
    LEFT = "left", _l("留置送达（有见证人）")
