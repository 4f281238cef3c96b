"""What will end when, if nothing is spent any more: of one party, and of a whole programme by month."""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import case, func, select, union_all
from sqlalchemy.orm import Session

from app import clock
from points.ledger import expiry, queries, rules
from points.ledger.kinds import AccountKind
from points.ledger.models import Account, AccountBalance, Transfer
from points.ledger.queries import AccountHead
from points.rulesets.publication import CITY_PROGRAMME


def forecast(session: Session, party_id: UUID, *, programme: str = CITY_PROGRAMME) -> dict[date, int]:
    """Return how many redeemable centipoints of a party end on which day, soonest first; what is held is not in it."""
    head = queries.heads(session, party_id, programme=programme).get(AccountKind.REDEEMABLE)
    return {} if head is None else of_account(session, head)


def of_account(session: Session, head: AccountHead) -> dict[date, int]:
    """Return the same of one redeemable account."""
    if head.known.balance <= 0:
        return {}
    earned = expiry.earned_by_day(session, [head.account_id], clock.today() - timedelta(days=1))
    return rules.forecast(head.known.balance, earned.get(head.account_id, {}))


def by_month(session: Session, programme_id: UUID) -> dict[str, int]:
    """Return how many redeemable centipoints of all parties of a programme end in which month, soonest first.

    The points that end last are what is left; counted from there, in the database.
    """
    sides = (
        (Transfer.to_account_id, Transfer.to_number, Transfer.points),
        (Transfer.from_account_id, Transfer.from_number, -Transfer.points),
    )
    moved = union_all(
        *(
            select(account.label("account_id"), Transfer.expires_on.label("last"), points.label("points"))
            .join(Account, Account.id == account)
            .where(
                Account.programme_id == programme_id,
                Account.kind == AccountKind.REDEEMABLE,
                number.is_not(None),
                Transfer.expires_on >= clock.today(),
            )
            for account, number, points in sides
        )
    ).subquery()
    earned = (
        select(moved.c.account_id, moved.c.last, func.sum(moved.c.points).label("points"))
        .group_by(moved.c.account_id, moved.c.last)
        .subquery()
    )
    running = func.sum(earned.c.points).over(partition_by=earned.c.account_id, order_by=earned.c.last.desc())
    each = (
        select(
            earned.c.last,
            earned.c.points,
            (AccountBalance.balance - running + earned.c.points).label("left"),
        )
        .join(AccountBalance, AccountBalance.account_id == earned.c.account_id)
        .subquery()
    )
    ending = case((each.c.left <= 0, 0), (each.c.left < each.c.points, each.c.left), else_=each.c.points)
    rows = session.execute(select(each.c.last, func.sum(ending)).group_by(each.c.last).order_by(each.c.last))
    months: dict[str, int] = {}
    for last, points in rows:
        if points:
            month = f"{last:%Y-%m}"
            months[month] = months.get(month, 0) + int(points)
    return months
