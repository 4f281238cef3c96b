"""Help plans, visits, care agreements, exits and re-reviews."""

revision = "city_0026"
down_revision = "city_0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take them away."""
