"""What the registers of organisations, people and households bring."""

revision = "city_0003"
down_revision = "city_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns."""
