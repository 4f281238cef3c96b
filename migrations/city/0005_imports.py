"""Uploads and their batches."""

revision = "city_0005"
down_revision = "city_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns."""
