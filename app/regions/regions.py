"""The verb of divisions: loading a list of them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from flask_babel import gettext as _
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.audit import events as audit
from app.errors import Conflict, InvalidInput
from app.permissions import Actor, Permission, ensure_may
from app.regions.division_file import RegionRow
from app.regions.models import Region

_COLUMNS = ("name", "level", "parent_code", "valid_from", "valid_to", "successor_code")


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did, in numbers of divisions."""

    added: int
    changed: int
    unchanged: int


def load_regions(session: Session, rows: Iterable[RegionRow], *, actor: Actor) -> Loaded:
    """Add the divisions of a list and bring the others up to date; loading the same list again changes nothing.

    Divisions that the list does not name stay as they are: a list may hold one county only. Raises InvalidInput
    for a code that comes twice or whose parent is nowhere, Conflict for a retired code that is to live again.
    """
    ensure_may(actor, Permission.SEE_SETTINGS)
    given = _distinct(rows)
    there = {region.code: region for region in session.scalars(select(Region))}
    _ensure_parents(given, there)
    added, changes = [], []
    for code, row in given.items():
        known = there.get(code)
        if known is None:
            added.append(asdict(row))
            continue
        changed = {
            name: getattr(row, name) for name in _COLUMNS if getattr(row, name) != getattr(known, name)
        }
        if changed:
            _ensure_not_revived(known, row)
            changes.append({"code": code, **{name: getattr(row, name) for name in _COLUMNS}})
    if added:
        session.execute(insert(Region), added)
    if changes:
        session.execute(update(Region), changes)
    loaded = Loaded(len(added), len(changes), len(given) - len(added) - len(changes))
    if added or changes:
        audit.record(session, "region.load", "region", None, actor=actor, after=asdict(loaded))
    return loaded


def _distinct(rows: Iterable[RegionRow]) -> dict[str, RegionRow]:
    given: dict[str, RegionRow] = {}
    for row in rows:
        if row.code in given:
            raise InvalidInput(_("代码 %(code)s 出现了两次。", code=row.code))
        given[row.code] = row
    if not given:
        raise InvalidInput(_("文件里没有行政区划。"))
    return given


def _ensure_parents(given: dict[str, RegionRow], there: dict[str, Region]) -> None:
    for row in given.values():
        for other in (row.parent_code, row.successor_code):
            if other is not None and other not in given and other not in there:
                raise InvalidInput(
                    _(
                        "%(name)s（%(code)s）所指的 %(other)s 不存在。",
                        name=row.name,
                        code=row.code,
                        other=other,
                    )
                )


def _ensure_not_revived(known: Region, row: RegionRow) -> None:
    retired = known.valid_to is not None
    if retired and (row.valid_to is None or row.name != known.name):
        raise Conflict(
            _("%(name)s（%(code)s）已经撤销，撤销的代码不再使用。", name=known.name, code=known.code)
        )
