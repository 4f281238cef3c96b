"""What the rankings page is made of: the filters of its address, the periods to choose from, its chart and its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _

from app import figures
from app.look import charts
from app.parties.models import PartyKind
from app.regions.rules import is_code
from points.rankings.queries import Cut, Ranked
from points.rankings.rules import ALL, is_period
from points.rulesets.kinds import ContributionKind

RANKED_KINDS = (PartyKind.ORGANISATION, PartyKind.PERSON)
_MONTHS = 12
_CHARTED = 10
_PARTY_PAGE = "organisations_public.show"


@dataclass(frozen=True)
class Choice:
    """What the address asks for, cleaned: an unknown word is as if it were not there."""

    period: str
    kind: ContributionKind | None
    party_kind: PartyKind | None
    county: str | None
    town: str | None

    @property
    def cut(self) -> Cut:
        """The ranking that is meant."""
        return Cut(
            self.period, self.kind, self.party_kind or PartyKind.ORGANISATION, self.town or self.county
        )


def read_choice(values: Mapping[str, str], today: date) -> Choice:
    """Return what a query string asks for; the present year when it names no period."""
    period = values.get("period", "")
    county, town = values.get("county", ""), values.get("town", "")
    county = county if is_code(county) else ""
    # A town is kept only inside the county chosen, so that changing the county never leaves another's town behind.
    town = town if county and is_code(town) and town.startswith(county[:6]) else ""
    return Choice(
        period if is_period(period) else f"{today:%Y}",
        _one_of(ContributionKind, values.get("kind", "")),
        next((one for one in RANKED_KINDS if one.value == values.get("party")), None),
        county or None,
        town or None,
    )


def period_choices(today: date, chosen: str) -> list[tuple[str, str]]:
    """Return the periods to choose from: all time, this year and last, the last twelve months, and the chosen one."""
    number = today.year * 12 + today.month - 1
    months = [f"{month // 12}-{month % 12 + 1:02d}" for month in range(number, number - _MONTHS, -1)]
    offered = [f"{today:%Y}", f"{today.year - 1}", ALL, *months]
    if chosen not in offered:
        offered.append(chosen)
    return [(one, period_words(one)) for one in offered]


def period_words(period: str) -> str:
    """Return a period in words: 2026年11月, 2026年, 有史以来."""
    if period == ALL:
        return _("全部时间")
    year, _dash, month = period.partition("-")
    if month:
        return _("%(year)s年%(month)s月", year=year, month=int(month))
    return _("%(year)s年", year=year)


def rows(found: Sequence[Ranked], places: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return the lines of the table; an organisation links to its page."""
    return [
        {
            "rank": one.rank,
            "name": one.name,
            "kind": (one.organisation_kind or one.party_kind).label,
            "place": places.get(one.region_code, ""),
            "points": one.points,
            "url": party_url(one),
        }
        for one in found
    ]


def party_url(one: Ranked) -> str | None:
    """Return the address of an organisation's public page, where the house has one; persons have none."""
    if one.party_kind is PartyKind.ORGANISATION and _PARTY_PAGE in current_app.view_functions:
        return url_for(_PARTY_PAGE, code=one.code)
    return None


def chart(title: str, top: Sequence[Ranked], as_of: str) -> charts.Chart:
    """Return bars of the first ten."""
    shown = top[:_CHARTED]
    return charts.bar_chart(
        title=title,
        finding=_finding(shown),
        points=[
            charts.Point(
                label=one.name,
                value=one.points,
                shown=_("%(points)s 分", points=figures.points(one.points)),
                short=figures.points(one.points),
                url=party_url(one),
            )
            for one in shown
        ],
        label_name=_("名称"),
        value_name=_("荣誉积分"),
        as_of=as_of,
    )


def _finding(shown: Sequence[Ranked]) -> str:
    if not shown:
        return _("还没有计入的积分。")
    first = [one for one in shown if one.rank == 1]
    points = figures.points(first[0].points)
    if len(first) > 1:
        return _("%(count)d 家并列第一，各 %(points)s 分。", count=len(first), points=points)
    return _("%(name)s居首，%(points)s 分。", name=first[0].name, points=points)


def _one_of(kind: type[ContributionKind], value: str) -> ContributionKind | None:
    return kind(value) if value in set(kind) else None
