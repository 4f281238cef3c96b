"""The closed lists of words of an import; the value is stored and exported, the label is shown."""

from flask_babel import lazy_gettext as _l

from app.labels import Labelled


class Decision(Labelled):
    """What becomes of a row."""

    SKIP = "skip", _l("不是数据行")
    ACCEPT = "accept", _l("可以导入")
    REJECT = "reject", _l("有错，退回")
    DUPLICATE = "duplicate", _l("重复，不再导入")
    REVIEW = "review", _l("需人工核对")
    EXPIRED = "expired", _l("期限已过，只存档")
    SKIP_PUBLISH = "skip_publish", _l("已撤销，只存档")


TAKEN = frozenset({Decision.ACCEPT, Decision.EXPIRED, Decision.SKIP_PUBLISH})
"""Rows that go in by themselves; one in review goes in when a person says so."""


class RowKind(Labelled):
    """What a line of a table is."""

    TITLE = "title", _l("标题")
    HEADER = "header", _l("表头")
    DATA = "data", _l("数据")
    FOOTER = "footer", _l("合计或落款")
    BLANK = "blank", _l("空行")


class Note(Labelled):
    """What was put right while a cell was read."""

    SPACES = "SPACES", _l("去掉空格")
    FULLWIDTH = "FULLWIDTH", _l("全角改半角")
    LOWERCASE = "LOWERCASE", _l("小写改大写")
    DATE_CN = "DATE_CN", _l("日期写法：年月日")
    DATE_COMPACT = "DATE_COMPACT", _l("日期写法：八位数字")
    DATE_SERIAL = "DATE_SERIAL", _l("日期写法：Excel 序列数")
    DATE_SLASH = "DATE_SLASH", _l("日期写法：斜线")
    DATE_DOT = "DATE_DOT", _l("日期写法：点")
    DATE_FULLWIDTH = "DATE_FULLWIDTH", _l("日期写法：全角")
    UNIT_WAN = "UNIT_WAN", _l("万元折合为元")
    UNIT_IN_CELL = "UNIT_IN_CELL", _l("采用单元格里写的单位")
    UNIT_FROM_HEADER = "UNIT_FROM_HEADER", _l("采用表头写的单位")
    THOUSANDS = "THOUSANDS", _l("去掉千位逗号")
    CURRENCY_SIGN = "CURRENCY_SIGN", _l("去掉货币符号")
    AMOUNT_CAPITAL = "AMOUNT_CAPITAL", _l("大写金额")
    HOURS_TEXT = "HOURS_TEXT", _l("时长写法：小时")
    MINUTES_TEXT = "MINUTES_TEXT", _l("时长写法：分钟")
    MERGED_CELL = "MERGED_CELL", _l("取自合并单元格")
    ID15 = "ID15", _l("15 位身份证号升为 18 位")
    FORMULA_TEXT = "FORMULA_TEXT", _l("以公式符号开头的文字，按文字保存")


class Reason(Labelled):
    """Why a row is not simply accepted. Stored and exported: never rename."""

    # numbers of organisations and people
    USCC_LENGTH = "USCC_LENGTH", _l("统一社会信用代码不是 18 位")
    USCC_CHARSET = "USCC_CHARSET", _l("统一社会信用代码里有不用的字符")
    USCC_CHECK_DIGIT = "USCC_CHECK_DIGIT", _l("统一社会信用代码校验码不符")
    USCC_TYPE_MISMATCH = "USCC_TYPE_MISMATCH", _l("统一社会信用代码与组织类型不符")
    ID_SCIENTIFIC = "ID_SCIENTIFIC", _l("身份证号被表格改成了科学计数")
    ID_LENGTH = "ID_LENGTH", _l("身份证号不是 15 位或 18 位")
    ID_BIRTHDATE = "ID_BIRTHDATE", _l("身份证号里的出生日期不存在")
    ID_CHECK_DIGIT = "ID_CHECK_DIGIT", _l("身份证号校验码不符")
    # cells
    REQUIRED_MISSING = "REQUIRED_MISSING", _l("必填项为空")
    DATE_INVALID = "DATE_INVALID", _l("日期不存在")
    DATE_NO_YEAR = "DATE_NO_YEAR", _l("日期没有年份")
    DATE_AMBIGUOUS = "DATE_AMBIGUOUS", _l("日期的年份只有两位")
    DATE_FUTURE = "DATE_FUTURE", _l("日期还没有到")
    DATE_RANGE = "DATE_RANGE", _l("结束早于开始")
    AMOUNT_NOT_A_NUMBER = "AMOUNT_NOT_A_NUMBER", _l("不是数字")
    AMOUNT_NOT_POSITIVE = "AMOUNT_NOT_POSITIVE", _l("应大于零")
    AMOUNT_NEGATIVE = "AMOUNT_NEGATIVE", _l("不能是负数")
    AMOUNT_OVER_LIMIT = "AMOUNT_OVER_LIMIT", _l("单笔数额过大")
    UNIT_UNKNOWN = "UNIT_UNKNOWN", _l("单位不在目录里")
    ITEM_UNKNOWN = "ITEM_UNKNOWN", _l("事项不在目录里")
    TYPE_UNKNOWN = "TYPE_UNKNOWN", _l("类别不在目录里")
    REGION_UNKNOWN = "REGION_UNKNOWN", _l("没有这个区县或镇街")
    FORMULA_CELL = "FORMULA_CELL", _l("单元格里是公式")
    TEXT_INVALID = "TEXT_INVALID", _l("文字过长或含有不能保存的字符")
    CHOICE_UNKNOWN = "CHOICE_UNKNOWN", _l("填写的内容不在可选范围里")
    PHONE_INVALID = "PHONE_INVALID", _l("电话号码有误")
    # against what is known
    PARTY_UNKNOWN = "PARTY_UNKNOWN", _l("登记册里没有这个号码")
    PROJECT_UNKNOWN = "PROJECT_UNKNOWN", _l("没有这个项目")
    HOUSEHOLD_UNKNOWN = "HOUSEHOLD_UNKNOWN", _l("没有这个家庭编号")
    NAME_CODE_MISMATCH = "NAME_CODE_MISMATCH", _l("名称和号码属于两个不同的主体")
    TYPE_PARTY_MISMATCH = "TYPE_PARTY_MISMATCH", _l("贡献类型与贡献方不符")
    OUTSIDE_PROJECT_WINDOW = "OUTSIDE_PROJECT_WINDOW", _l("日期在项目期限之外")
    HOURS_OVER_24 = "HOURS_OVER_24", _l("一人一天超过 24 小时")
    HOURS_OVER_8 = "HOURS_OVER_8", _l("一人一天超过 8 小时")
    DUP_SAME_CODE = "DUP_SAME_CODE", _l("同一个单位已经有了")
    DUP_SAME_ID = "DUP_SAME_ID", _l("同一个人已经有了")
    DUP_SERIAL = "DUP_SERIAL", _l("同一笔已经有了")
    SERIAL_CONFLICT = "SERIAL_CONFLICT", _l("同一编号，内容不同")
    CODE_CONFLICT = "CODE_CONFLICT", _l("同一号码，名称不同")
    HEAD_IN_TWO_HOUSEHOLDS = "HEAD_IN_TWO_HOUSEHOLDS", _l("户主出现在两户里")
    CERTIFICATE_EXPIRED = "CERTIFICATE_EXPIRED", _l("证书已过有效期")
    UNDER_14 = "UNDER_14", _l("不满 14 周岁")
    PROVIDER_ON_SERIOUS_LIST = "PROVIDER_ON_SERIOUS_LIST", _l("提供方在严重违法失信名单上")
    OUT_OF_SCOPE = "OUT_OF_SCOPE", _l("不在您的辖区或单位")
    # credit
    NO_CAPACITY = "NO_CAPACITY", _l("当事人没有完全民事行为能力")
    INVESTIGATORS_LT_2 = "INVESTIGATORS_LT_2", _l("调查人员少于两人")
    NOTICE_MISSING = "NOTICE_MISSING", _l("没有送达事先告知书")
    DECIDED_BEFORE_REPLY_DATE = "DECIDED_BEFORE_REPLY_DATE", _l("陈述申辩期未满就作了决定")
    BASIS_MISSING = "BASIS_MISSING", _l("没有写认定依据")
    ACT_NOT_IN_LIST = "ACT_NOT_IN_LIST", _l("行为不在可认定的范围里")
    PERIOD_TOO_LONG = "PERIOD_TOO_LONG", _l("公示期限过长")
    RECOVERED_OVER_AMOUNT = "RECOVERED_OVER_AMOUNT", _l("追回的多于骗取的")
    REVOKED = "REVOKED", _l("决定已经撤销")
    PERIOD_OVER = "PERIOD_OVER", _l("公示期限已过")
