"""Whether all running numbers and balances follow from one another, told by one sum.

A transfer ties two states of an account together: before and after it. Each state has a mark, a hash of account,
number and balance under a secret of this verification; a transfer adds its mark after and takes its mark before. When
nothing is missing, and nothing there twice, all but each account's first and last state cancel out, whatever the order.
A sum that is right leaves nothing to look for; only when it is not does somebody have to look account by account.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

_KEPT = 200_000


class Marks(dict[Any, int]):
    """The secret beginnings of accounts' marks, made as they are asked for."""

    def __init__(self, secret: bytes) -> None:
        super().__init__()
        self._secret = secret

    def __missing__(self, account: Any) -> int:
        if len(self) >= _KEPT:
            self.clear()
        digest = hashlib.blake2b(account, key=self._secret, digest_size=7).digest()
        begin = self[account] = int.from_bytes(digest, "big")
        return begin

    def of(self, columns: Mapping[str, Sequence[Any]]) -> int | None:
        """Return the sum of many transfers, given by column; None when a value is damaged."""
        total = 0
        sources = [columns[name] for name in ("from_account_id", "from_number", "from_balance")]
        targets = [columns[name] for name in ("to_account_id", "to_number", "to_balance")]
        try:
            for account, number, balance, points in zip(*sources, columns["points"], strict=True):
                if number is not None:
                    begin = self[account]
                    total += hash((begin, number, balance)) - hash((begin, number - 1, balance + points))
            for account, number, balance, points in zip(*targets, columns["points"], strict=True):
                if number is not None:
                    begin = self[account]
                    total += hash((begin, number, balance)) - hash((begin, number - 1, balance - points))
        except TypeError:
            return None
        return total

    def between(self, account: bytes, number: int, balance: int) -> int:
        """Return what all transfers of an account come to that has this last number and balance."""
        begin = self[account]
        return hash((begin, number, balance)) - hash((begin, 0, 0))


def added(one: int | None, other: int | None) -> int | None:
    """Return two sums as one; doubt in either is doubt in both."""
    return None if one is None or other is None else one + other
