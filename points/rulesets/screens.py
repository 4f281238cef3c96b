"""What the page of the rules is made of, all of it out of the ruleset itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app import figures
from points.rulesets import calculator
from points.rulesets.kinds import ContributionKind, EvidenceGrade, RulesetState, Span, Unit
from points.rulesets.models import MultiplierRow, Ruleset, RulesetReach
from points.rulesets.queries import terms
from points.rulesets.rules import Facts, Score, score
from points.rulesets.terms import CapPeriod, Rule, Rules
from points.rulesets.words import rate_words, rounding_rule_words, thousandths_words

_SPANS = {Span.DAY: 1, Span.MONTH: 2, Span.QUARTER: 3, Span.YEAR: 4}


@dataclass(frozen=True)
class Example:
    """A contribution in a sentence, and what it scores under these rules."""

    sentence: str
    score: Score


def rule_rows(ruleset: Ruleset) -> list[dict[str, Any]]:
    """Return the lines of the table of rules."""
    rules = terms(ruleset)
    plain = {rule.id: rule for rule in rules.rules}
    told = calculator.examples(rules.rules, lambda facts: score(rules, facts), ruleset.effective_from)
    return [
        {
            "kind": _kind(row.kind, row.category),
            "example": example,
            "rate": rate_words(plain[row.id]),
            "note": row.note,
            "purse": _("荣誉、可兑换") if row.redeemable else _("荣誉"),
            "rounding": _rounding(plain[row.id]),
        }
        for row, example in zip(ruleset.rules, told, strict=True)
    ]


def multiplier_rows(ruleset: Ruleset) -> list[dict[str, Any]]:
    """Return the lines of the table of multipliers; what is said of one kind stands after what is said of all."""
    ordered: Sequence[MultiplierRow] = sorted(
        ruleset.multipliers, key=lambda one: (one.kind is not None, one.place)
    )
    return [
        {
            "factor": row.factor.label,
            "value": row.words,
            "kind": row.kind.label if row.kind else _("全部类别"),
            "times": f"× {thousandths_words(row.thousandths)}",
        }
        for row in ordered
    ]


def cap_rows(ruleset: Ruleset) -> list[dict[str, Any]]:
    """Return the lines of the table of caps."""
    ordered = sorted(ruleset.caps, key=lambda one: (one.kind or "", _SPANS[one.span]))
    return [
        {
            "kind": _kind(row.kind, row.category),
            "span": row.span.label,
            "points": row.points,
        }
        for row in ordered
    ]


def examples(ruleset: Ruleset, day: date) -> list[Example]:
    """Return worked examples under these very rules; kinds that they do not score are left out."""
    rules = terms(ruleset)
    scored = {rule.kind for rule in rules.rules}
    made = [Example(sentence, score(rules, facts)) for sentence, facts in _cases(day) if facts.kind in scored]
    return made + _capped_example(rules, day)


def history_rows(
    rulesets: Sequence[Ruleset], today: date, reaches: Sequence[RulesetReach] = ()
) -> list[dict[str, Any]]:
    """Return the lines of the table of versions, newest first, with the past periods that decisions gave them."""
    return [
        {
            "version": _("第 %(version)d 版", version=one.version),
            "title": one.title,
            "summary": one.summary,
            "period": "；".join([validity(one), *_decided(one, reaches)]),
            "state": _state(one, today),
            "tone": "done" if _in_force(one, today) else "quiet",
        }
        for one in rulesets
    ]


def _decided(ruleset: Ruleset, reaches: Sequence[RulesetReach]) -> list[str]:
    return [
        _(
            "按%(document)s，也适用于%(first)s至%(last)s",
            document=one.document_number,
            first=figures.day_text(one.first_day),
            last=figures.day_text(one.last_day),
        )
        for one in reaches
        if one.ruleset_id == ruleset.id
    ]


def version_rows(rulesets: Sequence[Ruleset], today: date) -> list[dict[str, Any]]:
    """Return the lines of the table of versions and drafts for staff, newest first."""
    return [
        {
            "version": _("第 %(version)d 版", version=one.version),
            "url": url_for("rules_staff.show", version=one.version),
            "summary": f"{one.title} · {one.summary}",
            "period": validity(one),
            "state": one.state.label if one.state is RulesetState.DRAFT else _state(one, today),
            "tone": _tone(one, today),
        }
        for one in rulesets
    ]


def _tone(ruleset: Ruleset, today: date) -> str:
    if ruleset.state is RulesetState.DRAFT:
        return "waiting"
    return "done" if _in_force(ruleset, today) else "quiet"


def validity(ruleset: Ruleset) -> str:
    """Return from when to when a version is in force, in words."""
    first = figures.day_text(ruleset.effective_from)
    if ruleset.effective_to is None:
        return _("%(first)s起", first=first)
    return _("%(first)s至%(last)s", first=first, last=figures.day_text(ruleset.effective_to))


def _cases(day: date) -> list[tuple[str, Facts]]:
    return [
        (
            _("志愿者服务 2 小时 30 分，系统签到（B 级）"),
            Facts(ContributionKind.SERVICE, day, EvidenceGrade.B, minutes=150),
        ),
        (
            _("社会工作者提供专业服务 2 小时，系统签到且受助人确认（A 级）"),
            Facts(ContributionKind.SERVICE, day, EvidenceGrade.A, minutes=120, professional=True),
        ),
        (
            _("企业捐款 12,000 元，有捐赠票据（C 级）"),
            Facts(ContributionKind.MONEY, day, EvidenceGrade.C, amount_fen=1_200_000),
        ),
        (
            _("捐赠旧衣物 40 件，没有价值依据，有签收单（C 级）"),
            Facts(ContributionKind.GOODS, day, EvidenceGrade.C, quantity=Decimal(40)),
        ),
    ]


def _capped_example(rules: Rules, day: date) -> list[Example]:
    """Return an example in which a daily cap of service hours binds, where the rules have one."""
    cap = next(
        (one for one in rules.caps if one.kind is ContributionKind.SERVICE and one.span is Span.DAY), None
    )
    rule = next(
        (one for one in rules.rules if one.kind is ContributionKind.SERVICE and one.unit is Unit.MINUTE), None
    )
    if cap is None or rule is None:
        return []
    facts = Facts(ContributionKind.SERVICE, day, EvidenceGrade.A, minutes=180)
    before = max(0, cap.points - rule.points)
    used = {CapPeriod(cap.code, day): before}
    sentence = _("同一天此前已计 %(points)s 分，再服务 3 小时（A 级）", points=figures.points(before))
    return [Example(sentence, score(rules, facts, used))]


def _kind(kind: ContributionKind | None, category: str | None) -> str:
    name = str(kind.label if kind else _("全部类别"))
    return f"{name} · {category}" if category else name


def _rounding(rule: Rule) -> str:
    words = rounding_rule_words(rule)
    if rule.minimum:
        return _("%(rounding)s；不足 %(points)s 分不计", rounding=words, points=figures.points(rule.minimum))
    return words


def _state(ruleset: Ruleset, today: date) -> str:
    if _in_force(ruleset, today):
        return _("现行有效")
    return _("尚未生效") if ruleset.effective_from > today else _("已被替代")


def _in_force(ruleset: Ruleset, today: date) -> bool:
    return ruleset.effective_from <= today and (ruleset.effective_to is None or today <= ruleset.effective_to)
