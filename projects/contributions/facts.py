"""What the public may read about verified contributions: facts of a party, sums, months, the newest.

Lists over many parties name organisations only; a page about one person asks first whether the public may
read the name (``app.parties.queries.may_name_publicly``).
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func, select, true
from sqlalchemy.orm import Session

from app.parties.kinds import PartyKind
from app.parties.models import Party
from app.regions.rules import within
from points.rulesets.kinds import ContributionKind, EvidenceGrade
from projects.catalogue.models import CatalogueItem
from projects.contributions.models import Contribution
from projects.contributions.rules import ContributionState

_COUNTED = Contribution.state == ContributionState.AWARDED


@dataclass(frozen=True, slots=True)
class Fact:
    """One verified contribution as anybody may read it. ``party_id`` is for linking, never for showing."""

    contribution_id: uuid.UUID
    party_id: uuid.UUID
    party_code: str
    party_name: str
    kind: ContributionKind
    item: str
    happened_on: date
    region_code: str
    amount_fen: int | None
    minutes: int | None
    quantity_thousandths: int | None
    base_unit: str
    grade: EvidenceGrade
    backfilled: bool
    centipoints: int
    receiver_name: str | None
    beneficiary: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of verified contributions. Money and goods in fen, time in minutes, points in centipoints."""

    count: int
    money_fen: int
    goods_fen: int
    minutes: int
    centipoints: int
    givers: int


@dataclass(frozen=True, slots=True)
class Month:
    """The sums of one month of ``happened_on``."""

    year: int
    month: int
    count: int
    amount_fen: int
    minutes: int
    centipoints: int


def verified_of(session: Session, party_id: uuid.UUID, *, limit: int = 50) -> Sequence[Fact]:
    """Return what a party gave and what was verified of it, the latest first."""
    return _facts(session, Contribution.party_id == party_id, limit)


def logged_by(session: Session, organisation_id: uuid.UUID, *, limit: int = 50) -> Sequence[Fact]:
    """Return the verified contributions that an organisation logged, its own and its volunteers'."""
    return _facts(session, Contribution.organisation_id == organisation_id, limit)


def newest_public(session: Session, *, region: str | None = None, limit: int = 10) -> Sequence[Fact]:
    """Return the newest verified contributions of organisations in a region."""
    return _facts(session, _within(region) & (Party.kind == PartyKind.ORGANISATION), limit)


def totals(
    session: Session,
    *,
    party_id: uuid.UUID | None = None,
    region: str | None = None,
    first: date | None = None,
) -> Totals:
    """Return the sums of all verified contributions, or of a party, a region, from a day on."""
    conditions = [_COUNTED, _within(region)]
    if party_id is not None:
        conditions.append(Contribution.party_id == party_id)
    if first is not None:
        conditions.append(Contribution.happened_on >= first)
    money = case((Contribution.kind == ContributionKind.MONEY, Contribution.verified_amount_fen), else_=0)
    goods = case((Contribution.kind == ContributionKind.GOODS, Contribution.verified_amount_fen), else_=0)
    row = session.execute(
        select(
            func.count(),
            func.coalesce(func.sum(money), 0),
            func.coalesce(func.sum(goods), 0),
            func.coalesce(func.sum(Contribution.verified_minutes), 0),
            func.coalesce(func.sum(Contribution.awarded_centipoints), 0),
            func.count(func.distinct(Contribution.party_id)),
        ).where(*conditions)
    ).one()
    return Totals(*(int(figure) for figure in row))


def by_kind(
    session: Session, *, party_id: uuid.UUID | None = None, region: str | None = None
) -> Mapping[ContributionKind, Totals]:
    """Return the sums of each kind that occurs."""
    conditions = [_COUNTED, _within(region)]
    if party_id is not None:
        conditions.append(Contribution.party_id == party_id)
    rows = session.execute(
        select(
            Contribution.kind,
            func.count(),
            func.coalesce(func.sum(Contribution.verified_amount_fen), 0),
            func.coalesce(func.sum(Contribution.verified_minutes), 0),
            func.coalesce(func.sum(Contribution.awarded_centipoints), 0),
            func.count(func.distinct(Contribution.party_id)),
        )
        .where(*conditions)
        .group_by(Contribution.kind)
    )
    found = {}
    for kind, count, amount, minutes, points, givers in rows:
        money = int(amount or 0) if kind is ContributionKind.MONEY else 0
        goods = int(amount or 0) if kind is ContributionKind.GOODS else 0
        found[kind] = Totals(count, money, goods, int(minutes or 0), int(points or 0), givers)
    return {kind: found[kind] for kind in ContributionKind if kind in found}


def by_month(
    session: Session,
    *,
    first: date,
    last: date,
    party_id: uuid.UUID | None = None,
    region: str | None = None,
) -> list[Month]:
    """Return the sums of each month that touches a period, months without contributions included."""
    year, month = (
        func.extract("year", Contribution.happened_on),
        func.extract("month", Contribution.happened_on),
    )
    conditions = [
        _COUNTED,
        _within(region),
        Contribution.happened_on >= first.replace(day=1),
        Contribution.happened_on <= last,
    ]
    if party_id is not None:
        conditions.append(Contribution.party_id == party_id)
    rows = session.execute(
        select(
            year,
            month,
            func.count(),
            func.coalesce(func.sum(Contribution.verified_amount_fen), 0),
            func.coalesce(func.sum(Contribution.verified_minutes), 0),
            func.coalesce(func.sum(Contribution.awarded_centipoints), 0),
        )
        .where(*conditions)
        .group_by(year, month)
    )
    found = {(int(row[0]), int(row[1])): Month(*(int(figure) for figure in row)) for row in rows}
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    keys = [(index // 12, index % 12 + 1) for index in months]
    return [found.get(key, Month(*key, 0, 0, 0, 0)) for key in keys]


def _within(region: str | None) -> ColumnElement[bool]:
    return within(Contribution.region_code, region) if region else true()


def _facts(session: Session, condition: ColumnElement[bool], limit: int) -> list[Fact]:
    rows = session.execute(
        select(Contribution, Party.name, Party.code, CatalogueItem.name, CatalogueItem.base_unit)
        .join(Party, Party.id == Contribution.party_id)
        .join(CatalogueItem, CatalogueItem.id == Contribution.item_id)
        .where(_COUNTED, condition)
        .order_by(Contribution.happened_on.desc(), Contribution.id.desc())
        .limit(limit)
    )
    return [
        Fact(
            contribution_id=one.id,
            party_id=one.party_id,
            party_code=code,
            party_name=name,
            kind=one.kind,
            item=item,
            happened_on=one.happened_on,
            region_code=one.region_code,
            amount_fen=one.verified_amount_fen,
            minutes=one.verified_minutes,
            quantity_thousandths=one.verified_quantity_thousandths,
            base_unit=unit,
            grade=one.evidence_grade,
            backfilled=one.backfilled,
            centipoints=one.awarded_centipoints or 0,
            receiver_name=one.receiver_name,
            beneficiary=one.beneficiary,
        )
        for one, name, code, item, unit in rows
    ]
