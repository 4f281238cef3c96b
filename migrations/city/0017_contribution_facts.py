"""Contributions: what the multipliers of a ruleset ask."""

import sqlalchemy as sa
from alembic import op

revision = "city_0017"
down_revision = "city_0016"
branch_labels = None
depends_on = None

COLUMNS = {
    "urgency": "as the rules name it",
    "night": "at night, as the rules name it",
    "remote": "in a remote village, as the rules name it",
    "effect": "how it was evaluated, as the rules name it; by who verifies",
}


def upgrade() -> None:
    """Add the columns."""
    for name, comment in COLUMNS.items():
        op.add_column("contribution", sa.Column(name, sa.String(length=20), nullable=True, comment=comment))


def downgrade() -> None:
    """Take them away."""
    for name in COLUMNS:
        op.drop_column("contribution", name)
