"""The sample city, judged as an operator would, against its own truth table."""

from pathlib import Path

from tests.imports import scoring

SAMPLE = Path(__file__).parent / "sample"


def test_the_sample_is_decided_as_its_truth_says(tmp_path: Path) -> None:
    truth = scoring.by_place(SAMPLE / "truth.csv")
    total = scoring.score(scoring.judge(SAMPLE, tmp_path / "decisions.csv"), truth)
    print(f"\nThe sample city: {total}")
    print("\n".join(total.misses))
    assert total.right >= 0.99 * total.rows
    assert total.odd_right >= 0.97 * total.odd
    assert total.normalised >= 0.99 * total.rows
    assert total.canonical >= 0.99 * total.rows
