"""What the style page shows: invented organisations and people of a real city, as plain data."""

from datetime import UTC, date, datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, MultipleFileField, RadioField, SelectField, StringField, TextAreaField

from app.fields import CivilDateField, MoneyField
from app.forms import Form, required
from app.look import charts

KINDS = ("door", "list", "thing", "form", "desk", "dashboard", "article", "wizard")

COLOURS = (
    ("teal-900", "深青 900"),
    ("teal-800", "深青 800 · 页眉"),
    ("teal-700", "深青 700 · 操作"),
    ("teal-600", "青 600 · 图表"),
    ("teal-300", "青 300"),
    ("teal-100", "青 100 · 选中"),
    ("teal-50", "青 50"),
    ("gold", "金 · 仅标志"),
    ("paper", "纸白 · 底色"),
    ("surface", "白 · 表面"),
    ("sunken", "米 · 表头"),
    ("ink", "墨 · 正文"),
    ("ink-soft", "淡墨 · 次要"),
    ("line", "细线"),
    ("waiting", "琥珀 · 等待"),
    ("working", "蓝 · 办理中"),
    ("done", "绿 · 完成"),
    ("overdue", "朱红 · 超期"),
    ("graphite", "石墨 · 否决"),
    ("focus", "焦点"),
)

_MONTHS = ((12, 2025), *((month, 2026) for month in range(1, 12)))
_MONTH_POINTS = (
    18_240,
    21_905,
    12_480,
    26_770,
    24_310,
    29_045,
    31_620,
    27_880,
    33_410,
    38_125,
    35_960,
    22_540,
)


class SampleForm(Form):
    """A form with one field of each kind; it is shown and never sent."""

    organisation = StringField(_l("捐赠单位"), [required()])
    kind = RadioField(
        _l("贡献类型"),
        [required()],
        choices=[("money", _l("资金")), ("goods", _l("物资")), ("service", _l("服务"))],
    )
    amount = MoneyField(_l("捐赠金额"), [required()], description=_l("以捐赠票据上的金额为准"))
    happened_on = CivilDateField(_l("捐赠日期"), [required()])
    place = SelectField(
        _l("受益地"), [required()], choices=[("", _l("请选择")), ("1", "金台区"), ("2", "陇县")]
    )
    note = TextAreaField(_l("说明"))
    files = MultipleFileField(_l("票据或签收单"))
    promise = BooleanField(_l("以上内容真实，愿意接受核查"))


def style_page() -> dict[str, Any]:
    """Return the context of the style page and of the sample pages of each kind."""
    form = SampleForm(
        formdata=None,
        data={"organisation": "宝鸡市暖阳社会工作服务中心", "kind": "money", "amount": 12_000_00},
    )
    wrong = SampleForm(formdata=None, prefix="wrong")
    wrong.amount.typed = "壹万贰仟"
    wrong.amount.errors = ["请填写阿拉伯数字，例如 12000 或 12,000.00。"]
    wrong.happened_on.errors = ["捐赠日期不能晚于今天（2026年11月21日）。"]
    return {
        "kinds": KINDS,
        "colours": COLOURS,
        "form": form,
        "wrong": wrong,
        "columns": COLUMNS,
        "rows": ROWS,
        "ranking_columns": RANKING_COLUMNS,
        "ranking": RANKING,
        "timeline": TIMELINE,
        "tasks": TASKS,
        "queue": QUEUE,
        "evidence": EVIDENCE,
        "year": year_chart(),
        "districts": district_chart(),
        "figures": FIGURES,
        "facts": FACTS,
    }


def year_chart() -> charts.Chart:
    """Return a year of points by month."""
    return charts.column_chart(
        title="近十二个月核定积分",
        finding="9 月最高，为 38,125 分；11 月尚未结束。",
        points=[
            charts.Point(
                label=f"{month}月",
                value=value,
                shown=f"{value:,} 分",
                short=f"{value:,}",
                full_label=f"{year}年{month}月",
                unfinished=(month, year) == (11, 2026),
            )
            for (month, year), value in zip(_MONTHS, _MONTH_POINTS, strict=True)
        ],
        label_name="月份",
        value_name="积分",
        as_of="2026-11-21 08:00",
    )


def district_chart() -> charts.Chart:
    """Return service time by county."""
    hours = (
        ("金台区", 5_210),
        ("渭滨区", 4_870),
        ("陈仓区", 3_965),
        ("凤翔区", 2_430),
        ("岐山县", 1_980),
        ("陇县", 905),
    )
    return charts.bar_chart(
        title="各县区本年服务时长",
        finding="金台区最长，5,210 小时，占六个县区的 26.9%（5,210/19,360）。",
        points=[charts.Point(name, value, f"{value:,} 小时", url="/style/list") for name, value in hours],
        as_of="2026-11-21 08:00",
    )


COLUMNS = [
    {"key": "happened_on", "label": _l("日期"), "kind": "date", "sort": "happened_on"},
    {"key": "name", "label": _l("单位"), "card": "title", "url": "url", "sub": "place"},
    {"key": "kind", "label": _l("类型")},
    {"key": "grade", "label": _l("证据"), "kind": "grade", "card": "none"},
    {"key": "amount_fen", "label": _l("价值"), "kind": "money", "sort": "amount"},
    {"key": "points", "label": _l("积分"), "kind": "points", "sort": "points"},
    {"key": "state", "label": _l("状态"), "kind": "state", "tone": "tone", "card": "side"},
]
_ROWS = (
    (
        date(2026, 11, 20),
        "宝鸡市暖阳社会工作服务中心",
        "金台区",
        "服务",
        "B",
        None,
        125_00,
        "待核验",
        "waiting",
    ),
    (date(2026, 11, 18), "陕西秦源食品有限公司", "岐山县", "物资", "A", 86_400_00, 864_00, "已核验", "done"),
    (date(2026, 11, 17), "宝鸡市慈善协会", "宝鸡市", "资金", "A", 200_000_00, 2_000_00, "已核验", "done"),
    (date(2026, 11, 15), "陇县东风镇青年志愿服务队", "陇县", "服务", "C", None, 48_50, "已退回", "refused"),
    (
        date(2026, 11, 12),
        "宝鸡市西关街道长青社区居民委员会助老互助服务工作站",
        "渭滨区",
        "设施",
        "B",
        12_500_00,
        125_00,
        "超期未核",
        "overdue",
    ),
)
ROWS = [
    {
        "happened_on": day,
        "name": name,
        "place": place,
        "kind": kind,
        "grade": grade,
        "amount_fen": amount,
        "points": points,
        "state": state,
        "tone": tone,
        "url": "/style/thing",
    }
    for day, name, place, kind, grade, amount, points, state, tone in _ROWS
]

RANKING_COLUMNS = [
    {"key": "rank", "label": _l("名次"), "kind": "rank", "card": "lead"},
    {"key": "name", "label": _l("单位"), "card": "title", "url": "url", "sub": "place"},
    {"key": "points", "label": _l("积分"), "kind": "points", "card": "side"},
]
RANKING = [
    {"rank": rank, "name": name, "place": place, "points": points, "url": "/style/thing"}
    for rank, name, place, points in (
        (1, "宝鸡市慈善协会", "宝鸡市", 3_120_50),
        (2, "陕西秦源食品有限公司", "岐山县", 2_864_00),
        (3, "宝鸡市暖阳社会工作服务中心", "金台区", 2_410_25),
        (4, "凤翔区雍城志愿者协会", "凤翔区", 1_980_00),
        (5, "千阳县桑榆养老服务中心", "千阳县", 1_655_00),
    )
]
TIMELINE = [
    {
        "what": "核验通过，记 864 分",
        "who": "岐山县民政局 · 李敏",
        "when": datetime(2026, 11, 19, 2, 40, tzinfo=UTC),
        "tone": "done",
        "note": "票据与签收单一致，米面油共 1,200 份。",
        "paper": ("捐赠证书 宝民赠〔2026〕0312 号", "/style/thing"),
        "now": True,
    },
    {
        "what": "补充签收单",
        "who": "陕西秦源食品有限公司 · 王芳",
        "when": datetime(2026, 11, 18, 8, 5, tzinfo=UTC),
    },
    {
        "what": "退回补充",
        "who": "岐山县民政局 · 张伟",
        "when": datetime(2026, 11, 18, 3, 20, tzinfo=UTC),
        "note": "缺少接收方签收单，请补一份。",
        "tone": "refused",
    },
    {
        "what": "提交核验",
        "who": "陕西秦源食品有限公司 · 王芳",
        "when": datetime(2026, 11, 17, 9, 12, tzinfo=UTC),
    },
]
TASKS = [
    {
        "title": "待核验的贡献",
        "url": "/style/desk",
        "hint": "最久的一件已等 3 个工作日",
        "count": 12,
        "badge": ("还剩 2 个工作日", "waiting"),
    },
    {"title": "待审核的入驻登记", "url": "/style/list", "hint": "单位 3 家，志愿者 5 人", "count": 8},
    {
        "title": "超期未办",
        "url": "/style/list",
        "hint": "渭滨区 1 件",
        "count": 1,
        "badge": ("超期 1 个工作日", "overdue"),
    },
]
QUEUE = [
    {
        "title": row["name"],
        "url": "/style/desk",
        "meta": f"{row['kind']} · {row['happened_on']}",
        "side": row["grade"],
        "active": index == 1,
    }
    for index, row in enumerate(ROWS)
]
FIGURES = [
    {"label": "参与单位", "value": "60", "unit": "家", "url": "/style/list", "note": "本月新增 3 家"},
    {
        "label": "服务时长",
        "value": "19,360",
        "unit": "小时",
        "url": "/style/list",
        "change": "8.2%",
        "up": True,
        "note": "较上月",
    },
    {"label": "捐赠款物", "value": "486.20", "unit": "万元", "exact": "4,862,035.50 元", "note": "票据齐全"},
    {"label": "核定积分", "value": "322,285", "unit": "分", "note": "截至 11月21日"},
]
FACTS = [
    ("登记单位", "陕西秦源食品有限公司"),
    ("统一社会信用代码", "91610323MA6X0000XX"),
    ("贡献类型", "物资 · 米面油"),
    ("发生日期", "2026年11月17日"),
    ("受益地", "岐山县蔡家坡镇"),
    ("价值", "86,400.00 元"),
    ("说明", "向 1,200 户低保和特困家庭发放冬季生活物资，由镇社工站签收并逐户登记。", "wide"),
]
EVIDENCE = [
    {
        "icon": "file-earmark-pdf",
        "name": "捐赠签收单.pdf",
        "meta": "PDF · 2 页 · 412 KB",
        "url": "/style/desk",
    },
    {
        "icon": "file-earmark-image",
        "name": "发放现场.jpg",
        "meta": "照片 · 2026-11-17 · 1.2 MB",
        "url": "/style/desk",
    },
    {
        "icon": "file-earmark-text",
        "name": "增值税发票 61032300021.pdf",
        "meta": "PDF · 1 页 · 96 KB",
        "url": "/style/desk",
    },
]
