"""Cells of every form that spreadsheets hold are read alike, and no cell makes a reader raise."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.figures import money_in_words
from app.imports import values
from app.imports.faults import Found
from app.imports.kinds import Note, Reason
from app.imports.registers import BLANK, Binding, Reader, Reading, Row
from app.imports.vocabulary import shipped
from app.imports.world import World
from tests.imports.plain import speaking  # noqa: F401

WORLD = World(today=date(2026, 11, 21), city="610300000000", vocabulary=shipped())
N, R = Note, Reason
PERSON, COMPANY = "610399198005307107", "91610302YYY500008E"


def read(reader: Reader, cell: Any) -> Reading:
    return reader(Binding("field", None, WORLD))(cell)


def told(reader: Reader, cell: Any) -> tuple[Any, ...]:
    """Return value and notes, or the reason of the fault."""
    reading = read(reader, cell)
    return (reading.fault.reason,) if reading.fault else (reading.value, *reading.notes)


def row_of(units: dict[str, str] | None = None, **cells: tuple[Reader, Any]) -> Row:
    readings = {name: read(reader, cell) for name, (reader, cell) in cells.items()}
    return Row("f", "s", 1, readings, units or {})


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-04-03", (date(2026, 4, 3),)),
        ("2026-4-3", (date(2026, 4, 3),)),
        ("2026年4月3日", (date(2026, 4, 3), N.DATE_CN)),
        ("20260403", (date(2026, 4, 3), N.DATE_COMPACT)),
        (20260403.0, (date(2026, 4, 3), N.DATE_COMPACT)),
        ("46115", (date(2026, 4, 3), N.DATE_SERIAL)),
        (46115.0, (date(2026, 4, 3), N.DATE_SERIAL)),
        (46115.75, (date(2026, 4, 3), N.DATE_SERIAL)),
        ("2026/4/3", (date(2026, 4, 3), N.DATE_SLASH)),
        ("2026.04.03", (date(2026, 4, 3), N.DATE_DOT)),
        ("２０２６－０４－０３", (date(2026, 4, 3), N.DATE_FULLWIDTH)),
        (" 2026-04-03\u3000", (date(2026, 4, 3), N.SPACES)),
        ("2026-04-03 00:00:00", (date(2026, 4, 3),)),
        ("2026-4-3 00:00:00", (date(2026, 4, 3),)),
        ("2026/4/3 0:00", (date(2026, 4, 3), N.DATE_SLASH)),
        ("2026年4月3日 08时30分", (date(2026, 4, 3), N.DATE_CN)),
        ("2026-04-03T12:33:11.5Z", (date(2026, 4, 3),)),
        ("20260403 12:33", (date(2026, 4, 3), N.DATE_COMPACT)),
        ("2026-04 03:00", (R.DATE_INVALID,)),
        (date(2026, 4, 3), (date(2026, 4, 3),)),
        (datetime(2026, 4, 3, 0, 0), (date(2026, 4, 3),)),  # noqa: DTZ001
        (None, (None,)),
        ("\u200b ", (None,)),
        ("暂无", (None,)),
        ("nan", (None,)),
        ("2026-02-30", (R.DATE_INVALID,)),
        ("2026-13-01", (R.DATE_INVALID,)),
        ("2026年13月16日", (R.DATE_INVALID,)),
        ("2026年4月", (R.DATE_INVALID,)),
        ("202604", (R.DATE_INVALID,)),
        ("20261301", (R.DATE_INVALID,)),
        ("12/31/2025", (R.DATE_INVALID,)),
        ("29999", (R.DATE_INVALID,)),
        ("1026-04-03", (R.DATE_INVALID,)),
        (True, (R.DATE_INVALID,)),
        (time(8, 30), (R.DATE_INVALID,)),
        ("长期", (R.DATE_INVALID,)),
        ("4月3日", (R.DATE_NO_YEAR,)),
        ("4/3", (R.DATE_NO_YEAR,)),
        ("04-03", (R.DATE_NO_YEAR,)),
        ("26.4.3", (R.DATE_AMBIGUOUS,)),
        ("26年4月3日", (R.DATE_AMBIGUOUS,)),
        ("260403", (R.DATE_AMBIGUOUS,)),
    ],
)
def test_days(speaking: Flask, cell: Any, expected: tuple[Any, ...]) -> None:  # noqa: F811
    assert told(values.day, cell) == expected


def test_a_day_that_has_not_come(speaking: Flask) -> None:  # noqa: F811
    assert told(values.day_past, "2026-11-21") == (date(2026, 11, 21),)
    assert told(values.day_past, "2026-11-22") == (R.DATE_FUTURE,)
    assert told(values.day, "2026-11-22") == (date(2026, 11, 22),)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (PERSON, (PERSON,)),
        ("61039919961028063x", ("61039919961028063X", N.LOWERCASE)),
        ("６１０３９９１９８００５３０７１０７", (PERSON, N.FULLWIDTH)),
        ("610399 19800530 7107\u200b", (PERSON, N.SPACES)),
        ("'" + PERSON, (PERSON,)),
        ("610399720810350", ("610399197208103507", N.ID15)),
        (610399720810350.0, ("610399197208103507", N.ID15)),
        ("", (None,)),
        ("6.10399E+17", (R.ID_SCIENTIFIC,)),
        (6.10399198005307e17, (R.ID_SCIENTIFIC,)),
        (610399198005307107, (R.ID_SCIENTIFIC,)),
        (float("nan"), (R.ID_SCIENTIFIC,)),
        ("61039919800530710", (R.ID_LENGTH,)),
        ("6103991980O5307107", (R.ID_LENGTH,)),
        ("610399198013307107", (R.ID_BIRTHDATE,)),
        ("610399203005307107", (R.ID_BIRTHDATE,)),
        ("610399198005307108", (R.ID_CHECK_DIGIT,)),
    ],
)
def test_resident_ids(speaking: Flask, cell: Any, expected: tuple[Any, ...]) -> None:  # noqa: F811
    found = told(values.resident_id, cell)
    assert found == expected or (expected[-1] is N.ID15 and found[1:] == expected[1:] and len(found[0]) == 18)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (COMPANY.lower(), (COMPANY, N.LOWERCASE)),
        ("916103 02YYY500 008E", (COMPANY, N.SPACES)),
        ("91610302YYY500008", (R.USCC_LENGTH,)),
        ("320100000032302", (R.USCC_LENGTH,)),
        ("91610302YYO500008E", (R.USCC_CHARSET,)),
        ("91610302YYY500008F", (R.USCC_CHECK_DIGIT,)),
        (9.16e17, (R.USCC_LENGTH,)),
    ],
)
def test_credit_codes(speaking: Flask, cell: Any, expected: tuple[Any, ...]) -> None:  # noqa: F811
    assert told(values.uscc, cell) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (PERSON, ((PERSON, False),)),
        (COMPANY, ((COMPANY, True),)),
        ("9.16E+17", (R.ID_SCIENTIFIC,)),
        ("61039919831005454", (R.ID_LENGTH,)),
        ("61039919920314645X1", (R.ID_LENGTH,)),
        ("610399198013307107", (R.ID_BIRTHDATE,)),
        ("51610300YYY0000", (R.USCC_LENGTH,)),
        ("1310000710925", (R.USCC_LENGTH,)),
        ("911100007109250324", (("911100007109250324", True),)),
        ("52610300YYO000580H", (R.USCC_CHARSET,)),
        ("—", (R.USCC_LENGTH,)),
    ],
)
def test_whose_number_it_is(speaking: Flask, cell: Any, expected: tuple[Any, ...]) -> None:  # noqa: F811
    assert told(values.party_number, cell) == expected


@pytest.mark.parametrize(
    ("cell", "number", "unit", "notes"),
    [
        ("1234.50", "1234.50", None, ()),
        (0.392, "0.392", None, ()),
        (0.1 + 0.2, "0.3", None, ()),
        ("1,234.5", "1234.5", None, (N.THOUSANDS,)),
        ("1，234", "1234", None, (N.FULLWIDTH, N.THOUSANDS)),
        ("¥1,234.50", "1234.50", None, (N.CURRENCY_SIGN, N.THOUSANDS)),
        ("￥ 300", "300", None, (N.SPACES, N.CURRENCY_SIGN)),
        ("人民币300元", "300", "元", ()),
        ("0.135万元", "0.135", "万元", ()),
        ("１０８０００．００", "108000.00", None, (N.FULLWIDTH,)),
        ("-5", "-5", None, ()),
        ("(500)", "-500", None, ()),
        ("－9490", "-9490", None, (N.FULLWIDTH,)),
        ("伍仟元整", "5000", "元", (N.AMOUNT_CAPITAL,)),
        ("壹万贰仟叁佰元伍角", "12300.5", "元", (N.AMOUNT_CAPITAL,)),
        ("叁拾万零伍元零柒分", "300005.07", "元", (N.AMOUNT_CAPITAL,)),
        ("拾元整", "10", "元", (N.AMOUNT_CAPITAL,)),
        ("五千元", "5000", "元", (N.AMOUNT_CAPITAL,)),
        ("198件", "198", "件", ()),
        ("36盒（50只）", "36", "盒(50只)", (N.FULLWIDTH,)),
        ("2小时", "2", "小时", (N.HOURS_TEXT,)),
        ("2.5h", "2.5", "小时", (N.HOURS_TEXT,)),
        ("2小时30分", "150", "分钟", (N.HOURS_TEXT,)),
        ("2个半小时", "150", "分钟", (N.HOURS_TEXT,)),
        ("半小时", "30", "分钟", (N.HOURS_TEXT,)),
        ("2:30", "150", "分钟", (N.HOURS_TEXT,)),
        (time(2, 30), "150", "分钟", (N.HOURS_TEXT,)),
        (timedelta(hours=26), "1560", "分钟", (N.HOURS_TEXT,)),
        ("150分钟", "150", "分钟", (N.MINUTES_TEXT,)),
    ],
)
def test_figures(speaking: Flask, cell: Any, number: str, unit: str | None, notes: tuple[Note, ...]) -> None:  # noqa: F811
    reading = read(values.figure, cell)
    assert reading.fault is None
    assert reading.value[:2] == (Decimal(number), unit)
    assert set(reading.notes) == set(notes)


@pytest.mark.parametrize(
    "cell",
    ["1.2.3", "约五百", "若干", "待核", "###", "1e309", "1E+05", "nan", "inf", "一批", "五百", "12,34", "--5",
     "5-6", "50%",
     "9" * 40, "壹佰佰元", "元", "￥", True, float("inf"), float("nan"), 1e300, 10**400, date(2026, 2, 3)],
)  # fmt: skip
def test_what_is_no_number(speaking: Flask, cell: Any) -> None:  # noqa: F811
    assert told(values.figure, cell) == (R.AMOUNT_NOT_A_NUMBER,)


@pytest.mark.parametrize(
    ("amount", "unit", "heading", "fen", "notes"),
    [
        ("1000", None, None, 100_000, ()),
        ("1000", None, "元", 100_000, ()),
        ("0.13", None, "万元", 130_000, (N.UNIT_FROM_HEADER, N.UNIT_WAN)),
        ("0.13", "万元", "元", 130_000, (N.UNIT_WAN,)),
        ("950", "元", "万元", 95_000, ()),
        ("950.00元", None, "万元", 95_000, (N.UNIT_IN_CELL,)),
        ("0.135万元", "元", "元", 135_000, (N.UNIT_IN_CELL, N.UNIT_WAN)),
        ("壹佰元整", None, "万元", 10_000, (N.AMOUNT_CAPITAL,)),
        (0.020739, None, "万元", 20_739, (N.UNIT_FROM_HEADER, N.UNIT_WAN)),
        ("1.2亿元", None, None, 12_000_000_000, (N.UNIT_IN_CELL, N.UNIT_WAN)),
        (None, "元", None, None, ()),
    ],
)
def test_money_of_a_row(
    speaking: Flask,  # noqa: F811
    amount: Any,
    unit: str | None,
    heading: str | None,
    fen: int | None,
    notes: tuple[Note, ...],
) -> None:
    row = row_of(
        {"amount": heading} if heading else None, amount=(values.figure, amount), unit=(values.label(), unit)
    )
    assert values.fen_of(row, "amount", "unit") == fen
    assert row.notes == notes


@pytest.mark.parametrize(
    ("amount", "unit", "reason"),
    [
        ("0", None, R.AMOUNT_NOT_POSITIVE),
        ("-5", None, R.AMOUNT_NOT_POSITIVE),
        ("5", "美元", R.UNIT_UNKNOWN),
        ("5美元", None, R.UNIT_UNKNOWN),
        ("500左右", None, R.AMOUNT_NOT_A_NUMBER),
        ("0.001", None, R.AMOUNT_NOT_A_NUMBER),
        ("99999999999999", "万元", R.AMOUNT_NOT_A_NUMBER),
        ("约五百", None, R.AMOUNT_NOT_A_NUMBER),
    ],
)
def test_money_that_is_refused(speaking: Flask, amount: str, unit: str | None, reason: Reason) -> None:  # noqa: F811
    row = row_of(amount=(values.figure, amount), unit=(values.label(), unit))
    with pytest.raises(Found) as found:
        values.fen_of(row, "amount", "unit")
    assert found.value.fault.reason is reason
    assert str(found.value.fault.sentence)


@pytest.mark.parametrize(
    ("cell", "unit", "minutes"),
    [
        ("2.5", "小时", 150),
        ("2.5", None, 150),
        ("150", "分钟", 150),
        ("150分钟", "小时", 150),
        ("2小时30分", "小时", 150),
    ],
)
def test_time_of_a_row(speaking: Flask, cell: str, unit: str | None, minutes: int) -> None:  # noqa: F811
    row = row_of(quantity=(values.figure, cell), unit=(values.label(), unit))
    assert values.minutes_of(row, "quantity", "unit") == minutes


def test_time_that_is_no_whole_minute_or_no_time(speaking: Flask) -> None:  # noqa: F811
    for cell, unit, reason in (("0.33", "小时", R.AMOUNT_NOT_A_NUMBER), ("3", "公斤", R.UNIT_UNKNOWN)):
        with pytest.raises(Found) as found:
            values.minutes_of(
                row_of(quantity=(values.figure, cell), unit=(values.label(), unit)), "quantity", "unit"
            )
        assert found.value.fault.reason is reason


def test_quantities_of_a_row(speaking: Flask) -> None:  # noqa: F811
    row = row_of(quantity=(values.figure, "198件"), unit=(values.label(), "箱"))
    assert values.number_of(row, "quantity", "unit") == (Decimal(198), "件")
    assert row.notes == (N.UNIT_IN_CELL,)
    row = row_of({"quantity": "件"}, quantity=(values.figure, 3.0), unit=(values.label(), None))
    assert values.number_of(row, "quantity", "unit") == (Decimal(3), "件")
    assert row.notes == (N.UNIT_FROM_HEADER,)


@pytest.mark.parametrize(
    ("reader", "cell", "expected"),
    [
        (values.label(), "朱 翔宝", ("朱翔宝", N.SPACES)),
        (values.label(), "Zhang  San", ("Zhang San", N.SPACES)),
        (values.label(), "Zhang San", ("Zhang San",)),
        (values.label(), " gx2026 0001", ("GX20260001", N.LOWERCASE, N.SPACES)),
        (values.label(), 12.0, ("12",)),
        (values.label(), "\u202e张三\u202c", ("张三", N.SPACES)),
        (values.text(), "  好的\n再说 ", ("好的 再说", N.SPACES)),
        (values.text(), "@SUM(A1:A9)", ("@SUM(A1:A9)", N.FORMULA_TEXT)),
        (values.text(), "+cmd|' /C calc'!A0", ("+cmd|' /C calc'!A0", N.FORMULA_TEXT)),
        (values.text(), "第３批", ("第3批", N.FULLWIDTH)),
        (values.text(), "甲\x00乙", (R.TEXT_INVALID,)),
        (values.text(), "\ud800", (R.TEXT_INVALID,)),
        (values.text(10), "长" * 11, (R.TEXT_INVALID,)),
        (values.text(), "字" * 10_000_000, (R.TEXT_INVALID,)),
        (values.text(), "\u3000\xa0", (None,)),
        (values.phone(), "１４２６４４３９３３８", ("14264439338", N.FULLWIDTH)),
        (values.phone(), 14240291728.0, ("14240291728",)),
        (values.phone(), "0917-0761544", ("0917-0761544",)),
        (values.phone(strict=True), "12", (R.PHONE_INVALID,)),
        (values.whole, "3人", (3,)),
        (values.whole, "3.5", (R.AMOUNT_NOT_A_NUMBER,)),
        (values.yes_no, "是", (True,)),
        (values.yes_no, "×", (False,)),
        (values.yes_no, 1.0, (True,)),
        (values.yes_no, "", (None,)),
        (values.yes_no, "也许", (R.CHOICE_UNKNOWN,)),
        (values.choice("contribution_kind", R.TYPE_UNKNOWN), "服务", (R.TYPE_UNKNOWN,)),
        (values.choice("contribution_kind", R.TYPE_UNKNOWN), "志愿 服务", ("志愿服务", N.SPACES)),
        (values.choice("grading_level"), "ＡＡＡＡ", ("4A", N.FULLWIDTH)),
        (values.choice("grading_level"), "未评估", (None,)),
        (
            values.choices("certificate"),
            "护理员证、律师证；社工证",
            (("护理员证", "律师证", "社会工作者证"),),
        ),
        (values.choices("certificate"), "无", ((),)),
        (values.choices("certificate"), "驾驶证", (R.CHOICE_UNKNOWN,)),
    ],
)
def test_texts_and_choices(speaking: Flask, reader: Reader, cell: Any, expected: tuple[Any, ...]) -> None:  # noqa: F811
    found = told(reader, cell)
    assert found[0] == expected[0]
    assert set(found[1:]) == set(expected[1:])


READERS: list[Reader] = [
    values.text(), values.label(), values.resident_id, values.uscc, values.party_number, values.phone(),
    values.phone(strict=True), values.day, values.day_past, values.figure, values.whole, values.yes_no,
    values.choice("sex"), values.choices("certificate"),
]  # fmt: skip
ODD = st.sampled_from(
    list("0123456789.,，-+年月日时分元万圆整壹佰¥￥()（）EXx \u3000\xa0\u200b\ud800\x00①²٣")
)
CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.dates(), st.datetimes(), st.times(), st.timedeltas(),
    st.text(st.characters(), max_size=40), st.text(ODD, max_size=25),
)  # fmt: skip


@given(CELLS)
def test_no_cell_makes_a_reader_raise(speaking: Flask, cell: Any) -> None:  # noqa: F811
    for reader in READERS:
        reading = read(reader, cell)
        if reading.fault is not None:
            sentence = str(reading.fault.sentence)
            assert reading.value is None
            assert sentence
            assert "\x00" not in sentence
            sentence.encode()  # may be kept and sent


def test_a_huge_cell_is_refused_at_once(speaking: Flask) -> None:  # noqa: F811
    for sign in ("字", "、", "1", "\u3000", "\u200b1", "(", "9,"):
        for reader in READERS:
            reading = read(reader, sign * 3_000_000)
            assert reading.fault is None or len(str(reading.fault.sentence)) < 300


@given(st.dates(date(1990, 1, 1), date(2060, 1, 1)), st.sampled_from(["", " ", "\u3000", "\u200b", "\xa0"]))
def test_a_day_reads_back_from_every_form(speaking: Flask, day: date, blank: str) -> None:  # noqa: F811
    forms: list[Callable[[date], Any]] = [
        date.isoformat,
        lambda one: f"{one.year}年{one.month}月{one.day}日",
        lambda one: f"{one:%Y%m%d}",
        lambda one: f"{one.year}/{one.month}/{one.day}",
        lambda one: f"{one:%Y.%m.%d}",
        lambda one: one.isoformat().translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)}),
        lambda one: str((one - date(1899, 12, 30)).days),
    ]
    for form in forms:
        assert read(values.day, blank + form(day) + blank).value == day


@given(st.integers(1, 10**12))
def test_a_sum_reads_back_from_every_form(speaking: Flask, fen: int) -> None:  # noqa: F811
    yuan = f"{fen // 100}.{fen % 100:02d}"
    wan = f"{Decimal(fen) / 1_000_000:f}"
    forms = [
        yuan,
        f"{fen // 100:,}.{fen % 100:02d}",
        f"¥{yuan}",
        f"{yuan}元",
        f"{wan}万元",
        money_in_words(fen),
    ]
    for form in forms:
        assert values.fen_of(row_of(amount=(values.figure, form)), "amount") == fen, form


def test_a_blank_is_blank(speaking: Flask) -> None:  # noqa: F811
    for reader in READERS:
        for cell in (None, "", "  ", "\u3000\u200b"):
            assert read(reader, cell) == BLANK
