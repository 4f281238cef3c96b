"""Requests for aid: intake, assessment, decision."""

revision = "city_0023"
down_revision = "city_0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Take them away."""
