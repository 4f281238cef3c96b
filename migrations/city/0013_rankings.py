"""Standings that any page and any place are read from at the same cost; rankings frozen for good."""

revision = "city_0013"
down_revision = "city_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, columns and indexes."""


def downgrade() -> None:
    """Take them away."""
