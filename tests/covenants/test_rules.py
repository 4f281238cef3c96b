"""What a village's list may say, when an assembly could decide, and what a record counts."""

from datetime import date

import pytest

from app.errors import InvalidInput
from points.covenants import rules
from points.covenants.kinds import Assembly
from points.covenants.rules import Item, Meeting


@pytest.mark.parametrize(
    ("line", "item"),
    [
        ("参加义务劳动 +2 次 每次半天以上", Item("参加义务劳动", 200, "次", "每次半天以上")),
        ("庭院整洁评比 +5", Item("庭院整洁评比", 500, "次")),
        ("乱倒垃圾 -2 分/次", Item("乱倒垃圾", -200, "次")),
        ("乱停乱放\t−1.5\t次\t占道", Item("乱停乱放", -150, "次", "占道")),
        ("五好家庭 +20 分 年 村民评议", Item("五好家庭", 2000, "年", "村民评议")),
        ("孝老爱亲 + 3分", Item("孝老爱亲", 300, "次")),
    ],
)
def test_a_line_is_read_as_people_write_it(line: str, item: Item) -> None:
    assert rules.read_list(line) == (item,)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "至少要有一项"),
        ("扫雪", "第 1 行"),
        ("扫雪 +1\n扫雪 +2", "第 2 行：“扫雪”写了两次"),
        ("扫雪 +0", "不能为零"),
        ("扫雪 +1001", "不能超过"),
        ("乱倒垃圾罚款 -5", "“罚款”"),
        ("不赡养老人 -10 次 取消低保资格", "“取消低保”"),
        ("拖欠卫生费 -2 次 停发分红", "停发分红"),
        ("滥办酒席 -5 次 不予开具证明", "不予开具证明"),
        ("\n".join(f"事项{number} +1" for number in range(41)), "最多 40 项"),
    ],
)
def test_a_list_that_is_no_list_or_not_lawful_is_refused(text: str, why: str) -> None:
    with pytest.raises(InvalidInput, match=why) as refused:
        rules.read_list(text)
    assert refused.value.field == "list"


def test_what_harms_nobody_is_lawful() -> None:
    assert rules.read_list("主动参加合作医疗 +2\n帮助低保户干农活 +3\n陪老人看病 +2")


@pytest.mark.parametrize(
    ("meeting", "decides"),
    [
        ((Assembly.ADULTS, 100, 51, 26), True),
        ((Assembly.ADULTS, 100, 50, 50), False),
        ((Assembly.ADULTS, 100, 60, 30), False),
        ((Assembly.HOUSEHOLDS, 90, 60, 31), True),
        ((Assembly.HOUSEHOLDS, 90, 59, 59), False),
        ((Assembly.REPRESENTATIVES, 30, 20, 11), True),
        ((Assembly.REPRESENTATIVES, 30, 31, 20), False),
        ((Assembly.REPRESENTATIVES, 0, 0, 0), False),
    ],
)
def test_an_assembly_needs_its_quorum_and_majority(
    meeting: tuple[Assembly, int, int, int], decides: bool
) -> None:
    assembly, *people = meeting
    held = Meeting(assembly, date(2026, 10, 8), *people)
    if decides:
        rules.ensure_decided(held)
    else:
        with pytest.raises(InvalidInput):
            rules.ensure_decided(held)


def test_a_deduction_takes_what_is_there_and_says_so() -> None:
    assert rules.count("乱倒垃圾", -200, "次", 3, 1000).points == -600
    short = rules.count("乱倒垃圾", -200, "次", 3, 400)
    assert short.points == -400
    assert short.wording == "乱倒垃圾 −2 分/次 × 3 次 = −6 分；现有 4 分，扣 4 分，不足的 2 分不欠"
    assert rules.count("乱倒垃圾", -200, "次", 1, -300).points == 0
    assert rules.count("义务劳动", 150, "次", 2, 0).wording == "义务劳动 +1.5 分/次 × 2 次 = +3 分"


def test_periods() -> None:
    assert rules.quarter_of(date(2026, 12, 31)) == "2026-Q4"
    assert rules.span_of("2026-Q4") == (date(2026, 10, 1), date(2027, 1, 1))
    assert rules.span_of("2026") == (date(2026, 1, 1), date(2027, 1, 1))
    assert [rules.span_of(one) for one in ("2026-Q5", "2026-11", "x", "²026", "")] == [None] * 5
