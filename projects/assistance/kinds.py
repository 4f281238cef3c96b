"""The closed list of where a record of assistance comes from; the value is stored, the label is shown."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class AssistanceSource(Labelled):
    """Who wrote the record."""

    SPREADSHEET = "spreadsheet", _l("表格导入")
    STAFF = "staff", _l("工作人员录入")
    DELIVERY = "delivery", _l("贡献交付")
    GRANT = "grant", _l("本平台批准的救助")
    REFERRAL = "referral", _l("转介办结")
    HANDED_OVER = "handed_over", _l("部门办理结果")
