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
from itertools import compress
from operator import mul
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
        total = 0
        for side, sign in (("from", -1), ("to", 1)):
            told = [columns[f"{side}_{name}"] for name in ("account_id", "number", "balance")]
            told.append(columns["points"])
            if any(not set(map(type, column)) <= _FIGURES for column in told[1:]):
                return None
            if None in told[1]:
                there = [number is not None for number in told[1]]
                told = [list(compress(column, there)) for column in told]
            try:
                total += self._side(sign, *told)
            except TypeError:  # a damaged key, or no balance
                return None
        return total

    def _side(self, sign: int, accounts: Any, numbers: Any, balances: Any, points: Any) -> int:
        """Return the sum of one side's transfers, each of which takes or brings points.

        A transfer adds the square after it less the one before: ``step·(2·after − step)`` with ``step = s + c·t`` for
        the change ``c``, and ``after = account + number·s + balance·t``. Put in order of the secrets' powers, all that
        is summed but the accounts' secrets are small numbers.
        """
        s, t = self._of_number, self._of_balance
        begins = list(map(self.__getitem__, accounts))
        moved = sign * sum(points)
        twice_numbers = 2 * sum(numbers) - len(begins)
        twice_balances = 2 * sum(balances) - moved
        crossed = sign * (2 * sum(map(mul, numbers, points)) - sum(points))
        changed = 2 * sign * sum(map(mul, balances, points)) - sum(map(mul, points, points))
        own = 2 * (s * sum(begins) + t * sign * sum(map(mul, begins, points)))
        return own + twice_numbers * s * s + (twice_balances + crossed) * s * t + changed * t * t

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
