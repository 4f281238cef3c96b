"""A formula is nobody's figure and is refused; in a remark it is a text that somebody wrote."""

import io
from datetime import date

import xlsxwriter

from app.imports import judging, registers
from app.imports.cells import Table
from app.imports.kinds import Note, Reason
from app.imports.reading import read_book
from app.imports.recognition import recognise
from app.imports.registers import Row
from app.imports.vocabulary import shipped
from app.imports.world import World
from projects.contributions.register import CONTRIBUTIONS

HEADINGS = (
    "流水号",
    "日期",
    "贡献方名称",
    "证件号码",
    "贡献类型",
    "项目编号",
    "事项",
    "数量",
    "单位",
    "金额（元）",
    "备注",
)
LINE = ("GX1", "2026-05-01", "王志愿", "", "资金捐赠", "P0001", "资金", "", "", "100", "")


def book_with(column: str, formula: str) -> Table:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADINGS)
        sheet.write_row(1, 0, LINE)
        sheet.write_formula(1, HEADINGS.index(column), formula, None, "")
    return read_book(target.getvalue(), "台账.xlsx").tables[0]


def row_of(table: Table) -> Row:
    registers.register(CONTRIBUTIONS)
    vocabulary = shipped()
    layout = recognise(table, (CONTRIBUTIONS,), vocabulary)
    assert layout is not None
    world = World(today=date(2026, 11, 21), city="610300000000", vocabulary=vocabulary)
    lines = judging.read_table(table, layout, CONTRIBUTIONS, world, file="台账.xlsx")
    return next(line.row for line in lines if line.row is not None)


def test_a_formula_in_a_remark_is_kept_as_the_text_that_was_typed() -> None:
    reading = row_of(book_with("备注", "=1+1")).readings["remark"]
    assert reading.value == "=1+1"
    assert Note.FORMULA_TEXT in reading.notes
    assert reading.fault is None
    link = row_of(book_with("备注", '=HYPERLINK("http://a.example/?a=1&b=2","点我")')).readings["remark"]
    assert link.value == '=HYPERLINK("http://a.example/?a=1&b=2","点我")'


def test_a_formula_in_a_figure_is_refused() -> None:
    fault = row_of(book_with("金额（元）", "=SUM(A1:A9)")).readings["amount"].fault
    assert fault is not None
    assert fault.reason is Reason.FORMULA_CELL
