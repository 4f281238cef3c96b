"""Reading the rankings: the top, any page, one party's place. Only who may be named is there, without a gap.

Of those who were admitted and have not left, organisations appear; natural persons only while they agree to be
named, and never minors; households never.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app import clock
from app.paging import Order, Page, fetch
from app.parties.directory import SHOWN
from app.parties.models import (
    Consent,
    ConsentPurpose,
    Organisation,
    OrganisationKind,
    Party,
    PartyKind,
    Person,
)
from app.permissions import region_prefix
from points.rankings.models import RollMark, Standing
from points.rankings.rollup import MARK
from points.rankings.rules import ALL, ranked
from points.rulesets.kinds import ContributionKind
from points.rulesets.models import Programme
from points.rulesets.publication import CITY_PROGRAMME

_ADULT = 18
_LEVELS = {6: Standing.county, 9: Standing.town, 12: Standing.village}


@dataclass(frozen=True, slots=True)
class Cut:
    """Which ranking: period as `rules.periods` writes it, and what it is narrowed to (None: not narrowed)."""

    period: str = ALL
    kind: ContributionKind | None = None
    party_kind: PartyKind | None = None
    region_code: str | None = None
    programme: str = CITY_PROGRAMME


@dataclass(frozen=True, slots=True)
class Ranked:
    """One line of a ranking. Points in centipoints."""

    rank: int
    party_id: UUID
    code: str
    name: str
    party_kind: PartyKind
    organisation_kind: OrganisationKind | None
    region_code: str
    points: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where one party stands. ``rank`` is None when it is not named in this ranking or has no points in it."""

    rank: int | None
    points: int
    total: int


def page(
    session: Session, cut: Cut, *, after: str | None = None, before: str | None = None, size: int = 50
) -> Page[Ranked]:
    """Return a page of a ranking with ranks 1-2-2-4. Raises InvalidInput for a cursor that is not ours."""
    statement = (
        select(Standing, Party, Organisation.organisation_kind)
        .join(Party, Party.id == Standing.party_id)
        .outerjoin(Organisation, Organisation.party_id == Standing.party_id)
        .where(*_of(session, cut), _may_be_named())
    )
    order = [Order(Standing.points, descending=True), Order(Party.sort_key), Order(Party.id)]
    found = fetch(session, statement, order, after=after, before=before, size=size)
    if not found.rows:
        return Page([], found.before, found.after)
    first_standing, first_party, _kind = found.rows[0]
    higher, ahead = _before(session, cut, first_standing, first_party)
    # Those of equal points that stand before the page's first share its rank.
    last = (first_standing.points, higher + 1)
    ranks = ranked((standing.points for standing, _party, _kind in found.rows), before=ahead, last=last)
    rows = [
        Ranked(rank, party.id, party.code, party.name, party.kind, kind, party.region_code, standing.points)
        for rank, (standing, party, kind) in zip(ranks, found.rows, strict=True)
    ]
    return Page(rows, found.before, found.after)


def top(session: Session, cut: Cut, limit: int = 10) -> list[Ranked]:
    """Return the first of a ranking."""
    return list(page(session, cut, size=limit).rows)


def count(session: Session, cut: Cut) -> int:
    """Return how many are named in a ranking."""
    statement = select(func.count()).select_from(Standing).where(*_of(session, cut), _may_be_named())
    return session.scalar(statement) or 0


def standing_of(session: Session, party_id: UUID, cut: Cut) -> Place:
    """Return one party's place in a ranking, and how many are named in it."""
    total = count(session, cut)
    own = select(Standing.points).where(*_of(session, cut, positive=False), Standing.party_id == party_id)
    points = session.scalar(own) or 0
    if points <= 0 or session.scalar(own.where(_may_be_named())) is None:
        return Place(None, points, total)
    higher = session.scalar(
        select(func.count())
        .select_from(Standing)
        .where(*_of(session, cut), _may_be_named(), Standing.points > points)
    )
    return Place((higher or 0) + 1, points, total)


def as_of(session: Session) -> datetime | None:
    """Return up to when the rankings are complete, or None when nothing has been added up yet."""
    return session.scalar(select(RollMark.rolled_at).where(RollMark.name == MARK))


def _of(session: Session, cut: Cut, *, positive: bool = True) -> Iterable[ColumnElement[bool]]:
    programme_id = select(Programme.id).where(Programme.code == cut.programme).scalar_subquery()
    yield Standing.programme_id == programme_id
    yield Standing.period == cut.period
    yield Standing.kind == (cut.kind.value if cut.kind else ALL)
    if positive:
        yield Standing.points > 0
    if cut.party_kind is not None:
        yield Standing.party_kind == cut.party_kind
    if cut.region_code is not None:
        column = _LEVELS.get(len(region_prefix(cut.region_code)))
        if column is not None:  # the whole city is everybody's
            yield column == cut.region_code


def _may_be_named() -> ColumnElement[bool]:
    """Return the condition that a standing's party may be named at this moment; a withdrawn consent acts at once."""
    today = clock.today()
    agreed = exists().where(
        Consent.party_id == Standing.party_id,
        Consent.purpose == ConsentPurpose.PUBLISH_NAME,
        Consent.withdrawn_at.is_(None),
        or_(Consent.expires_on.is_(None), Consent.expires_on >= today),
    )
    of_age = exists().where(
        Person.party_id == Standing.party_id,
        or_(Person.born_on.is_(None), Person.born_on <= _born_by(today)),
    )
    registered = aliased(Party)  # the statement around may have the party itself, too
    present = exists().where(registered.id == Standing.party_id, registered.state.in_(SHOWN))
    return and_(
        present,
        or_(
            Standing.party_kind == PartyKind.ORGANISATION,
            and_(Standing.party_kind == PartyKind.PERSON, of_age, agreed),
        ),
    )


def _born_by(today: date) -> date:
    """Return the latest date of birth of somebody who is of age on a day."""
    try:
        return today.replace(year=today.year - _ADULT)
    except ValueError:  # 29 February
        return today.replace(year=today.year - _ADULT, day=28)


def _before(session: Session, cut: Cut, standing: Standing, party: Party) -> tuple[int, int]:
    """Return how many have more points than the first line of a page, and how many stand before it."""
    equal = and_(
        Standing.points == standing.points,
        or_(
            Party.sort_key < party.sort_key,
            and_(Party.sort_key == party.sort_key, Party.id < party.id),
        ),
    )
    more = Standing.points > standing.points
    row = session.execute(
        select(func.count().filter(more), func.count())
        .select_from(Standing)
        .join(Party, Party.id == Standing.party_id)
        .where(*_of(session, cut), _may_be_named(), or_(more, equal))
    ).one()
    return row[0], row[1]
