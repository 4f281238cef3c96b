"""The one sum over all running numbers and balances: right when all is there, and never by chance."""

import os
from collections.abc import Sequence

from points.verification.marks import Marks

Line = tuple[bytes, int, int, int]
"""Account, number, balance after it, points that came (below zero: went)."""
ACCOUNTS = [bytes([number]) * 16 for number in range(4)]
TRIES = 200


def run(account: bytes, points: Sequence[int]) -> list[Line]:
    """Return the lines of an account from its first on."""
    lines, balance = [], 0
    for number, change in enumerate(points, start=1):
        balance += change
        lines.append((account, number, balance, change))
    return lines


def total(marks: Marks, lines: Sequence[Line]) -> int | None:
    """Return the sum of lines; the other side is the programme, which keeps no balance."""
    columns: dict[str, list[object]] = {
        f"{side}_{name}": [] for side in ("from", "to") for name in ("account_id", "number", "balance")
    }
    columns["points"] = []
    for account, number, balance, change in lines:
        own, other = ("to", "from") if change > 0 else ("from", "to")
        for side, row in ((own, (account, number, balance)), (other, (b"issuer", None, None))):
            for name, value in zip(("account_id", "number", "balance"), row, strict=True):
                columns[f"{side}_{name}"].append(value)
        columns["points"].append(abs(change))
    return marks.of(columns)


def test_a_whole_ledger_comes_out_right_in_any_order() -> None:
    marks = Marks(os.urandom(32))
    runs = [run(account, [225, 225, -100, 225, 50]) for account in ACCOUNTS]
    lines = [line for one in runs for line in one]
    kept = sum(marks.between(*one[-1][:3]) for one in runs)
    assert total(marks, lines) == total(marks, lines[::-1]) == kept
    assert marks.between(ACCOUNTS[0], 0, 0) == 0


def test_points_moved_between_kept_balances_never_cancel_out() -> None:
    for _ in range(TRIES):
        marks = Marks(os.urandom(32))
        one, other = (run(account, [225] * 9) for account in ACCOUNTS[:2])
        kept = marks.between(ACCOUNTS[0], 9, 9 * 225 + 100) + marks.between(ACCOUNTS[1], 9, 9 * 225 - 100)
        assert total(marks, one + other) != kept


def test_a_line_out_of_the_middle_is_always_missed() -> None:
    for at in range(8):
        for _ in range(TRIES // 8):
            marks = Marks(os.urandom(32))
            lines = run(ACCOUNTS[0], [225] * 9)
            left = lines[:at] + lines[at + 1 :]
            assert total(marks, left) != marks.between(ACCOUNTS[0], 8, 8 * 225)


def test_what_is_no_whole_number_is_in_doubt() -> None:
    marks = Marks(os.urandom(32))
    account, number, balance, change = run(ACCOUNTS[0], [225])[0]
    for damaged in ((account, str(number), balance, change), (account, number, float(balance), change)):
        assert total(marks, [damaged]) is None  # type: ignore[list-item]
