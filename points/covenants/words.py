"""The arithmetic of a record in words, stored and signed with its transfer, and the words no item may use.

Plain Chinese that is data: never translated.
"""

import re

from points.rulesets.words import points_words

TIME = "次"
"""What is counted where a list names nothing else."""
LINE = re.compile(
    r"(?P<name>.+?)[\s,，:：]*(?P<sign>[+＋\-−－])\s*(?P<figure>[0-9]{1,6}(\.[0-9]{1,2})?)"
    r"\s*(分\s*[/每]?)?([\s,，/每]*(?P<unit>(?!分)[^\s\d,，]{1,10}))?([\s,，]+(?P<note>.+))?"
)
"""A line of a list as people write it: name, signed figure, unit, note."""
_MONEY = re.compile(r"罚款|罚金|罚钱|扣钱|扣款|扣工资|交钱|赔钱|押金|保证金|违约金|滞纳金|收费|没收")
_RIGHTS = re.compile(
    r"(取消|停发|停办|扣发|扣减|扣除|减发|缓发|不发|不给|不予|不得|停止|暂停|限制|剥夺|收回|降低).{0,12}"
    r"(低保|特困|五保|救助|救济|临时救助|补贴|补助|养老|医保|医疗|社保|抚恤|优抚|分红|待遇|福利|宅基地|承包|土地|"
    r"入学|上学|参军|入伍|入党|选举|证明|盖章|用水|用电|水电)"
    r"|断水|断电"
)


def signed_words(centipoints: int) -> str:
    """Return points with their sign: +2, −1.5."""
    return f"{'−' if centipoints < 0 else '+'}{points_words(abs(centipoints))}"


def record_words(name: str, points: int, unit: str, quantity: int, counted: int) -> str:
    """Return the arithmetic of a record: "乱倒垃圾 −2 分/次 × 3 次 = −6 分；现有 4 分，扣 4 分，不足的 2 分不欠"."""
    claimed = points * quantity
    text = f"{name} {signed_words(points)} 分/{unit} × {quantity:,} {unit} = {signed_words(claimed)} 分"
    if counted == claimed:
        return text
    had = points_words(-counted)
    return f"{text}；现有 {had} 分，扣 {had} 分，不足的 {points_words(counted - claimed)} 分不欠"


def takes_money(text: str) -> str | None:
    """Return the word by which an item fines somebody or takes money, or None."""
    found = _MONEY.search(text)
    return found[0] if found else None


def takes_rights(text: str) -> str | None:
    """Return the words by which an item cuts what the law grants, or None."""
    found = _RIGHTS.search(text)
    return found[0] if found else None
