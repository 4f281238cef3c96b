"""Standings that any page and any place are read from at the same cost; rankings frozen for good."""

import sqlalchemy as sa
from alembic import op

from app import types
from app.db import append_only_ddl

revision = "city_0013"
down_revision = "city_0012"
branch_labels = None
depends_on = None

_LISTED = "named AND points + 0 > 0"


def upgrade() -> None:
    """Make the tables; the standings are made anew from the leaves, so the old ones go."""
    op.drop_table("standing")
    # The next minute job adds all leaves up again.
    op.drop_table("roll_mark")
    op.create_table(
        "roll_mark",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("leaves", sa.BigInteger(), nullable=False),
        sa.Column(
            "changes", sa.BigInteger(), nullable=False, comment="how often names or places changed since"
        ),
        sa.Column(
            "rolled_at", types.UtcTimeType(), nullable=False, comment="up to when the standings are complete"
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_roll_mark")),
    )
    _make_frozen_rankings()
    _make_rankings()
    _make_standings()
    _make_frozen_places()
    _make_buckets()
    for table, key in (("frozen_ranking", "id"), ("frozen_place", "party_id, ranking_id")):
        for statement in append_only_ddl(table, op.get_bind().dialect.name, key=key):
            op.execute(statement)


def _make_frozen_rankings() -> None:
    op.create_table(
        "frozen_stage",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("cutoff", sa.BigInteger(), nullable=False),
        sa.Column(
            "file_sha256", sa.LargeBinary(length=32), nullable=False, comment="of the file that they will be"
        ),
        sa.Column("begun_at", types.UtcTimeType(), nullable=False),
        sa.Column("written", sa.BigInteger(), nullable=False, comment="lines so far"),
        sa.Column("counted", sa.Integer(), nullable=False, comment="rankings whose histogram is made so far"),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_frozen_stage_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_stage")),
    )
    op.create_index("ix_frozen_stage_period", "frozen_stage", ["programme_id", "period", "cutoff"])
    op.create_table(
        "frozen_ranking",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column(
            "form", sa.SmallInteger(), nullable=False, comment="version of the canonical form under the HMAC"
        ),
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False, comment="2026-11, 2026-Q4, 2026 or all"),
        sa.Column("number", sa.Integer(), nullable=False, comment="from 1; a correction has the next one"),
        sa.Column(
            "cutoff",
            sa.BigInteger(),
            nullable=False,
            comment="tree size: leaves with a lower number are within",
        ),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False, comment="of the tree of that size"),
        sa.Column(
            "rulesets",
            sa.String(length=200),
            nullable=False,
            comment="versions that scored what is within, by commas",
        ),
        sa.Column("places", sa.BigInteger(), nullable=False, comment="lines of the file"),
        sa.Column("file_sha256", sa.LargeBinary(length=32), nullable=False, comment="of the canonical CSV"),
        sa.Column(
            "parties_sha256",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="of the parties' keys in the order of the file, which does not name them",
        ),
        sa.Column("corrects_id", types.KeyType(), nullable=True, comment="the one before of the same period"),
        sa.Column("frozen_at", types.UtcTimeType(), nullable=False, comment="published at the same moment"),
        sa.Column("actor_id", types.KeyType(), nullable=True, comment="user; none: the system"),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("hmac", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["frozen_stage.id"], name=op.f("fk_frozen_ranking_id")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_frozen_ranking_programme_id")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["frozen_ranking.id"], name=op.f("fk_frozen_ranking_corrects_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_ranking")),
    )
    op.create_index(
        "uq_frozen_ranking_number", "frozen_ranking", ["programme_id", "period", "number"], unique=True
    )


def _make_rankings() -> None:
    op.create_table(
        "ranking",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False, comment="2026-11, 2026-Q4, 2026 or all"),
        sa.Column("kind", sa.String(length=32), nullable=False, comment="kind of contribution, or all"),
        sa.Column(
            "party_kind",
            sa.Enum(
                "organisation",
                "person",
                "household",
                name="party_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("frozen_id", types.KeyType(), nullable=True, comment="none: live"),
        sa.Column(
            "points", sa.BigInteger(), nullable=False, comment="of all parties together, listed or not"
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_ranking_programme_id")),
        sa.ForeignKeyConstraint(["frozen_id"], ["frozen_stage.id"], name=op.f("fk_ranking_frozen_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ranking")),
    )
    for name, columns, rows in (
        ("uq_ranking_live", ["programme_id", "period", "kind", "party_kind"], "frozen_id IS NULL"),
        ("uq_ranking_frozen", ["frozen_id", "kind", "party_kind"], "frozen_id IS NOT NULL"),
    ):
        where = sa.text(rows)
        op.create_index(name, "ranking", columns, unique=True, sqlite_where=where, postgresql_where=where)


def _placed() -> list[sa.Column[object]]:
    """Return the columns by which a party is ranked."""
    size = sa.Enum(
        "micro",
        "small",
        "medium",
        "large",
        name="size_class",
        native_enum=False,
        create_constraint=True,
        length=32,
    )
    return [
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column("ranking_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("county", sa.String(length=12), nullable=False, comment="of the party's region"),
        sa.Column("town", sa.String(length=12), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column(
            "size_class",
            size,
            nullable=True,
            comment="of an organisation that tells how many members it has",
        ),
        sa.Column(
            "points",
            sa.BigInteger(),
            nullable=False,
            comment="without the disputed ones; below zero is not listed",
        ),
    ]


def _make_standings() -> None:
    op.create_table(
        "standing",
        *_placed(),
        sa.Column(
            "disputed",
            sa.BigInteger(),
            nullable=False,
            comment="held until a dispute is decided; not in points",
        ),
        sa.Column("named", sa.Boolean(), nullable=False, comment="may be named publicly now"),
        sa.ForeignKeyConstraint(["ranking_id"], ["ranking.id"], name=op.f("fk_standing_ranking_id")),
        sa.PrimaryKeyConstraint("party_id", "ranking_id", name=op.f("pk_standing")),
        sqlite_with_rowid=False,
    )
    _page_indexes("standing", _LISTED)


def _make_frozen_places() -> None:
    op.create_table(
        "frozen_place",
        *_placed(),
        sa.Column(
            "who",
            sa.Text(),
            nullable=False,
            comment="O:code, or the months' pseudonyms of a person, never a name",
        ),
        sa.Column("rank_city", sa.Integer(), nullable=False),
        sa.Column("rank_county", sa.Integer(), nullable=False),
        sa.Column("rank_town", sa.Integer(), nullable=False),
        sa.Column("rank_village", sa.Integer(), nullable=False),
        sa.Column(
            "rank_size", sa.Integer(), nullable=True, comment="within the size class, in the whole city"
        ),
        sa.ForeignKeyConstraint(["ranking_id"], ["ranking.id"], name=op.f("fk_frozen_place_ranking_id")),
        sa.PrimaryKeyConstraint("party_id", "ranking_id", name=op.f("pk_frozen_place")),
        sqlite_with_rowid=False,
    )
    _page_indexes("frozen_place", None)


def _page_indexes(table: str, listed: str | None) -> None:
    for level in ("city", "county", "town", "village"):
        place = [] if level == "city" else [level]
        for size in (False, True):
            tail = ["points", "party_id", *(["named"] if listed else [])]
            columns = ["ranking_id", *(["size_class"] if size else []), *place, *tail]
            terms = [*([listed] if listed else []), *(["size_class IS NOT NULL"] if size else [])]
            where = sa.text(" AND ".join(terms)) if terms else None
            name = f"ix_{table}_{'size_' if size else ''}{level}"
            op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)


def _make_buckets() -> None:
    op.create_table(
        "standing_bucket",
        sa.Column("ranking_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.String(length=12), nullable=False, comment="code of a county, or all"),
        sa.Column("size_class", sa.String(length=8), nullable=False, comment="a size class, or all"),
        sa.Column(
            "grain",
            sa.SmallInteger(),
            autoincrement=False,
            nullable=False,
            comment="1: a bucket; 64: as many of them together",
        ),
        sa.Column(
            "bucket",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="rules.bucket_of(points), divided by the grain",
        ),
        sa.Column("parties", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ranking_id"], ["ranking.id"], name=op.f("fk_standing_bucket_ranking_id")),
        sa.PrimaryKeyConstraint(
            "ranking_id", "place", "size_class", "grain", "bucket", name=op.f("pk_standing_bucket")
        ),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take them away; the standings come back empty."""
    for table in ("standing_bucket", "frozen_place", "standing", "ranking", "frozen_ranking", "frozen_stage"):
        op.drop_table(table)
    op.drop_column("roll_mark", "changes")
    op.execute("DELETE FROM roll_mark")
    op.create_table(
        "standing",
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column("party_kind", sa.String(length=32), nullable=False),
        sa.Column("county", sa.String(length=12), nullable=False),
        sa.Column("town", sa.String(length=12), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("programme_id", "period", "kind", "party_id", name=op.f("pk_standing")),
    )
