"""Whether all running numbers and balances follow from one another, told by one sum.

A transfer ties two states of an account together: before and after it. Each state has a mark, the square of
``account + number·s + balance·t``, where ``s``, ``t`` and a number per account are secrets of this verification; a
transfer adds its mark after and takes its mark before. When nothing is missing, and nothing there twice, all but each
account's first and last state cancel out, whatever the order. When something is, the sum is a polynomial in the
secrets that is not zero, so that it comes out right by chance once in 2⁵⁰ times: the account's own secret keeps
accounts apart, and the square tells a line in the middle from the last one. A sum that is right leaves nothing to
look for; only when it is not does somebody have to look account by account.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

_KEPT = 200_000
_BYTES = 7
_FIGURES = {int, type(None)}


class Marks(dict[Any, int]):
    """The secrets of accounts, made as they are asked for, and the sums of marks."""

    def __init__(self, secret: bytes) -> None:
        super().__init__()
        self._secret = secret
        self._of_number, self._of_balance = self._number(b"number"), self._number(b"balance")

    def __missing__(self, account: Any) -> int:
        if len(self) >= _KEPT:
            self.clear()
        begin = self[account] = self._number(account)
        return begin

    def of(self, columns: Mapping[str, Sequence[Any]]) -> int | None:
        """Return the sum of many transfers, given by column; None when a value is damaged."""
        points, s, total = columns["points"], self._of_number, 0
        for side, t in (("from", -self._of_balance), ("to", self._of_balance)):
            accounts, *figures = (columns[f"{side}_{name}"] for name in ("account_id", "number", "balance"))
            if any(not set(map(type, column)) <= _FIGURES for column in (*figures, points)):
                return None
            try:
                for account, number, balance, change in zip(accounts, *figures, points, strict=True):
                    if number is not None:
                        step = s + change * t
                        after = self[account] + number * s + balance * self._of_balance
                        total += step * (after + after - step)  # the square after it less the one before
            except TypeError:  # a damaged key, or no balance
                return None
        return total

    def between(self, account: bytes, number: int, balance: int) -> int:
        """Return what all transfers of an account come to that has this last number and balance.

        Raises TypeError when either is no whole number.
        """
        if type(number) is not int or type(balance) is not int:
            raise TypeError("no whole number")
        step = number * self._of_number + balance * self._of_balance
        return step * (2 * self[account] + step)

    def _number(self, of: bytes) -> int:
        return int.from_bytes(hashlib.blake2b(of, key=self._secret, digest_size=_BYTES).digest(), "big")


def added(one: int | None, other: int | None) -> int | None:
    """Return two sums as one; doubt in either is doubt in both."""
    return None if one is None or other is None else one + other
