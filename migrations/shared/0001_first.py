"""Tables that all cities of a server share."""

from alembic import op

from app.db import REFUSE_CHANGE_FUNCTION

revision = "shared_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSE_CHANGE_FUNCTION)
