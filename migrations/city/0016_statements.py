"""Statements: what had happened by a day is found in an index, however long an account is."""

import sqlalchemy as sa
from alembic import op

revision = "city_0016"
down_revision = "city_0015"
branch_labels = None
depends_on = None

_SIDES = ("from", "to")


def upgrade() -> None:
    """Make an index for each side of a transfer that is a party's account."""
    for side in _SIDES:
        whose = sa.text(f"{side}_number IS NOT NULL")
        op.create_index(
            f"ix_transfer_{side}_happened",
            "transfer",
            [f"{side}_account_id", "happened_on", "contribution_kind", f"{side}_number", "points"],
            sqlite_where=whose,
            postgresql_where=whose,
        )


def downgrade() -> None:
    """Take them away."""
    for side in _SIDES:
        op.drop_index(f"ix_transfer_{side}_happened", "transfer")
