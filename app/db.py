"""The database: engines, the two ways to open a transaction, and append-only tables.

``with transaction() as session:`` is the only place that commits; ``with reading() as session:`` never
writes. SQLite has two engines on one file: writers take the write lock at once (BEGIN IMMEDIATE), so that
a read-then-write never dies of "database is locked"; readers never wait for them (WAL). On PostgreSQL a
city is a schema, chosen at the start of each transaction.
"""

import re
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

import psycopg
from flask_babel import gettext as _
from psycopg import pq
from sqlalchemy import Connection, Engine, MetaData, Table, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session

from app.config import Settings
from app.errors import NotFound
from app.prepared import Driver, send

_REST_SECONDS = 1.0
SHARED = "shared"  # the schema of tables that all cities of one server share
RELEASED = "released"  # in a table's info: column → value of rows that were taken back and hold on to nothing
APPEND_ONLY = {"append_only": True}  # for __table_args__: (…, {"info": APPEND_ONLY})

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Mother of all models. A table without ``schema`` belongs to the city; ``schema=SHARED`` to all cities."""

    metadata = MetaData(naming_convention=NAMING)


Row = TypeVar("Row", bound=Base)


class Database:
    """The engines of one city."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        url = make_url(settings.database_url)
        self.is_sqlite = url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            if url.database:
                Path(url.database).parent.mkdir(parents=True, exist_ok=True)
            self.writer = _sqlite_engine(url, begin="BEGIN IMMEDIATE")
            self.reader = self.fresh_reader = _sqlite_engine(url, begin="BEGIN")
        else:
            self.writer = _postgresql_engine(url, settings.city_schema, read_only=False)
            read_url = make_url(settings.database_read_url) if settings.database_read_url else url
            self.fresh_reader = _postgresql_engine(url, settings.city_schema, read_only=True)
            self.reader = (
                self.fresh_reader
                if read_url == url
                else _postgresql_engine(read_url, settings.city_schema, read_only=True)
            )

    def close(self) -> None:
        """Give back every connection."""
        self.writer.dispose()
        self.reader.dispose()
        self.fresh_reader.dispose()


_database: Database | None = None


def connect(settings: Settings) -> Database:
    """Open the database of these settings for the whole process and return it; an older one is closed."""
    global _database
    if _database is not None:
        _database.close()
    _database = Database(settings)
    return _database


def database() -> Database:
    """Return the open database. Raises RuntimeError before ``connect``."""
    if _database is None:
        raise RuntimeError("no database is connected")
    return _database


@contextmanager
def transaction(of: Database | None = None) -> Iterator[Session]:
    """Open the one writing transaction of a request, job or command: commits at the end, rolls back on any error.

    ``of``: another database than the process's own.
    """
    with Session((of or database()).writer, expire_on_commit=False) as session:
        # The lock is taken (SQLite) and the city chosen (PostgreSQL) before the first statement of the block.
        session.connection()
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


@contextmanager
def reading(*, fresh: bool = False) -> Iterator[Session]:
    """Open a transaction that sees one state of the database and can write nothing.

    ``fresh``: never from a replica, which may lag behind (who is signed in, and until when).
    """
    engine = database().fresh_reader if fresh else database().reader
    with Session(engine, expire_on_commit=False, autoflush=False) as session:
        # Closing ends the transaction; a rollback would make the rows unreadable after the block.
        yield session


def lock(session: Session, model: type[Row], key: uuid.UUID) -> Row:
    """Return the row under a lock, read afresh. Raises NotFound when there is none.

    SQLite needs no row lock: a writing transaction holds the write lock from its start.
    """
    row = session.get(model, key, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_("没有找到这条记录。"))
    return row


def _sqlite_engine(url: URL, *, begin: str) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": 30, "check_same_thread": False},
        hide_parameters=True,  # what people typed has no place in a log
        pool_size=16,
        max_overflow=32,
        # Tables of the schema "shared" stand beside the city's own: SQLite has one city.
        execution_options={"schema_translate_map": {SHARED: None}},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we begin ourselves
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",  # else INSERT OR REPLACE passes the append-only triggers
            "busy_timeout=30000",
            "temp_store=MEMORY",
            "cache_size=-65536",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        if begin == "BEGIN":
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgresql_engine(url: URL, schema: str, *, read_only: bool) -> Engine:
    pooled = "pgbouncer" in url.query  # our own word, which the driver does not know
    url = url.difference_update_query(["pgbouncer"])
    engine = create_engine(
        url,
        pool_size=16,
        max_overflow=32,
        # The driver would send its BEGIN in a round trip of its own; ours travels with what it chooses.
        isolation_level="AUTOCOMMIT",
        # Behind a transaction-pooling proxy prepared statements would belong to somebody else's session.
        connect_args={"prepare_threshold": None} if pooled else {},
        hide_parameters=True,
    )
    level = "REPEATABLE READ READ ONLY" if read_only else "READ COMMITTED"
    chosen = {
        "search_path": schema,
        "lock_timeout": "'10s'",
        "timezone": "'UTC'",
        "client_encoding": "'UTF8'",
    }
    begin = f"BEGIN ISOLATION LEVEL {level}"
    if pooled:  # each transaction may get another session
        begin += "".join(f"; SET LOCAL {name} = {value}" for name, value in chosen.items())
    first = begin.encode()
    _ping_after_rest(engine)
    _end_quickly(engine)

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: object, _record: object, places: Any, names: Any) -> Driver:
        return Driver.connect(*places, **names)

    @event.listens_for(engine, "connect")
    def _choose(connection: Any, _record: object) -> None:
        if not pooled:
            connection.autocommit = True
            connection.execute("; ".join(f"SET {name} = {value}" for name, value in chosen.items()))

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Past SQLAlchemy's execution, which costs more than the statement; it tells what is wrong, should it fail.
        try:
            send(connection.connection.dbapi_connection, first)
        except psycopg.Error:
            connection.exec_driver_sql(begin)

    return engine


def _end_quickly(engine: Engine) -> None:
    """End transactions by libpq itself; SQLAlchemy asks for a rollback of each connection that it puts back, too."""
    dialect = cast(Any, engine.dialect)
    roll_back = dialect.do_rollback

    def _commit(connection: Any) -> None:
        driver = getattr(connection, "dbapi_connection", connection)
        if driver.pgconn.transaction_status != pq.TransactionStatus.IDLE:
            send(driver, b"COMMIT")

    def _roll_back(connection: Any) -> None:
        driver = getattr(connection, "dbapi_connection", connection)
        if driver.pgconn.transaction_status != pq.TransactionStatus.IDLE:
            roll_back(connection)

    dialect.do_commit, dialect.do_rollback = _commit, _roll_back


def _ping_after_rest(engine: Engine) -> None:
    """Try a connection before its use when it has rested; one just used need not pay a round trip for it."""

    @event.listens_for(engine, "checkin")
    def _rest(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _wake(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", 0.0) < _REST_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except psycopg.Error as problem:  # the pool then opens a new one
            raise DisconnectionError from problem


def append_only_tables(metadata: MetaData) -> list[Table]:
    """Return the tables whose rows may never be changed or removed."""
    return [table for table in metadata.sorted_tables if table.info.get("append_only")]


def append_only_ddl(table: str, dialect: str, *, key: str = "id") -> list[str]:
    """Return the statements that make a table append-only, one DDL command each.

    UPDATE and DELETE are refused, on PostgreSQL TRUNCATE too, and on SQLite an INSERT of an existing key,
    which as INSERT OR REPLACE would overwrite a row. ``key`` may be several columns: "level, place".
    """
    if not re.fullmatch(r"[a-z_]+", table):
        raise ValueError(f"not a table's name: {table}")
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
        same = " AND ".join(f"{column} = NEW.{column}" for column in key.split(", "))
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) BEGIN {refuse}; END",
        ]
    return [
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {SHARED}.refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {SHARED}.refuse_change()",
    ]


REFUSE_CHANGE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {SHARED}.refuse_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'restrict_violation',
        MESSAGE = TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME || ' is append-only';
END
$$
"""


def ping(session: Session) -> None:
    """Raise when the database does not answer."""
    session.execute(text("SELECT 1"))
