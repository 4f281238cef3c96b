"""What the pages of village covenants are made of: columns, rows, periods, the timeline of a record."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock, figures
from points.covenants import rules
from points.covenants.lines import Line, Place, Totals
from points.covenants.models import Covenant, CovenantHousehold, CovenantItem
from points.covenants.queries import Version
from points.covenants.words import signed_words
from points.rulesets.kinds import RulesetState

ALL = "all"
ITEM_COLUMNS = [
    {"key": "name", "label": _l("事项"), "card": "title", "sub": "note"},
    {"key": "points", "label": _l("每次积分"), "kind": "number", "card": "side"},
    {"key": "unit", "label": _l("单位")},
]
RANKING_COLUMNS = [
    {"key": "rank", "label": _l("名次"), "kind": "rank", "card": "lead"},
    {"key": "name", "label": _l("户主"), "card": "title"},
    {"key": "number", "label": _l("户号"), "bare": True},
    {"key": "points", "label": _l("积分"), "kind": "points", "card": "side"},
]
PUBLICITY_COLUMNS = [
    {"key": "happened_on", "label": _l("日期"), "kind": "date"},
    {"key": "name", "label": _l("户主"), "card": "title", "sub": "number"},
    {"key": "what", "label": _l("事项"), "bare": True},
    {"key": "points", "label": _l("积分"), "kind": "number", "card": "side"},
    {"key": "state", "label": _l("状态"), "kind": "state"},
]
RECORD_COLUMNS = [
    {"key": "happened_on", "label": _l("日期"), "kind": "date"},
    {"key": "name", "label": _l("户主"), "card": "title", "sub": "number", "url": "url"},
    {"key": "what", "label": _l("事项"), "bare": True},
    {"key": "points", "label": _l("积分"), "kind": "number", "card": "side"},
    {"key": "state", "label": _l("状态"), "kind": "state"},
]
OWN_COLUMNS = [
    {"key": "happened_on", "label": _l("日期"), "kind": "date"},
    {"key": "what", "label": _l("事项"), "card": "title", "sub": "reason", "url": "url"},
    {"key": "points", "label": _l("积分"), "kind": "number", "card": "side"},
    {"key": "state", "label": _l("状态"), "kind": "state"},
]
HISTORY_COLUMNS = [
    {"key": "version", "label": _l("版本"), "card": "title", "sub": "summary"},
    {"key": "period", "label": _l("起止"), "bare": True},
    {"key": "decision", "label": _l("依据")},
]
HOUSEHOLD_COLUMNS = [
    {"key": "number", "label": _l("户号"), "card": "lead"},
    {"key": "name", "label": _l("户主"), "card": "title"},
    {"key": "public_name", "label": _l("公示页上写")},
    {"key": "joined_on", "label": _l("加入日期"), "kind": "date"},
    {"key": "left_on", "label": _l("退出日期"), "kind": "date"},
]


def covenant_row(covenant: Covenant, places: Mapping[str, str], endpoint: str) -> dict[str, Any]:
    """Return a village for a list of things."""
    return {
        "title": covenant.name,
        "url": url_for(endpoint, code=covenant.code),
        "meta": [
            places.get(covenant.region_code, ""),
            figures.day_text(clock.civil_date(covenant.opened_at)),
        ],
    }


def item_rows(items: Sequence[CovenantItem]) -> list[dict[str, Any]]:
    """Return the lines of a village's list."""
    return [
        {"name": one.name, "points": signed_words(one.points), "unit": one.unit, "note": one.note}
        for one in items
    ]


def list_text(items: Sequence[CovenantItem]) -> str:
    """Return a list of items as it is typed, for drafting the next version."""
    return "\n".join(
        " ".join(part for part in (one.name, signed_words(one.points), one.unit, one.note) if part)
        for one in items
    )


def item_choice(item: CovenantItem) -> tuple[str, str]:
    """Return an item as a choice of the form that logs."""
    return str(item.id), _(
        "%(name)s %(points)s 分/%(unit)s", name=item.name, points=signed_words(item.points), unit=item.unit
    )


def household_row(household: CovenantHousehold, name: str, shown: str) -> dict[str, Any]:
    """Return the line of a household for staff."""
    return {
        "id": household.id,
        "number": household.number,
        "name": name,
        "public_name": shown or _("（不写）"),
        "agrees": household.agreed_on is not None,
        "joined_on": household.joined_on,
        "left_on": household.left_on,
    }


def present(versions: Sequence[Version], today: date) -> Version:
    """Return the version in force today, or the first to come."""
    return next((one for one in versions if one.ruleset.effective_from <= today), versions[-1])


def version_screen(version: Version) -> dict[str, Any]:
    """Return a version as a page shows it whole."""
    return {
        "ruleset": version.ruleset,
        "items": item_rows(version.items),
        "basis": f"{version.ruleset.basis_title} {version.ruleset.basis_number}",
        "decision": decision_words(version),
        "validity": validity(version),
    }


def history_rows(versions: Sequence[Version], today: date) -> list[dict[str, Any]]:
    """Return the lines of the table of versions, newest first."""
    return [
        {
            "version": _("第 %(version)d 版", version=one.ruleset.version),
            "summary": one.ruleset.summary,
            "period": validity(one),
            "decision": decision_words(one),
        }
        for one in versions
    ]


def validity(version: Version) -> str:
    """Return from when to when a version counts, in words."""
    ruleset = version.ruleset
    first = figures.day_text(ruleset.effective_from)
    if ruleset.state is RulesetState.DRAFT:
        return _("草案，拟从%(first)s起", first=first)
    if ruleset.effective_to is None:
        return _("%(first)s起", first=first)
    return _("%(first)s至%(last)s", first=first, last=figures.day_text(ruleset.effective_to))


def decision_words(version: Version) -> str:
    """Return how the assembly decided, in a sentence."""
    one = version.decision
    return _(
        "%(day)s %(assembly)s：应到 %(entitled)d，实到 %(attended)d，同意 %(agreed)d",
        day=figures.day_text(one.held_on),
        assembly=one.assembly.label,
        entitled=one.entitled,
        attended=one.attended,
        agreed=one.agreed,
    )


def read_period(text: str | None, today: date) -> str:
    """Return the period that an address asks for: a quarter, a year, all; the present quarter for anything else."""
    if text == ALL or (text and rules.span_of(text)):
        return text
    return rules.quarter_of(today)


def span(period: str) -> tuple[date, date] | None:
    """Return the first day of a period and the first one after it; None for all time."""
    return rules.span_of(period)


def periods(opened_at: datetime, today: date) -> list[tuple[str, str]]:
    """Return the periods to choose from: the quarters and years since the programme began, newest first."""
    first = clock.civil_date(opened_at)
    quarters = [
        f"{year}-Q{quarter}" for year in range(today.year, first.year - 1, -1) for quarter in (4, 3, 2, 1)
    ]
    shown = [one for one in quarters if rules.quarter_of(first) <= one <= rules.quarter_of(today)]
    years = [str(year) for year in range(today.year, first.year - 1, -1)]
    return [(one, period_words(one)) for one in (*shown, *years, ALL)]


def period_words(period: str) -> str:
    """Return a period in words: 2026年第4季度."""
    if period == ALL:
        return _("全部时间")
    year, _dash, quarter = period.partition("-Q")
    if quarter:
        return _("%(year)s年第%(quarter)s季度", year=year, quarter=quarter)
    return _("%(year)s年", year=year)


def totals(found: Totals) -> list[dict[str, Any]]:
    """Return the figures of a village."""
    return [
        {"label": _("参加户数"), "value": f"{found.households:,}", "unit": _("户")},
        {"label": _("已核验事项"), "value": f"{found.records:,}", "unit": _("条")},
        {"label": _("累计加分"), "value": figures.points(found.given), "unit": _("分")},
        {"label": _("累计扣分"), "value": figures.points(found.taken), "unit": _("分")},
    ]


def ranking_row(place: Place) -> dict[str, Any]:
    """Return a line of the village's ranking."""
    return {
        "rank": place.rank,
        "name": place.public_name or _("（未成年人，不列名）"),
        "number": place.household.number,
        "points": place.points,
    }


def publicity_row(line: Line) -> dict[str, Any]:
    """Return a line of the public list: no note, no photo, no reason; names as they may be read."""
    return {
        **record_row(line),
        "name": line.public_name or _("（未成年人，不列名）"),
        "url": None,
        "reason": None,
    }


def record_row(line: Line, endpoint: str | None = None) -> dict[str, Any]:
    """Return a record for a list; its points are what was counted, or before that what it claims."""
    record = line.record
    points = line.claimed if record.counted is None else record.counted
    return {
        "happened_on": record.happened_on,
        "name": line.name,
        "number": line.household.number,
        "what": f"{line.item.name} × {record.quantity}",
        "points": signed_words(points) if points else "0",
        "state": record.state,
        "reason": record.reason,
        "url": url_for(endpoint, code=record.code) if endpoint else None,
    }
