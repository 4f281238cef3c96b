"""A row of a made city with what is true of it, and the words that cities write."""

import csv
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.architecture.tree import ROOT
from tests.imports import scoring

AS_OF = "2026-11-21"


@dataclass
class Entry:
    """One row: its cells by field, and what the rules say of it. ``canonical`` is what would be stored."""

    kind: str
    cells: dict[str, Any]
    decision: str = "accept"
    reason: str = ""
    notes: set[str] = field(default_factory=set)
    canonical: dict[str, Any] | None = None
    sheet: str = ""

    @property
    def normalised(self) -> str:
        """What had to be put right, as truth tables write it: for accepted rows only."""
        return ";".join(sorted(self.notes)) if self.decision == "accept" else ""

    @property
    def canonical_text(self) -> str:
        """The stored value as truth tables write it; the rules do not say whether a row in review has one."""
        if self.decision == "review":
            return scoring.ANYTHING
        if self.decision not in {"accept", "expired", "skip_publish"} or self.canonical is None:
            return ""
        return json.dumps(self.canonical, ensure_ascii=False, sort_keys=True)

    def refuse(self, reason: str, decision: str = "reject") -> "Entry":
        """Return the row, decided otherwise."""
        self.decision, self.reason = decision, reason
        return self


@dataclass(frozen=True)
class Item:
    """What can be given: its type, its base unit, other units with their factors, the certificate it needs."""

    name: str
    type: str
    base: str
    units: dict[str, Decimal]
    certificate: str = ""


def _item(name: str, type_: str, units: str, certificate: str = "") -> Item:
    pairs = dict(one.split("=") for one in units.split())
    return Item(
        name, type_, next(iter(pairs)), {unit: Decimal(factor) for unit, factor in pairs.items()}, certificate
    )


ITEMS = (
    _item("资金", "资金捐赠", "元=1 万元=10000"),
    _item("大米", "物资捐赠", "公斤=1 kg=1 斤=0.5 吨=1000 袋(10公斤)=10"),
    _item("食用油", "物资捐赠", "升=1 L=1 桶(5升)=5"),
    _item("棉被", "物资捐赠", "床=1 件(5床)=5"),
    _item("轮椅", "物资捐赠", "辆=1"),
    _item("医用口罩", "物资捐赠", "只=1 个=1 盒(50只)=50 箱(2000只)=2000"),
    _item("成人纸尿裤", "物资捐赠", "片=1 包(10片)=10 箱(80片)=80"),
    _item("取暖炉", "物资捐赠", "台=1"),
    _item("家政保洁", "志愿服务", "小时=1"),
    _item("助餐送餐", "志愿服务", "小时=1"),
    _item("课业辅导", "志愿服务", "小时=1"),
    _item("康复护理", "志愿服务", "小时=1", "护理员证"),
    _item("心理慰藉", "志愿服务", "小时=1", "社会工作者证"),
    _item("法律援助", "志愿服务", "小时=1", "律师证"),
    _item("适老化改造", "设施捐建", "项=1 处=1"),
    _item("就业技能培训", "培训", "课时=1", "社会工作者证"),
)


def in_base(quantity: Decimal, item: Item, unit: str) -> int | float:
    """Return a quantity in the base unit: whole where quantity and factor are, with a point where one is not."""
    factor = item.units[unit]
    total = quantity * factor
    whole = quantity == int(quantity) and factor == int(factor)
    return int(total) if whole else float(total)


@dataclass(frozen=True)
class Division:
    """A county with its towns."""

    code: str
    name: str
    towns: tuple[str, ...]


def divisions() -> list[Division]:
    """Return the counties of the city with towns whose names are its own."""
    with (ROOT / "app/regions/data/baoji.csv").open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    towns: dict[str, list[str]] = {}
    for row in rows:
        if row["level"] == "town":
            towns.setdefault(row["parent_code"], []).append(row["name"])
    return [
        Division(row["code"][:6], row["name"], tuple(towns[row["code"]]))
        for row in rows
        if row["level"] == "county" and row["code"] in towns
    ]


# Two ways in which clerks head their columns, as in the sample, and a third of the same kind.
HEADINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "org": {
        "no": ("序号",),
        "name": ("社会组织名称", "组织名称", "单位名称"),
        "uscc": ("统一社会信用代码", "信用代码", "统一社会信用代码（18位）"),
        "licence": ("登记证号",),
        "person": ("法定代表人", "负责人"),
        "charity": ("是否慈善组织", "慈善组织"),
        "registry": ("登记管理机关",),
        "supervisor": ("业务主管单位",),
        "established": ("成立登记日期", "成立日期"),
        "valid_to": ("证书有效期至", "有效期至"),
        "grade": ("评估等级",),
        "credit": ("信用状态",),
        "county": ("所属区县", "区县", "县区"),
        "address": ("住所", "地址"),
        "phone": ("联系电话", "电话"),
        "remark": ("备注",),
    },
    "worker": {
        "no": ("序号",),
        "name": ("姓名",),
        "id": ("身份证号码", "身份证号", "证件号码"),
        "sex": ("性别",),
        "phone": ("联系电话", "手机号", "手机号码"),
        "county": ("区县", "县区"),
        "town": ("镇（街道）", "乡镇", "镇街"),
        "village": ("村（社区）", "村居"),
        "level": ("证书级别", "职业水平等级"),
        "certificate": ("证书编号",),
        "issued": ("发证日期",),
    },
    "volunteer": {
        "no": ("序号",),
        "name": ("姓名", "志愿者姓名"),
        "id": ("身份证号码", "证件号码", "身份证号"),
        "sex": ("性别",),
        "phone": ("联系电话", "手机号", "手机号码"),
        "county": ("区县", "县区"),
        "town": ("镇（街道）", "乡镇", "镇街"),
        "village": ("村（社区）", "村居"),
        "certs": ("持有证书", "证书"),
        "services": ("服务意向", "服务类别"),
        "consent": ("是否同意公示", "同意公示"),
        "registered": ("注册日期", "注册时间"),
    },
    "firm": {
        "name": ("企业名称",),
        "uscc": ("统一社会信用代码", "信用代码"),
        "county": ("所属区县", "区县"),
        "phone": ("联系电话", "电话"),
    },
    "household": {
        "county": ("区县", "县区"),
        "town": ("镇（街道）", "乡镇"),
        "village": ("村（社区）", "村居"),
        "number": ("家庭编号",),
        "head": ("户主姓名",),
        "id": ("户主身份证号", "户主身份证号码"),
        "size": ("家庭人口（人）", "家庭人口"),
        "category": ("救助类别",),
        "cause": ("致困原因",),
        "income": ("家庭年收入",),
        "income_unit": ("收入单位",),
        "begin": ("保障起始日期", "起始日期"),
        "monthly": ("月保障金额（元）",),
        "remark": ("备注",),
    },
    "project": {
        "number": ("项目编号",),
        "name": ("项目名称",),
        "org_name": ("发起单位",),
        "org": ("发起单位统一社会信用代码",),
        "county": ("区县", "县区"),
        "town": ("镇（街道）", "乡镇"),
        "type": ("需求类别",),
        "item": ("需求事项",),
        "quantity": ("需求数量",),
        "unit": ("单位", "计量单位"),
        "start": ("开始日期",),
        "end": ("结束日期",),
        "certificate": ("证书要求",),
        "urgency": ("紧急程度",),
    },
    "contribution": {
        "serial": ("流水号",),
        "date": ("日期",),
        "party_name": ("贡献方名称",),
        "party": ("贡献方证件号码（统一社会信用代码/身份证号）",),
        "type": ("贡献类型",),
        "project": ("项目编号",),
        "item": ("事项",),
        "quantity": ("数量",),
        "unit": ("单位", "计量单位"),
        "amount": ("金额（元）",),
        "amount_unit": ("金额单位",),
        "remark": ("备注",),
    },
    "credit": {
        "number": ("线索编号",),
        "household": ("家庭编号",),
        "id": ("户主身份证号",),
        "act": ("行为",),
        "capacity": ("完全民事行为能力",),
        "first": ("调查人一",),
        "second": ("调查人二",),
        "notice": ("告知书送达日期",),
        "reply": ("陈述申辩期限届满",),
        "decided": ("决定日期",),
        "paper": ("决定书文号",),
        "basis": ("认定依据",),
        "klass": ("类别",),
        "publish_from": ("公示起始",),
        "publish_to": ("公示截止",),
        "amount": ("骗取金额（元）",),
        "recovered": ("已追回（元）",),
        "revoked": ("撤销日期",),
    },
    "offer": {
        "number": ("意向编号",),
        "name": ("提供方名称",),
        "party": ("证件号码",),
        "item": ("事项",),
        "quantity": ("数量",),
        "unit": ("单位", "计量单位"),
        "areas": ("可服务区县",),
        "start": ("可用起",),
        "end": ("可用止",),
        "certs": ("持有证书",),
    },
}
