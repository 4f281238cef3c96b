"""Balances are a cache: this rebuilds them from the transfers and names every difference."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Session

from points.ledger.kinds import PARTY_KINDS
from points.ledger.models import Account, AccountBalance, Transfer
from points.rulesets.words import points_words


@dataclass(frozen=True, slots=True)
class Difference:
    """An account whose kept balance or last number is not what its transfers say. Points in centipoints."""

    account_id: UUID
    party_id: UUID | None
    kept_balance: int | None
    true_balance: int
    kept_number: int | None
    true_number: int

    @property
    def sentence(self) -> str:
        """The difference in words."""
        if self.kept_balance is None or self.kept_number is None:
            return _("账户 %(account)s 没有余额行。", account=self.account_id)
        return _(
            "账户 %(account)s：余额 %(kept)s 分，流水合计 %(true)s 分；序号 %(number)d，流水到 %(last)d。",
            account=self.account_id,
            kept=points_words(self.kept_balance),
            true=points_words(self.true_balance),
            number=self.kept_number,
            last=self.true_number,
        )


def reconcile(session: Session) -> Iterator[Difference]:
    """Yield every party account whose balance or last number differs from its transfers; changes nothing."""
    moved = union_all(
        select(
            Transfer.from_account_id.label("account_id"),
            (-Transfer.points).label("points"),
            Transfer.from_number.label("number"),
        ),
        select(Transfer.to_account_id, Transfer.points, Transfer.to_number),
    ).subquery()
    sums = (
        select(
            moved.c.account_id,
            func.sum(moved.c.points).label("points"),
            func.max(moved.c.number).label("number"),
        )
        .group_by(moved.c.account_id)
        .subquery()
    )
    none = literal(0)
    rows = session.execute(
        select(
            Account.id,
            Account.party_id,
            AccountBalance.balance,
            func.coalesce(sums.c.points, none).label("points"),
            AccountBalance.last_number,
            func.coalesce(sums.c.number, none).label("number"),
        )
        .outerjoin(AccountBalance, AccountBalance.account_id == Account.id)
        .outerjoin(sums, sums.c.account_id == Account.id)
        .where(Account.kind.in_(PARTY_KINDS))
        .order_by(Account.id)
    )
    for row in rows:
        if row.balance != row.points or row.last_number != row.number:
            yield Difference(row[0], row[1], row[2], int(row[3]), row[4], int(row[5]))
