"""Aid granted: instalments, the reserve of a town, cases decided singly."""

revision = "city_0024"
down_revision = "city_0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take them away."""
