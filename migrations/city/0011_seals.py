"""Leaves that the public can check, the tree's nodes, its seals and the roots of its days.

Leaves of the first form go: no root of them was ever published, and each transfer gets its leaf anew. What was
added up from them goes too and is added up again.
"""

import sqlalchemy as sa
from alembic import op

from app import types
from app.db import append_only_ddl

revision = "city_0011"
down_revision = "city_0010"
branch_labels = None
depends_on = None

APPEND_ONLY_TABLES = (
    ("seal_leaf", "number"),
    ("seal_node", "level, place"),
    ("seal", "number"),
    ("day_root", "day"),
)


def upgrade() -> None:
    """Make the tables anew and refuse changes to append-only ones."""
    _empty_standings()
    for table in ("seal_leaf", "tree_head", "account_salt"):
        op.drop_table(table)
    _make_leaves()
    _make_seals()
    dialect = op.get_bind().dialect.name
    for table, key in APPEND_ONLY_TABLES:
        for statement in append_only_ddl(table, dialect, key=key):
            op.execute(statement)


def downgrade() -> None:
    """Bring the tables of the first form back, empty."""
    _empty_standings()
    for table in ("day_root", "seal", "seal_node", "seal_leaf", "tree_head", "party_salt"):
        op.drop_table(table)
    op.create_table(
        "account_salt",
        sa.Column("account_id", types.KeyType(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_salt_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_salt")),
    )
    op.create_table(
        "tree_head",
        sa.Column("tree", sa.String(length=32), nullable=False),
        sa.Column("leaves", sa.BigInteger(), nullable=False),
        sa.Column("numbered_at", types.UtcTimeType(), nullable=False),
        sa.Column("looked_at", types.UtcTimeType(), nullable=True),
        sa.PrimaryKeyConstraint("tree", name=op.f("pk_tree_head")),
    )
    op.create_table(
        "seal_leaf",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("form", sa.SmallInteger(), nullable=False),
        _leaf_kind(),
        sa.Column("thing_id", types.KeyType(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal_leaf")),
        sa.UniqueConstraint("thing_id", name=op.f("uq_seal_leaf_thing_id")),
    )
    for statement in append_only_ddl("seal_leaf", op.get_bind().dialect.name, key="number"):
        op.execute(statement)


def _empty_standings() -> None:
    for table in ("standing", "roll_mark"):
        op.execute(f"DELETE FROM {table}")


def _leaf_kind() -> sa.Column[str]:
    kinds = sa.Enum(
        "transfer", "paper", name="leaf_kind", native_enum=False, create_constraint=True, length=32
    )
    return sa.Column("kind", kinds, nullable=False)


def _signed() -> tuple[sa.Column[str], sa.Column[bytes]]:
    return (
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("hmac", sa.LargeBinary(length=32), nullable=False),
    )


def _form() -> sa.Column[int]:
    comment = "version of the canonical form under the HMAC"
    return sa.Column("form", sa.SmallInteger(), nullable=False, comment=comment)


def _make_leaves() -> None:
    op.create_table(
        "party_salt",
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column("party_id", types.KeyType(), nullable=False),
        _form(),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=True, comment="secret; none once erased"),
        sa.Column("made_at", types.UtcTimeType(), nullable=False),
        sa.Column("erased_at", types.UtcTimeType(), nullable=True),
        *_signed(),
        sa.CheckConstraint("(salt IS NULL) = (erased_at IS NOT NULL)", name=op.f("ck_party_salt_erased")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_party_salt_party_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_party_salt_programme_id")),
        sa.PrimaryKeyConstraint("programme_id", "party_id", name=op.f("pk_party_salt")),
    )
    erased = sa.text("erased_at IS NOT NULL")
    op.create_index(
        "ix_party_salt_erased", "party_salt", ["erased_at"], sqlite_where=erased, postgresql_where=erased
    )
    op.create_table(
        "tree_head",
        sa.Column("tree", sa.String(length=32), nullable=False),
        _form(),
        sa.Column("leaves", sa.BigInteger(), nullable=False),
        sa.Column("seals", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False, comment="day roots"),
        sa.Column(
            "numbered_at",
            types.UtcTimeType(),
            nullable=False,
            comment="when new things were last looked for",
        ),
        sa.Column(
            "looked_at",
            types.UtcTimeType(),
            nullable=True,
            comment="the same in machine time, as keys are made",
        ),
        *_signed(),
        sa.PrimaryKeyConstraint("tree", name=op.f("pk_tree_head")),
    )
    op.create_table(
        "seal_leaf",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="from 0",
        ),
        sa.Column("form", sa.SmallInteger(), nullable=False, comment="version of the form that is hashed"),
        _leaf_kind(),
        sa.Column("thing_id", types.KeyType(), nullable=False, comment="transfer or paper"),
        sa.Column("public", sa.Text(), nullable=False, comment="the public line"),
        sa.Column(
            "commitment",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="SHA-256 of the row's own salt and its canonical form; a paper's: zeros",
        ),
        sa.Column(
            "leaf_hash",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="SHA-256 of 0x00, the public line, 0x0A and the commitment",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal_leaf")),
        sa.UniqueConstraint("thing_id", name=op.f("uq_seal_leaf_thing_id")),
    )


def _make_seals() -> None:
    op.create_table(
        "seal_node",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False, comment="within the level"),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_seal_node")),
    )
    op.create_table(
        "seal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False, comment="from 1"),
        _form(),
        sa.Column("tree_size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "peaks",
            sa.LargeBinary(),
            nullable=False,
            comment="roots of the maximal perfect subtrees, left to right",
        ),
        sa.Column("sealed_at", types.UtcTimeType(), nullable=False),
        sa.Column(
            "chain",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="SHA-256 of the chain before and number, size, root and time",
        ),
        *_signed(),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal")),
        sa.UniqueConstraint("tree_size", name=op.f("uq_seal_tree_size")),
    )
    op.create_index(op.f("ix_seal_sealed_at"), "seal", ["sealed_at"])
    op.create_table(
        "day_root",
        sa.Column("day", sa.Date(), nullable=False),
        _form(),
        sa.Column("tree_size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "chain",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="SHA-256 of the chain before and day, size and root",
        ),
        sa.Column("made_at", types.UtcTimeType(), nullable=False),
        *_signed(),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_day_root")),
    )
