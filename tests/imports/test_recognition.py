"""Tables are told apart by their headings alone, and every line is what it is."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports.cells import Merge, Table
from app.imports.kinds import RowKind
from app.imports.recognition import kind_of_row, recognise
from app.imports.registers import Field, Register
from app.imports.values import text
from app.imports.vocabulary import shipped
from app.permissions import Permission

WORDS = shipped()


def register(name: str, required: str, others: str = "") -> Register:
    fields = [Field(one, one, text(), required=True) for one in required.split()]
    fields += [Field(one, one, text()) for one in others.split()]
    return Register(
        name,
        name,
        1,
        tuple(fields),
        decide=None,  # type: ignore[arg-type]
        prefetch=None,  # type: ignore[arg-type]
        admit=None,  # type: ignore[arg-type]
        undo=None,  # type: ignore[arg-type]
        permission=Permission.ENTER_PARTIES,
    )


ORGANISATION = "type certificate_number representative established valid_to grade"
NEED = "organisation_name county town type unit start end certificate urgency"
GIFT = "quantity unit amount amount_unit remark"
REGISTERS = (
    register("organisations", "name uscc county", ORGANISATION),
    register("social_workers", "name id_number", "sex phone county town village level certificate_number issued"),
    register("volunteers", "name id_number", "sex phone county town village certificates services consent registered"),
    register("enterprises", "name uscc", "county phone"),
    register("households", "county town household head id_number", "members income income_unit begin monthly remark"),
    register("needs", "serial name organisation item quantity", NEED),
    register("contributions", "serial date party_name party type project item", GIFT),
    register("offers", "serial party_name party item quantity", "unit areas start end certificates"),
    register("tips", "serial household act", "id_number capacity notice_served decided amount recovered"),
    register("cash_gifts", "giver_name amount", "serial date remark"),
    register("goods_gifts", "item quantity", "giver_name receiver unit specification remark"),
)  # fmt: skip


def table(*rows: list[Any], sheet: str = "Sheet1", merges: tuple[Merge, ...] = ()) -> Table:
    return Table(sheet, [list(row) for row in rows], merges)


def kinds(given: Table) -> str:
    layout = recognise(given, REGISTERS, WORDS)
    assert layout is not None
    return " ".join(
        kind_of_row(number, cells, layout, WORDS).value for number, cells in enumerate(given.rows, start=1)
    )


GIVER_NUMBER = "贡献方证件号码（统一社会信用代码/身份证号）"
PEOPLE = ["序号", "姓名", "身份证号码", "性别", "联系电话", "区县", "镇（街道）"]


@pytest.mark.parametrize(
    ("name", "headings"),
    [
        ("volunteers", [*PEOPLE, "服务意向", "是否同意公示", "注册日期"]),
        ("volunteers", ["志愿者姓名", "证件号码", "手机号", "服务类别", "同意公示", "注册时间"]),
        ("social_workers", [*PEOPLE, "证书级别", "证书编号", "发证日期"]),
        ("enterprises", ["企业名称", "统一社会信用代码", "所属区县", "联系电话"]),
        ("organisations", ["社会组织名称", "统一社会信用代码", "登记证号", "成立登记日期", "评估等级", "所属区县"]),
        ("households", ["区县", "镇（街道）", "家庭编号", "户主姓名", "户主身份证号", "家庭人口（人）", "家庭年收入"]),
        ("needs", ["项目编号", "项目名称", "发起单位", "发起单位统一社会信用代码", "需求事项", "需求数量", "单位"]),
        ("contributions", ["流水号", "日期", "贡献方名称", GIVER_NUMBER, "贡献类型", "项目编号", "事项"]),
        ("offers", ["意向编号", "提供方名称", "证件号码", "事项", "数量", "单位", "可服务区县", "可用起", "可用止"]),
        ("tips", ["线索编号", "家庭编号", "户主身份证号", "行为", "完全民事行为能力", "决定日期"]),
        ("cash_gifts", ["序号", "捐赠日期", "捐赠(单位/姓名)", "捐赠金额（元）", "备注"]),
        ("goods_gifts", ["捐赠单位", "品名", "规格", "计量单位", "数量总计"]),
        ("goods_gifts", ["接收单位", "品名", "规格", "计量单位", "数量"]),
    ],
)  # fmt: skip
def test_registers_are_told_apart(name: str, headings: list[str]) -> None:
    for before in ([], [["某市登记表"]], [["某市登记表"], [], ["填报单位：某局　填报日期：2026年11月20日"]]):
        layout = recognise(table(*before, headings, ["1"] * len(headings)), REGISTERS, WORDS)
        assert layout is not None
        assert (layout.register, layout.header_rows) == (name, (len(before) + 1,))
        assert len(layout.titles) == sum(map(bool, before))
        assert layout.unknown == ()


def test_headings_with_marks_breaks_and_units() -> None:
    headings = [
        "* 户主\n姓名",
        "户主身份证号(必填)",
        "家庭编号*",
        "区 县",
        "镇/街道",
        "家庭年收入(万元)",
        "民族",
    ]
    layout = recognise(table(headings), REGISTERS, WORDS)
    assert layout is not None
    assert layout.columns == {"head": 0, "id_number": 1, "household": 2, "county": 3, "town": 4, "income": 5}
    assert layout.units == {"income": "万元"}
    assert layout.unknown == ((6, "民族"),)


def test_the_unit_may_stand_above_the_table() -> None:
    rows: list[list[Any]] = [
        ["捐款明细"],
        ["", "", "", "单位：万元"],
        ["序号", "捐赠人", "捐赠金额", "备注"],
        [1, "某公司", 3.5, ""],
    ]
    layout = recognise(table(*rows), REGISTERS, WORDS)
    assert layout is not None
    assert layout.units == {"amount": "万元"}


def test_a_header_of_two_lines_with_groups() -> None:
    top = ["序号", "基本情况", None, None, "登记情况", None, "所属区县", "备注"]
    below = [None, "社会组织名称", "统一社会信用代码", "登记证号", "成立登记日期", "证书有效期至", None, None]
    merges = (
        Merge(1, 1, 0, 7),
        Merge(2, 2, 1, 3),
        Merge(2, 2, 4, 5),
        *(Merge(2, 3, c, c) for c in (0, 6, 7)),
    )
    layout = recognise(table(["名册"], [*top], [*below], [1, "协会"], merges=merges), REGISTERS, WORDS)
    assert layout is not None
    assert layout.register == "organisations"
    assert layout.header_rows == (2, 3)
    assert layout.columns["county"] == 6
    assert layout.columns["established"] == 4
    assert layout.first_data_row == 4


def test_a_group_gives_its_name_to_what_stands_below() -> None:
    top = ["家庭编号", "户主", None, "家庭住址", None]
    below = [None, "姓名", "身份证号", "区县", "镇（街道）"]
    layout = recognise(table(top, below, merges=(Merge(1, 1, 1, 2), Merge(1, 1, 3, 4))), REGISTERS, WORDS)
    assert layout is not None
    assert layout.columns == {"household": 0, "head": 1, "id_number": 2, "county": 3, "town": 4}


def test_what_is_no_register_is_none() -> None:
    nothing: tuple[list[list[Any]], ...] = (
        [],
        [[]],
        [["会议通知"], ["请各单位于本周五前报送。"]],
        [["姓名"], ["张三"]],
        [["时间", "地点", "主持人", "议题", "单位"], ["9:00", "三楼", "李四", "总结", "局"]],
        [[1, 2, 3], [4, 5, 6]],
    )
    for rows in nothing:
        assert recognise(table(*rows), REGISTERS, WORDS) is None


def test_every_line_is_what_it_is() -> None:
    person = ["610399199206303457", "男", "14264439338", "渭滨区", "马营镇"]
    given = table(
        ["渭滨区注册志愿者名册"],
        PEOPLE,
        ["1", "于国", *person],
        ["2", "小计", *person],
        ["3", "", *person],
        [],
        [None, " ", "\u3000", "", None, None, None],
        PEOPLE,
        ["4"],
        ["5", "张三", "", "男", "14264439338", "渭滨区", "马营镇"],
        ["", "小　计", "", "", "5人", "", ""],
        ["合计", "", "5人", "", "", "", ""],
        ["", "渭滨区小计", "", "2人", "3人", "4人", "5人"],
        ["合计：5人"],
        ["", "", "", "", "", "总计", 5.0],
        ["填表人：　　　审核人：　　　单位负责人："],
        ["填表人", "张三", "", "审核人", "李四", "", ""],
        ["注：1.本表一式两份。"],
        ["", "", "", "", "", "", "2026年11月20日制表，宝鸡市民政局（盖章）"],
        sheet="志愿者",
    )
    assert kinds(given).split() == [
        "title", "header", "data", "data", "data", "blank", "blank", "header", "blank", "data",
        "footer", "footer", "footer", "footer", "footer", "footer", "footer", "footer", "footer",
    ]  # fmt: skip


def test_an_organisation_that_is_called_like_a_total_is_data() -> None:
    head = ["企业名称", "统一社会信用代码", "所属区县", "联系电话"]
    rows: list[list[Any]] = [
        ["合计商贸有限公司", "91610302YYY500008E", "渭滨区", ""],
        ["总计（宝鸡）有限公司", "", "渭滨区", "0917-0727970"],
        ["合计商贸有限公司", "", "", ""],
        ["共青团渭滨区委", "", "渭滨区", ""],
        ["合计", "91610302YYY500008E", "", ""],
        ["合计", "", "", "2家"],
        ["共2家", "", "", ""],
        ["合计（家）：2", "", "", ""],
    ]
    assert kinds(table(head, *rows)) == "header data data data data data footer footer footer"


def test_totals_of_gifts_are_no_gifts() -> None:
    head = ["序号", "捐赠日期", "捐赠人", "捐赠金额（元）", "备注"]
    rows: list[list[Any]] = [
        [1.0, "2020.01.23", "某公司", 300.0, ""],
        [2.0, "2020.01.24", "王*", 20.0, "定向武汉"],
        ["", "", "合计", 320.0, ""],
        ["", "合  计", "", 320.0, ""],
        ["", "", "", 320.0, "总计"],
        ["累计", "", "", "85,501,100", ""],
    ]
    assert kinds(table(head, *rows)) == "header data data footer footer footer footer"


CELLS = st.one_of(st.none(), st.floats(), st.sampled_from([*PEOPLE, "合计", "填表人："]), st.text(max_size=8))


@given(st.lists(st.lists(CELLS, max_size=9), max_size=9))
def test_no_table_makes_recognition_raise(rows: list[list[Any]]) -> None:
    found = recognise(table(*rows), REGISTERS, WORDS)
    if found is not None:
        for number, cells in enumerate(rows, start=1):
            assert kind_of_row(number, cells, found, WORDS) in RowKind


def test_codes_tell_an_enterprise_from_an_organisation_under_the_same_headings() -> None:
    head = ["名称", "统一社会信用代码", "登记机关", "成立日期", "类型", "区县"]
    for start, name in (("91", "enterprises"), ("51", "organisations"), ("53", "organisations")):
        rows: list[list[Any]] = [["某某", start + "610302YYY500008E", "", "", "", ""] for _ in range(5)]
        layout = recognise(table(head, *rows), REGISTERS, WORDS)
        assert layout is not None
        assert layout.register == name


def test_a_lone_day_and_a_total_beside_a_name_are_no_data() -> None:
    rows: list[list[Any]] = [
        ["某公司", 300.0],
        ["某某618", "总金额61609585.05"],
        [date(2020, 1, 31), ""],
        ["2020年1月31日", ""],
    ]
    assert kinds(table(["捐赠人", "金额"], *rows)) == "header data footer footer footer"


def test_groups_and_units_without_merges_and_a_title_on_every_page() -> None:
    given = table(
        ["社会组织名册"],
        ["序号", "基本情况", "", "", "登记情况", "", "所属区县"],
        ["", "社会组织名称", "统一社会信用代码", "登记证号", "成立登记日期", "证书有效期至", ""],
        ["1", "某协会", "51610302YYY500008E", "1", "2011-09-19", "2027-08-12", "渭滨区"],
        ["社会组织名册"],
        ["序号", "社会组织名称", "统一社会信用代码", "登记证号", "成立登记日期", "证书有效期至", "所属区县"],
        ["2", "某协会", "51610302YYY500008E", "1", "2011-09-19", "2027-08-12", "渭滨区"],
    )
    layout = recognise(given, REGISTERS, WORDS)
    assert layout is not None
    assert layout.columns["county"] == 6
    assert layout.unknown == ()
    assert kinds(given) == "title header header data title header data"
    layout = recognise(
        table(["捐赠日期", "捐赠人", "捐赠金额"], ["", "", "（万元）"], ["2020-01-23", "某公司", 3.5]),
        REGISTERS,
        WORDS,
    )
    assert layout is not None
    assert layout.units == {"amount": "万元"}
    assert layout.header_rows == (1, 2)
