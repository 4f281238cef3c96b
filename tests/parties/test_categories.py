"""What the words of ledgers mean."""

import pytest

from app.parties.categories import kind_of
from app.parties.household_kinds import CategoryKind


@pytest.mark.parametrize(
    "word, kind",
    [
        ("农村低保", CategoryKind.MINIMUM_LIVING),
        ("最低生活保障边缘家庭", CategoryKind.EDGE),
        ("城市特困人员（分散供养）", CategoryKind.DESTITUTE),
        ("支出型困难家庭", CategoryKind.EXPENSES),
        ("刚性支出困难家庭", CategoryKind.EXPENSES),
        ("基本生活暂时出现严重困难人员", CategoryKind.SUDDEN),
        ("防返贫监测对象（低保）", CategoryKind.MONITORED),
        ("潜在救助对象", CategoryKind.POTENTIAL),
        ("本市关爱家庭", CategoryKind.LOCAL),
    ],
)
def test_a_word_means_a_category(word: str, kind: CategoryKind) -> None:
    assert kind_of(word) is kind
