"""The gap map as a page: squares, a sentence, the table of places and that of items; the same at both doors."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock, figures
from app.regions.forms import city_region
from app.regions.models import RegionLevel
from app.regions.rules import contains, is_code
from points.rulesets.kinds import ContributionKind
from portal.gaps import queries, tiles
from portal.gaps.queries import Gaps, Line, PlaceGaps
from projects.contributions.documents import quantity_text

_NAMED = 3
"""Items that a place's line names."""


def page(session: Session, endpoint: str) -> dict[str, Any]:
    """Return what the template shows of the area and kind in the address; what these cannot mean is left out."""
    wanted, kind = request.args.get("place", ""), request.args.get("kind", "")
    area = wanted if is_code(wanted) and contains(city_region(), wanted) else city_region()
    chosen = ContributionKind(kind) if kind in set(ContributionKind) else None
    found = queries.gaps(session, area, kind=chosen)
    single = [one for one in found.places if not one.is_whole]
    return {
        "name": found.name,
        "in_county": found.level is RegionLevel.TOWN,
        "whole_url": url_for(endpoint, place=city_region(), kind=kind or None),
        "kinds": ContributionKind.choices(),
        "kind": chosen.value if chosen else None,
        "area": area,
        "map": tiles.tile_map([_tile(one, found, endpoint, kind) for one in single]),
        "finding": _finding(found),
        "as_of": figures.moment(clock.now()),
        "places": [_place_row(one, found, endpoint, kind) for one in found.places if one.lines],
        "place_columns": _place_columns(),
        "items": [_item_row(one) for one in found.items],
        "item_columns": _item_columns(),
        "legend": [
            (0, _("没有需求")),
            (1, _("都有供给")),
            (2, _("缺 1–2 项")),
            (3, _("缺 3–5 项")),
            (4, _("缺 6 项以上")),
        ],
    }


def _tile(one: PlaceGaps, found: Gaps, endpoint: str, kind: str) -> tiles.Place:
    needed, lacking = len(one.lines), len(one.lacking)
    shown = _("缺 %(count)s 项", count=lacking) if lacking else _("不缺") if needed else _("无需求")
    return tiles.Place(one.code, one.name, needed, lacking, shown, _url(one, found, endpoint, kind))


def _url(one: PlaceGaps, found: Gaps, endpoint: str, kind: str) -> str | None:
    """Return where the places of a place are shown; towns are shown no finer."""
    if found.level is RegionLevel.TOWN or one.is_whole:
        return None
    return url_for(endpoint, place=one.code, kind=kind or None)


def _finding(found: Gaps) -> str:
    """Return the picture in a sentence."""
    lacking = [one for one in found.places if one.lacking and not one.is_whole]
    items = [one for one in found.items if one.gap or one.places]
    if not found.items:
        return _("%(name)s现在没有已立项目提出的需求。", name=found.name)
    if not lacking:
        return _(
            "%(name)s的 %(count)s 项需求，各地都有足够的供给意向。", name=found.name, count=len(found.items)
        )
    worst = max(lacking, key=lambda one: len(one.lacking))
    return _(
        "%(count)s 项需求中有 %(items)s 项在 %(places)s 个地方供给不足，%(worst)s缺得最多（%(lacking)s 项）。",
        count=len(found.items),
        items=len(items),
        places=len(lacking),
        worst=worst.name,
        lacking=len(worst.lacking),
    )


def _amount(thousandths: int, line: Line) -> str:
    return f"{quantity_text(thousandths)} {line.item.base_unit}"


def _place_row(one: PlaceGaps, found: Gaps, endpoint: str, kind: str) -> dict[str, Any]:
    named = [_("%(item)s %(gap)s", item=line.item.name, gap=_amount(line.gap, line)) for line in one.lacking]
    rest = _("等 %(count)s 项", count=len(named)) if len(named) > _NAMED else ""
    return {
        "name": _("%(name)s（不限定地方）", name=one.name) if one.is_whole else one.name,
        "url": _url(one, found, endpoint, kind),
        "needed": len(one.lines),
        "lacking": len(one.lacking),
        "which": "、".join(named[:_NAMED]) + rest if named else _("都有供给意向"),
    }


def _place_columns() -> list[dict[str, Any]]:
    return [
        {"key": "name", "label": _("地方"), "card": "title", "url": "url", "sub": "which"},
        {"key": "needed", "label": _("需求项"), "kind": "number"},
        {"key": "lacking", "label": _("供给不足"), "kind": "number"},
    ]


def _item_row(line: Line) -> dict[str, Any]:
    return {
        "name": line.item.name,
        "kind": str(line.item.kind.label),
        "needed": _amount(line.needed, line),
        "offered": _amount(line.offered, line),
        "gap": _amount(line.gap, line) if line.gap else None,
        "places": line.places or None,
    }


def _item_columns() -> list[dict[str, Any]]:
    return [
        {"key": "name", "label": _("事项"), "card": "title", "sub": "kind"},
        {"key": "needed", "label": _("需求"), "kind": "number"},
        {"key": "offered", "label": _("供给意向"), "kind": "number"},
        {"key": "gap", "label": _("还缺"), "kind": "number"},
        {"key": "places", "label": _("不足的地方"), "kind": "number"},
    ]
