"""Village covenants: what a village's assembly rewards, and its records."""

revision = "city_0015"
down_revision = "city_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, columns and indexes."""


def downgrade() -> None:
    """Take them away."""
