"""What the pages of rankings are made of: the filters of the address, the periods to choose from, the rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import figures
from app.labels import Labelled
from app.parties.models import PartyKind
from app.regions.rules import is_code
from app.tables import Column, ColumnKind
from points.rankings.boards import Cut
from points.rankings.kinds import SizeClass
from points.rankings.published import Move
from points.rankings.queries import Ranked
from points.rankings.rules import ALL, is_period
from points.rulesets.kinds import ContributionKind

RANKED_KINDS = (PartyKind.ORGANISATION, PartyKind.PERSON)
COLUMNS = [
    {"key": "rank", "label": _l("名次"), "kind": "rank", "card": "lead"},
    {"key": "name", "label": _l("名称"), "card": "title", "url": "url", "sub": "kind", "clamp": True},
    {"key": "place", "label": _l("所在地"), "bare": True},
    {"key": "points", "label": _l("荣誉积分"), "kind": "points", "card": "side"},
]
MOVE = {"key": "move", "label": _l("比上期"), "sub": "why"}
EXPORTED = (
    Column("rank", _l("名次"), ColumnKind.INTEGER),
    Column("name", _l("名称")),
    Column("kind", _l("类别")),
    Column("place", _l("所在地")),
    Column("points", _l("荣誉积分"), ColumnKind.POINTS),
)
_MONTHS = 12
_QUARTERS = 4
_PARTY_PAGE = "organisations_public.show"
_Word = TypeVar("_Word", bound=Labelled)


@dataclass(frozen=True)
class Choice:
    """What the address asks for, cleaned: an unknown word is as if it were not there."""

    period: str
    kind: ContributionKind | None
    party_kind: PartyKind
    county: str | None
    town: str | None
    village: str | None
    size_class: SizeClass | None

    def cut(self, frozen_id: UUID | None = None) -> Cut:
        """The ranking that is meant, live or frozen."""
        region = self.village or self.town or self.county
        return Cut(self.period, self.kind, self.party_kind, region, self.size_class, frozen_id=frozen_id)


def read_choice(values: Mapping[str, str], today: date, *, period: str | None = None) -> Choice:
    """Return what a query string asks for; the present year when neither it nor ``period`` names one."""
    asked = period or values.get("period", "")
    county, town, village = (values.get(name, "") for name in ("county", "town", "village"))
    county = county if is_code(county) else ""
    # A level is kept only inside the one above, so that changing the county never leaves another's town behind.
    town = town if county and is_code(town) and town.startswith(county[:6]) else ""
    village = village if town and is_code(village) and village.startswith(town[:9]) else ""
    party_kind = next(
        (one for one in RANKED_KINDS if one.value == values.get("party")), PartyKind.ORGANISATION
    )
    size = values.get("size", "")
    return Choice(
        asked if is_period(asked) else f"{today:%Y}",
        _one_of(ContributionKind, values.get("kind", "")),
        party_kind,
        county or None,
        town or None,
        village or None,
        _one_of(SizeClass, size) if party_kind is PartyKind.ORGANISATION else None,
    )


def period_choices(today: date, chosen: str) -> list[tuple[str, str]]:
    """Return the periods to choose from: this year and last, all time, four quarters, twelve months, the chosen one."""
    number = today.year * 12 + today.month - 1
    months = [f"{month // 12}-{month % 12 + 1:02d}" for month in range(number, number - _MONTHS, -1)]
    quarter = number // 3
    quarters = [f"{one // 4}-Q{one % 4 + 1}" for one in range(quarter, quarter - _QUARTERS, -1)]
    offered = [f"{today:%Y}", f"{today.year - 1}", ALL, *quarters, *months]
    if chosen not in offered:
        offered.append(chosen)
    return [(one, period_words(one)) for one in offered]


def period_words(period: str) -> str:
    """Return a period in words: 2026年11月, 2026年第四季度, 2026年, 全部时间."""
    if period == ALL:
        return _("全部时间")
    year, _dash, part = period.partition("-")
    if part.startswith("Q"):
        names = (_("第一季度"), _("第二季度"), _("第三季度"), _("第四季度"))
        return _("%(year)s年%(quarter)s", year=year, quarter=names[int(part[1:]) - 1])
    if part:
        return _("%(year)s年%(month)s月", year=year, month=int(part))
    return _("%(year)s年", year=year)


def rows(
    found: Sequence[Ranked], places: Mapping[str, str], moves: Mapping[UUID, Move] | None = None
) -> list[dict[str, Any]]:
    """Return the lines of the table; an organisation links to its page. ``moves`` against the period before."""
    return [
        {
            "rank": one.rank,
            "name": one.name,
            "kind": _under_name(one),
            "place": places.get(one.region_code, ""),
            "points": one.points,
            "url": party_url(one),
            **({} if moves is None else move_words(moves.get(one.party_id))),
        }
        for one in found
    ]


def move_words(move: Move | None) -> dict[str, str]:
    """Return how a party moved, and why: 升 3 位；本月 320 分，上月 210 分，主要增加在资金捐赠 +100 分."""
    if move is None:
        return {"move": "", "why": ""}
    if move.rank_before is None:
        return {"move": _("新上榜"), "why": ""}
    if move.steps:
        words = _("升 %(count)s 位") if move.steps > 0 else _("降 %(count)s 位")
        moved = words % {"count": f"{abs(move.steps):,}"}
    else:
        moved = _("未变")
    why = _(
        "本期 %(now)s 分，上期 %(before)s 分",
        now=figures.points(move.points),
        before=figures.points(move.points_before),
    )
    gained = move.points >= move.points_before
    most = (max if gained else min)(move.by_kind.items(), key=lambda one: one[1], default=None)
    if most is not None and most[0] in set(ContributionKind):
        words = (
            _("，主要增加在%(kind)s +%(points)s 分") if gained else _("，主要减少在%(kind)s −%(points)s 分")
        )
        why += words % {
            "kind": ContributionKind(most[0]).label,
            "points": figures.points(abs(most[1])),
        }
    return {"move": moved, "why": why}


def party_url(one: Ranked) -> str | None:
    """Return the address of an organisation's public page, where the house has one; persons have none."""
    if one.code and one.party_kind is PartyKind.ORGANISATION and _PARTY_PAGE in current_app.view_functions:
        return url_for(_PARTY_PAGE, code=one.code)
    return None


def _under_name(one: Ranked) -> str:
    kind = str((one.organisation_kind or one.party_kind).label)
    if one.disputed <= 0:
        return kind
    return _("%(kind)s · 另有 %(points)s 分有争议，暂不计入", kind=kind, points=figures.points(one.disputed))


def _one_of(kind: type[_Word], value: str) -> _Word | None:
    return kind(value) if value in set(kind) else None
