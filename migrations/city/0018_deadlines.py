"""Parameters and deadlines."""

revision = "city_0018"
down_revision = "city_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take them away."""
