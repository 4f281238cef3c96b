"""Statements: kept flows of each account by month, and indexes of what had happened by a day."""

import sqlalchemy as sa
from alembic import op

from app import types

revision = "city_0016"
down_revision = "city_0015"
branch_labels = None
depends_on = None

_SIDES = ("from", "to")


def upgrade() -> None:
    """Make the tables, and an index for each side of a transfer that is a party's account."""
    for side in _SIDES:
        whose = sa.text(f"{side}_number IS NOT NULL")
        op.create_index(
            f"ix_transfer_{side}_happened",
            "transfer",
            [f"{side}_account_id", "happened_on", f"{side}_number", "contribution_kind"],
            sqlite_where=whose,
            postgresql_where=whose,
        )

    op.create_table(
        "account_flow",
        sa.Column("account_id", types.KeyType(), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False, comment="of happening, such as 2026-11"),
        sa.Column("kind", sa.String(length=32), nullable=False, comment="of contribution; -: of none"),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("came", sa.BigInteger(), nullable=False),
        sa.Column("went", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_flow_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", "month", "kind", "reason", name=op.f("pk_account_flow")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "flow_mark",
        sa.Column("account_id", types.KeyType(), nullable=False),
        sa.Column(
            "number", sa.BigInteger(), nullable=False, comment="running number of the last line in the flows"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_flow_mark_account_id_account")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_flow_mark")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("flow_mark")
    op.drop_table("account_flow")
    for side in _SIDES:
        op.drop_index(f"ix_transfer_{side}_happened", "transfer")
