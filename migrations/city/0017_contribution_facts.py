"""Contributions: what the multipliers of a ruleset ask."""

revision = "city_0017"
down_revision = "city_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take them away."""
