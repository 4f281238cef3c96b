"""The scripts of bin/ where they decide something: what is missing, who may install it, which keys are made."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from app.config import Mode, load

ROOT = Path(__file__).resolve().parents[2]


def _tool(folder: Path, name: str, body: str) -> None:
    tool = folder / name
    tool.write_text(f"#!/bin/sh\n{body}\n")
    tool.chmod(0o755)


@pytest.fixture
def bare_machine(tmp_path: Path) -> Path:
    """A folder of programs, for PATH: a Debian that lacks every package, used by somebody without rights."""
    for name in ("bash", "env", "sh"):
        (tmp_path / name).symlink_to(f"/bin/{name}" if name != "env" else "/usr/bin/env")
    _tool(tmp_path, "dpkg-query", "exit 1")
    _tool(tmp_path, "id", "echo 1000")
    return tmp_path


def _packages(machine: Path, purpose: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "bin/system-packages", purpose],
        env={"PATH": str(machine)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("purpose", "package"), [("run", "libpango-1.0-0"), ("test", "chromium")])
def test_without_root_or_sudo_one_sentence_names_the_missing_packages(
    bare_machine: Path, purpose: str, package: str
) -> None:
    ended = _packages(bare_machine, purpose)
    assert ended.returncode == 1
    assert package in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_nothing_is_installed_where_nothing_is_missing(bare_machine: Path) -> None:
    _tool(bare_machine, "dpkg-query", "printf installed")
    ended = _packages(bare_machine, "test")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")


def test_sudo_that_refuses_is_no_sudo(bare_machine: Path) -> None:
    _tool(bare_machine, "sudo", "exit 1")
    assert _packages(bare_machine, "run").returncode == 1


def test_new_keys_are_settings_that_production_accepts(tmp_path: Path) -> None:
    keys = subprocess.run([ROOT / "bin/new-keys"], capture_output=True, text=True, check=True).stdout
    file = tmp_path / "settings"
    file.write_text("DATABASE_URL=sqlite:////tmp/x\nZHONGLI_PUBLIC_URL=https://x.example\n" + keys)
    assert load({"ZHONGLI_SETTINGS": str(file)}).mode is Mode.PRODUCTION


def test_every_make_target_calls_a_script_that_is_there() -> None:
    called = re.findall(r"^\t@(bin/\S+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert len(called) >= 7
    assert [name for name in called if not os.access(ROOT / name, os.X_OK)] == []


def test_lock_files_name_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert "://" not in (ROOT / name).read_text()
