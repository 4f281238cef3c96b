"""Reading the ledger: balances, statements, postings of a source."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from app.parties.models import ActingRole
from app.rows import parts
from points.ledger import flows, lines
from points.ledger.kinds import AccountKind, Purse, Reason
from points.ledger.lines import Extent, Head, StatementLine
from points.ledger.models import Account, AccountBalance, Posting, Transfer
from points.rulesets.kinds import ContributionKind
from points.rulesets.models import Programme
from points.rulesets.publication import CITY_PROGRAMME

PAGE = 50


class TransferView(NamedTuple):
    """A transfer with the kinds of its two accounts."""

    id: UUID
    from_account_id: UUID
    to_account_id: UUID
    from_kind: AccountKind
    to_kind: AccountKind
    points: int
    wording: str
    happened_on: date
    expires_on: date | None
    ruleset_id: UUID | None
    rule_id: UUID | None
    contribution_kind: ContributionKind | None
    acting_role: ActingRole | None
    region_code: str | None


class AccountHead(NamedTuple):
    """An account of a party with its last line."""

    account_id: UUID
    programme_id: UUID
    known: Head


def balance(
    session: Session,
    party_id: UUID,
    purse: Purse,
    *,
    programme: str = CITY_PROGRAMME,
    happened_by: date | None = None,
    posted_by: datetime | None = None,
) -> int:
    """Return a purse's balance in centipoints: now, or as of either clock (both dates included).

    ``happened_by``: counting what happened up to that day; ``posted_by``: what was known at that instant.
    """
    account_id = account_of(session, party_id, purse, programme=programme)
    if account_id is None:
        return 0
    known = lines.head(session, account_id, posted_by=posted_by)
    return flows.balance(session, account_id, known, happened_by)


def heads(
    session: Session, party_id: UUID, *, programme: str = CITY_PROGRAMME
) -> dict[AccountKind, AccountHead]:
    """Return the accounts of a party as they stand now, in one statement; those never opened are left out."""
    rows = session.execute(
        select(
            Account.kind,
            Account.id,
            Account.programme_id,
            AccountBalance.last_number,
            AccountBalance.balance,
        )
        .join(AccountBalance, AccountBalance.account_id == Account.id)
        .join(Programme, Programme.id == Account.programme_id)
        .where(Account.party_id == party_id, Programme.code == programme)
    )
    return {
        kind: AccountHead(key, programme_id, Head(number, there))
        for kind, key, programme_id, number, there in rows
    }


def balances(session: Session, party_id: UUID, *, programme: str = CITY_PROGRAMME) -> dict[AccountKind, int]:
    """Return the balances of all accounts of a party, in centipoints; an account never used is 0."""
    return balances_of(heads(session, party_id, programme=programme))


def balances_of(found: Mapping[AccountKind, AccountHead]) -> dict[AccountKind, int]:
    """Return the balances of a party's accounts, in centipoints; an account never used is 0."""
    kinds = (AccountKind.HONOUR, AccountKind.REDEEMABLE, AccountKind.HELD)
    return {kind: found[kind].known.balance if kind in found else 0 for kind in kinds}


def account_of(
    session: Session, party_id: UUID, purse: Purse, *, programme: str = CITY_PROGRAMME
) -> UUID | None:
    """Return the key of a party's purse, or None when nothing was ever posted to it."""
    return session.scalar(
        select(Account.id)
        .join(Programme, Programme.id == Account.programme_id)
        .where(Account.party_id == party_id, Account.kind == purse.account, Programme.code == programme)
    )


def statement(
    session: Session,
    party_id: UUID,
    purse: Purse,
    *,
    programme: str = CITY_PROGRAMME,
    before: int | None = None,
    happened_from: date | None = None,
    happened_by: date | None = None,
    posted_by: datetime | None = None,
    limit: int = PAGE,
) -> list[StatementLine]:
    """Return the newest lines of a purse, newest first; ``before`` is the last number of the page before.

    The running balance is the purse's own, over all its lines, whatever part of them is asked for. Costs
    the same on any page: lines are found by their running number and know the balance after them. Where a day
    narrows, they come in the order in which things happened.
    """
    account_id = account_of(session, party_id, purse, programme=programme)
    if account_id is None:
        return []
    known = lines.head(session, account_id, posted_by=posted_by)
    extent = Extent(account_id, known.number, happened_from, happened_by)
    return lines.page(session, extent, before=before, limit=limit)


def postings_of(
    session: Session, source_kind: str, source_id: UUID, reason: Reason | None = None
) -> Sequence[Posting]:
    """Return the postings that a source has caused, oldest first."""
    query = select(Posting).where(Posting.source_id == source_id, Posting.source_kind == source_kind)
    if reason is not None:
        query = query.where(Posting.reason == reason)
    return session.scalars(query.order_by(Posting.revision, Posting.id)).all()


def postings_of_many(
    session: Session, source_ids: Sequence[UUID], reasons: Sequence[Reason]
) -> Sequence[Posting]:
    """Return the postings of these reasons that many sources, of whatever kind, have caused, oldest first."""
    found: list[Posting] = []
    for some in parts(list(dict.fromkeys(source_ids))):
        query = select(Posting).where(Posting.source_id.in_(some), Posting.reason.in_(reasons))
        found += session.scalars(query.order_by(Posting.revision, Posting.id))
    return found


def transfers_of(session: Session, posting_id: UUID) -> list[TransferView]:
    """Return the transfers of a posting with the kinds of their accounts, in order."""
    source, target = aliased(Account), aliased(Account)
    rows = session.execute(
        select(
            Transfer.id,
            Transfer.from_account_id,
            Transfer.to_account_id,
            source.kind,
            target.kind,
            Transfer.points,
            Transfer.wording,
            Transfer.happened_on,
            Transfer.expires_on,
            Transfer.ruleset_id,
            Transfer.rule_id,
            Transfer.contribution_kind,
            Transfer.acting_role,
            Transfer.region_code,
        )
        .join(source, source.id == Transfer.from_account_id)
        .join(target, target.id == Transfer.to_account_id)
        .where(Transfer.posting_id == posting_id)
        .order_by(Transfer.id)
    )
    return [TransferView._make(row) for row in rows]


def points_by_month(
    session: Session, party_id: UUID, *, programme: str = CITY_PROGRAMME, months: Sequence[date]
) -> list[tuple[date, int]]:
    """Return the honour points of each given month (its first day) by the date on which they were earned."""
    account_id = account_of(session, party_id, Purse.HONOUR, programme=programme)
    totals = dict.fromkeys(months, 0)
    if account_id is None or not months:
        return list(totals.items())
    known = lines.head(session, account_id)
    extent = Extent(account_id, known.number, min(months).replace(day=1))
    for cell, flow in flows.flows(session, extent).items():
        first = date.fromisoformat(f"{cell.month}-01")
        if first in totals:
            totals[first] += flow.net
    return list(totals.items())
