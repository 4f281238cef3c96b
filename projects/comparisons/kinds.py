"""The closed lists of words of comparisons; the value is stored, the label is shown."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class DataKind(Labelled):
    """What data another department brought."""

    DEATH = "death", _l("死亡数据")
    INCOME = "income", _l("收入数据")
    VEHICLE = "vehicle", _l("车辆数据")
    HOUSING = "housing", _l("房产数据")
    OTHER_AID = "other_aid", _l("其他部门救助数据")


class AlertKind(Labelled):
    """What a comparison found."""

    DEATH = "death", _l("去世仍在册")
    OVER_INCOME = "over_income", _l("收入超线（疑似过度救助）")
    VEHICLE = "vehicle", _l("名下有车辆")
    HOUSING = "housing", _l("名下有多套住房")
    DOUBLE_AID = "double_aid", _l("疑似重复救助")
    UNHELPED = "unhelped", _l("疑似应救未救")


class AlertState(Labelled):
    """What became of an alert. None of them ends or lessens any aid."""

    OPEN = "open", _l("待处理")
    NOTHING = "nothing", _l("核实无问题")
    REQUEST = "request", _l("已转受理申请")
    VISIT = "visit", _l("已安排走访")
    PASSED_ON = "passed_on", _l("已移交有关部门")
    LAPSED = "lapsed", _l("已失效")
