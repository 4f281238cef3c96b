"""A register of 100,000 volunteers from XLSX into the tables, against the bare libraries and against the usual way.

Accepting is measured: the kept file is unsealed and read, each row is judged by every rule, and goes in with
encryption, keyed hashes, registration steps and audit, 2,000 rows a durable commit. The whole way of an upload
(received, read and recognised, checked in a dry run, accepted) is shown beside it. The limit is calamine reading the
same file plus executemany of the very same rows into the same tables in as many durable commits. The usual way is
what a script does: pandas.read_excel, the same checks and encryption row by row, to_sql table by table. Each runs in
a process of its own, so that its memory is its own.

    python -m benchmarks.imports             100,000 rows
    python -m benchmarks.imports --quick     10,000 rows
"""

import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import make_url, select

import wsgi
from app import clock, db, keys
from app.config import Settings, load
from app.imports import admission, checking, jobs, plans, uploads
from app.imports.models import ImportUpload
from app.imports.vocabulary import shipped
from app.permissions import Actor
from app.rows import insert_statement
from app.users import sessions
from benchmarks.city import cities
from benchmarks.frame import Row, main, report
from benchmarks.volunteers import officer, usual_way, write_register
from tests.conftest import ENVIRONMENT

MOST_MEGABYTES = 600
LIMIT_TARGET = 0.5
"""Ours may take twice as long as calamine and executemany."""
USUAL_TARGET = 5.0


def run(quick: bool) -> int:
    """Measure both databases; return 1 when one falls short."""
    count = 10_000 if quick else 100_000
    with tempfile.TemporaryDirectory(prefix="zhongli-imports-") as folder:
        file = Path(folder) / "volunteers.xlsx"
        write_register(file, count)
        rows, heavy = [], []
        for dialect in ("sqlite", "postgresql"):
            with cities(dialect, ("ours", "bare", "usual")) as (ours, bare, usual):
                mine = _apart("ours", ours, file)
                limit = _apart("limit", ours, file, bare)
                common = _apart("usual", usual, file)
            accepted, whole = count / mine["parts"]["let in"], count / mine["seconds"]
            bare_speed, usual_speed = count / limit["seconds"], count / common["seconds"]
            rows += [
                Row(f"{dialect}: accepted, to reading + executemany", accepted, bare_speed, LIMIT_TARGET),
                Row(f"{dialect}: accepted, to the usual way", accepted, usual_speed, USUAL_TARGET),
                Row(f"{dialect}: upload to receipt, to reading + executemany", whole, bare_speed),
                Row(f"{dialect}: upload to receipt, to the usual way", whole, usual_speed),
            ]
            heavy.append((dialect, mine["megabytes"]))
            print(f"{dialect}: " + "; ".join(f"{name} {took:.2f} s" for name, took in mine["parts"].items()))
            print(f"{dialect}: limit " + "; ".join(f"{n} {t:.2f} s" for n, t in limit["parts"].items()))
        short = report(f"imports: {count:,} volunteers from XLSX, rows per second", rows)
        for dialect, megabytes in heavy:
            print(f"{dialect}: most memory {megabytes:,.0f} MB (at most {MOST_MEGABYTES})")
        return int(short or any(megabytes > MOST_MEGABYTES for _dialect, megabytes in heavy))


def _apart(part: str, settings: Settings, file: Path, other: Settings | None = None) -> dict[str, Any]:
    """Run one part in a process of its own; return its seconds, its parts and its most memory."""
    words = [part, str(file), settings.database_url, str(settings.data_dir)]
    words += [other.database_url] if other else []
    command = [sys.executable, "-m", "benchmarks.imports", "--part", *words]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _part(part: str, file: str, url: str, data_dir: str, other: str = "") -> None:
    plain = load({**ENVIRONMENT, "ZHONGLI_DATA_DIR": data_dir})
    settings = replace(plain, database_url=url)
    data = Path(file).read_bytes()
    match part:
        case "ours":
            parts = _ours(settings, data)
        case "limit":
            parts = _limit(settings, replace(plain, database_url=other), data)
        case _:
            keys.use(settings)
            parts = usual_way(settings, Path(file))
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": sum(parts.values()), "parts": parts, "megabytes": most}))


def _ours(settings: Settings, data: bytes) -> dict[str, float]:
    web = wsgi.create_app(settings)
    with web.app_context():
        with db.transaction() as session:
            actor = sessions.actor_of(session, officer(session))
        assert actor is not None
        return _imported(data, actor)


def _imported(data: bytes, actor: Actor) -> dict[str, float]:
    """Walk an upload's whole way; return how long each step took."""
    watch = _Watch()
    vocabulary = shipped()
    book = plans.open_book(data, "volunteers.xlsx")
    plan = plans.read_plan(book, plans.importable(actor, None), vocabulary)
    with db.transaction() as session:
        upload = uploads.receive(session, data, "volunteers.xlsx", plan, actor=actor, organisation_id=None)
        uploads.settle_columns(session, upload.id, plan, actor=actor)
    del book
    watch.lap("read and keep")
    with db.transaction() as session:
        checking.begin(session, upload.id, actor=actor)
    jobs.work_on(upload.id)
    watch.lap("check")
    with db.transaction() as session:
        admission.begin(session, upload.id, actor=actor)
    jobs.work_on(upload.id)
    watch.lap("let in")
    with db.reading() as session:
        done = session.scalars(select(ImportUpload).where(ImportUpload.id == upload.id)).one()
        assert done.admitted_rows == done.data_rows, (done.admitted_rows, done.data_rows, done.problem)
    return watch.laps


class _Watch:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._begun = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = now - self._begun
        self._begun = now


def _limit(ours: Settings, bare: Settings, data: bytes) -> dict[str, float]:
    """Read with calamine, then write the rows that ours wrote with the bare driver, in as many commits as ours."""
    from_ours = list(_rows_of(ours))
    commits = next(
        len(rows) for statement, rows in from_ours if statement.startswith("INSERT INTO import_batch ")
    )
    portions = [
        [(statement, _portion(statement, rows, number, commits)) for statement, rows in from_ours]
        for number in range(commits)
    ]
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
        copy.write(data)
        copy.flush()
        reading = _calamine(copy.name)
    watch = _Watch()
    if bare.database_url.startswith("sqlite"):
        connection: Any = sqlite3.connect(str(make_url(bare.database_url).database), isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        for portion in portions:
            connection.execute("BEGIN IMMEDIATE")
            for statement, rows in portion:
                connection.executemany(statement, rows)
            connection.execute("COMMIT")
    else:
        connection = psycopg.connect(_plain(bare), autocommit=True)
        connection.execute(f"SET search_path TO {bare.city_schema}, shared")
        for portion in portions:
            with connection.transaction(), connection.cursor() as cursor:
                for statement, rows in portion:
                    if rows:
                        cursor.executemany(statement, rows)
    watch.lap("executemany")
    connection.close()
    return {"calamine": reading, **watch.laps}


def _portion(statement: str, rows: list[tuple[Any, ...]], number: int, of: int) -> list[tuple[Any, ...]]:
    """Return a part of a table's rows; what others refer to goes a little ahead of them."""
    if len(rows) <= 20 * of:
        return rows if number == 0 else []
    table = statement.split()[2]
    lead = 100 * (3 - _ORDER.index(table)) if table in _ORDER else 0
    first, last = (len(rows) * part // of + lead for part in (number, number + 1))
    return rows[first if number else 0 : last]


_ORDER = ("party", "person", "person_role")


def _calamine(name: str) -> float:
    from_python = "import python_calamine,sys,time;b=time.perf_counter();" \
        "python_calamine.CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python();" \
        "print(time.perf_counter()-b)"  # fmt: skip
    return float(
        subprocess.run([sys.executable, "-c", from_python, name], check=True, capture_output=True).stdout
    )


def _rows_of(settings: Settings) -> Iterator[tuple[str, list[tuple[Any, ...]]]]:
    """Yield what ours wrote: each table's insert and rows, in the order of what refers to what."""
    dialect = "sqlite" if settings.database_url.startswith("sqlite") else "postgresql"
    if dialect == "sqlite":
        connection: Any = sqlite3.connect(str(make_url(settings.database_url).database))
    else:
        connection = psycopg.connect(_plain(settings))
        connection.execute(f"SET search_path TO {settings.city_schema}, shared")
    for table in db.Base.metadata.sorted_tables:
        if table.schema is None:
            names = ", ".join(column.name for column in table.columns)
            rows = [tuple(row) for row in connection.execute(f"SELECT {names} FROM {table.name}").fetchall()]
            if rows:
                yield insert_statement(table, dialect), rows
    connection.close()


def _plain(settings: Settings) -> str:
    return make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        clock.true_now()
        _part(*sys.argv[2:])
    else:
        main(run)
