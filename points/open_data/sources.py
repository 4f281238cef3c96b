"""What stands in each file, as lines of text read from the database piece by piece."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import reading
from app.tables import harmless
from points.rankings.naming import REGISTER, register_values
from points.rulesets import document
from points.rulesets.kinds import ProgrammeScope, RulesetState
from points.rulesets.models import Programme, Ruleset
from points.seals.leaves import pseudonym
from points.seals.models import DayRoot, Seal, SealLeaf

LEAVES_OF_A_FILE = 100_000
_PIECE = 5_000
_FIELDS = 8
"""Of a transfer's public line; a paper's has form, "paper" and a hash."""
_PAPER = "paper"
LEAVES_HEAD = "number,form,programme,month,who,county,kind,flow,centipoints,commitment,leaf_hash\n"
SEALS_HEAD = "number,tree_size,root,peaks,sealed_at,chain\n"
DAYS_HEAD = "day,tree_size,root,chain\n"
NAMES_HEAD = "who,kind,name\n"


def leaves(first: int, last: int) -> Iterator[str]:
    """Yield the leaves from a number to before another. Opens a transaction for each piece: leaves never change."""
    yield LEAVES_HEAD
    for start in range(first, last, _PIECE):
        with reading(fresh=True) as session:
            yield "".join(_leaf_line(*row) for row in _leaf_rows(session, start, min(start + _PIECE, last)))


def _leaf_rows(session: Session, first: int, last: int) -> list[tuple[int, str, bytes, bytes]]:
    wanted = (
        select(SealLeaf.number, SealLeaf.public, SealLeaf.commitment, SealLeaf.leaf_hash)
        .where(SealLeaf.number >= first, SealLeaf.number < last)
        .order_by(SealLeaf.number)
    )
    return [
        (number, line, commitment, digest) for number, line, commitment, digest in session.execute(wanted)
    ]


def _leaf_line(number: int, line: str, commitment: bytes, digest: bytes) -> str:
    """Return a leaf's line; the public line is its fields that are not empty, joined again."""
    fields = line.split("|")
    if fields[1] == _PAPER:
        form, paper, hashed = fields
        fields = [form, paper, "", hashed, "", "", "", ""]
    assert len(fields) == _FIELDS, f"leaf {number} has another form than this file"
    return f"{number},{','.join(fields)},{commitment.hex()},{digest.hex()}\n"


def seals(session: Session, tree_size: int) -> Iterator[str]:
    """Yield the seals up to a tree size."""
    yield SEALS_HEAD
    wanted = select(Seal.number, Seal.tree_size, Seal.root, Seal.peaks, Seal.sealed_at, Seal.chain)
    for number, size, root, peaks, sealed_at, chain in session.execute(
        wanted.where(Seal.tree_size <= tree_size).order_by(Seal.number).execution_options(yield_per=_PIECE)
    ):
        moment = sealed_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        yield f"{number},{size},{root.hex()},{peaks.hex()},{moment},{chain.hex()}\n"


def day_roots(session: Session, tree_size: int) -> Iterator[str]:
    """Yield the day roots up to a tree size."""
    yield DAYS_HEAD
    wanted = select(DayRoot.day, DayRoot.tree_size, DayRoot.root, DayRoot.chain)
    for day, size, root, chain in session.execute(
        wanted.where(DayRoot.tree_size <= tree_size).order_by(DayRoot.day)
    ):
        yield f"{day.isoformat()},{size},{root.hex()},{chain.hex()}\n"


def rules(session: Session) -> Iterator[tuple[str, str]]:
    """Yield name and text of each published version of the city's rules.

    The last day is left out: it follows from the next version, and a file never changes.
    """
    rows = session.execute(
        select(Ruleset, Programme.code)
        .join(Programme, Programme.id == Ruleset.programme_id)
        .where(Programme.scope == ProgrammeScope.CITY, Ruleset.state == RulesetState.PUBLISHED)
        .order_by(Programme.code, Ruleset.version)
    )
    for ruleset, programme in rows:
        told = asdict(document.of(ruleset, programme))
        told |= told.pop("columns")
        yield (
            f"rules-{programme}-{ruleset.version}.json",
            json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True, default=str) + "\n",
        )


_NAMED = f"""
SELECT p.code AS code, p.kind AS kind, p.name AS name
FROM ({REGISTER}) r JOIN party p ON p.id = r.party_id
WHERE r.named AND p.kind = 'organisation' ORDER BY p.code
"""
_NAMED_PERSONS = f"""
SELECT DISTINCT p.name AS name, g.period AS period, o.code AS programme, t.salt AS salt
FROM ranking g JOIN programme o ON o.id = g.programme_id AND o.scope = 'city'
JOIN standing s ON s.ranking_id = g.id
JOIN ({REGISTER}) r ON r.party_id = s.party_id JOIN party p ON p.id = s.party_id
JOIN party_salt t ON t.programme_id = g.programme_id AND t.party_id = s.party_id AND t.salt IS NOT NULL
WHERE r.named AND g.frozen_id IS NULL AND g.kind = 'all' AND g.party_kind = 'person'
AND length(g.period) = 7 AND g.period NOT LIKE '%Q%'
"""


def names(session: Session) -> Iterator[str]:
    """Yield who may be named at this instant: organisations, and persons who agreed, by their months' pseudonyms."""
    yield NAMES_HEAD
    for row in session.execute(register_values(_NAMED)):
        yield _csv_line(f"O:{row.code}", row.kind, harmless(row.name))
    persons = session.execute(register_values(_NAMED_PERSONS))
    for who, name in sorted(
        (pseudonym(bytes(row.salt), f"{row.programme}|{row.period}"), row.name) for row in persons
    ):
        yield _csv_line(who, "person", harmless(name))


def _csv_line(*values: Any) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(values)
    return out.getvalue()
