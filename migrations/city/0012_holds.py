"""Points held, months closed, notices of points that end."""

revision = "city_0012"
down_revision = "city_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, columns and indexes."""


def downgrade() -> None:
    """Take them away."""
