"""The forms of the editor: the head of a draft, and its rules, multipliers and caps as rows.

Rows are added, taken away and moved without being saved: ``moved`` does it to what was typed, so that nothing typed is
lost and no script is needed.
"""

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField, StringField, TextAreaField
from wtforms import Form as PlainForm
from wtforms.utils import unset_value
from wtforms.validators import NumberRange

from app import figures
from app.errors import InvalidInput
from app.fields import CivilDateField, NotBlank, PointsField, Positive, TypedField
from app.forms import CleanText, Form, at_most, chosen, optional, required, stripped
from app.identity import normalise
from points.rulesets import document, drafts
from points.rulesets.document import RulesetDocument
from points.rulesets.kinds import ContributionKind, Factor, Rounding, Span, Unit
from points.rulesets.models import Ruleset

MOST_ROWS = 100
LISTS = ("rules", "multipliers", "caps")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_ROW = re.compile(r"(rules|multipliers|caps)-([0-9]{1,3})-(\w+)", re.ASCII)
_ACT = re.compile(r"(rules|multipliers|caps)\.(?:(add)|([0-9]{1,3})\.(up|down|remove))", re.ASCII)


def read_whole(text: str) -> int:
    """Return a typed whole number above nothing. Raises UnreadableFigure."""
    plain = normalise(text).replace(",", "")
    if not (plain.isascii() and plain.isdecimal() and len(plain) <= 9 and int(plain) > 0):
        raise figures.UnreadableFigure(_("请填写大于 0 的整数。"))
    return int(plain)


def read_times(text: str) -> int:
    """Return the thousandths of a typed multiplier, "0.9". Raises UnreadableFigure."""
    try:
        times = Decimal(normalise(text).removeprefix("×"))
        if not (times.is_finite() and 0 <= times <= 10**3):
            raise InvalidOperation
        thousandths = times.scaleb(3)
        if thousandths != thousandths.to_integral_value():
            raise InvalidOperation
    except InvalidOperation as problem:
        raise figures.UnreadableFigure(_("请填写倍数，例如 0.9，最多三位小数。")) from problem
    return int(thousandths)


class WholeField(TypedField):
    """A whole number above nothing."""

    read = staticmethod(read_whole)


class TimesField(TypedField):
    """A multiplier; data is thousandths."""

    read = staticmethod(read_times)

    def shown(self, data: int) -> str:
        """Return 900 as 0.9."""
        return f"{Decimal(data).scaleb(-3).normalize():f}"


def _text(label: Any, length: int, **more: Any) -> StringField:
    return StringField(
        label, filters=[stripped], validators=[required(), CleanText(), at_most(length)], **more
    )


def _maybe(label: Any, length: int, **more: Any) -> StringField:
    return StringField(
        label, filters=[stripped], validators=[optional(), CleanText(), at_most(length)], **more
    )


class RuleRowForm(PlainForm):
    """One rule."""

    code = HiddenField()
    kind = SelectField(_l("贡献类别"), choices=ContributionKind.choices)
    category = _maybe(_l("细分类"), 40, description=_l("不填：整类"))
    unit = SelectField(_l("按什么计"), choices=Unit.choices)
    points = PointsField(_l("计几分"), validators=[NotBlank(), Positive()])
    per = WholeField(_l("每多少单位"), validators=[NotBlank()])
    minimum = PointsField(_l("不足几分不计"))
    rounding = SelectField(_l("取整"), choices=Rounding.choices)
    step = PointsField(_l("取整到几分"), validators=[NotBlank(), Positive()])
    redeemable = BooleanField(_l("同时记可兑换积分"))
    note = _text(_l("一句话说明"), 200)


class MultiplierRowForm(PlainForm):
    """One multiplier."""

    factor = SelectField(_l("系数"), choices=Factor.choices)
    value = _text(_l("取值"), 20, description=_l("证据等级填 A 至 D；是或否的填 yes"))
    words = _text(_l("算式里的叫法"), 40)
    kind = SelectField(_l("适用类别"), choices=lambda: chosen(ContributionKind.choices(), _l("全部类别")))
    thousandths = TimesField(_l("倍数"), validators=[NotBlank()])


class CapRowForm(PlainForm):
    """One cap."""

    code = HiddenField()
    kind = SelectField(_l("贡献类别"), choices=lambda: chosen(ContributionKind.choices(), _l("全部类别")))
    category = _maybe(_l("细分类"), 40, description=_l("不填：整类"))
    span = SelectField(_l("周期"), choices=Span.choices)
    points = PointsField(_l("最多计几分"), validators=[NotBlank(), Positive()])


class RowList(FieldList):
    """Rows of one kind. Names that no page of ours has sent (rules-²-code) are no rows."""

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Take in the rows that the page showed."""
        if formdata:
            ours = [name for name in formdata if (found := _ROW.fullmatch(name)) and found[1] == self.name]
            formdata = MultiDict([(name, value) for name in ours for value in formdata.getlist(name)])
            if not formdata:
                self.entries: list[Any] = []
                self.object_data = ()
                return
        super().process(formdata, data, extra_filters)


class RulesetForm(Form):
    """A whole draft."""

    revision = HiddenField()
    title = _text(_l("名称"), 200)
    summary = TextAreaField(
        _l("这一版改了什么"), filters=[stripped], validators=[required(), CleanText(), at_most(2000)]
    )
    effective_from = CivilDateField(_l("生效日期"), validators=[NotBlank()])
    basis_title = _text(_l("依据文件"), 200)
    basis_number = _text(_l("文号"), 60)
    redeemable_months = WholeField(
        _l("可兑换积分有效月数"),
        validators=[NotBlank(), NumberRange(max=document.MOST_MONTHS, message=_l("最多 600 个月。"))],
    )
    rules = RowList(FormField(RuleRowForm), label=_l("分值"), max_entries=MOST_ROWS)
    multipliers = RowList(FormField(MultiplierRowForm), label=_l("系数"), max_entries=MOST_ROWS)
    caps = RowList(FormField(CapRowForm), label=_l("上限"), max_entries=MOST_ROWS)

    def typed(self, ruleset: Ruleset, programme: str) -> RulesetDocument:
        """Return what was typed. Raises InvalidInput naming what says the same twice."""
        if not self.rules.entries:
            raise InvalidInput(_("至少要有一条分值规则。"))
        made = RulesetDocument(
            programme=programme,
            version=ruleset.version,
            columns={name: self[name].data for name in document.HEAD},
            rules=[_rule(one.data) for one in self.rules],
            multipliers=[_multiplier(one.data) for one in self.multipliers],
            caps=[_cap(one.data) for one in self.caps],
        )
        _name(made.rules, lambda one: f"{one['kind'].value}-{one['unit'].value}")
        _name(made.caps, lambda one: f"{one['kind'].value if one['kind'] else 'all'}-{one['span'].value}")
        document.ensure_single(made, (_("分值"), _("系数"), _("上限")))
        return made


def values_of(ruleset: Ruleset) -> dict[str, Any]:
    """Return a draft as the form shows it."""
    found = document.of(ruleset, "")
    return {
        **found.columns,
        "revision": drafts.seen_mark(ruleset),
        "rules": [_shown(one) for one in found.rules],
        "multipliers": [_shown(one) for one in found.multipliers],
        "caps": [_shown(one) for one in found.caps],
    }


def moved(sent: MultiDict[str, str], act: str) -> MultiDict[str, str] | None:
    """Return what was typed with a row added, taken away or moved as a button said; None when it said nothing such."""
    said = _ACT.fullmatch(act)
    if said is None:
        return None
    name, adds, place, way = said.groups()
    rows: dict[int, list[tuple[str, str]]] = {}
    others = []
    for key, value in sent.items(multi=True):
        row = _ROW.fullmatch(key)
        if row and row[1] == name:
            rows.setdefault(int(row[2]), []).append((row[3], value))
        else:
            others.append((key, value))
    ordered = [rows[number] for number in sorted(rows)]
    if adds:
        ordered.append(_NEW[name])
    else:
        _move(ordered, int(place), way)
    return MultiDict(
        [
            *others,
            *(
                (f"{name}-{number}-{column}", value)
                for number, row in enumerate(ordered[:MOST_ROWS])
                for column, value in row
            ),
        ]
    )


_NEW: Mapping[str, list[tuple[str, str]]] = {
    "rules": [("kind", "money"), ("unit", "yuan"), ("per", "1"), ("rounding", "half_up"), ("step", "0.01")],
    "multipliers": [("factor", "evidence_grade"), ("kind", "")],
    "caps": [("kind", ""), ("span", "month")],
}
"""What a new row shows."""


def _move(rows: list[Any], place: int, way: str) -> None:
    if place >= len(rows):
        return
    row = rows.pop(place)
    if way != "remove":
        rows.insert(max(0, place - 1) if way == "up" else place + 1, row)


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.value if hasattr(value, "label") else value for name, value in row.items()}


def _kind(row: Mapping[str, Any]) -> ContributionKind | None:
    return ContributionKind(row["kind"]) if row["kind"] else None


def _rule(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "kind": ContributionKind(row["kind"]),
        "category": row["category"],
        "unit": Unit(row["unit"]),
        "points": row["points"],
        "per": row["per"],
        "redeemable": row["redeemable"],
        "minimum": row["minimum"] or 0,
        "rounding": Rounding(row["rounding"]),
        "step": row["step"],
        "note": row["note"],
    }


def _multiplier(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "factor": Factor(row["factor"]),
        "value": row["value"],
        "kind": _kind(row),
        "thousandths": row["thousandths"],
        "words": row["words"],
    }


def _cap(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "code": row["code"],
        "kind": _kind(row),
        "category": row["category"],
        "span": Span(row["span"]),
        "points": row["points"],
    }


def _name(rows: list[dict[str, Any]], stem: Any) -> None:
    """Give each new row a code that no other has; those of earlier versions keep theirs."""
    taken = {row["code"] for row in rows if _CODE.fullmatch(row["code"] or "")}
    for row in rows:
        if row["code"] in taken:
            continue
        code, number = stem(row), 1
        while code in taken:
            number += 1
            code = f"{stem(row)}-{number}"
        row["code"] = code
        taken.add(code)
