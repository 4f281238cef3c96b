"""Adding the ledger's leaves up into the standings, set by set.

Watermark, sums and histogram change in one transaction, under the watermark's lock: twice or at once, each leaf is
added once. A transfer counts in the periods of the day for which it counts, so a reversal or an adjustment counts
in the period of what it corrects. Points that are held for a dispute leave ``points`` and stand in ``disputed``.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Index, func, select, text
from sqlalchemy.orm import Session

from app import clock
from app.db import Base, transaction
from app.parties.models import PartyKind
from points.ledger.kinds import AccountKind, LeafKind, Reason
from points.rankings import histogram
from points.rankings.mark import hold_mark
from points.rankings.models import Ranking, Standing, StandingBucket
from points.rankings.naming import REGISTER, refresh_changing, register_values
from points.rankings.rules import ALL, periods_of_month
from points.rankings.temporary import temporary
from points.seals.heads import TREE
from points.seals.models import SealLeaf, TreeHead

BATCH = 5_000
_REBUILT_AT_ONCE = {"sqlite": 200_000, "postgresql": 1 << 62}
"""Leaves: SQLite keeps what is worked on in memory; PostgreSQL would write each row again for every part."""
_MONTH = {"sqlite": "substr(t.happened_on, 1, 7)", "postgresql": "to_char(t.happened_on, 'YYYY-MM')"}
NO_KIND = "-"
"""The kind of a transfer that belongs to no contribution, as in the public line of its leaf."""
_GATHERED = (
    "programme_id {key}, month VARCHAR(7), kind VARCHAR(32), party_id {key}, points BIGINT, disputed BIGINT"
)
_SLOTS = (
    "programme_id {key}, month VARCHAR(7), kind VARCHAR(32), party_kind VARCHAR(32), ranking_id INTEGER, "
    "PRIMARY KEY (programme_id, month, kind, party_kind, ranking_id)"
)
_CHANGES = (
    "party_id {key}, ranking_id INTEGER, points BIGINT, disputed BIGINT, PRIMARY KEY (party_id, ranking_id)"
)


def honour_flows(dialect: str, columns: str = "") -> str:
    """Return the query of what leaves did to honour: programme, month, kind, party, points, disputed, per transfer.

    ``columns`` are added ones; ``l`` is the leaf, ``t`` the transfer. A WHERE for the leaves' numbers may follow it.
    """
    honour, held, release = AccountKind.HONOUR.value, Reason.HOLD.value, Reason.RELEASE.value
    comes = f"b.kind = '{honour}'"
    return (
        f"SELECT b.programme_id, {_MONTH[dialect]} AS month, coalesce(t.contribution_kind, '{NO_KIND}') AS kind, "
        f"CASE WHEN {comes} THEN b.party_id ELSE a.party_id END AS party_id, "
        f"CASE WHEN {comes} THEN t.points ELSE -t.points END AS points, "
        f"CASE t.reason WHEN '{held}' THEN t.points WHEN '{release}' THEN -t.points ELSE 0 END AS disputed{columns} "
        "FROM seal_leaf l JOIN transfer t ON t.id = l.thing_id "
        "JOIN account a ON a.id = t.from_account_id JOIN account b ON b.id = t.to_account_id "
        f"WHERE l.kind = '{LeafKind.TRANSFER.value}' AND (a.kind = '{honour}' OR b.kind = '{honour}')"
    )


def roll_up() -> int:
    """Add all leaves beyond the watermark to the standings; return how many there were. Opens its own transactions."""
    added = 0
    while True:
        with transaction() as session:
            done = add_batch(session)
        added += done
        if done < BATCH:
            return added


def add_batch(session: Session) -> int:
    """Add up to 5,000 leaves beyond the watermark; return how many there were."""
    mark = hold_mark(session)
    # Asked before the leaves are read, so that "as of" never promises more than what is there.
    complete_at = session.scalar(select(TreeHead.numbered_at).where(TreeHead.tree == TREE)) or clock.now()
    last = session.scalar(
        select(func.max(SealLeaf.number)).where(
            SealLeaf.number >= mark.leaves, SealLeaf.number < mark.leaves + BATCH
        )
    )
    done = 0 if last is None else last + 1 - mark.leaves
    if done:
        _add(session, mark.leaves, mark.leaves + done, counted=True)
        mark.leaves += done
    if done < BATCH:
        mark.rolled_at = complete_at
    session.flush()
    return done


def rebuild() -> int:
    """Make the standings anew from all leaves, in one transaction; the same leaves give the same standings.

    Returns how many leaves there were. Pages show the old standings until it is done.
    """
    with transaction() as session:
        mark = hold_mark(session)
        dialect = session.get_bind().dialect.name
        complete_at = session.scalar(select(TreeHead.numbered_at).where(TreeHead.tree == TREE)) or clock.now()
        live = select(Ranking.id).where(Ranking.frozen_id.is_(None))
        session.query(StandingBucket).filter(StandingBucket.ranking_id.in_(live)).delete(False)
        session.query(Standing).delete(False)
        session.query(Ranking).filter(Ranking.frozen_id.is_(None)).update({Ranking.points: 0}, False)
        last = session.scalar(select(func.max(SealLeaf.number)))
        leaves = 0 if last is None else last + 1
        dropped = _drop_indexes(session) if dialect == "sqlite" else []
        step = _REBUILT_AT_ONCE[dialect]
        for first in range(0, leaves, step):
            _add(session, first, min(first + step, leaves), counted=False)
        for index in dropped:
            index.create(session.connection())
        histogram.count_all(session)
        mark.leaves = leaves
        mark.rolled_at = complete_at
    return leaves


def ranking_ids(
    session: Session, wanted: Sequence[tuple[UUID, str, str, PartyKind]]
) -> dict[tuple[UUID, str, str, PartyKind], int]:
    """Return the numbers of live rankings by programme, period, kind and party kind; makes those that are missing.

    The caller holds the mark.
    """
    rows = session.scalars(
        select(Ranking).where(
            Ranking.frozen_id.is_(None), Ranking.programme_id.in_({programme for programme, *_ in wanted})
        )
    )
    found = {(one.programme_id, one.period, one.kind, one.party_kind): one.id for one in rows}
    following = next_ranking_id(session)
    for key in sorted(set(wanted) - found.keys()):
        programme_id, period, kind, party_kind = key
        session.add(
            Ranking(
                id=following,
                programme_id=programme_id,
                period=period,
                kind=kind,
                party_kind=party_kind,
                points=0,
            )
        )
        found[key] = following
        following += 1
    session.flush()
    return found


def next_ranking_id(session: Session) -> int:
    """Return the next free number of a ranking. The caller holds the mark."""
    return (session.scalar(select(func.max(Ranking.id))) or 0) + 1


def _add(session: Session, first: int, end: int, *, counted: bool) -> None:
    """Add the leaves from a number to before a number; ``counted``: the histogram goes along."""
    dialect = session.get_bind().dialect.name
    with (
        temporary(session, "rolled_month", _GATHERED) as gathered,
        temporary(session, "rolled_slot", _SLOTS) as slots,
        temporary(session, "rolled_change", _CHANGES) as changes,
    ):
        session.execute(
            text(
                f"INSERT INTO {gathered} SELECT programme_id, month, kind, party_id, sum(points), sum(disputed) "
                f"FROM ({honour_flows(dialect)} AND l.number >= :first AND l.number < :end) f "
                "GROUP BY programme_id, month, kind, party_id"
            ),
            {"first": first, "end": end},
        )
        _fill_slots(session, gathered, slots)
        session.execute(
            text(
                f"INSERT INTO {changes} SELECT g.party_id, c.ranking_id, sum(g.points), sum(g.disputed) "
                f"FROM {gathered} g JOIN party p ON p.id = g.party_id JOIN {slots} c ON "
                "c.programme_id = g.programme_id AND c.month = g.month AND c.kind = g.kind "
                "AND c.party_kind = p.kind GROUP BY g.party_id, c.ranking_id"
            )
        )
        source = f"JOIN {changes} c ON c.party_id = s.party_id AND c.ranking_id = s.ranking_id"
        if counted:
            refresh_changing(session, changes)
            histogram.tally(session, source, -1)
        _upsert(session, changes)
        if counted:
            histogram.tally(session, source, +1)


def _fill_slots(session: Session, gathered: str, slots: str) -> None:
    """Write down in which rankings each programme, month, kind and party kind counts."""
    rows = session.execute(
        text(
            f"SELECT DISTINCT g.programme_id, g.month, g.kind, p.kind AS party_kind FROM {gathered} g "
            "JOIN party p ON p.id = g.party_id"
        )
    ).all()
    table: list[tuple[Any, str, str, str, tuple[UUID, str, str, PartyKind]]] = []
    for programme, month, kind, party_kind in rows:
        key = programme if isinstance(programme, UUID) else UUID(bytes=programme)
        for period in periods_of_month(month):
            for counted in {ALL, kind} - {NO_KIND}:
                ranking = (key, period, counted, PartyKind(party_kind))
                table.append((programme, month, kind, party_kind, ranking))
    ids = ranking_ids(session, [ranking for *_slot, ranking in table])
    if table:
        session.execute(
            text(f"INSERT INTO {slots} VALUES (:programme, :month, :kind, :party_kind, :ranking)"),
            [
                {
                    "programme": programme,
                    "month": month,
                    "kind": kind,
                    "party_kind": party_kind,
                    "ranking": ids[ranking],
                }
                for programme, month, kind, party_kind, ranking in table
            ],
        )


def _upsert(session: Session, changes: str) -> None:
    session.execute(
        register_values(
            "INSERT INTO standing "
            "(party_id, ranking_id, county, town, village, size_class, points, disputed, named) "
            "SELECT c.party_id, c.ranking_id, r.county, r.town, r.village, r.size_class, c.points, c.disputed, r.named "
            f"FROM {changes} c JOIN ({REGISTER}) r ON r.party_id = c.party_id WHERE true "
            "ON CONFLICT (party_id, ranking_id) DO UPDATE SET points = standing.points + excluded.points, "
            "disputed = standing.disputed + excluded.disputed, county = excluded.county, town = excluded.town, "
            "village = excluded.village, size_class = excluded.size_class, named = excluded.named"
        )
    )
    session.execute(
        text(
            f"UPDATE ranking SET points = ranking.points + c.points FROM (SELECT ranking_id, sum(points) AS points "
            f"FROM {changes} GROUP BY ranking_id) c WHERE c.ranking_id = ranking.id"
        )
    )


def _drop_indexes(session: Session) -> list[Index]:
    """Drop the indexes of the standings: a whole one is sorted faster than filled. Readers keep what they see."""
    indexes = list(Base.metadata.tables[Standing.__tablename__].indexes)
    for index in indexes:
        index.drop(session.connection())
    return indexes
