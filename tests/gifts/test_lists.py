"""Lists of gifts as charities publish them: totals, merged cells, names, lists that come twice."""

import io
from collections import Counter
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import db
from app.audit.models import AuditEvent
from app.errors import Conflict
from app.imports.cells import Merge, Table
from app.imports.judging import Judged, judge_rows, judge_table, read_table
from app.imports.kinds import Decision
from app.imports.sections import sections
from app.imports.vocabulary import shipped
from app.imports.world import World
from app.permissions import SYSTEM
from projects.gifts import gifts
from projects.gifts.models import GiftLine
from projects.gifts.register import CASH, GOODS
from tests.imports import wizard

MONEY: list[list[Any]] = [
    ["", "2026年捐款信息", "", "", ""],
    ["", "", "", "", "单位：元"],
    ["序号", "捐赠日期", "捐赠(单位/姓名）", "捐赠金额（元）", "备注"],
    [1.0, "2026.01.23", "王*", 100.0, ""],
    [2.0, "2026.01.23", "渭水商会转来秦岭协会捐款", 323800.1, "用于购买器材"],
    [3.0, "2026.01.24", "王*", 0.01, ""],
    ["", "", "", "", ""],
    ["", "", "合计", 323900.11, ""],
]


def world(session: Any = None) -> World:
    return World(today=date(2026, 11, 21), city="", vocabulary=shipped(), session=session)


def judge(
    rows: list[list[Any]], *merges: Merge, known: World | None = None, file: str = "a.xlsx"
) -> list[Judged]:
    known = known or world()
    lines = []
    for one in sections(Table("Sheet1", rows, merges), (CASH, GOODS), known.vocabulary):
        register = {CASH.name: CASH, GOODS.name: GOODS}[one.layout.register]
        judged = judge_table(one.table, one.layout, register, known, file=file)
        lines += [line for line in judged if line.number > one.after]
    return lines


def told(lines: list[Judged]) -> list[dict[str, Any]]:
    return [line.verdict.canonical for line in lines if line.verdict.canonical is not None]


def test_a_list_of_money_adds_up_without_its_total() -> None:
    lines = judge(MONEY)
    assert [one["amount_fen"] for one in told(lines)] == [10_000, 32_380_010, 1]
    assert {line.verdict.decision for line in lines} == {Decision.ACCEPT, Decision.SKIP}


def test_who_passed_a_gift_on_and_what_it_is_for_are_kept() -> None:
    second = told(judge(MONEY))[1]
    assert second["giver"] == "渭水商会转来秦岭协会捐款"
    assert (second["forwarded_by"], second["forwarded_for"]) == ("渭水商会", "秦岭协会")
    assert second["earmark"] == "用于购买器材"


def test_a_total_in_the_sums_own_cell_is_not_counted() -> None:
    rows: list[list[Any]] = [
        ["捐赠人", "金额"],
        ["王*", 5.0],
        ["宝鸡渭水食品有限公司\u3000\u3000", 1000.0],
        ["共745笔", "总金额1005.00"],
    ]
    assert [(one["giver"], one["amount_fen"]) for one in told(judge(rows))] == [
        ("王*", 500),
        ("宝鸡渭水食品有限公司", 100_000),
    ]


def test_a_list_under_another_title_is_known_again_and_its_further_lines_are_new() -> None:
    known = world()
    judge(MONEY, known=known)
    longer = [*MONEY[:6], [4.0, "2026.01.25", "李*", 7.0, ""], *MONEY[6:]]
    lines = judge([["截至二月"], *longer], known=known, file="b.xlsx")
    assert [line.verdict.decision for line in lines if line.row is not None] == [
        *[Decision.DUPLICATE] * 3,
        Decision.ACCEPT,
    ]
    first = next(line for line in lines if line.row is not None)
    assert "a.xlsx Sheet1 第 4 行" in str(first.verdict.fault and first.verdict.fault.sentence)


def test_a_merged_name_stands_for_each_line_and_a_merged_quantity_counts_once() -> None:
    rows: list[list[Any]] = [
        ["捐赠单位", "品名", "规格", "数量总计"],
        ["秦岭药业", "口服液", "\u200b", "198件"],
        ["", "口罩", "2000个/箱", "4箱"],
        ["渭水商会", "护目镜", "大号", "6副"],
        ["", "", "小号", ""],
    ]
    lines = judge(rows, Merge(2, 3, 0, 0), Merge(4, 5, 0, 0), Merge(4, 5, 3, 3))
    assert [(one["giver"], one["item"], one["quantity"], one["unit"]) for one in told(lines)] == [
        ("秦岭药业", "口服液", "198", "件"),
        ("秦岭药业", "口罩", "4", "箱"),
        ("渭水商会", "护目镜", "6", "副"),
    ]
    assert told(lines)[2]["specification"] == "大号 小号"


def test_two_tables_in_a_sheet_and_a_receiver_written_over_two_rows() -> None:
    rows: list[list[Any]] = [
        ["发放物资一览表", "", "", "", ""],
        ["接收单位", "品名", "规格", "计量单位", "数量"],
        ["江夏区", "口罩（定向捐赠江夏红十字）", "", "个", 200000.0],
        ["红十字会", "", "", "", ""],
        ["第一医院", "84消毒液", "", "瓶", 600.0],
        ["", "护目镜", "", "个", 36.0],
        ["", "", "", "", ""],
        ["接收捐赠物资一览表", "", "", "", ""],
        ["捐赠单位", "入库物资", "规格型号", "计量单位", "数量总计"],
        ["爱心企业", "防护服", "", "套", 30000.0],
    ]
    lines = judge(rows, *(Merge(3, 4, column, column) for column in range(1, 5)))
    assert [(one.get("receiver"), one.get("giver"), one["quantity"]) for one in told(lines)] == [
        ("江夏区红十字会", None, "200000"),
        ("第一医院", None, "600"),
        ("第一医院", None, "36"),
        (None, "爱心企业", "30000"),
    ]
    assert told(lines)[0]["earmark"] == "定向捐赠江夏红十字"
    assert not [line for line in lines if line.verdict.decision is Decision.REJECT]


def test_a_line_without_a_sum_comes_back() -> None:
    lines = judge([["捐赠人", "金额(元)"], ["王*", 5.0], ["李*", ""], ["赵*", "约五百"]])
    assert [line.verdict.fault.word for line in lines if line.verdict.fault] == [
        "REQUIRED_MISSING:amount",
        "AMOUNT_NOT_A_NUMBER",
    ]


def test_lines_go_in_once_and_out_again(database: db.Database) -> None:
    with db.transaction() as session:
        known = world(session)
        known.city = "610300000000"
        rows = [
            (line.row, line.verdict) for line in judge(MONEY, known=known) if line.verdict.data is not None
        ]
        admitted = gifts.record_many(session, [(a, b) for a, b in rows if a], actor=SYSTEM, scope_of=known)
    things = [one for one in admitted.things if one is not None]
    assert len(things) == 3
    with db.reading() as session:
        assert session.scalar(select(func.sum(GiftLine.amount_fen))) == 32_390_011
        again = judge(MONEY, known=world(session))
        events = session.scalars(select(AuditEvent.verb)).all()
    assert {line.verdict.decision for line in again if line.row is not None} == {Decision.DUPLICATE}
    assert events == ["gift.record_many"]
    with db.transaction() as session:
        gifts.undo_many(session, things, actor=SYSTEM, reason="传错了文件")
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(GiftLine)) == 0
    with pytest.raises(Conflict), db.transaction() as session:
        gifts.undo_many(session, things, actor=SYSTEM, reason="再来一次")


def test_a_list_goes_through_the_wizard_once(web: Flask) -> None:
    client, _actor = wizard.clerk(web)
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("公示")
        for place, line in enumerate(MONEY):
            sheet.write_row(place, 0, line)
    data = target.getvalue()
    address = wizard.upload(client, data, "donate01.xlsx")
    wizard.check(client, address)
    wizard.accept(client, address)
    with db.reading() as session:
        assert session.scalar(select(func.sum(GiftLine.amount_fen))) == 32_390_011
    again = wizard.upload(client, data, "donate02.xlsx")
    page = wizard.check(client, again)
    assert "是同一份名单" in page or "重复" in page
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(GiftLine)) == 3


def test_two_lists_that_begin_alike_are_two() -> None:
    known = world()
    one: list[list[Any]] = [["捐赠人", "金额(元)"], ["王*", 100.0], ["李*", 5.0], ["赵*", 7.0]]
    other: list[list[Any]] = [["捐赠人", "金额(元)"], ["王*", 100.0], ["李*", 6.0], ["赵*", 7.0]]
    assert [line["amount_fen"] for line in told(judge(one, known=known))] == [10_000, 500, 700]
    assert [line["amount_fen"] for line in told(judge(other, known=known, file="b.xlsx"))] == [
        10_000,
        600,
        700,
    ]


LONG: list[list[Any]] = [
    ["捐赠日期", "捐赠(单位/姓名）", "捐赠金额（元）"],
    *[[f"2026.01.{day:02}", name, 100.0 + day] for day, name in enumerate("甲乙丙丁戊己庚辛", start=1)],
    ["2026.01.09", "王*", 50.0],
    ["2026.01.09", "王*", 50.0],  # two gifts that say the same
]


def _record(rows: list[list[Any]], file: str = "a.xlsx") -> list[Judged]:
    """Judge a list as the check does and let in what is accepted; return its lines of data."""
    with db.transaction() as session:
        known = world(session)
        known.city = "610300000000"
        lines = [line for line in _checked(rows, known, file) if line.row is not None]
        pairs = [(line.row, line.verdict) for line in lines if line.verdict.decision is Decision.ACCEPT]
        gifts.record_many(session, [(a, b) for a, b in pairs if a], actor=SYSTEM, scope_of=known)
    return lines


def _checked(rows: list[list[Any]], known: World, file: str) -> list[Judged]:
    lines: list[Judged] = []
    for one in sections(Table("Sheet1", rows), (CASH,), known.vocabulary):
        read = [
            line for line in read_table(one.table, one.layout, CASH, known, file=file) if line.row is not None
        ]
        judge_rows(read, CASH, known)
        lines += read
    return lines


def _count(lines: list[Judged]) -> dict[Decision, int]:
    return dict(Counter(line.verdict.decision for line in lines))


def _sum() -> int:
    with db.reading() as session:
        return session.scalar(select(func.sum(GiftLine.amount_fen))) or 0


@pytest.mark.parametrize("place", [1, 2, 5, 9])
def test_a_list_that_was_mended_does_not_come_twice(database: db.Database, place: int) -> None:
    assert _count(_record(LONG)) == {Decision.ACCEPT: 10}
    before = _sum()
    mended = [list(line) for line in LONG]
    mended[place][2] += 7000
    lines = _record(mended)
    assert _count(lines) == {Decision.DUPLICATE: 9, Decision.REVIEW: 1}
    changed = lines[place - 1].verdict
    assert changed.decision is Decision.REVIEW and changed.data is not None and changed.fault is not None
    assert "以免算两次" in str(changed.fault.sentence)
    assert _sum() == before
    lines = _record([["截至二月", "", ""], *mended], "别的.xlsx")
    assert _count(lines) == {Decision.DUPLICATE: 9, Decision.REVIEW: 1} and _sum() == before


def test_a_list_into_which_a_gift_was_put_gives_that_gift_alone(database: db.Database) -> None:
    _record(LONG)
    before = _sum()
    longer = [*LONG[:4], ["2026.01.03", "癸", 1.0], *LONG[4:], ["2026.01.10", "王*", 50.0]]
    assert _count(_record(longer)) == {Decision.DUPLICATE: 10, Decision.ACCEPT: 2}
    assert _sum() == before + 100 + 5_000
    # Mended once more: what came with either file is known.
    assert _count(_record([longer[0], longer[2], longer[1], *longer[3:]])) == {Decision.DUPLICATE: 12}


def test_a_mended_list_within_a_longer_one_is_looked_at(database: db.Database) -> None:
    _record(LONG)
    before = _sum()
    head = [[f"2026.02.{day:02}", "寅", 5.0] for day in range(1, 21)]
    lines = _record([LONG[0], *head, *LONG[1:]])
    assert _count(lines) == {Decision.ACCEPT: 20, Decision.REVIEW: 10} and _sum() == before + 10_000


def test_other_lists_with_a_gift_that_says_the_same_are_new(database: db.Database) -> None:
    _record(LONG)
    others = [LONG[0], LONG[9], *[["2026.03.01", name, 9.0] for name in "子丑寅卯"]]
    assert _count(_record(others)) == {Decision.ACCEPT: 5}


def test_a_list_of_several_batches_that_was_mended(web: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.imports.plans.ROWS_AT_ONCE", 4)
    client, _actor = wizard.clerk(web)
    _send(client, LONG)
    before = _sum()
    assert before == sum(int(line[2] * 100) for line in LONG[1:])
    mended = [list(line) for line in LONG]
    mended[2][2] += 7000
    _send(client, [*mended, ["2026.01.11", "癸", 3.0]])
    assert _sum() == before  # the changed line waits, and so does the new one; nothing comes twice
    with db.reading() as session:
        names = set(session.scalars(select(GiftLine.file_name)))
        raw = session.connection().exec_driver_sql("SELECT file_name FROM gift_line").scalars().all()
    assert names == {"公示.xlsx"} and all("公示".encode() not in bytes(one) for one in raw)


def _send(client: FlaskClient, rows: list[list[Any]]) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("公示")
        for place, line in enumerate(rows):
            sheet.write_row(place, 0, line)
    address = wizard.upload(client, target.getvalue(), "公示.xlsx")
    wizard.check(client, address)
    wizard.accept(client, address)
