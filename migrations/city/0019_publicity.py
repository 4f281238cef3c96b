"""Publicity with objections, and who approves up to which sum."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

from app import types
from app.db import append_only_ddl
from app.ids import new_code, new_id

revision = "city_0019"
down_revision = "city_0018"
branch_labels = None
depends_on = None

_LEVELS = ("town", "county", "city")
_STATES = ("running", "stopped", "ended", "withdrawn")
# A city begins with these until its own rules are entered: a county approves, larger projects the city. No town
# does without the number of a provincial rule (社会救助法 art. 44).
_DEFAULTS = (
    ("request", "county", None),
    ("request", "city", None),
    ("emergency", "county", None),
    ("emergency", "city", None),
    ("project", "county", 50_000_000),
    ("project", "city", None),
)
_BASIS = "平台初始设置，以市民政部门核定的审批权限为准"


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Make the tables, and the approval tiers that a city begins with."""
    _make_tiers()
    _make_publicity()
    for statement in append_only_ddl("publicity_step", op.get_bind().dialect.name):
        op.execute(statement)


def _make_tiers() -> None:
    table = op.create_table(
        "approval_tier",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(12), nullable=False, comment="in URLs"),
        sa.Column("thing", _enum("tier_thing", "request", "emergency", "project"), nullable=False),
        sa.Column(
            "region_code", sa.String(12), nullable=True, comment="whose table this is; none: the city's"
        ),
        sa.Column(
            "region_key",
            sa.String(12),
            nullable=False,
            comment="the same, empty for the city's: what must be unique holds no NULL",
        ),
        sa.Column("level", _enum("tier_level", *_LEVELS), nullable=False),
        sa.Column("up_to_fen", sa.BigInteger(), nullable=True, comment="0: approves nothing; none: any sum"),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="last day; none: until the next row begins"),
        sa.Column("basis", sa.String(200), nullable=False, comment="title and number of the rule"),
        sa.Column("state", _enum("tier_state", "proposed", "approved", "dropped"), nullable=False),
        sa.Column(
            "proposed_by_id",
            types.KeyType(),
            nullable=True,
            comment="person; none: the defaults of the program",
        ),
        sa.Column("proposed_at", types.UtcTimeType(), nullable=False),
        sa.Column("approved_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("approved_at", types.UtcTimeType(), nullable=True),
        sa.CheckConstraint("up_to_fen IS NULL OR up_to_fen >= 0", name=op.f("ck_approval_tier_up_to")),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_approval_tier_period")
        ),
        sa.CheckConstraint(
            "region_key = coalesce(region_code, '')", name=op.f("ck_approval_tier_region_key")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval_tier")),
        sa.UniqueConstraint("code", name=op.f("uq_approval_tier_code")),
    )
    line = ["thing", "region_key", "level"]
    for name, columns, condition in (
        ("uq_approval_tier_approved", [*line, "valid_from"], "state = 'approved'"),
        ("uq_approval_tier_open_end", line, "state = 'approved' AND valid_to IS NULL"),
        ("uq_approval_tier_proposed", line, "state = 'proposed'"),
    ):
        where = sa.text(condition)
        op.create_index(
            name, "approval_tier", columns, unique=True, sqlite_where=where, postgresql_where=where
        )
    began = datetime(2026, 1, 1, tzinfo=UTC)
    op.bulk_insert(
        table,
        [
            {
                "id": new_id(),
                "code": new_code(),
                "thing": thing,
                "region_code": None,
                "region_key": "",
                "level": level,
                "up_to_fen": up_to,
                "valid_from": date(2020, 1, 1),
                "basis": _BASIS,
                "state": "approved",
                "proposed_at": began,
                "approved_at": began,
            }
            for thing, level, up_to in _DEFAULTS
        ],
    )


def _make_publicity() -> None:
    op.create_table(
        "publicity",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(12), nullable=False, comment="in URLs"),
        sa.Column("subject_kind", sa.String(40), nullable=False, comment="as its feature registered it"),
        sa.Column("subject_id", types.KeyType(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False, comment="from 1; grows with each new look"),
        sa.Column("region_code", sa.String(12), nullable=False, comment="whose staff decide objections"),
        sa.Column(
            "level",
            _enum("tier_level", *_LEVELS),
            nullable=True,
            comment="objections are decided by an office of this level or above",
        ),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="only what anybody may read"),
        sa.Column("days", sa.Integer(), nullable=False, comment="calendar days of the term"),
        sa.Column("starts_on", sa.Date(), nullable=False, comment="day of opening, not counted"),
        sa.Column(
            "counted_from", sa.Date(), nullable=False, comment="day of opening, or of going on after a stop"
        ),
        sa.Column("days_left", sa.Integer(), nullable=False, comment="calendar days after counted_from"),
        sa.Column("ends_on", sa.Date(), nullable=False, comment="last day; while stopped what it was"),
        sa.Column(
            "provisional",
            sa.Boolean(),
            nullable=False,
            comment="the notice of the last day's year is not known yet",
        ),
        sa.Column("state", _enum("publicity_state", *_STATES), nullable=False),
        sa.Column("ended_at", types.UtcTimeType(), nullable=True, comment="ended or withdrawn"),
        sa.Column("opened_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.CheckConstraint("days > 0 AND days_left > 0", name=op.f("ck_publicity_days")),
        sa.CheckConstraint(
            "ends_on > counted_from AND counted_from >= starts_on", name=op.f("ck_publicity_period")
        ),
        sa.CheckConstraint(
            "(state IN ('ended', 'withdrawn')) = (ended_at IS NOT NULL)", name=op.f("ck_publicity_ended")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity")),
        sa.UniqueConstraint("code", name=op.f("uq_publicity_code")),
        sa.UniqueConstraint(
            "subject_kind", "subject_id", "round", name=op.f("uq_publicity_subject_kind_subject_id_round")
        ),
    )
    live = sa.text("state IN ('running', 'stopped')")
    op.create_index(
        "uq_publicity_live",
        "publicity",
        ["subject_kind", "subject_id"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    op.create_index("ix_publicity_state", "publicity", ["state", "ends_on", "id"])
    op.create_index("ix_publicity_ended", "publicity", ["ended_at", "id"])
    op.create_table(
        "publicity_step",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("publicity_id", types.KeyType(), nullable=False),
        sa.Column("from_state", _enum("from_state", *_STATES), nullable=True),
        sa.Column("to_state", _enum("to_state", *_STATES), nullable=False),
        sa.Column("happened_at", types.UtcTimeType(), nullable=False),
        sa.Column("by_user_id", types.KeyType(), nullable=True),
        sa.Column("by_person_id", types.KeyType(), nullable=True),
        sa.Column("days_left", sa.Integer(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["publicity_id"], ["publicity.id"], name=op.f("fk_publicity_step_publicity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity_step")),
    )
    op.create_index("ix_publicity_step_publicity", "publicity_step", ["publicity_id", "id"])
    op.create_table(
        "publicity_objection",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(12), nullable=False, comment="receipt number, in URLs"),
        sa.Column("publicity_id", types.KeyType(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column(
            "contact", sa.LargeBinary(), nullable=True, comment="only if the objector wishes to be asked"
        ),
        sa.Column(
            "sender_hash",
            sa.LargeBinary(32),
            nullable=True,
            comment="keyed hash of the address, for the brake on floods",
        ),
        sa.Column("received_at", types.UtcTimeType(), nullable=False),
        sa.Column("state", _enum("objection_state", "open", "upheld", "dismissed", "lapsed"), nullable=False),
        sa.Column(
            "answer", sa.LargeBinary(), nullable=True, comment="shown to whoever holds the receipt number"
        ),
        sa.Column("decided_at", types.UtcTimeType(), nullable=True),
        sa.Column("decided_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name=op.f("ck_publicity_objection_decided")
        ),
        sa.CheckConstraint(
            "(state IN ('upheld', 'dismissed')) = (answer IS NOT NULL)",
            name=op.f("ck_publicity_objection_answer"),
        ),
        sa.ForeignKeyConstraint(
            ["publicity_id"], ["publicity.id"], name=op.f("fk_publicity_objection_publicity_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publicity_objection")),
        sa.UniqueConstraint("code", name=op.f("uq_publicity_objection_code")),
    )
    op.create_index("ix_publicity_objection_publicity", "publicity_objection", ["publicity_id", "state"])
    op.create_index("ix_publicity_objection_waiting", "publicity_objection", ["state", "received_at", "id"])
    op.create_index("ix_publicity_objection_sender", "publicity_objection", ["sender_hash", "received_at"])


def downgrade() -> None:
    """Take them away."""
    for table in ("publicity_objection", "publicity_step", "publicity", "approval_tier"):
        op.drop_table(table)
