"""Published lists of gifts."""

import sqlalchemy as sa
from alembic import op

from app import types

revision = "city_0006"
down_revision = "city_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "gift_line",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("cash", "goods", name="gift_kind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "chain",
            sa.String(length=64),
            nullable=False,
            comment="hash of this line and all above it in its list",
        ),
        sa.Column("list_key", sa.String(length=64), nullable=True, comment="chain of its list's first line"),
        sa.Column("content", sa.String(length=64), nullable=True, comment="hash of what the line says"),
        sa.Column("file_name", types.Encrypted(), nullable=True, comment="of the file that it came in"),
        sa.Column("sheet", sa.String(length=100), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False, comment="its number in the sheet"),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("giver", sa.String(length=200), nullable=True, comment="as written"),
        sa.Column(
            "forwarded_by",
            sa.String(length=200),
            nullable=True,
            comment="who passed the gift on, if somebody did",
        ),
        sa.Column("forwarded_for", sa.String(length=200), nullable=True, comment="for whom it was passed on"),
        sa.Column("receiver", sa.String(length=200), nullable=True, comment="of goods that were handed out"),
        sa.Column("item", sa.String(length=300), nullable=True),
        sa.Column("specification", sa.String(length=300), nullable=True),
        sa.Column("quantity", sa.String(length=30), nullable=True, comment="exact, as a decimal number"),
        sa.Column("unit", sa.String(length=30), nullable=True, comment="as written"),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column(
            "earmark", sa.String(length=500), nullable=True, comment="the purpose that the giver named"
        ),
        sa.Column("remark", sa.String(length=500), nullable=True),
        sa.Column("entered_at", types.UtcTimeType(), nullable=False),
        sa.Column("entered_by_id", types.KeyType(), nullable=True),
        sa.CheckConstraint("amount_fen IS NULL OR amount_fen >= 0", name=op.f("ck_gift_line_amount")),
        sa.ForeignKeyConstraint(
            ["entered_by_id"], ["person.party_id"], name=op.f("fk_gift_line_entered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_line")),
        sa.UniqueConstraint("chain", name=op.f("uq_gift_line_chain")),
    )
    op.create_index("ix_gift_line_list", "gift_line", ["list_key", "content"], unique=False)
    op.create_index("ix_gift_line_content", "gift_line", ["content"], unique=False)
