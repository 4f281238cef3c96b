"""Projects from opening to archive: budget and use, disclosure, evaluation, spot checks."""

revision = "city_0022"
down_revision = "city_0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take them away."""
