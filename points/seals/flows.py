"""Leaves of many transfers: what all transfers from one account to another have in common is made once."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, cast

from sqlalchemy import Connection

from app.keys import padded
from app.row_forms import stored_day
from app.rows import parts
from app.stored import raw_rows
from points.seals.leaves import LEAF_FORM, Side, salt_of, who

_KEPT = 100_000
"""So many pairs of accounts are remembered."""
_ACCOUNTS = (
    "SELECT a.id, a.kind, a.programme_id, p.code, a.party_id, y.kind, y.code, s.salt, s.party_id IS NOT NULL "
    "FROM account a LEFT JOIN programme p ON p.id = a.programme_id LEFT JOIN party y ON y.id = a.party_id "
    "LEFT JOIN party_salt s ON s.programme_id = a.programme_id AND s.party_id = a.party_id WHERE a.id "
)

Made = tuple[str, bytes, bytes]
"""A leaf's public line, commitment and hash."""
MadeColumns = tuple[Sequence[Any], Sequence[Any], Sequence[Any]]
"""The same of many leaves, column by column; three times None where a value is damaged."""


class AccountFacts(NamedTuple):
    """What leaves say of an account, keys as 16 bytes; all None when there is no such account."""

    kind: Any = None
    programme_id: Any = None
    programme: Any = None
    side: Side = Side(None, None, None, None)


class Flow:
    """What the leaves of all transfers from one account to another have in common."""

    __slots__ = ("begins", "inner", "is_erased", "outer", "source", "target", "words")

    # HMAC by its two plain hashes, begun once a flow: copying them is cheaper than hashing the padded salt again.

    def __init__(self, source: AccountFacts, target: AccountFacts) -> None:
        self.source, self.target = source, target
        self.words = f"{source.kind}>{target.kind}"
        inner, outer = padded(salt_of(source.side, target.side))
        self.inner, self.outer = hashlib.sha256(inner).copy, hashlib.sha256(outer).copy
        self.is_erased = b"" in (source.side.salt, target.side.salt)
        self.begins = _Begins(self)
        """The public lines' beginnings, up to and with who, by month."""

    def with_salts(self, fresh: Callable[[], bytes]) -> "Flow":
        """Return the same with a fresh salt wherever a party's was erased."""
        source, target = (
            account._replace(side=account.side._replace(salt=fresh()))
            if account.side.salt == b""
            else account
            for account in (self.source, self.target)
        )
        return Flow(source, target)


class _Begins(dict[str, str]):
    def __init__(self, flow: Flow) -> None:
        super().__init__()
        self._flow = flow

    def __missing__(self, month: str) -> str:
        period = f"{self._flow.target.programme}|{month}"
        name = who(self._flow.source.side, self._flow.target.side, period)
        begin = self[month] = f"{LEAF_FORM}|{period}|{name}|"
        return begin


class Flows(dict[tuple[Any, Any], Flow]):
    """The flows between accounts, read as they are asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._accounts: dict[Any, AccountFacts] = {}

    def of(self, connection: Connection, sources: Sequence[Any], targets: Sequence[Any]) -> list[Flow]:
        """Return the flows of transfers, whose accounts' keys are given as ``raw_rows`` has them."""
        if len(self) > _KEPT:
            self.clear()
            self._accounts.clear()
        found = list(map(self.get, zip(sources, targets, strict=True)))
        if None not in found:
            return cast(list[Flow], found)
        self._read(connection, {*sources, *targets}.difference(self._accounts))
        return list(map(self.__getitem__, zip(sources, targets, strict=True)))

    def __missing__(self, pair: tuple[Any, Any]) -> Flow:
        none = AccountFacts()
        source, target = (self._accounts.get(key, none) for key in pair)
        flow = Flow(source, target)
        if none not in (source, target):
            self[pair] = flow
        return flow

    def forget_lacking(self) -> None:
        """Have the parties that had no salt read again."""
        lacking = {key for key, one in self._accounts.items() if one.side.party_id and one.side.salt is None}
        for pair in [pair for pair in self if not lacking.isdisjoint(pair)]:
            del self[pair]
        for key in lacking:
            del self._accounts[key]

    def _read(self, connection: Connection, keys: Iterable[Any]) -> None:
        is_sqlite = connection.dialect.name == "sqlite"
        for some in parts(list(keys)):
            if is_sqlite:
                lots = raw_rows(connection, f"{_ACCOUNTS} IN ({', '.join('?' * len(some))})", tuple(some))
            else:
                asked = ([key.hex() for key in some],)
                lots = raw_rows(connection, f"{_ACCOUNTS} = ANY(%s::uuid[])", asked, is_short=True)
            for key, kind, programme_id, programme, party_id, party_kind, code, salt, is_salted in (
                row for lot in lots for row in lot
            ):
                if not isinstance(salt, bytes):  # erased; or damaged, and then of no use
                    salt = b"" if salt is None else repr(salt).encode()
                side = Side(party_id, party_kind, code, salt if is_salted else None)
                self._accounts[key] = AccountFacts(kind, programme_id, programme, side)


def made(flows: Sequence[Flow], *columns: Sequence[Any]) -> MadeColumns:
    """Return the leaves of transfers.

    ``columns``, as ``raw_rows`` has them: keys, canonical forms, days, regions, kinds of contribution, centipoints.
    """
    try:
        return _made(flows, *columns)
    except (TypeError, ValueError):
        ones = [_made_one(*row) for row in zip(flows, *columns, strict=True)]
        lines, commitments, hashes = zip(*ones, strict=True)
        return list(lines), list(commitments), list(hashes)


def _made(
    flows: Sequence[Flow],
    keys: Sequence[Any],
    forms: Sequence[bytes],
    days: Sequence[Any],
    regions: Sequence[Any],
    kinds: Sequence[Any],
    points: Sequence[Any],
) -> MadeColumns:
    sha256, whats = hashlib.sha256, ["-" if kind is None else kind for kind in kinds]
    publics = [
        f"{flow.begins[_months[day]]}{_counties[region]}|{what}|{flow.words}|{centipoints}"
        for flow, day, region, what, centipoints in zip(flows, days, regions, whats, points, strict=True)
    ]
    owns = []
    for flow, key in zip(flows, keys, strict=True):  # as ``leaves.own_salt``
        first, then = flow.inner(), flow.outer()
        first.update(key)
        then.update(first.digest())
        owns.append(then.digest())
    commitments = [sha256(own + form).digest() for own, form in zip(owns, forms, strict=True)]
    # As ``leaves.hash_of``, without its call.
    lines = zip(publics, commitments, strict=True)
    hashes = [sha256(b"\0%b\n%b" % (public.encode(), mine)).digest() for public, mine in lines]
    return publics, commitments, hashes


def _made_one(*row: Any) -> tuple[Any, Any, Any]:
    try:
        (public,), (commitment,), (digest,) = _made(*((value,) for value in row))
    except (TypeError, ValueError):
        return None, None, None
    return public, commitment, digest


class _Months(dict[Any, str]):
    def __missing__(self, stored: Any) -> str:
        day = stored_day(stored)
        if day is None:
            raise ValueError(stored)
        month = self[stored] = day.isoformat()[:7]
        return month


class _Counties(dict[Any, str]):
    def __missing__(self, region: Any) -> str:
        is_known = region is not None and region[4:6] != "00"
        county = self[region] = region[:6] if is_known else "-"
        return county


_months, _counties = _Months(), _Counties()
