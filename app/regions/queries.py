"""Everything that reads divisions. They are public knowledge: no query takes an actor."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.errors import NotFound
from app.regions import rules
from app.regions.models import Region, RegionLevel

_ORDER = {level: depth for depth, level in enumerate(RegionLevel)}


@dataclass(frozen=True, slots=True)
class RegionOption:
    """One line of a list to choose from: the code, and the names from below the city down."""

    code: str
    level: RegionLevel
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """The division's own name."""
        return self.names[-1]

    @property
    def full_name(self) -> str:
        """The names of the path, by which two towns of the same name are told apart."""
        return rules.chain_name(self.names)


def find(session: Session, code: str) -> Region | None:
    """Return the division of a code, retired or not, or None."""
    # What is no code never reaches the database: PostgreSQL takes no NUL.
    return session.get(Region, code) if rules.is_code(code) else None


def get(session: Session, code: str) -> Region:
    """Return the division of a code, retired or not. Raises NotFound."""
    region = find(session, code)
    if region is None:
        raise NotFound(_("没有代码为 %(code)s 的行政区划。", code=code))
    return region


def children(session: Session, code: str | None, *, on: date | None = None) -> Sequence[Region]:
    """Return the divisions right below one (None: the provinces), in order; ``on``: only those in force that day."""
    parent = Region.parent_code.is_(None) if code is None else Region.parent_code == code
    query = select(Region).where(parent).order_by(Region.code)
    return session.scalars(query if on is None else query.where(*_in_force(on))).all()


def child_counts(session: Session, codes: Iterable[str], *, on: date) -> dict[str, int]:
    """Return for each code how many divisions in force lie right below it; those with none are absent."""
    query = (
        select(Region.parent_code, func.count())
        .where(Region.parent_code.in_(list(codes)), *_in_force(on))
        .group_by(Region.parent_code)
    )
    return {str(code): count for code, count in session.execute(query)}


def path(session: Session, code: str) -> list[Region]:
    """Return the divisions from the province down to a code, itself last. Raises NotFound."""
    get(session, code)
    found = {region.code: region for region in _regions(session, {code, *rules.ancestors(code)})}
    return [found[one] for one in (*rules.ancestors(code), code) if one in found]


def full_names(
    session: Session, codes: Iterable[str], *, below: RegionLevel = RegionLevel.CITY
) -> dict[str, str]:
    """Return for each code its path of names, starting under a level; one query however many codes.

    A code on or above that level has its own name; an unknown code is absent.
    """
    wanted = {code for code in codes if rules.is_code(code)}
    every = wanted.union(*(rules.ancestors(code) for code in wanted))
    found = {region.code: region for region in _regions(session, every)}
    names = {}
    for code in wanted & found.keys():
        chain = [found[one] for one in (*rules.ancestors(code), code) if one in found]
        shown = [one.name for one in chain if _ORDER[one.level] > _ORDER[below]]
        names[code] = rules.chain_name(shown or [chain[-1].name])
    return names


def full_name(session: Session, code: str, *, below: RegionLevel = RegionLevel.CITY) -> str:
    """Return one code's path of names, starting under a level; an unknown code comes back as it is."""
    return full_names(session, [code], below=below).get(code, code)


def options(session: Session, *, within: str, deepest: RegionLevel, on: date) -> list[RegionOption]:
    """Return the divisions in force inside one, itself left out, from above to below, down to a level.

    In the order of their codes, which puts each division before what lies in it.
    """
    query = (
        select(Region.code, Region.name, Region.level)
        .where(rules.within(Region.code, within), Region.code != within, *_in_force(on))
        .where(Region.level.in_([level for level in RegionLevel if _ORDER[level] <= _ORDER[deepest]]))
        .order_by(Region.code)
    )
    rows = session.execute(query).all()
    names = {code: name for code, name, _level in rows}
    return [
        RegionOption(code, level, (*(names[one] for one in rules.ancestors(code) if one in names), name))
        for code, name, level in rows
    ]


def is_in_force(session: Session, code: str, *, on: date) -> bool:
    """Whether a code exists and is in force on a day."""
    return session.scalar(select(func.count(Region.code)).where(Region.code == code, *_in_force(on))) == 1


def in_force(session: Session, codes: Iterable[str], *, on: date) -> set[str]:
    """Return those of the codes that exist and are in force on a day; one query for each 500."""
    wanted = list(codes)
    there: set[str] = set()
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        there.update(session.scalars(select(Region.code).where(Region.code.in_(some), *_in_force(on))))
    return there


def successors(session: Session, code: str) -> list[Region]:
    """Return the codes that came after a retired one, step by step, the newest last; a ring ends where it closes."""
    seen, chain = {code}, []
    region = find(session, code)
    while region is not None and region.successor_code and region.successor_code not in seen:
        seen.add(region.successor_code)
        region = find(session, region.successor_code)
        if region is not None:
            chain.append(region)
    return chain


def orphans(session: Session) -> Sequence[str]:
    """Return the codes whose parent is not there; a healthy table has none."""
    parent = aliased(Region)
    query = (
        select(Region.code)
        .outerjoin(parent, parent.code == Region.parent_code)
        .where(Region.parent_code.is_not(None), parent.code.is_(None))
        .order_by(Region.code)
    )
    return session.scalars(query).all()


def _regions(session: Session, codes: Iterable[str]) -> Sequence[Region]:
    return session.scalars(select(Region).where(Region.code.in_(list(codes)))).all()


def _in_force(on: date) -> tuple[ColumnElement[bool], ...]:
    return (
        or_(Region.valid_from.is_(None), Region.valid_from <= on),
        or_(Region.valid_to.is_(None), Region.valid_to >= on),
    )
