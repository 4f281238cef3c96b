"""The headings and words by which spreadsheets are understood."""

import sqlalchemy as sa
from alembic import op

from app import types

revision = "city_0002"
down_revision = "city_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns."""
    op.create_table(
        "vocabulary_heading",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False, comment="name of the register"),
        sa.Column("field", sa.String(length=40), nullable=False, comment="name of the field"),
        sa.Column("heading", sa.String(length=100), nullable=False, comment="as it is written"),
        sa.Column("folded", sa.String(length=100), nullable=False, comment="as it is compared"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vocabulary_heading")),
        sa.UniqueConstraint("register", "folded", name=op.f("uq_vocabulary_heading_register_folded")),
    )
    op.create_table(
        "vocabulary_word",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("list_name", sa.String(length=40), nullable=False),
        sa.Column(
            "value", sa.String(length=100), nullable=False, comment="what is stored; empty: nothing is said"
        ),
        sa.Column("word", sa.String(length=100), nullable=False, comment="as it is written"),
        sa.Column("folded", sa.String(length=100), nullable=False, comment="as it is compared"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vocabulary_word")),
        sa.UniqueConstraint("list_name", "folded", name=op.f("uq_vocabulary_word_list_name_folded")),
    )
