"""Reads of the directory: the register, the ledger and the contributions together."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from app.paging import Order, Page, fetch
from app.parties import directory
from app.parties.kinds import OrganisationKind
from app.parties.models import Organisation, Party
from points.ledger.kinds import AccountKind
from points.ledger.models import Account, AccountBalance
from points.rulesets.models import Programme
from points.rulesets.publication import CITY_PROGRAMME
from projects.contributions import published
from projects.contributions.models import Contribution

SORTS = ("points", "name")
PAGE = 30


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the directory; honour points in centipoints, never shown below zero."""

    party: Party
    organisation: Organisation
    centipoints: int


def page(
    session: Session,
    *,
    text: str = "",
    kind: OrganisationKind | None = None,
    region_code: str | None = None,
    sort: str = "-points",
    after: str | None = None,
    before: str | None = None,
) -> Page[Entry]:
    """Return a page of the directory. ``sort`` is a name of SORTS, "-" before it turns the order round."""
    points = _balances()
    centipoints = func.coalesce(points.c.balance, 0)
    wanted = (
        directory.organisations(text=text, kind=kind, region_code=region_code)
        .outerjoin(points, points.c.party_id == Party.id)
        .add_columns(centipoints.label("centipoints"))
    )
    down = sort.startswith("-")
    first = Order(centipoints, down) if sort.removeprefix("-") == "points" else Order(Party.sort_key, down)
    found = fetch(session, wanted, (first, Order(Party.id, down)), after=after, before=before, size=PAGE)
    return Page([Entry(row[0], row[1], max(row[2], 0)) for row in found.rows], found.before, found.after)


def count(
    session: Session, *, text: str = "", kind: OrganisationKind | None = None, region_code: str | None = None
) -> int:
    """Return how many organisations fit."""
    inner = directory.organisations(text=text, kind=kind, region_code=region_code).subquery()
    return session.scalar(select(func.count()).select_from(inner)) or 0


def contributions(
    session: Session, party: Party, *, after: str | None = None, before: str | None = None
) -> Page[Any]:
    """Return a page of what an organisation gave and counts, newest first: contribution, giver, item."""
    order = (Order(Contribution.happened_on, True), Order(Contribution.id, True))
    given: Any = published.of_party(party.id)
    return fetch(session, given, order, after=after, before=before, size=20)


def _balances() -> Any:
    wanted = (
        select(Account.party_id, AccountBalance.balance)
        .join(AccountBalance, AccountBalance.account_id == Account.id)
        .join(Programme, and_(Programme.id == Account.programme_id, Programme.code == CITY_PROGRAMME))
        .where(Account.kind == AccountKind.HONOUR, Account.party_id.is_not(None))
    )
    return wanted.subquery("honour")
