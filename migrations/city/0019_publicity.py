"""Publicity with objections, and who approves up to which sum."""

revision = "city_0019"
down_revision = "city_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take them away."""
