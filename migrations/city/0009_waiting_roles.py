"""Roles that a list gives to known people wait for a second person; look-alikes and employers are found by index."""

import sqlalchemy as sa
from alembic import op

from app import types

revision = "city_0009"
down_revision = "city_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the columns and indexes."""
    op.add_column(
        "person_role",
        sa.Column(
            "waits_since",
            types.UtcTimeType(),
            nullable=True,
            comment="a list gave it to a known person and nobody else has approved it",
        ),
    )
    op.add_column(
        "volunteer",
        sa.Column(
            "may_publish",
            sa.Boolean(),
            nullable=True,
            comment="consent on the list, while the role waits",
        ),
    )
    for table in ("qualification", "consent"):
        op.add_column(
            table,
            sa.Column("role_id", types.KeyType(), nullable=True, comment="role with which a list brought it"),
        )
        op.create_index(f"ix_{table}_role_id", table, ["role_id"], unique=False)
    op.create_index("ix_duplicate_candidate_other_id", "duplicate_candidate", ["other_id"], unique=False)
    op.create_index("ix_duplicate_answer_other_id", "duplicate_answer", ["other_id"], unique=False)
    op.create_index("ix_social_worker_employer_id", "social_worker", ["employer_id"], unique=False)
