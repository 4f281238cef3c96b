"""Points held, months closed, notices of points that end."""

import sqlalchemy as sa
from alembic import op

from app import types
from app.db import append_only_ddl

revision = "city_0012"
down_revision = "city_0011"
branch_labels = None
depends_on = None

_ACTIVE = sa.text("state = 'active'")


def upgrade() -> None:
    """Make the tables and indexes."""
    op.create_table(
        "hold",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column(
            "purse",
            sa.Enum(
                "honour", "redeemable", name="purse", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column(
            "source_kind", sa.String(length=32), nullable=False, comment="kind of the thing they are held for"
        ),
        sa.Column("source_id", types.KeyType(), nullable=False, comment="the thing they are held for"),
        sa.Column(
            "purpose",
            sa.Enum(
                "exchange",
                "dispute",
                name="hold_purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", types.Encrypted(), nullable=True, comment="why, in words"),
        sa.Column(
            "reason_hash",
            sa.LargeBinary(length=32),
            nullable=True,
            comment="keyed, of the words; its posting signs it",
        ),
        sa.Column(
            "until",
            types.UtcTimeType(),
            nullable=True,
            comment="then they go back by themselves; none: never",
        ),
        sa.Column(
            "state",
            sa.Enum(
                "active",
                "posted",
                "released",
                "timed_out",
                name="hold_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="moves: holds.MOVES",
        ),
        sa.Column("held_at", types.UtcTimeType(), nullable=False),
        sa.Column("held_by_id", types.KeyType(), nullable=True, comment="person; none: the system"),
        sa.Column("ended_at", types.UtcTimeType(), nullable=True),
        sa.Column(
            "ended_by_id",
            types.KeyType(),
            nullable=True,
            comment="person; none: the system, or not ended",
        ),
        sa.CheckConstraint("points > 0", name=op.f("ck_hold_points")),
        sa.CheckConstraint("(state = 'active') = (ended_at IS NULL)", name=op.f("ck_hold_ended")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_hold_programme_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_hold_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index(
        "uq_hold_source",
        "hold",
        ["source_id", "purse", "source_kind"],
        unique=True,
        sqlite_where=_ACTIVE,
        postgresql_where=_ACTIVE,
    )
    op.create_index("ix_hold_party", "hold", ["party_id", "state"], unique=False)
    op.create_index("ix_hold_state", "hold", ["state", "until"], unique=False)
    of_holds = sa.text("source_kind = 'hold'")
    op.create_index(
        "ix_posting_hold", "posting", ["source_id"], sqlite_where=of_holds, postgresql_where=of_holds
    )
    op.create_index("ix_hold_ended", "hold", ["ended_at"], unique=False)
    op.create_table(
        "period_close",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column(
            "form",
            sa.SmallInteger(),
            nullable=False,
            comment="version of the canonical form under the HMAC",
        ),
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False, comment="such as 2026-11"),
        sa.Column(
            "ends_on",
            sa.Date(),
            nullable=False,
            comment="its last day: what happened later is not in it",
        ),
        sa.Column(
            "tree_size",
            sa.BigInteger(),
            nullable=False,
            comment="cut-off: leaves below this number are in it",
        ),
        sa.Column("root", sa.LargeBinary(length=32), nullable=True, comment="of the tree of that size"),
        sa.Column(
            "totals",
            sa.Text(),
            nullable=False,
            comment="JSON: balances before and after, flows, corrections",
        ),
        sa.Column("closed_at", types.UtcTimeType(), nullable=False, comment="when the cut-off was taken"),
        sa.Column("actor_id", types.KeyType(), nullable=True, comment="user; none: the system"),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("hmac", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("tree_size >= 0", name=op.f("ck_period_close_tree_size")),
        sa.ForeignKeyConstraint(
            ["programme_id"], ["programme.id"], name=op.f("fk_period_close_programme_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_period_close")),
        sa.UniqueConstraint("programme_id", "month", name=op.f("uq_period_close_programme_id_month")),
    )
    for statement in append_only_ddl("period_close", op.get_bind().dialect.name):
        op.execute(statement)
    op.create_table(
        "expiry_mark",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("done_through", sa.Date(), nullable=False, comment="the last day that was looked at"),
        sa.Column("looked_at", types.UtcTimeType(), nullable=False, comment="when that look began"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_expiry_mark")),
    )
    for name, columns, side in (
        ("ix_transfer_expires", ["expires_on", "to_account_id"], "to"),
        ("ix_transfer_to_expires", ["to_account_id", "expires_on", "points"], "to"),
        ("ix_transfer_from_expires", ["from_account_id", "expires_on", "points"], "from"),
    ):
        where = sa.text(f"expires_on IS NOT NULL AND {side}_number IS NOT NULL")
        op.create_index(name, "transfer", columns, unique=False, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    """Take them away."""
    op.drop_index("ix_posting_hold", "posting")
    for name in ("ix_transfer_expires", "ix_transfer_to_expires", "ix_transfer_from_expires"):
        op.drop_index(name, "transfer")
    for table in ("expiry_mark", "period_close", "hold"):
        op.drop_table(table)
