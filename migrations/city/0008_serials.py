"""Serial numbers of ledgers are looked up whatever became of the entry."""

from alembic import op

revision = "city_0008"
down_revision = "city_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_contribution_serial", "contribution", ["serial"], unique=False)
