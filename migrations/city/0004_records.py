"""Projects, needs, offers, tips, and what the ledger of contributions brings."""

revision = "city_0004"
down_revision = "city_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns."""
