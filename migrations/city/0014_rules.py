"""Rules edited on a page, tried on history, and adjustments by decision."""

revision = "city_0014"
down_revision = "city_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, columns and indexes."""


def downgrade() -> None:
    """Take them away."""
