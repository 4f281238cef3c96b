"""The command that judges a folder: what it passes over, what it says of broken files, that it needs nothing."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.imports.folders import files_of, natural_key
from tests.architecture.tree import ROOT

FIRMS = """企业名称,统一社会信用代码,所属区县,联系电话
宝鸡虚构永盛001农业有限公司,91610323YYY500016N,岐山县,0917-0160798
"""


def flask(*words: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    bare = {name: value for name, value in os.environ.items() if not name.startswith("ZHONGLI_")}
    command = [sys.executable, "-m", "flask", *words]
    return subprocess.run(
        command, cwd=ROOT, env=bare | environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "city"
    made.mkdir()
    (made / "9.csv").write_text(FIRMS, encoding="utf-8")
    return made


def test_a_broken_file_does_not_stop_the_others(folder: Path, tmp_path: Path) -> None:
    (folder / "broken.xlsx").write_bytes(b"PK\x03\x04 no archive")
    (folder / "readme.md").write_text("# nothing", encoding="utf-8")
    out = tmp_path / "decisions.csv"
    done = flask("import", "judge", str(folder), "--as-of", "2026-11-21", "--out", str(out))
    assert done.returncode == 1
    assert (
        "Cannot be read: broken.xlsx" in done.stderr and "Passed over, no register: readme.md" in done.stderr
    )
    with out.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))
    assert rows == [
        ["file", "sheet", "row", "decision", "reasons", "normalised", "canonical"],
        ["9.csv", "", "1", "skip", "", "", ""],
        [
            "9.csv",
            "",
            "2",
            "accept",
            "",
            "",
            '{"name": "宝鸡虚构永盛001农业有限公司", "uscc": "91610323YYY500016N"}',
        ],
    ]
    assert not list(tmp_path.glob("*.part"))


def test_what_cannot_be_judged_is_said_in_a_sentence(folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    out = str(tmp_path / "out.csv")
    for words, sentence in (
        ((str(empty), "--out", out), "No register was recognised"),
        ((str(tmp_path / "nowhere"), "--out", out), "does not exist"),
        ((str(folder), "--out", str(tmp_path / "no" / "out.csv")), "No such file"),
        ((str(folder), "--out", out, "--city", "宝鸡"), "12 digits"),
    ):
        done = flask("import", "judge", *words, "--as-of", "2026-11-21")
        assert done.returncode != 0
        assert sentence in done.stderr and "Traceback" not in done.stderr


def test_other_commands_still_say_what_is_missing() -> None:
    for words in (("users", "list"), ("run",)):
        done = flask(*words)
        assert done.returncode == 1
        assert "Zhongli does not start" in done.stderr


def test_files_come_in_the_manifests_order_then_as_people_count(tmp_path: Path) -> None:
    for name in ("10.csv", "2.csv", "b/1.csv", "a.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", encoding="utf-8")
    (tmp_path / "manifest.csv").write_text("file\na.csv\nlost.csv\n", encoding="utf-8")
    assert [name for _path, name in files_of(tmp_path)] == [
        "a.csv",
        "2.csv",
        "10.csv",
        "b/1.csv",
        "manifest.csv",
    ]
    assert sorted(["10", "9", "a", "1b"], key=natural_key) == ["1b", "9", "10", "a"]
