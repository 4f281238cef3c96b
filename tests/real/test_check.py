"""The check of real data, on small invented files: what it tells, and what it calls wrong."""

from datetime import date
from pathlib import Path

from openpyxl import Workbook

from app.imports import registers
from app.imports.vocabulary import shipped
from portal.real import lists, rosters
from portal.real.report import Report, yuan
from projects.gifts.register import CASH

TODAY = date(2026, 11, 21)


def test_a_code_is_right_by_its_own_check() -> None:
    assert rosters.is_right("91610323YYY500016N")
    assert not rosters.is_right("91610323YYY500016M")
    assert not rosters.is_right("91610323yyy500016N")
    assert not rosters.is_right("320100000032302")


def test_a_list_is_told_with_its_total_and_its_twin(tmp_path: Path, web: object) -> None:
    rows = [["捐赠人", "金额(元)"], ["王*", 5.5], ["李*", 0.01], ["孙*", 2], ["合计", 7.52]]
    folder = tmp_path / "donations"
    folder.mkdir()
    for name in ("1.xlsx", "2.xlsx"):
        book = Workbook()
        page = book.active
        assert page is not None
        page.append([f"名单 {name}"])
        for row in (
            rows
            if name == "1.xlsx"
            else [rows[0], ["王*", 5.5], ["李*", 0.01], ["孙*", 2], ["赵*", 1], ["合计", 8.51]]
        ):
            page.append(row)
        book.save(folder / name)
    told: list[str] = []
    report = Report(told.append)
    lists.check_lists(folder, shipped(), report, today=TODAY)
    text = "\n".join(told)
    assert not report.wrong
    assert "the list's own total in line 6 is 7.52: 0.01 more than its lines" in text
    assert "1 lines taken, 3 known from another list, 0 left out" in text
    assert "equal to the list's own total in line 7" in text


def test_a_roster_is_told_with_each_refusal(tmp_path: Path, web: object) -> None:
    assert CASH.name in {one.name for one in registers.known()}
    lines = (
        "企业名称,统一社会信用代码,联系电话",
        "甲公司,91610323yyy500016n,",
        "乙公司,320100000032302,",
        "丙公司,91610323YYY500016M,",
    )
    folder = tmp_path / "orgs"
    folder.mkdir()
    (folder / "firms.csv").write_text("\n".join(lines), encoding="utf-8")
    told: list[str] = []
    report = Report(told.append)
    rosters.check_rosters(folder, shipped(), report, today=TODAY)
    text = "\n".join(told)
    assert not report.wrong
    assert "put in capitals 1" in text and "old numbers told apart 1" in text
    assert "row 3: USCC_LENGTH 320100000032302" in text and "row 4: USCC_CHECK_DIGIT" in text


def test_fen_are_shown_as_yuan() -> None:
    assert [yuan(fen) for fen in (0, 1, -1, 123456789)] == ["0.00", "0.01", "-0.01", "1,234,567.89"]
