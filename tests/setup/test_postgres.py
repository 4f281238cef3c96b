"""The throw-away PostgreSQL leaves nothing behind, whatever happens to its user."""

import os
import signal
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


def test_a_server_that_is_gone_with_its_machine_is_no_reason_to_fail() -> None:
    """Copied with the machine: its files are there, and ``postmaster.pid`` names nobody or somebody else."""
    for stranger in (2**22 + 7, 1):  # above every process id; a process that is no PostgreSQL
        process, directory = _start()
        pid_file = directory / "data" / "postmaster.pid"
        number, rest = pid_file.read_text().split("\n", 1)
        os.kill(int(number), signal.SIGKILL)
        process.kill()
        process.wait(timeout=30)
        pid_file.write_text(f"{stranger}\n{rest}")
        with postgres.server():
            assert not directory.exists()
