"""The throw-away PostgreSQL leaves nothing behind, whatever happens to its user."""

import subprocess
import sys
from pathlib import Path

from tests import postgres

ROOT = Path(__file__).resolve().parents[2]
PRINT_URL = f"import os, time; print(os.environ['{postgres.URL_VARIABLE}'], flush=True); time.sleep(60)"


def _start() -> tuple[subprocess.Popen[str], Path]:
    """Start a command with a server around it; return it and the server's directory."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.postgres", sys.executable, "-c", PRINT_URL],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip().partition("host=")[2])


def test_a_terminated_command_takes_its_server_along() -> None:
    process, directory = _start()
    assert (directory / "data" / "postmaster.pid").exists()
    process.terminate()
    assert process.wait(timeout=30) == 128 + 15
    assert not directory.exists()


def test_the_next_server_removes_what_a_killed_one_left() -> None:
    process, directory = _start()
    process.kill()
    process.wait(timeout=30)
    assert directory.exists()
    with postgres.server() as url:
        assert not directory.exists()
        address = postgres.create_database(url, "again")
        assert postgres.create_database(url, "again") == address, "made anew, not refused"
        postgres.drop_database(url, "again")
    assert not Path(url.partition("host=")[2]).exists()
