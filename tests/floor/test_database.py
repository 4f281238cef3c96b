"""The database on both kinds: two ways in, one way to commit, types that lose nothing, counters without gaps."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from app import counters, db, migrate, once
from app.audit.models import DataKey
from app.counters import Counter
from app.db import lock, reading, transaction
from app.errors import Conflict, NotFound
from app.ids import new_id
from app.once import FormReceipt


def test_an_error_leaves_nothing_behind(database: db.Database) -> None:
    with pytest.raises(RuntimeError), transaction() as session:
        session.add(Counter(series="a", last=1))
        session.flush()
        raise RuntimeError
    with reading() as session:
        assert session.scalars(select(Counter)).all() == []


def test_a_reader_cannot_write(database: db.Database) -> None:
    with pytest.raises(DBAPIError), reading() as session:
        session.execute(text("INSERT INTO counter (series, last) VALUES ('a', 1)"))


def test_a_reader_sees_one_state(database: db.Database) -> None:
    with reading() as session:
        assert session.scalars(select(Counter)).all() == []
        with transaction() as other:
            other.add(Counter(series="a", last=1))
        assert session.scalars(select(Counter)).all() == []
    with reading() as session:
        assert len(session.scalars(select(Counter)).all()) == 1


def test_read_then_write_of_many_threads_never_dies(database: db.Database) -> None:
    with transaction() as session:
        session.add(Counter(series="a", last=0))

    def add(_: int) -> None:
        with transaction() as session:
            row = session.get(Counter, "a", with_for_update=True)
            assert row is not None
            row.last += 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(200)))
    with reading() as session:
        assert session.scalars(select(Counter.last)).one() == 200


def test_a_series_has_no_gaps_and_no_twins(database: db.Database) -> None:
    def take(turn: int) -> int | None:
        try:
            with transaction() as session:
                number = counters.take(session, "paper:2026")
                if turn % 5 == 0:
                    raise RuntimeError  # gives its number back
                return number
        except RuntimeError:
            return None

    with ThreadPoolExecutor(8) as pool:
        taken = [number for number in pool.map(take, range(100)) if number]
    assert sorted(taken) == list(range(1, 81))


def test_instants_come_back_as_they_were(database: db.Database) -> None:
    moment = datetime(2026, 11, 21, 23, 59, 59, 123456, tzinfo=timezone(timedelta(hours=8)))
    with transaction() as session:
        session.add(FormReceipt(token="a" * 32, content_hash=b"c" * 32, location="/", received_at=moment))
    with reading() as session:
        kept = session.scalars(select(FormReceipt.received_at)).one()
    assert kept == moment
    assert kept.tzinfo == UTC
    with pytest.raises(StatementError, match="time zone"), transaction() as session:
        session.add(FormReceipt(token="b" * 32, content_hash=b"c" * 32, received_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_keys_and_bytes_come_back_as_they_were(database: db.Database) -> None:
    key = new_id()
    with transaction() as session:
        session.add(DataKey(party_id=key, wrapped=b"\x00\xff"))
    with transaction() as session:
        assert lock(session, DataKey, key).wrapped == b"\x00\xff"
        with pytest.raises(NotFound):
            lock(session, DataKey, new_id())


def test_a_form_is_claimed_once_even_by_two_at_once(database: db.Database) -> None:
    user, done = new_id(), []
    start = threading.Barrier(6)

    def send(_: int) -> str:
        start.wait()
        with transaction() as session:
            location = once.claim(session, "t" * 32, user, b"c" * 32)
            if location is None:
                done.append(1)
                location = "/my/thing"
                once.settle(session, "t" * 32, location)
            return location

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(send, range(6))) == {"/my/thing"}
    assert done == [1]


def test_a_form_that_failed_may_be_sent_again(database: db.Database) -> None:
    with pytest.raises(RuntimeError), transaction() as session:
        assert once.claim(session, "t" * 32, None, b"c" * 32) is None
        raise RuntimeError
    with transaction() as session:
        assert once.claim(session, "t" * 32, None, b"c" * 32) is None


def test_somebody_elses_form_is_refused(database: db.Database) -> None:
    with transaction() as session:
        once.claim(session, "t" * 32, new_id(), b"c" * 32)
    with pytest.raises(Conflict), transaction() as session:
        once.claim(session, "t" * 32, new_id(), b"c" * 32)


def test_the_same_token_with_another_content_is_told(database: db.Database) -> None:
    with transaction() as session:
        assert once.claim(session, "t" * 32, None, b"c" * 32) is None
    with pytest.raises(once.SentBefore), transaction() as session:
        once.claim(session, "t" * 32, None, b"d" * 32)


def test_old_receipts_are_forgotten(database: db.Database) -> None:
    with transaction() as session:
        once.claim(session, "t" * 32, None, b"c" * 32)
    with transaction() as session:
        assert once.forget(session, datetime.now(UTC) + timedelta(days=1)) == 1


def test_the_schema_is_upgraded_once_by_two_starts(database: db.Database) -> None:
    _drop_everything(database)
    assert migrate.missing(database)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: migrate.upgrade(database), range(2)))
    assert migrate.missing(database) == []
    with transaction() as session:
        counters.take(session, "a")


def _drop_everything(database: db.Database) -> None:
    if database.is_sqlite:
        with database.writer.connect() as connection:
            connection.exec_driver_sql("PRAGMA writable_schema=ON")
            connection.exec_driver_sql("DELETE FROM sqlite_master")
            connection.exec_driver_sql("PRAGMA writable_schema=OFF")
            connection.commit()
        database.close()
        return
    with Session(database.writer) as session:
        session.execute(text("DROP SCHEMA city CASCADE"))
        session.execute(text("DROP SCHEMA shared CASCADE"))
        session.commit()
