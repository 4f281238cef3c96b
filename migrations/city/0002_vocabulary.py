"""The headings and words by which spreadsheets are understood."""

revision = "city_0002"
down_revision = "city_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns."""
