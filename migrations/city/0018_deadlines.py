"""Parameters and deadlines."""

import sqlalchemy as sa
from alembic import op

from app import types

revision = "city_0018"
down_revision = "city_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "deadline",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", types.KeyType(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="as features register them"),
        sa.Column("region_code", sa.String(length=12), nullable=False, comment="where the thing lies"),
        sa.Column(
            "holder_level",
            sa.Enum(
                "organisation",
                "village",
                "town",
                "county",
                "city",
                name="holder_level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("started_on", sa.Date(), nullable=False, comment="day of the event, not counted"),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column(
            "unit",
            sa.Enum(
                "working_days",
                "calendar_days",
                "months",
                name="term_unit",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "due_on",
            sa.Date(),
            nullable=False,
            comment="last day; while paused, as it was when the clock stopped",
        ),
        sa.Column(
            "provisional",
            sa.Boolean(),
            nullable=False,
            comment="a year without its notice was counted through",
        ),
        sa.Column(
            "state",
            sa.Enum(
                "running",
                "paused",
                "met",
                "cancelled",
                name="deadline_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("paused_on", sa.Date(), nullable=True, comment="since when the clock stands"),
        sa.Column("met_on", sa.Date(), nullable=True),
        sa.Column(
            "supervised_level",
            sa.Enum(
                "county",
                "city",
                name="supervised_level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("supervised_at", types.UtcTimeType(), nullable=True, comment="when it came to that level"),
        sa.Column("opened_at", types.UtcTimeType(), nullable=False),
        sa.CheckConstraint("(state = 'met') = (met_on IS NOT NULL)", name=op.f("ck_deadline_met")),
        sa.CheckConstraint("(state = 'paused') = (paused_on IS NOT NULL)", name=op.f("ck_deadline_paused")),
        sa.CheckConstraint(
            "(supervised_level IS NULL) = (supervised_at IS NULL)", name=op.f("ck_deadline_supervised")
        ),
        sa.CheckConstraint("due_on >= started_on", name=op.f("ck_deadline_due_on")),
        sa.CheckConstraint("length > 0", name=op.f("ck_deadline_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    op.create_index("ix_deadline_due", "deadline", ["state", "due_on"], unique=False)
    op.create_index("ix_deadline_subject", "deadline", ["subject_kind", "subject_id"], unique=False)
    op.create_index(
        "uq_deadline_open",
        "deadline",
        ["subject_kind", "subject_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state IN ('running', 'paused')"),
        postgresql_where=sa.text("state IN ('running', 'paused')"),
    )
    op.create_table(
        "parameter_value",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("key", sa.String(length=60), nullable=False, comment="as in parameters.csv"),
        sa.Column(
            "region_code",
            sa.String(length=12),
            nullable=True,
            comment="with all below it; none: the whole city",
        ),
        sa.Column("value", sa.BigInteger(), nullable=False, comment="in the parameter's unit"),
        sa.Column("valid_from", sa.Date(), nullable=False, comment="first day in force"),
        sa.Column(
            "article",
            sa.String(length=200),
            nullable=False,
            comment="the document that it rests on, with its number",
        ),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "approved",
                "withdrawn",
                name="proposal_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("proposed_by_id", types.KeyType(), nullable=True, comment="person; somebody else approves"),
        sa.Column("proposed_at", types.UtcTimeType(), nullable=False),
        sa.Column("approved_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("approved_at", types.UtcTimeType(), nullable=True),
        sa.Column("withdrawn_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("withdrawn_at", types.UtcTimeType(), nullable=True),
        sa.CheckConstraint(
            "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name=op.f("ck_parameter_value_withdrawn")
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR approved_at IS NOT NULL", name=op.f("ck_parameter_value_approved")
        ),
        sa.CheckConstraint("value >= 0", name=op.f("ck_parameter_value_value")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_parameter_value")),
        sa.UniqueConstraint("code", name=op.f("uq_parameter_value_code")),
    )
    op.create_index(
        "uq_parameter_value_city",
        "parameter_value",
        ["key", "valid_from"],
        unique=True,
        sqlite_where=sa.text("region_code IS NULL AND state <> 'withdrawn'"),
        postgresql_where=sa.text("region_code IS NULL AND state <> 'withdrawn'"),
    )
    op.create_index(
        "uq_parameter_value_region",
        "parameter_value",
        ["key", "region_code", "valid_from"],
        unique=True,
        sqlite_where=sa.text("region_code IS NOT NULL AND state <> 'withdrawn'"),
        postgresql_where=sa.text("region_code IS NOT NULL AND state <> 'withdrawn'"),
    )
    op.create_table(
        "deadline_pause",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("deadline_id", types.KeyType(), nullable=False),
        sa.Column("paused_on", sa.Date(), nullable=False, comment="itself still counted"),
        sa.Column("resumed_on", sa.Date(), nullable=False, comment="itself not counted"),
        sa.CheckConstraint("resumed_on >= paused_on", name=op.f("ck_deadline_pause_period")),
        sa.ForeignKeyConstraint(["deadline_id"], ["deadline.id"], name=op.f("fk_deadline_pause_deadline_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_pause")),
    )
    op.create_index(op.f("ix_deadline_pause_deadline_id"), "deadline_pause", ["deadline_id"], unique=False)


def downgrade() -> None:
    """Take them away."""
    for table in ("deadline_pause", "deadline", "parameter_value"):
        op.drop_table(table)
