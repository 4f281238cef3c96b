"""Referrals, handing over, assistance received, comparison."""

revision = "city_0025"
down_revision = "city_0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take them away."""
