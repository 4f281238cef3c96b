"""Keeping each account's flows: what is posted is added up every minute, account by account, each line once.

Leaves beyond the mark tell which accounts have new lines; what is added are all lines of these accounts between
their own mark and their last number. Sums and marks change in one transaction, under the lock of the one mark.
"""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from app.db import transaction
from app.types import KeyType
from points.ledger.flow_models import AccountFlow, FlowMark
from points.ledger.flows import NO_KIND
from points.ledger.kinds import LeafKind
from points.rankings.mark import hold_mark
from points.rankings.temporary import fill_keys, temporary
from points.seals.models import SealLeaf

MARK = "flows"
BATCH = 5_000
_REBUILT_AT_ONCE = 1_000_000
_MONTH = {"sqlite": "substr(t.happened_on, 1, 7)", "postgresql": "to_char(t.happened_on, 'YYYY-MM')"}
_WANTED = "account_id {key} PRIMARY KEY, low BIGINT, high BIGINT"
_SIDES = (("to", "t.points", "0"), ("from", "0", "t.points"))
_NEW = (
    "SELECT b.account_id, coalesce(m.number, 0), b.last_number FROM account_balance b "
    "LEFT JOIN flow_mark m ON m.account_id = b.account_id WHERE b.account_id IN ({0}) "
    "AND b.last_number > coalesce(m.number, 0)"
)


def keep() -> int:
    """Add up all lines of accounts with leaves beyond the mark; return how many leaves. Opens its own transactions."""
    added = 0
    while True:
        with transaction() as session:
            done = _step(session, BATCH)
        added += done
        if done < BATCH:
            return added


def rebuild() -> int:
    """Make all flows anew from the transfers; return how many leaves there were. Pages stay exact meanwhile."""
    with transaction() as session:
        hold_mark(session, MARK).leaves = 0
        session.execute(delete(AccountFlow))
        session.execute(delete(FlowMark))
    added = 0
    while True:
        with transaction() as session:
            done = _step(session, _REBUILT_AT_ONCE)
        added += done
        if done < _REBUILT_AT_ONCE:
            return added


def differences(session: Session) -> Iterator[tuple[UUID, str]]:
    """Yield each account whose kept flows are not what its lines up to its mark say, with a sentence."""
    dialect = session.get_bind().dialect.name
    wanted = "SELECT account_id, 0 AS low, number AS high FROM flow_mark"
    true, kept = (
        _sums(f"({wanted})", dialect),
        "SELECT account_id, month, kind, reason, came, went, lines FROM account_flow",
    )
    statement = " UNION ".join(
        f"SELECT account_id FROM ({one} EXCEPT {other}) AS differing{place}"
        for place, (one, other) in enumerate(((true, kept), (kept, true)))
    )
    found = text(f"{statement} ORDER BY account_id").columns(account_id=KeyType())
    for (account_id,) in session.execute(found):
        yield account_id, _("账户 %(account)s：按月汇总与流水不符。", account=account_id)


def mend(session: Session, account_ids: Sequence[UUID]) -> None:
    """Make the flows of these accounts anew from their transfers."""
    hold_mark(session, MARK)
    for model in (AccountFlow, FlowMark):
        session.execute(delete(model).where(model.account_id.in_(account_ids)))
    with temporary(session, "flow_account", "party_id {key} PRIMARY KEY") as keys:
        fill_keys(session, keys, account_ids)
        _add(session, f"SELECT party_id FROM {keys}", {})


def _step(session: Session, most: int) -> int:
    """Add up the accounts that the next leaves beyond the mark name; return how many leaves these are."""
    mark = hold_mark(session, MARK)
    last = session.scalar(
        select(func.max(SealLeaf.number)).where(
            SealLeaf.number >= mark.leaves, SealLeaf.number < mark.leaves + most
        )
    )
    if last is None:
        return 0
    done = last + 1 - mark.leaves
    named = " UNION ".join(
        f"SELECT t.{side}_account_id FROM seal_leaf l JOIN transfer t ON t.id = l.thing_id "
        f"WHERE l.kind = '{LeafKind.TRANSFER.value}' AND l.number >= :first AND l.number < :end "
        f"AND t.{side}_number IS NOT NULL"
        for side, _came, _went in _SIDES
    )
    _add(session, named, {"first": mark.leaves, "end": mark.leaves + done})
    mark.leaves += done
    session.flush()
    return done


def _add(session: Session, accounts: str, values: dict[str, Any]) -> None:
    """Add to the flows of accounts, told by a query, all lines beyond their marks; the caller holds the one mark."""
    dialect = session.get_bind().dialect.name
    with temporary(session, "flow_wanted", _WANTED) as wanted:
        session.execute(text(f"INSERT INTO {wanted} {_NEW.format(accounts)}"), values)
        if dialect == "postgresql":
            session.execute(text(f"ANALYZE {wanted}"))
        session.execute(
            text(
                "INSERT INTO account_flow (account_id, month, kind, reason, came, went, lines) "
                f"{_sums(wanted, dialect)} "
                "ON CONFLICT (account_id, month, kind, reason) DO UPDATE SET "
                "came = account_flow.came + excluded.came, went = account_flow.went + excluded.went, "
                "lines = account_flow.lines + excluded.lines"
            )
        )
        session.execute(
            text(
                f"INSERT INTO flow_mark (account_id, number) SELECT account_id, high FROM {wanted} WHERE true "
                "ON CONFLICT (account_id) DO UPDATE SET number = excluded.number"
            )
        )


def _sums(wanted: str, dialect: str) -> str:
    """Return the query of the flows of accounts between two of their numbers."""
    lines = " UNION ALL ".join(
        f"SELECT w.account_id, {_MONTH[dialect]} AS month, coalesce(t.contribution_kind, '{NO_KIND}') AS kind, "
        f"t.reason, {came} AS came, {went} AS went FROM {wanted} w JOIN transfer t "
        f"ON t.{side}_account_id = w.account_id AND t.{side}_number IS NOT NULL "
        f"AND t.{side}_number > w.low AND t.{side}_number <= w.high"
        for side, came, went in _SIDES
    )
    sums = ", ".join(
        f"CAST({one} AS BIGINT) AS {name}"
        for one, name in (("sum(came)", "came"), ("sum(went)", "went"), ("count(*)", "lines"))
    )
    return (
        f"SELECT account_id, month, kind, reason, {sums} FROM ({lines}) AS moved WHERE true "
        "GROUP BY account_id, month, kind, reason"
    )
