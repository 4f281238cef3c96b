"""Other cities, made from the rules alone, are decided as their own truth tables say."""

from pathlib import Path

import pytest

from tests.imports import scoring
from tests.imports.cities import city


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_made_city_is_decided_as_its_truth_says(tmp_path: Path, seed: int) -> None:
    decide(tmp_path, seed, size=100, contributions=300)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(10, 20))
def test_a_large_made_city_is_decided_as_its_truth_says(tmp_path: Path, seed: int) -> None:
    decide(tmp_path, seed, size=600, contributions=4_000)


def decide(folder: Path, seed: int, *, size: int, contributions: int) -> None:
    """Build a city, judge it, and compare."""
    made = folder / "city"
    made.mkdir()
    city.build(made, seed, size=size, contributions=contributions)
    truth = scoring.by_place(made / "truth.csv")
    total = scoring.score(scoring.judge(made, folder / "decisions.csv"), truth)
    print(f"\nCity {seed}: {total}")
    print("\n".join(total.misses))
    assert total.right >= 0.99 * total.rows
    assert total.odd_right >= 0.97 * total.odd
    assert total.normalised >= 0.99 * total.rows
    assert total.canonical >= 0.99 * total.rows
