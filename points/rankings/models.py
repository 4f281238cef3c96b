"""Tables of the rankings: live standings, which a rebuild makes anew from the leaves, and frozen places, for good.

A standing and a frozen place have the same columns to be ranked by and the same indexes, one for each level and,
for organisations whose size is known, one for each level and size class. Each index ends in points and party, so
that it alone answers a page from its middle on, and each holds only who is listed.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.db import APPEND_ONLY, Base
from app.parties.models import PartyKind
from app.types import Centipoints, Key, RegionCode, UtcTime, labelled
from points.ledger.stored_form import SIGNED
from points.rankings.kinds import SizeClass

LISTED = "named AND points + 0 > 0"
"""Who stands in a live ranking; the words of the partial indexes, which a query must repeat to use them.

The sum keeps SQLite from reading an index from zero points on where a query asks for more than some points.
"""
_LEVELS = ("city", "county", "town", "village")


class FrozenStage(Base):
    """Lines that are being written before their ranking is published under the same key; nobody sees them till then."""

    __tablename__ = "frozen_stage"

    id: Mapped[Key] = mapped_column(primary_key=True)
    programme_id: Mapped[Key] = mapped_column(ForeignKey("programme.id"))
    period: Mapped[str] = mapped_column(String(7))
    cutoff: Mapped[int] = mapped_column(BigInteger)
    file_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), comment="of the file that they will be")
    begun_at: Mapped[UtcTime] = mapped_column()
    written: Mapped[int] = mapped_column(BigInteger, comment="lines so far")
    counted: Mapped[int] = mapped_column(Integer, comment="rankings whose histogram is made so far")

    __table_args__ = (Index("ix_frozen_stage_period", "programme_id", "period", "cutoff"),)


class FrozenRanking(Base):
    """All rankings of one period as they were within a cut-off: published with it, and never changed."""

    __tablename__ = "frozen_ranking"

    id: Mapped[Key] = mapped_column(ForeignKey("frozen_stage.id"), primary_key=True)
    form: Mapped[int] = mapped_column(SmallInteger, comment="version of the canonical form under the HMAC")
    programme_id: Mapped[Key] = mapped_column(ForeignKey("programme.id"))
    period: Mapped[str] = mapped_column(String(7), comment="2026-11, 2026-Q4, 2026 or all")
    number: Mapped[int] = mapped_column(Integer, comment="from 1; a correction has the next one")
    cutoff: Mapped[int] = mapped_column(
        BigInteger, comment="tree size: leaves with a lower number are within"
    )
    root: Mapped[bytes] = mapped_column(LargeBinary(32), comment="of the tree of that size")
    rulesets: Mapped[str] = mapped_column(
        String(200), comment="versions that scored what is within, by commas"
    )
    places: Mapped[int] = mapped_column(BigInteger, comment="lines of the file")
    file_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), comment="of the canonical CSV")
    parties_sha256: Mapped[bytes] = mapped_column(
        LargeBinary(32), comment="of the parties' keys in the order of the file, which does not name them"
    )
    corrects_id: Mapped[Key | None] = mapped_column(
        ForeignKey("frozen_ranking.id"), comment="the one before of the same period"
    )
    frozen_at: Mapped[UtcTime] = mapped_column(comment="published at the same moment")
    actor_id: Mapped[Key | None] = mapped_column(comment="user; none: the system")
    key_id: Mapped[str] = mapped_column(String(8))
    hmac: Mapped[bytes] = mapped_column(LargeBinary(32))

    __table_args__ = (
        Index("uq_frozen_ranking_number", "programme_id", "period", "number", unique=True),
        {"info": {**APPEND_ONLY, **SIGNED}},
    )


class Ranking(Base):
    """One ranking, live or frozen: programme, period, kind of contribution and kind of party, as a small number."""

    __tablename__ = "ranking"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    programme_id: Mapped[Key] = mapped_column(ForeignKey("programme.id"))
    period: Mapped[str] = mapped_column(String(7), comment="2026-11, 2026-Q4, 2026 or all")
    kind: Mapped[str] = mapped_column(String(32), comment="kind of contribution, or all")
    party_kind: Mapped[PartyKind] = mapped_column(labelled(PartyKind))
    frozen_id: Mapped[Key | None] = mapped_column(ForeignKey("frozen_stage.id"), comment="none: live")
    points: Mapped[Centipoints] = mapped_column(comment="of all parties together, listed or not")

    __table_args__ = (
        Index(
            "uq_ranking_live",
            "programme_id",
            "period",
            "kind",
            "party_kind",
            unique=True,
            sqlite_where=text("frozen_id IS NULL"),
            postgresql_where=text("frozen_id IS NULL"),
        ),
        Index(
            "uq_ranking_frozen",
            "frozen_id",
            "kind",
            "party_kind",
            unique=True,
            sqlite_where=text("frozen_id IS NOT NULL"),
            postgresql_where=text("frozen_id IS NOT NULL"),
        ),
    )


class _Placed:
    """What a party is ranked by: points, place and size class. A level below the party's own is its own code."""

    party_id: Mapped[Key] = mapped_column(primary_key=True)

    @declared_attr
    def ranking_id(self) -> Mapped[int]:
        """The ranking in which it stands."""
        return mapped_column(Integer, ForeignKey("ranking.id"), primary_key=True, autoincrement=False)

    county: Mapped[RegionCode] = mapped_column(comment="of the party's region")
    town: Mapped[RegionCode] = mapped_column()
    village: Mapped[RegionCode] = mapped_column()
    size_class: Mapped[SizeClass | None] = mapped_column(
        labelled(SizeClass), comment="of an organisation that tells how many members it has"
    )
    points: Mapped[Centipoints] = mapped_column(comment="without the disputed ones; below zero is not listed")


def _page_indexes(table: str, listed: str | None) -> list[Index]:
    """Return the indexes from which pages are read; ``listed`` says which rows they hold (None: all)."""
    found = []
    for level in _LEVELS:
        place = () if level == "city" else (level,)
        for size in (False, True):
            # SQLite holds an index to answer alone only when it has every column that the query names.
            tail = ("points", "party_id", *(("named",) if listed else ()))
            columns = ["ranking_id", *(("size_class",) if size else ()), *place, *tail]
            terms = [*([listed] if listed else []), *(["size_class IS NOT NULL"] if size else [])]
            where = text(" AND ".join(terms)) if terms else None
            name = f"ix_{table}_{'size_' if size else ''}{level}"
            found.append(Index(name, *columns, sqlite_where=where, postgresql_where=where))
    return found


class Standing(_Placed, Base):
    """A party's honour points in one live ranking."""

    __tablename__ = "standing"

    disputed: Mapped[Centipoints] = mapped_column(comment="held until a dispute is decided; not in points")
    named: Mapped[bool] = mapped_column(Boolean(create_constraint=False), comment="may be named publicly now")

    __table_args__ = (*_page_indexes("standing", LISTED), {"sqlite_with_rowid": False})


class FrozenPlace(_Placed, Base):
    """A party's line in a frozen ranking."""

    __tablename__ = "frozen_place"

    who: Mapped[str] = mapped_column(
        Text, comment="O:code, or the months' pseudonyms of a person, never a name"
    )
    rank_city: Mapped[int] = mapped_column(Integer)
    rank_county: Mapped[int] = mapped_column(Integer)
    rank_town: Mapped[int] = mapped_column(Integer)
    rank_village: Mapped[int] = mapped_column(Integer)
    rank_size: Mapped[int | None] = mapped_column(Integer, comment="within the size class, in the whole city")

    __table_args__ = (
        *_page_indexes("frozen_place", None),
        {"sqlite_with_rowid": False, "info": {**APPEND_ONLY, "key": "party_id, ranking_id"}},
    )


class StandingBucket(Base):
    """How many are listed in a ranking with points of one bucket: the histogram that tells ranks."""

    __tablename__ = "standing_bucket"

    ranking_id: Mapped[int] = mapped_column(ForeignKey("ranking.id"), primary_key=True, autoincrement=False)
    place: Mapped[str] = mapped_column(String(12), primary_key=True, comment="code of a county, or all")
    size_class: Mapped[str] = mapped_column(String(8), primary_key=True, comment="a size class, or all")
    grain: Mapped[int] = mapped_column(
        SmallInteger,
        primary_key=True,
        autoincrement=False,
        comment="1: a bucket; 64: as many of them together",
    )
    bucket: Mapped[int] = mapped_column(
        Integer,
        primary_key=True,
        autoincrement=False,
        comment="rules.bucket_of(points), divided by the grain",
    )
    parties: Mapped[int] = mapped_column(Integer)

    __table_args__ = ({"sqlite_with_rowid": False},)


class RollMark(Base):
    """How many leaves the standings hold: the row that whoever changes standings holds, so that all is counted once."""

    __tablename__ = "roll_mark"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    leaves: Mapped[int] = mapped_column(BigInteger)
    changes: Mapped[int] = mapped_column(BigInteger, comment="how often names or places changed since")
    rolled_at: Mapped[UtcTime] = mapped_column(comment="up to when the standings are complete")
