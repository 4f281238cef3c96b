"""How many points end, against a plain count in lots."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from points.ledger.rules import due, ended_by_rights, forecast

START = date(2026, 1, 1)
DAYS = 20


def day(number: int) -> date:
    return START + timedelta(days=number)


class Lots:
    """Points kept in lots: whatever leaves is taken from the lot that ends soonest, one centipoint after the other."""

    def __init__(self) -> None:
        self.lots: list[tuple[int, int]] = []  # last day, points
        self.gone = 0
        self.ended = 0

    def rest(self) -> list[tuple[int, int]]:
        """What is left of each lot."""
        taken = self.gone + self.ended
        left = []
        for last, points in sorted(self.lots):
            part = min(points, max(0, taken))
            taken -= part
            left.append((last, points - part))
        return left

    def end(self, number: int) -> int:
        """End what is left of the lots whose last day has come."""
        ending = sum(points for last, points in self.rest() if last <= number)
        self.ended += ending
        return ending

    @property
    def balance(self) -> int:
        return sum(points for _last, points in self.lots) - self.gone - self.ended


moves = st.lists(
    st.tuples(st.integers(0, DAYS), st.sampled_from(["earn", "leave", "return"]), st.integers(1, 300)),
    max_size=15,
).map(sorted)
lasting = st.lists(st.integers(1, 6), min_size=15, max_size=15)


def run(steps: Sequence[tuple[int, str, int]], lasting: Sequence[int]) -> None:
    lots = Lots()
    earned: dict[date, int] = {}
    outside = balance = ended = 0
    for number in range(DAYS + 8):
        for place, (at, what, points) in enumerate(steps):
            if at != number:
                continue
            if what == "earn":
                lots.lots.append((number + lasting[place], points))
                last = day(number + lasting[place])
                earned[last] = earned.get(last, 0) + points
                balance += points
            elif what == "leave" and points <= balance:
                lots.gone += points
                outside += points
                balance -= points
            elif what == "return" and outside:
                back = min(outside, points)
                lots.gone -= back
                outside -= back
                balance += back
        later = {last: points for last, points in earned.items() if last > day(number)}
        ending = due(balance, sum(later.values()))
        assert ending == lots.end(number)
        balance -= ending
        ended += ending
        assert balance == lots.balance
        told: dict[date, int] = {}
        for ends, points in lots.rest():
            if points and ends > number:
                told[day(ends)] = told.get(day(ends), 0) + points
        assert forecast(balance, later) == told
    assert ended == lots.ended


@given(st.integers(-300, 300), st.integers(-300, 300))
def test_never_more_ends_than_there_is(balance: int, earned_later: int) -> None:
    assert 0 <= due(balance, earned_later) <= max(0, balance)


@given(moves, lasting)
def test_what_ends_is_what_lots_would_end(
    steps: Sequence[tuple[int, str, int]], lasting: Sequence[int]
) -> None:
    run(steps, lasting)


@given(
    st.lists(st.tuples(st.integers(1, DAYS), st.integers(1, 300)), max_size=6),
    st.lists(st.tuples(st.integers(0, DAYS), st.integers(-200, 300)), max_size=8).map(sorted),
    st.integers(1, DAYS),
)
def test_what_ends_by_rights(lots: list[tuple[int, int]], moves: list[tuple[int, int]], today: int) -> None:
    """Every day ends before anything leaves on the next one, whatever was taken back of what was earned."""
    plain = Lots()
    plain.lots = lots
    moves, wished = [], [one for one in moves if one[0] <= today]
    for at, wish in wished:
        plain.end(at - 1)
        points = max(wish, -plain.gone)  # no more comes back than has left
        plain.gone += points
        moves.append((at, points))
    plain.end(today - 1)
    earned: dict[date, int] = {}
    for last, points in lots:
        earned[day(last)] = earned.get(day(last), 0) + points
    assert ended_by_rights(earned, [(day(at), points) for at, points in moves], day(today)) == plain.ended
