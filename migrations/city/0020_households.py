"""Households that split, move and lose members; commitments; entries of the credit lists."""

revision = "city_0020"
down_revision = "city_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take them away."""
