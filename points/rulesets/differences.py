"""What one version of the rules changes against another, in words."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import figures
from points.rulesets.document import HEAD, RulesetDocument, rule_of
from points.rulesets.words import rate_words, rounding_rule_words, thousandths_words


class Difference(NamedTuple):
    """One thing that changes: where, from what, to what; an empty text where there is nothing."""

    where: str
    before: str
    after: str


HEAD_LABELS: Mapping[str, Any] = {
    "title": _l("名称"),
    "summary": _l("说明"),
    "effective_from": _l("生效日期"),
    "basis_title": _l("依据"),
    "basis_number": _l("文号"),
    "redeemable_months": _l("可兑换积分有效月数"),
}
Told = Mapping[Hashable, tuple[str, Mapping[str, str]]]
"""By what makes an entry the same in both versions: its name, and its columns in words by their labels."""


def differences(before: RulesetDocument, after: RulesetDocument) -> list[Difference]:
    """Return all that differs, head first, then rules, multipliers and caps. The order of the rules counts, too."""
    found = [
        Difference(str(HEAD_LABELS[name]), str(before.columns[name]), str(after.columns[name]))
        for name in HEAD
        if before.columns[name] != after.columns[name]
    ]
    for told in (_rules, _multipliers, _caps):
        found += _compared(told(before), told(after))
    codes = [[one["code"] for one in document.rules] for document in (before, after)]
    kept = [[code for code in some if code in other] for some, other in zip(codes, codes[::-1], strict=True)]
    if kept[0] != kept[1]:
        names = {one["code"]: _rule_name(one) for one in after.rules}
        orders = ["、".join(names[code] for code in some) for some in kept]
        found.append(Difference(_("条目的先后"), *orders))
    return found


def _compared(before: Told, after: Told) -> Iterator[Difference]:
    for key in {**before, **after}:
        if key not in after:
            name, columns = before[key]
            yield Difference(_("删去：%(name)s", name=name), "；".join(columns.values()), "")
        elif key not in before:
            name, columns = after[key]
            yield Difference(_("新增：%(name)s", name=name), "", "；".join(columns.values()))
        else:
            (_name, old), (name, new) = before[key], after[key]
            for label, words in new.items():
                if old[label] != words:
                    yield Difference(f"{name} · {label}", old[label], words)


def _rules(document: RulesetDocument) -> Told:
    return {one["code"]: (_rule_name(one), _rule_words(one)) for one in document.rules}


def _rule_name(one: Mapping[str, Any]) -> str:
    return _("%(kind)s（按%(unit)s计）", kind=_kind(one), unit=one["unit"].label)


def _rule_words(one: Mapping[str, Any]) -> dict[str, str]:
    rule = rule_of(one)
    return {
        str(_("类别")): _kind(one),
        str(_("分值")): rate_words(rule),
        str(_("记入")): str(_("荣誉、可兑换") if rule.redeemable else _("荣誉")),
        str(_("起计")): _("%(points)s 分", points=figures.points(rule.minimum))
        if rule.minimum
        else _("没有"),
        str(_("取整")): rounding_rule_words(rule),
        str(_("说明")): one["note"],
    }


def _multipliers(document: RulesetDocument) -> Told:
    return {
        (one["factor"], one["value"], one["kind"]): (
            f"{one['factor'].label} {one['words']}（{_kind(one)}）",
            {
                str(_("倍数")): f"× {thousandths_words(one['thousandths'])}",
                str(_("叫法")): one["words"],
            },
        )
        for one in document.multipliers
    }


def _caps(document: RulesetDocument) -> Told:
    return {
        one["code"]: (
            _("%(kind)s%(span)s上限", kind=_kind(one), span=one["span"].label),
            {
                str(_("类别")): _kind(one),
                str(_("周期")): str(one["span"].label),
                str(_("最多计分")): _("%(points)s 分", points=figures.points(one["points"])),
            },
        )
        for one in document.caps
    }


def _kind(one: Mapping[str, Any]) -> str:
    kind = str(one["kind"].label if one["kind"] else _("全部类别"))
    return f"{kind} {one['category']}" if one.get("category") else kind
