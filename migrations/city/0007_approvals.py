"""Presses of the button that approves what an upload brought in."""

import sqlalchemy as sa
from alembic import op

from app import types

revision = "city_0007"
down_revision = "city_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "import_approval",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("upload_id", types.KeyType(), nullable=False),
        sa.Column("asked_by", types.KeyType(), nullable=False, comment="user"),
        sa.Column("asked_at", types.UtcTimeType(), nullable=False),
        sa.Column(
            "why", types.Encrypted(), nullable=False, comment="how it was checked, in the approver's words"
        ),
        sa.Column(
            "all_things", sa.Integer(), nullable=False, comment="that came in, in the order of their batches"
        ),
        sa.Column("done_things", sa.Integer(), nullable=False, comment="looked at so far"),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.Column("ended_at", types.UtcTimeType(), nullable=True),
        sa.Column("problem", types.Encrypted(), nullable=True, comment="why it stopped, or some stayed"),
        sa.Column("owner", sa.String(length=100), nullable=True, comment="the runner that works on it"),
        sa.Column("lease_until", types.UtcTimeType(), nullable=True, comment="by the machine's clock"),
        sa.ForeignKeyConstraint(
            ["upload_id"], ["import_upload.id"], name=op.f("fk_import_approval_upload_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_approval")),
        comment="presses of the button that approves an upload",
    )
    op.create_index("ix_import_approval_upload", "import_approval", ["upload_id", "asked_at"], unique=False)
    op.create_index("ix_import_approval_ended", "import_approval", ["ended_at"], unique=False)
