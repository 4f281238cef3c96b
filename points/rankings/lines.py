"""The lines of a frozen ranking: points and ranks of every cut, and the canonical CSV that they make. Pure."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from uuid import UUID

from points.rankings.rules import ALL

HEADER = (
    "kind,party_kind,who,county,town,village,size_class,points,"
    "rank_city,rank_county,rank_town,rank_village,rank_size"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One party in one ranking. Points in centipoints; ranks are 0 until ``ranked_lines`` gives them."""

    kind: str
    party_kind: str
    who: str
    county: str
    town: str
    village: str
    size_class: str | None
    points: int
    party_id: UUID
    rank_city: int = 0
    rank_county: int = 0
    rank_town: int = 0
    rank_village: int = 0
    rank_size: int | None = None

    @property
    def order(self) -> tuple[bool, str, str, int, str]:
        """By what the lines of the file are sorted."""
        return self.kind != ALL, self.kind, self.party_kind, -self.points, self.who

    @property
    def text(self) -> str:
        """The line of the file, without its end."""
        return (
            f"{self.kind},{self.party_kind},{self.who},{self.county},{self.town},{self.village},"
            f"{self.size_class or ''},{self.points},{self.rank_city},{self.rank_county},{self.rank_town},"
            f"{self.rank_village},{self.rank_size or ''}"
        )


def ranked_lines(lines: Iterable[Line]) -> list[Line]:
    """Return the lines with more than no points in the order of the file, with their ranks 1-2-2-4."""
    ordered = sorted((line for line in lines if line.points > 0), key=lambda line: line.order)
    found: list[Line] = []
    for _ranking, group in groupby(ordered, key=lambda line: (line.kind, line.party_kind)):
        found += _ranked(group)
    return found


def canonical_file(lines: Sequence[Line]) -> bytes:
    """Return the canonical CSV: UTF-8, a line feed after each line, the header first."""
    return "".join(f"{text}\n" for text in (HEADER, *(line.text for line in lines))).encode()


def file_hash(lines: Iterable[Line]) -> bytes:
    """Return the SHA-256 of the canonical CSV, which is not made for it."""
    digest = hashlib.sha256(f"{HEADER}\n".encode())
    for line in lines:
        digest.update(f"{line.text}\n".encode())
    return digest.digest()


def parties_hash(lines: Iterable[Line]) -> bytes:
    """Return the SHA-256 of the keys of the parties in the order of the lines, which the file does not name."""
    return hashlib.sha256(b"".join(line.party_id.bytes for line in lines)).digest()


def _ranked(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield the lines of one ranking, given from the highest down, with the rank in each place."""
    before: dict[str, int] = defaultdict(int)
    last: dict[str, tuple[int, int]] = {}

    def rank(place: str, points: int) -> int:
        before[place] += 1
        value, its_rank = last.get(place, (-1, 0))
        if points != value:
            last[place] = (points, before[place])
            return before[place]
        return its_rank

    for line in lines:
        yield replace(
            line,
            rank_city=rank(ALL, line.points),
            # The same code may be a county's and, of whoever belongs to a whole county, a town's.
            rank_county=rank(f"county {line.county}", line.points),
            rank_town=rank(f"town {line.town}", line.points),
            rank_village=rank(f"village {line.village}", line.points),
            rank_size=rank(f"size {line.size_class}", line.points) if line.size_class else None,
        )
