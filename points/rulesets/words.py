"""The arithmetic of a score in words: "2.5 小时 × 1 分/小时 × B 级 0.9 = 2.25 分".

These sentences are stored and signed with the transfer, so they are plain Chinese and never translated.
Every figure is exact: what cannot be written as a short decimal ends in "…" before it is rounded.
"""

from collections.abc import Sequence

from points.rulesets.kinds import ContributionKind, Rounding, Span, Unit
from points.rulesets.terms import Cap, CapPeriod, Rule

_PLACES = 4
_SCALE = 10**_PLACES
_MINUTES_OF_AN_HOUR = 60
_COUNTERS = {
    ContributionKind.JOBS: "个岗位",
    ContributionKind.AGENCY: "家机构",
    ContributionKind.PROJECT: "个节点",
}


def plain_number(upper: int, lower: int = 1) -> str:
    """Return upper / lower with at most four decimals, grouped by thousands; with "…" when more would follow."""
    scaled, rest = divmod(abs(upper) * _SCALE, lower)
    whole, part = divmod(scaled, _SCALE)
    text = f"{whole:,}"
    if rest:
        text = f"{text}.{part:0{_PLACES}d}…"
    elif part:
        text = f"{text}.{part:0{_PLACES}d}".rstrip("0")
    return f"-{text}" if upper < 0 else text


def points_words(centipoints: int, lower: int = 1) -> str:
    """Return centipoints (a part of them: divided by ``lower``) as points in figures: 225 → 2.25."""
    return plain_number(centipoints, lower * 100)


def thousandths_words(thousandths: int) -> str:
    """Return a multiplier in figures: 900 → 0.9."""
    return plain_number(thousandths, 1000)


def unit_words(rule: Rule) -> str:
    """Return the word for what a rule counts: 元, 小时, 件, 个岗位 …"""
    match rule.unit:
        case Unit.YUAN:
            return "元"
        case Unit.MINUTE:
            return "小时" if rule.per % _MINUTES_OF_AN_HOUR == 0 else "分钟"
        case Unit.ITEM:
            return _COUNTERS.get(rule.kind, "件")
        case Unit.MILESTONE:
            return _COUNTERS.get(rule.kind, "项")


def measure_words(figure: int, parts: int, rule: Rule) -> str:
    """Return the quantity figure / parts (money in fen) with its unit.

    Time as hours where that is exact in two decimals, else with its minutes.
    """
    if rule.unit is Unit.YUAN:
        return f"{plain_number(figure, parts * 100)} 元"
    if rule.unit is not Unit.MINUTE:
        return f"{plain_number(figure, parts)} {unit_words(rule)}"
    if rule.per % _MINUTES_OF_AN_HOUR:
        return f"{plain_number(figure)} 分钟"
    if figure * 100 % _MINUTES_OF_AN_HOUR == 0:
        return f"{plain_number(figure, _MINUTES_OF_AN_HOUR)} 小时"
    hours, minutes = divmod(figure, _MINUTES_OF_AN_HOUR)
    return f"{hours:,} 小时 {minutes} 分钟" if hours else f"{minutes} 分钟"


def rate_words(rule: Rule) -> str:
    """Return what one rule gives: "1 分/小时", "1 分/100 元"."""
    per = rule.per // _MINUTES_OF_AN_HOUR if unit_words(rule) == "小时" else rule.per
    return f"{points_words(rule.points)} 分/{'' if per == 1 else f'{per:,} '}{unit_words(rule)}"


def unlisted_words(version: int) -> str:
    """Return why a contribution that no rule names scores nothing."""
    return f"积分规则第 {version} 版没有列入这一类，计 0 分"


def sum_words(factors: Sequence[str], upper: int, lower: int) -> str:
    """Return a product of factors and what it comes to, upper / lower centipoints."""
    return f"{' × '.join(factors)} = {points_words(upper, lower)} 分"


def rounding_rule_words(rule: Rule) -> str:
    """Return how a rule rounds, as the page of rules states it."""
    step = points_words(rule.step)
    return f"四舍五入到 {step} 分" if rule.rounding is Rounding.HALF_UP else f"不足 {step} 分的部分舍去"


def rounding_words(upper: int, lower: int, earned: int, rule: Rule) -> str:
    """Return what rounding did to an exact score of upper / lower, or nothing when it did nothing."""
    return "" if upper == earned * lower else f"，{rounding_rule_words(rule)}，得 {points_words(earned)} 分"


def minimum_words(rule: Rule) -> str:
    """Return why a score below the minimum counts as none."""
    return f"；不足起计 {points_words(rule.minimum)} 分，计 0 分"


def cap_words(cap: Cap, period: CapPeriod, used: int, counted: int) -> str:
    """Return why a cap left only so much of a score."""
    return (
        f"；{period_words(cap.span, period)}{'此类' if cap.kind else ''}上限 {points_words(cap.points)} 分，"
        f"此前已计 {points_words(used)} 分，本次计 {points_words(counted)} 分"
    )


def period_words(span: Span, period: CapPeriod) -> str:
    """Return the period of a cap: 2026年11月21日, 2026年11月, 2026年."""
    day = period.starts_on
    match span:
        case Span.DAY:
            return f"{day.year}年{day.month}月{day.day}日"
        case Span.MONTH:
            return f"{day.year}年{day.month}月"
        case Span.QUARTER:
            return f"{day.year}年第{(day.month + 2) // 3}季度"
        case Span.YEAR:
            return f"{day.year}年"
