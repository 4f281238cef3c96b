"""What a project must be before it can be judged."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Conflict, InvalidInput
from app.permissions import region_prefix
from app.states import ensure_move
from projects.portfolio import rules
from projects.portfolio.kinds import FundingSource, ProjectState
from projects.portfolio.rules import MOVES, BudgetLine, Funds, common_place, distinct_places

COUNTY, TOWN, VILLAGE, CITY = "610303000000", "610303001000", "610303001201", "610300000000"


@pytest.mark.parametrize(
    ("places", "common"),
    [
        ((TOWN,), TOWN),
        ((VILLAGE,), VILLAGE),
        ((VILLAGE, "610303001202"), TOWN),
        ((TOWN, "610303002000"), COUNTY),
        ((TOWN, COUNTY), COUNTY),
        ((TOWN, "610302001000"), CITY),
        ((COUNTY, "610302000000"), CITY),
        ((CITY, TOWN), CITY),
    ],
)
def test_the_smallest_place_that_holds_all(places: tuple[str, ...], common: str) -> None:
    assert common_place(places) == common
    assert common_place(places[::-1]) == common


_codes = st.builds(
    lambda county, town, village: f"6103{county:02d}{town:03d}{village:03d}",
    st.integers(0, 2),
    st.integers(0, 2),
    st.integers(0, 2),
).filter(lambda code: code[4:6] != "00" or not code[6:].strip("0"))


@given(st.lists(_codes, min_size=1, max_size=4))
def test_a_place_holds_what_it_is_made_of(places: list[str]) -> None:
    common = common_place(places)
    assert all(code.startswith(region_prefix(common)) for code in places)
    kept = distinct_places(places)
    assert common_place(kept) == common
    assert all(any(code.startswith(region_prefix(one)) for one in kept) for code in places)
    assert not any(one != other and one.startswith(region_prefix(other)) for one in kept for other in kept)


@pytest.mark.parametrize("state", list(ProjectState))
@pytest.mark.parametrize("new", list(ProjectState))
def test_every_move_is_named_or_refused(state: ProjectState, new: ProjectState) -> None:
    if new in MOVES[state]:
        ensure_move(MOVES, state, new)
    else:
        with pytest.raises(Conflict):
            ensure_move(MOVES, state, new)


def test_what_is_public_never_becomes_a_draft() -> None:
    for state in rules.PUBLIC:
        assert not MOVES[state] & rules.EDITABLE


def test_a_whole_proposal_lacks_nothing() -> None:
    given = {
        "plan": "做什么",
        "target_group": "谁",
        "expected_effect": "多少",
        "responsible": "李",
        "phone": "1",
    }
    line = (BudgetLine("全部", 100),)
    assert rules.lacking(**given, budget=line, funding=(Funds(FundingSource.OWN, 100),)) == []
    short = rules.lacking(**given, budget=line, funding=(Funds(FundingSource.OWN, 99),))
    assert [one.field for one in short] == ["funding"]
    assert len(rules.lacking(**dict.fromkeys(given, ""), budget=(), funding=())) == 7


def test_the_longest_period() -> None:
    rules.ensure_period(date(2026, 3, 1), date(2031, 3, 1))
    for last in (date(2031, 3, 2), date(2026, 2, 28)):
        with pytest.raises(InvalidInput):
            rules.ensure_period(date(2026, 3, 1), last)
