"""Which level decides a sum, and what a row of the table must say. Pure; sums in fen."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from app.errors import Conflict, InvalidInput
from app.permissions import region_prefix
from app.regions.models import RegionLevel
from app.regions.rules import level_of, padded
from projects.tiers.kinds import TierLevel, TierThing

ORDER = tuple(TierLevel)
"""From below."""
_BASIS_LENGTH = 4
# A document's number: 〔2020〕12号, [2020]12号, （2020）第12号.
_DOCUMENT_NUMBER = re.compile(r"[〔\[［(（【]\s*(?:19|20)\d{2}\s*[〕\]］)）】]\s*第?\s*\d+\s*号")
_DIGITS = {TierLevel.TOWN: 9, TierLevel.COUNTY: 6, TierLevel.CITY: 4}
_OF_REGION = {
    RegionLevel.PROVINCE: TierLevel.CITY,
    RegionLevel.CITY: TierLevel.CITY,
    RegionLevel.COUNTY: TierLevel.COUNTY,
    RegionLevel.TOWN: TierLevel.TOWN,
    RegionLevel.VILLAGE: TierLevel.TOWN,
}


@dataclass(frozen=True, slots=True)
class Tier:
    """A row in force: this level approves up to this sum (none: any), by this rule, since this day."""

    thing: TierThing
    level: TierLevel
    region_code: str | None
    up_to_fen: int | None
    basis: str
    valid_from: date

    def covers(self, amount_fen: int) -> bool:
        """Return whether this level may approve the sum. A limit of nought gives no power at all."""
        return self.up_to_fen is None or 0 < self.up_to_fen >= amount_fen


def level_of_region(region_code: str) -> TierLevel:
    """Return the level of the office that serves a region: a village's is its town, a province's the city."""
    return _OF_REGION[level_of(region_code)]


def is_at_least(level: TierLevel, wanted: TierLevel) -> bool:
    """Return whether a level is the wanted one or above."""
    return ORDER.index(level) >= ORDER.index(wanted)


def seat(level: TierLevel, region_code: str) -> str:
    """Return the region whose office of this level serves a region; a higher region is its own seat."""
    return padded(region_prefix(region_code)[: _DIGITS[level]])


def nearest(rows: Iterable[Tier], region_code: str) -> dict[TierLevel, Tier]:
    """Return for each level the row of the region nearest to a place; the city's own (no region) comes last."""
    found: dict[TierLevel, Tier] = {}
    for row in sorted(rows, key=lambda one: len(region_prefix(one.region_code)) if one.region_code else 0):
        if row.region_code is None or region_code.startswith(region_prefix(row.region_code)):
            found[row.level] = row
    return found


def lowest(rows: Iterable[Tier], *, amount_fen: int, region_code: str) -> Tier | None:
    """Return the lowest level that may approve a sum in a region, or None.

    What lies in no town is approved by no town: a county's matter begins at the county.
    """
    near = nearest(rows, region_code)
    for level in ORDER[ORDER.index(level_of_region(region_code)) :]:
        if level in near and near[level].covers(amount_fen):
            return near[level]
    return None


def tidy_basis(basis: str, level: TierLevel) -> str:
    """Return the words of a rule, tidied. Raises InvalidInput when they say too little.

    A town approves only where the province's rule says so (社会救助法 art. 44), so the rule's number is wanted.
    """
    tidy = " ".join(basis.split())
    if len(tidy) < _BASIS_LENGTH:
        raise InvalidInput(_("请写明依据的文件名称和文号。"), field="basis")
    if level is TierLevel.TOWN and not _DOCUMENT_NUMBER.search(tidy):
        raise InvalidInput(
            _("乡镇街道审批须有省级规定（社会救助法第四十四条），请写明文件的文号，例如 ×民发〔2020〕12号。"),
            field="basis",
        )
    return tidy


def ensure_ladder(rows: Iterable[Tier], level: TierLevel, up_to_fen: int | None) -> None:
    """Return when a limit fits between those of the levels below and above; else raise InvalidInput.

    ``rows``: those of the other levels that are in force for the same thing and region on the first day.
    """
    for other in rows:
        if other.level is level or other.up_to_fen == 0 or up_to_fen == 0:
            continue
        above = is_at_least(other.level, level)
        low, high = (up_to_fen, other.up_to_fen) if above else (other.up_to_fen, up_to_fen)
        if high is not None and (low is None or low > high):
            raise InvalidInput(
                _(
                    "%(level)s的限额是 %(limit)s，下级的限额不能高于上级。",
                    level=other.level.label,
                    limit=_limit(other),
                ),
                field="up_to",
            )


def ensure_future(valid_from: date, today: date) -> None:
    """Return when a row begins after today; else raise InvalidInput: what was decided yesterday stays decided."""
    if valid_from <= today:
        raise InvalidInput(_("生效日期必须晚于今天，已经作出的审批不受影响。"), field="valid_from")


def nobody(thing: TierThing) -> Conflict:
    """Return the refusal where no level may approve a sum."""
    return Conflict(
        _("审批权限表里没有哪一级可以审批这个金额的“%(thing)s”，请先由市级补充审批权限。", thing=thing.label)
    )


def _limit(row: Tier) -> str:
    if row.up_to_fen is None:
        return _("不限")
    return _("%(yuan)s 元", yuan=f"{row.up_to_fen // 100:,}")
