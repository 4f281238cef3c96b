"""How the pages of points speak: check lines, signed figures, names of kinds. Figures in centipoints."""

from collections.abc import Sequence

from flask_babel import gettext as _

from app import figures
from points.ledger.kinds import Reason
from points.ledger.lines import StatementLine
from points.rulesets.kinds import ContributionKind

_TERMS = 6


def check_words(total: int, parts: Sequence[tuple[str, int]], what: str) -> str:
    """Return the check line of a level: what it adds up to, part by part as far as they fit.

    >>> check_words(31200, [("服务", 20000), ("资金", 11200)], "余额")
    '合计 312 分 = 服务 200 分 + 资金 112 分，与余额相等。'
    """
    added = sum(points for _name, points in parts)
    told = "".join(
        f" {'−' if points < 0 else '+'} "
        + _("%(name)s %(points)s 分", name=name, points=figures.points(abs(points)))
        for name, points in parts[:_TERMS]
    )
    told = told.removeprefix(" + ") if not told.startswith(" −") else told.strip()
    rest = sum(points for _name, points in parts[_TERMS:])
    if len(parts) > _TERMS:
        sign = "−" if rest < 0 else "+"
        told += f" {sign} " + _(
            "其余 %(count)s 项 %(points)s 分", count=len(parts) - _TERMS, points=figures.points(abs(rest))
        )
    agrees = (
        _("与%(what)s相等", what=what)
        if added == total
        else _("与%(what)s %(points)s 分不符，请联系主办单位", what=what, points=figures.points(total))
    )
    return _(
        "合计 %(sum)s 分 = %(parts)s，%(agrees)s。",
        sum=figures.points(added),
        parts=told or "0",
        agrees=agrees,
    )


def kind_words(kind: ContributionKind | None) -> str:
    """Return a kind of contribution, or what stands for none."""
    return str(kind.label) if kind else _("兑换、到期和其他")


def signed_points(points: int) -> str:
    """Return points with their sign, as statements show them."""
    return f"{'+' if points > 0 else '−'}{figures.points(abs(points))}"


def title_of(line: StatementLine, told: str | None = None) -> str:
    """Return what a line is called: what it is about, and what became of that unless it simply earned points."""
    about = told or str((line.contribution_kind or line.reason).label)
    if line.reason is Reason.AWARD or (told is None and line.contribution_kind is None):
        return about
    return _("%(reason)s：%(title)s", reason=line.reason.label, title=about)
