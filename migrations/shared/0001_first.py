"""Tables that all cities of a server share."""

import sqlalchemy as sa
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
    op.create_table(
        "region",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "province",
                "city",
                "county",
                "town",
                "village",
                name="region_level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "parent_code",
            sa.String(length=12),
            nullable=True,
            comment="the next division above, none for a province",
        ),
        sa.Column("valid_from", sa.Date(), nullable=True, comment="first day in force, none: unknown"),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="last day in force, none: still in force"),
        sa.Column(
            "successor_code", sa.String(length=12), nullable=True, comment="what a retired code became"
        ),
        sa.CheckConstraint("length(code) = 12", name=op.f("ck_region_code_length")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_from IS NULL OR valid_from <= valid_to",
            name=op.f("ck_region_validity"),
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
        schema="shared",
    )
    op.create_index(op.f("ix_region_parent_code"), "region", ["parent_code"], unique=False, schema="shared")
