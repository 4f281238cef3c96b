"""What a code says by itself."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import column
from sqlalchemy.dialects import sqlite

from app.regions import rules
from app.regions.models import RegionLevel

codes = st.sampled_from([2, 4, 6, 9, 12]).flatmap(
    lambda digits: st.text("123456789", min_size=digits, max_size=digits).map(rules.padded)
)


@pytest.mark.parametrize(
    ("code", "prefix", "level"),
    [
        ("610000000000", "61", RegionLevel.PROVINCE),
        ("610300000000", "6103", RegionLevel.CITY),
        ("610302000000", "610302", RegionLevel.COUNTY),
        ("610302010000", "610302010", RegionLevel.TOWN),
        ("610302010200", "610302010200", RegionLevel.VILLAGE),
        ("110100000000", "1101", RegionLevel.CITY),
        ("441900003000", "441900003", RegionLevel.TOWN),
        ("500000000000", "50", RegionLevel.PROVINCE),
    ],
)
def test_prefix_and_level(code: str, prefix: str, level: RegionLevel) -> None:
    assert rules.prefix(code) == prefix
    assert rules.level_of(code) is level


@given(codes, codes)
def test_the_sql_condition_says_what_contains_says(scope: str, code: str) -> None:
    condition = rules.within(column("code"), scope).compile(
        dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
    )
    with sqlite3.connect(":memory:") as connection:
        found = connection.execute(f"SELECT {condition} FROM (SELECT '{code}' AS code)").fetchone()[0]
    assert bool(found) == rules.contains(scope, code)


@given(codes)
def test_every_ancestor_contains_the_code(code: str) -> None:
    above = rules.ancestors(code)
    assert all(rules.contains(one, code) and not rules.contains(code, one) for one in above)
    assert len({*above, code}) == len(above) + 1
    assert rules.contains(code, code)


def test_a_county_does_not_contain_its_neighbour() -> None:
    assert rules.contains("610302000000", "610302001002")
    assert not rules.contains("610302000000", "610303001002")
    assert not rules.contains("610302001000", "610302000000")


def test_no_scope_is_no_row() -> None:
    assert str(rules.within_any(column("code"), ())) == "false"


@pytest.mark.parametrize("text", ["", "61", "61030000000X", "6103000000000", "０00000000000", "010300000000"])
def test_what_is_no_code(text: str) -> None:
    assert not rules.is_code(text)
