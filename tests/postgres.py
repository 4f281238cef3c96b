"""A PostgreSQL to throw away: brought up in a second, durable for nobody, gone with its user.

In a test session without ``ZHONGLI_TEST_POSTGRESQL`` the fixtures open :func:`server` themselves. A whole
command runs with one server around it by ``python -m tests.postgres COMMAND …``; it finds the address in
that variable.

PostgreSQL refuses to run as root, so root hands it to the user ``postgres`` of its Debian package. It listens
on a Unix socket in a directory of its own only: no port is taken and nobody else can connect.
"""

import getpass
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import psycopg
from psycopg import sql
from sqlalchemy import make_url

URL_VARIABLE = "ZHONGLI_TEST_POSTGRESQL"
PREFIX = "zhongli-postgresql-"
OWNER_FILE = "owner"
"""In the server's directory: the id of the process that uses it."""

# A test database is thrown away, so nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "max_wal_size": "4GB",
    "jit": "off",
}


class NoPostgreSQL(RuntimeError):
    """PostgreSQL's server programs are not on this machine, or did not start."""


@contextmanager
def server(**changed: str) -> Iterator[str]:
    """Bring up an empty PostgreSQL and yield the superuser's URL of its database ``postgres``.

    ``changed`` are settings other than a test's, such as ``fsync="on"`` for a benchmark.

    It is stopped and its files are removed at the end, also after an exception. What a killed process
    left behind is removed by the next call.
    """
    programs = _programs()
    _remove_orphans(programs)
    # Not pytest's directory, which the user postgres cannot enter; and a socket's path must be short.
    directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir="/tmp"))
    try:
        (directory / OWNER_FILE).write_text(str(os.getpid()))
        if os.geteuid() == 0:
            shutil.chown(directory, "postgres", "postgres")
        data = directory / "data"
        initdb: list[str | Path] = [programs / "initdb", "-D", data, "-U", "postgres"]
        _run(*initdb, "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        options = " ".join(f"-c {name}='{value}'" for name, value in (SETTINGS | changed).items())
        start: list[str | Path] = [programs / "pg_ctl", "start", "-D", data, "-w", "-l", directory / "log"]
        _run(*start, "-o", f"-k {directory} {options}")
        yield f"postgresql://postgres@/postgres?host={directory}"
    finally:
        _stop(programs, directory)


def create_database(url: str, name: str, template: str | None = None) -> str:
    """Create database *name* anew on the server of *url*, as a copy of *template* if given; return its URL.

    A copy takes some 30 ms; nobody may be connected to the template meanwhile.
    """
    command = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    if template is not None:
        command += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(command)
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def drop_database(url: str, name: str) -> None:
    """Remove database *name* from the server of *url*, ending whoever is connected to it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _programs() -> Path:
    """Where initdb and pg_ctl are: the newest of Debian's versions, else what the path finds."""
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if (path / "initdb").exists()]
    if versions:
        return max(versions, key=lambda path: float(path.parent.name))
    found = shutil.which("initdb")
    if found is None:
        raise NoPostgreSQL("PostgreSQL is not installed: bin/system-packages test installs it.")
    return Path(found).resolve().parent


def _run(*command: str | Path) -> None:
    """Run one of PostgreSQL's programs as a user that it accepts; its words come with the exception."""
    if os.geteuid() == 0:
        command = ("runuser", "-u", "postgres", "--", *command)
    # The server inherits the descriptors and keeps them, so a pipe would never end: a file takes the words.
    with tempfile.TemporaryFile("w+") as words:
        ended = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=words, stderr=words, cwd="/", check=False
        )
        if ended.returncode != 0:
            words.seek(0)
            raise NoPostgreSQL(f"{' '.join(map(str, command))}\n{words.read()}")


def _stop(programs: Path, directory: Path) -> None:
    """Stop the server in *directory*, if it runs, and remove its files.

    A machine that lost power, or was copied while the server ran, leaves a ``postmaster.pid`` behind that no
    process answers to: there is nothing to stop then. Raises NoPostgreSQL if a running server did not stop.
    """
    data = directory / "data"
    try:
        if _runs(data):
            _run(programs / "pg_ctl", "stop", "-D", data, "-w", "-m", "immediate")
    except NoPostgreSQL:
        if _runs(data):
            raise
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _runs(data: Path) -> bool:
    """Whether the process that ``postmaster.pid`` in *data* names is there and serves that directory."""
    try:
        number = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
        return os.fsencode(data) in Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return False


def _remove_orphans(programs: Path) -> None:
    """Stop the servers whose user was killed before it could."""
    mine = "postgres" if os.geteuid() == 0 else getpass.getuser()
    for directory in Path("/tmp").glob(f"{PREFIX}*"):
        try:
            if directory.owner() != mine:
                continue
            owner = int((directory / OWNER_FILE).read_text())
        except (OSError, ValueError, KeyError):
            continue  # just being made, or just going
        if not Path(f"/proc/{owner}").exists():
            with suppress(NoPostgreSQL):  # what another run left behind is no reason for this one to fail
                _stop(programs, directory)


def main(command: list[str]) -> int:
    """Run *command* with a server around it, whose URL its environment holds; return its exit status."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, leave)
    with server() as url:
        child = subprocess.Popen(command, env=os.environ | {URL_VARIABLE: url})
        try:
            return child.wait()
        finally:
            if child.poll() is None:
                child.terminate()
                child.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
