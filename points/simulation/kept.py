"""A result as it is kept: JSON, compressed and encrypted, since it names parties and what they have."""

import json
import zlib
from datetime import date
from typing import Any
from uuid import UUID

from app import keys
from app.parties.models import PartyKind
from points.rulesets.kinds import ContributionKind
from points.simulation.replay import Cause
from points.simulation.results import Example, PartyLine, Result, Sums

_SUMS = ("contributions", "changed", "before", "after", "redeemable_before", "redeemable_after")


def sealed(result: Result, simulation_id: UUID) -> bytes:
    """Return a result as the table keeps it, bound to its row."""
    value = {
        "total": _sums(result.total),
        "caps_only": result.caps_only,
        "kinds": [[kind.value, _sums(one)] for kind, one in result.kinds.items()],
        "causes": [[cause.value, count] for cause, count in result.causes.items()],
        "parties": [
            [one.party_id.hex, one.kind.value, one.rank_before, one.rank_after, _sums(one)]
            for one in result.parties
        ],
        "examples": [
            [
                one.source_kind,
                one.source_id.hex,
                one.party_id.hex,
                one.kind.value,
                one.happened_on.isoformat(),
                one.cause.value,
                one.before,
                one.after,
                one.redeemable_before,
                one.redeemable_after,
                one.wording_before,
                one.wording_after,
            ]
            for one in result.examples
        ],
    }
    packed = zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    return keys.encryption.encrypt(packed, bound_to=simulation_id.bytes)


def opened(kept: bytes, simulation_id: UUID) -> Result:
    """Return the result that a row keeps."""
    value: dict[str, Any] = json.loads(
        zlib.decompress(keys.encryption.decrypt(kept, bound_to=simulation_id.bytes))
    )
    return Result(
        total=Sums(*value["total"]),
        caps_only=value["caps_only"],
        kinds={ContributionKind(kind): Sums(*one) for kind, one in value["kinds"]},
        causes={Cause(cause): count for cause, count in value["causes"]},
        parties=[
            PartyLine(
                *sums,
                party_id=UUID(party_id),
                kind=PartyKind(kind),
                rank_before=before,
                rank_after=after,
            )
            for party_id, kind, before, after, sums in value["parties"]
        ],
        examples=[_example(one) for one in value["examples"]],
    )


def _sums(one: Sums) -> list[int]:
    return [getattr(one, name) for name in _SUMS]


def _example(one: list[Any]) -> Example:
    source_kind, source_id, party_id, kind, day, cause, *rest = one
    return Example(
        source_kind,
        UUID(source_id),
        UUID(party_id),
        ContributionKind(kind),
        date.fromisoformat(day),
        Cause(cause),
        *rest,
    )
