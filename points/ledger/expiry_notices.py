"""Telling parties 60, 30 and 7 days ahead that points end: one message per purse, last day and step."""

from datetime import date, timedelta
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import reading, transaction
from app.messages import inbox
from app.messages.inbox import Wording
from points.ledger import expiry, rules
from points.ledger.closing_models import ExpiryMark
from points.ledger.models import Account, AccountBalance, Transfer
from points.rulesets.words import points_words

MARK = "notices"
STEPS = (7, 30, 60)
BATCH = 500
ENDING = Wording(
    "points.ending",
    1,
    _l("%(points)s 分可兑换积分将于 %(day)s 到期"),
    _l("您有 %(points)s 分可兑换积分有效期到 %(day)s（含当天），还有 %(left)s 天。到期未用的部分自动失效。"),
)
_FIRST = UUID(int=0)


def notice_due() -> int:
    """Tell every party whose points end in 60, 30 or 7 days; return how many messages went out.

    Opens its own transactions. Days off are made up with the step that is due by now, and nothing is told twice.
    """
    today, began = clock.today(), clock.now()
    with reading(fresh=True) as session:
        mark = session.get(ExpiryMark, MARK)
    # A mark in the future was made before the clock was put back.
    last = mark.done_through if mark and mark.done_through <= today else today - timedelta(days=1)
    if last == today:
        return 0
    sent, nearest = 0, today
    for step in STEPS:
        through = today + timedelta(days=step)
        sent += _step(step, max(nearest, last + timedelta(days=step)), through, today)
        nearest = through
    with transaction() as session:
        session.merge(ExpiryMark(name=MARK, done_through=today, looked_at=began))
    return sent


def _step(step: int, after_day: date, through: date, today: date) -> int:
    """Tell of the last days later than ``after_day`` and not later than ``through``, purse after purse."""
    sent, after = 0, _FIRST
    while True:
        with transaction() as session:
            keys = session.scalars(
                select(Transfer.to_account_id)
                .where(
                    Transfer.to_number.is_not(None),
                    Transfer.expires_on > after_day,
                    Transfer.expires_on <= through,
                    Transfer.to_account_id > after,
                )
                .distinct()
                .order_by(Transfer.to_account_id)
                .limit(BATCH)
            ).all()
            sent += _tell(session, list(keys), step, after_day, through, today)
        if len(keys) < BATCH:
            return sent
        after = keys[-1]


def _tell(
    session: Session, account_ids: list[UUID], step: int, after_day: date, through: date, today: date
) -> int:
    rows = session.execute(
        select(Account.id, Account.party_id, AccountBalance.balance)
        .join(AccountBalance, AccountBalance.account_id == Account.id)
        .where(Account.id.in_(account_ids), AccountBalance.balance > 0)
        .order_by(Account.id)
    ).all()
    earned = expiry.earned_by_day(session, [row.id for row in rows], today - timedelta(days=1))
    sent = 0
    for account_id, party_id, balance in rows:
        assert party_id is not None  # a redeemable purse is a party's
        for day, points in rules.forecast(balance, earned.get(account_id, {})).items():
            if after_day < day <= through:
                values = {"points": points_words(points), "day": day.isoformat(), "left": (day - today).days}
                key = f"points.ending:{account_id}:{day.isoformat()}:{step}"
                sent += inbox.send(
                    session, party_id, ENDING, values, key=key, link="/my/points?purse=redeemable"
                )
    return sent
