"""Whoever changes the ledger past the program is named; the databases refuse it in the first place."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import clock
from app.config import Settings
from app.db import Database, append_only_ddl, reading, transaction
from app.permissions import SYSTEM
from points.awards import award, award_many
from points.ledger import accounts, closing, holds, postings
from points.ledger.kinds import AccountKind, HoldPurpose, Purse, Reason
from points.ledger.models import Posting, Transfer
from points.ledger.reconciliation import reconcile
from points.rulesets.models import Programme
from points.seals import salts
from points.seals.sealing import seal
from points.verification import lots, verifying
from points.verification.verifying import BreakKind, outcome_of, verify
from points.verification.walks import KeyRange, Known, Walk
from tests.points import city
from tests.points.tampering import (
    found_after,
    lived_in,
    rows_of,
    shown,
    unguarded,
    unnamed_changes,
    unnamed_deletions,
    unnamed_insertions,
    where,
)

LEDGER = (
    "account",
    "account_balance",
    "party_salt",
    "posting",
    "transfer",
    "seal_leaf",
    "seal_node",
    "seal",
    "day_root",
    "tree_head",
)
APPEND_ONLY = {
    "account": "id",
    "posting": "id",
    "transfer": "id",
    "seal_leaf": "number",
    "seal_node": "level, place",
    "seal": "number",
    "day_root": "day",
}


@pytest.fixture
def party(database: Database) -> UUID:
    return lived_in()


def breaks() -> list[str]:
    with reading() as session:
        return [one.sentence for one in verify(session)]


def test_all_is_right(database: Database, party: UUID) -> None:
    with reading() as session:
        outcome = outcome_of(session)
        assert outcome.breaks == []
        assert outcome.transfers > outcome.unsealed == 3
        assert outcome.oldest is not None
        assert list(reconcile(session)) == []


def test_what_is_changed_deleted_or_inserted_is_named(database: Database, party: UUID) -> None:
    """One other value of each column, in each table; all of them in tests/deep."""
    with unguarded(database) as connection:
        for table in LEDGER:
            assert unnamed_changes(connection, database, table, every=False) == []
            assert unnamed_deletions(connection, table) == []
            assert unnamed_insertions(connection, database, table) == []


def test_a_removed_event_is_missed(database: Database, party: UUID) -> None:
    """Posting and transfers gone together: the running numbers of the party's account tell."""
    with unguarded(database) as connection:
        for row in rows_of(connection, "posting"):
            gone = where("posting", row).removeprefix("id = ")
            found = found_after(
                connection,
                f"DELETE FROM transfer WHERE posting_id = {gone}",
                f"DELETE FROM posting WHERE id = {gone}",
            )
            assert (BreakKind.MISSING, "posting", shown("posting", row)) in {
                (one.kind, one.table, one.key) for one in found
            }


def _forget(posting_id: str) -> tuple[str, ...]:
    """Return what removes a posting that is its party's last one, and sets the kept balances back."""
    back = (
        "UPDATE account_balance SET last_number = last_number - 1, balance = balance - "
        f"(SELECT points FROM transfer WHERE posting_id = {posting_id} AND to_account_id = account_id) "
        f"WHERE account_id IN (SELECT to_account_id FROM transfer WHERE posting_id = {posting_id})"
    )
    return (
        back,
        f"DELETE FROM transfer WHERE posting_id = {posting_id}",
        f"DELETE FROM posting WHERE id = {posting_id}",
    )


def test_a_whole_event_that_no_seal_has_yet_is_missed(database: Database, party: UUID) -> None:
    with unguarded(database) as connection:
        row = rows_of(connection, "posting")[-1]
        gone = where("posting", row).removeprefix("id = ")
        found = found_after(connection, *_forget(gone))
        assert [(one.kind, one.table, one.key) for one in found] == [
            (BreakKind.MISSING, "posting", shown("posting", row))
        ]


def test_an_event_of_a_batch_is_missed(database: Database, party: UUID) -> None:
    """Its event names the first posting only; the hash over all of them tells."""
    with transaction() as session:
        asked = [
            postings.PostingRequest(
                programme_id=_programme(session),
                reason=Reason.AWARD,
                source_kind="contribution",
                source_id=UUID(int=number + 1),
                revision=1,
                inputs=(number,),
                happened_on=clock.today(),
                transfers=(_five(session, party),),
            )
            for number in range(3)
        ]
        postings.post_many(session, asked, actor=SYSTEM)
    assert breaks() == []
    with unguarded(database) as connection:
        row = rows_of(connection, "posting")[-1]
        gone = where("posting", row).removeprefix("id = ")
        found = found_after(connection, *_forget(gone))
        assert [(one.kind, one.table) for one in found] == [(BreakKind.MISSING, "posting")]


def test_an_event_of_a_batch_whose_details_were_removed_is_named(database: Database, party: UUID) -> None:
    """Without them nobody could tell which of its postings are gone."""
    with transaction() as session:
        award_many(session, [city.service(party) for _ in range(3)], actor=SYSTEM)
    with unguarded(database) as connection:
        found = found_after(connection, "DELETE FROM audit_detail")
        assert (BreakKind.MISSING, "audit_detail") in {(one.kind, one.table) for one in found}


def test_a_removed_hold_or_close_is_missed(database: Database, party: UUID) -> None:
    """Their audit events have verbs of their own: whatever names a row that is never removed counts."""
    month = closing.month_before(closing.month_of(clock.today()), 1)
    with transaction() as session:
        programme = session.scalars(select(Programme)).one()
        closed = closing.close_period(session, programme, month, tree_size=0, root=None, actor=SYSTEM).id
        holds.reserve(
            session,
            programme_id=programme.id,
            party_id=party,
            purse=Purse.HONOUR,
            points=1,
            source_kind="exchange",
            source_id=party,
            purpose=HoldPurpose.EXCHANGE,
            actor=SYSTEM,
        )
    with unguarded(database) as connection:
        row = rows_of(connection, "posting")[-1]
        gone = where("posting", row).removeprefix("id = ")
        found = found_after(
            connection,
            f"DELETE FROM transfer WHERE posting_id = {gone}",
            f"DELETE FROM posting WHERE id = {gone}",
            "DELETE FROM period_close",
        )
        missed = {(one.table, one.key) for one in found if one.kind is BreakKind.MISSING}
        assert {("posting", shown("posting", row)), ("period_close", str(closed))} <= missed


def _five(session: Session, party: UUID) -> postings.TransferRequest:
    held = accounts.of(session, _programme(session), party)
    return postings.TransferRequest(held[AccountKind.ISSUER], held[AccountKind.HONOUR], 5, "五")


def _programme(session: Session) -> UUID:
    return session.scalars(select(Programme.id)).one()


def test_swapped_rows_are_named(database: Database, party: UUID) -> None:
    with unguarded(database) as connection:
        for table in ("transfer", "posting", "account"):
            first, last = rows_of(connection, table)
            one, two = where(table, first), where(table, last)
            swap = (
                f"UPDATE {table} SET hmac = (SELECT hmac FROM {table} WHERE {two}) WHERE {one}",
                f"UPDATE {table} SET hmac = (SELECT hmac FROM {table} WHERE {one}) WHERE {two}",
            )
            found = {(one.table, one.key) for one in found_after(connection, *swap)}
            assert (table, shown(table, first)) in found
        for left, right in ((3, 4), (0, 250)):
            moved = found_after(
                connection,
                f"UPDATE seal_leaf SET number = -1 WHERE number = {left}",
                f"UPDATE seal_leaf SET number = {left} WHERE number = {right}",
                f"UPDATE seal_leaf SET number = {right} WHERE number = -1",
            )
            assert BreakKind.ROOT in {one.kind for one in moved}


def test_missing_triggers_are_named(database: Database, party: UUID) -> None:
    with database.writer.connect() as connection:
        undone = connection.begin_nested()
        for statement in (
            ["DROP TRIGGER transfer_no_update", "DROP TRIGGER seal_no_delete"]
            if database.is_sqlite
            else [
                "DROP TRIGGER transfer_no_change ON transfer",
                "ALTER TABLE seal DISABLE TRIGGER seal_no_truncate",
            ]
        ):
            connection.exec_driver_sql(statement)
        with Session(connection) as session:
            found = list(verify(session))
        assert {(one.kind, one.table) for one in found} == {
            (BreakKind.TRIGGER, "transfer"),
            (BreakKind.TRIGGER, "seal"),
        }
        undone.rollback()


def test_triggers_that_only_look_right_are_named(database: Database, party: UUID) -> None:
    """Of the right name, but for some columns or never; and one that lets rows vanish."""
    refuse = "SELECT RAISE(ABORT, 'transfer is append-only')"
    fakes = (
        (
            "DROP TRIGGER transfer_no_update",
            f"CREATE TRIGGER transfer_no_update BEFORE UPDATE OF wording ON transfer BEGIN {refuse}; END",
            "DROP TRIGGER transfer_no_delete",
            f"CREATE TRIGGER transfer_no_delete BEFORE DELETE ON transfer WHEN 0 BEGIN {refuse}; END",
            "CREATE TRIGGER eats BEFORE INSERT ON account_balance BEGIN SELECT RAISE(IGNORE); END",
        )
        if database.is_sqlite
        else (
            "DROP TRIGGER transfer_no_change ON transfer",
            "CREATE TRIGGER transfer_no_change BEFORE UPDATE OR DELETE ON transfer FOR EACH ROW "
            "WHEN (false) EXECUTE FUNCTION shared.refuse_change()",
            "DROP TRIGGER transfer_no_truncate ON transfer",
            "CREATE TRIGGER transfer_no_truncate AFTER TRUNCATE ON transfer "
            "FOR EACH STATEMENT EXECUTE FUNCTION shared.refuse_change()",
            "CREATE RULE eats AS ON INSERT TO account_balance DO INSTEAD NOTHING",
        )
    )
    with database.writer.connect() as connection:
        undone = connection.begin_nested()
        for statement in fakes:
            connection.exec_driver_sql(statement)
        with Session(connection) as session:
            found = [(one.kind, one.table) for one in verify(session)]
        assert found == [
            (BreakKind.TRIGGER, "transfer"),
            (BreakKind.TRIGGER, "transfer"),
            (BreakKind.FOREIGN, "account_balance"),
        ]
        undone.rollback()


def test_a_forged_balance_is_a_difference(database: Database, party: UUID) -> None:
    with transaction() as session:
        session.execute(text("UPDATE account_balance SET balance = balance + 1"))
    with reading() as session:
        found = list(reconcile(session))
    assert len([one for one in found if "余额" in one.sentence]) >= 6


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_databases_refuse_update_and_delete(database: Database, party: UUID, table: str) -> None:
    key = APPEND_ONLY[table]
    first = key.split(", ")[0]
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET {first} = {first}"):
        with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
            session.execute(text(statement))
    if database.is_sqlite:
        with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
            session.execute(text(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}"))
    else:
        with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
            session.execute(text(f"TRUNCATE {table} CASCADE"))
    assert append_only_ddl(table, "sqlite", key=key)


def test_leaves_are_added_once(database: Database, party: UUID) -> None:
    assert seal() == 3
    assert seal(everything=True) == 0
    with transaction() as session:
        award(session, city.gift(party), actor=SYSTEM)
    assert seal() == 1
    assert breaks() == []


def test_after_an_outage_nothing_is_left_without_a_leaf(
    database: Database, party: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = clock.true_now
    monkeypatch.setattr(clock, "true_now", lambda: real() + timedelta(hours=30))  # the jobs stood still
    assert seal() == 3
    assert seal(everything=True) == 0


def test_what_is_right_is_told_by_the_quick_pass_alone(
    database: Database, party: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lots, "LOT", 2)
    seal()
    with transaction() as session:
        programme_id = session.scalars(select(Programme.id)).one()
        salts.erase(session, programme_id, party, reason="本人要求", actor=SYSTEM)
        award_many(session, [city.gift(party), city.service(party)], actor=SYSTEM)
    seen, known = Walk(), Known(bytes(32))
    with reading() as session:
        connection, count = session.connection(), 0
        for at, rows in lots.each(connection, KeyRange()):
            assert lots.is_right(connection, rows, at, known, seen)
            count += len(rows)
        assert count == session.scalars(select(func.count()).select_from(Posting)).one() > 2
        assert seen.transfers == session.scalar(select(func.count()).select_from(Transfer))
        assert 0 < seen.unsealed < seen.transfers


CHANGES = (
    "UPDATE transfer SET wording = 'x' WHERE id = (SELECT id FROM transfer ORDER BY id LIMIT 1)",
    "UPDATE posting SET revision = 9 WHERE id = (SELECT id FROM posting ORDER BY id LIMIT 1)",
    "UPDATE seal_leaf SET public = 'x' WHERE number = 1",
    "DELETE FROM transfer WHERE id = (SELECT id FROM transfer ORDER BY id DESC LIMIT 1)",
    "DELETE FROM posting WHERE id = (SELECT id FROM posting ORDER BY id LIMIT 1)",
)


def test_the_same_is_named_in_lots_of_any_size(
    database: Database, party: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    seal()
    with unguarded(database) as connection:
        for change in CHANGES:
            named = []
            for size in (1, 3, 1000):
                monkeypatch.setattr(lots, "LOT", size)
                named.append({(one.kind, one.table, one.key) for one in found_after(connection, change)})
            assert named[0] == named[1] == named[2] != set(), change


def test_several_processes_find_the_same(
    database: Database, settings: Settings, party: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verifying, "FEW", 0)
    outcome = verifying.verify_all(settings, 2)
    assert outcome.breaks == []
    with reading() as session:
        alone = outcome_of(session)
    assert (outcome.transfers, outcome.unsealed, outcome.oldest) == (
        alone.transfers,
        alone.unsealed,
        alone.oldest,
    )
    with transaction() as session:
        session.execute(text("UPDATE tree_head SET leaves = leaves + 1"))
        session.execute(text("UPDATE account_balance SET balance = balance + 1"))
    found = {one.table for one in verifying.verify_all(settings, 2).breaks}
    assert found == {"tree_head", "account_balance"}
