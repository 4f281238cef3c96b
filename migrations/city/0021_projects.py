"""Projects from proposal to opening."""

revision = "city_0021"
down_revision = "city_0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take them away."""
