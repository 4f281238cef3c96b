"""Projects from proposal to opening."""

import sqlalchemy as sa
from alembic import op

from app import types
from app.db import append_only_ddl

revision = "city_0021"
down_revision = "city_0020"
branch_labels = None
depends_on = None

_STATES = (
    "draft",
    "submitted",
    "reviewed",
    "publicised",
    "open",
    "running",
    "closing",
    "evaluated",
    "archived",
    "sent_back",
    "refused",
    "suspended",
    "cancelled",
    "withdrawn",
)
_LEVELS = ("town", "county", "city")
_SOURCES = (
    "charity",
    "welfare_lottery",
    "east_west",
    "paired",
    "enterprise",
    "government_purchase",
    "own",
)
# name, type on SQLite, type on PostgreSQL, what else belongs to the column, comment
_COLUMNS: tuple[tuple[str, str, str, str, str | None], ...] = (
    (
        "campaign_id",
        "BLOB",
        "UUID",
        "CONSTRAINT fk_project_campaign_id REFERENCES campaign (id)",
        "to which it belongs",
    ),
    ("plan", "TEXT", "TEXT", "NOT NULL DEFAULT ''", "what will be done; public"),
    (
        "target_group",
        "VARCHAR(200)",
        "VARCHAR(200)",
        "NOT NULL DEFAULT ''",
        "whom it helps, never a person",
    ),
    (
        "target_households",
        "INTEGER",
        "INTEGER",
        "CONSTRAINT ck_project_households CHECK (target_households IS NULL OR target_households > 0)",
        "how many households it means to help",
    ),
    ("expected_effect", "TEXT", "TEXT", "NOT NULL DEFAULT ''", None),
    ("responsible_name", "VARCHAR(50)", "VARCHAR(50)", "", "who answers for it"),
    ("responsible_phone", "BLOB", "BYTEA", "", None),
    (
        "responsible_id",
        "BLOB",
        "UUID",
        "CONSTRAINT fk_project_responsible_id REFERENCES person (party_id)",
        "who that is in the register: whose relatives stand aside",
    ),
    (
        "budget_fen",
        "BIGINT",
        "BIGINT",
        "NOT NULL DEFAULT 0 CONSTRAINT ck_project_budget CHECK (budget_fen >= 0)",
        "the sum of its lines",
    ),
    (
        "level",
        "VARCHAR(32)",
        "VARCHAR(32)",
        f"CONSTRAINT ck_project_level CHECK (level IN {_LEVELS})",
        "who approves such a sum there, as it stood at submission",
    ),
    (
        "holder_level",
        "VARCHAR(32)",
        "VARCHAR(32)",
        f"CONSTRAINT ck_project_holder_level CHECK (holder_level IN {_LEVELS})",
        "at which level it waits, or waited last; none before it was handed in",
    ),
    (
        "revision",
        "INTEGER",
        "INTEGER",
        "NOT NULL DEFAULT 1",
        "grows with every edit; a stale page is refused",
    ),
    ("submitted_at", "VARCHAR(27)", "TIMESTAMP WITH TIME ZONE", "", None),
    ("submitted_by_id", "BLOB", "UUID", "", "person"),
    ("reviewed_by_id", "BLOB", "UUID", "", "person"),
    ("approved_by_id", "BLOB", "UUID", "", "person"),
    ("approved_at", "VARCHAR(27)", "TIMESTAMP WITH TIME ZONE", "", None),
    ("opened_on", "DATE", "DATE", "", "the day after its publicity"),
)
_INDEXES = {
    "ix_project_waiting": ["holder_level", "state", "region_code", "state_since"],
    "ix_project_state": ["state", "id"],
    "ix_project_campaign": ["campaign_id", "id"],
    "ix_project_sums": ["region_code", "state", "holder_level", "budget_fen"],
}


def upgrade() -> None:
    """Make the tables, and give projects their plan, money and decisions."""
    _make_campaigns()
    _allow_states(_STATES)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, on_sqlite, on_postgresql, more, comment in _COLUMNS:
        kind = on_sqlite if is_sqlite else on_postgresql
        op.execute(f"ALTER TABLE project ADD COLUMN {name} {kind} {more}".rstrip())
        if comment and not is_sqlite:
            said = comment.replace("'", "''")
            op.execute(f"COMMENT ON COLUMN project.{name} IS '{said}'")
    # What lists brought waits at the level of its place: two, four and six digits, then the town.
    op.execute(
        "UPDATE project SET holder_level = CASE WHEN substr(region_code, 5, 8) = '00000000' THEN 'city' "
        "WHEN substr(region_code, 7, 6) = '000000' THEN 'county' ELSE 'town' END"
    )
    for name, columns in _INDEXES.items():
        op.create_index(name, "project", columns)
    _make_parts()
    _make_steps()


def _make_campaigns() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("lead", sa.String(length=100), nullable=False, comment="the office that leads it"),
        sa.Column("region_code", sa.String(length=12), nullable=False, comment="where it takes place"),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False, comment="last day"),
        sa.Column("state", _enum("campaign_state", ("open", "closed")), nullable=False),
        sa.Column("created_at", types.UtcTimeType(), nullable=False),
        sa.Column("created_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.CheckConstraint("end_on >= start_on", name=op.f("ck_campaign_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
        sa.UniqueConstraint("title", name=op.f("uq_campaign_title")),
    )


def _make_parts() -> None:
    of_project = ["project_id"], ["project.id"]
    op.create_table(
        "project_budget_line",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("project_id", types.KeyType(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=100), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_project_budget_line_amount")),
        sa.ForeignKeyConstraint(*of_project, name=op.f("fk_project_budget_line_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_budget_line")),
        sa.UniqueConstraint(
            "project_id", "position", name=op.f("uq_project_budget_line_project_id_position")
        ),
    )
    op.create_table(
        "project_funding",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("project_id", types.KeyType(), nullable=False),
        sa.Column("source", _enum("funding_source", _SOURCES), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_project_funding_amount")),
        sa.ForeignKeyConstraint(*of_project, name=op.f("fk_project_funding_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_funding")),
        sa.UniqueConstraint("project_id", "source", name=op.f("uq_project_funding_project_id_source")),
    )
    op.create_table(
        "project_region",
        sa.Column("project_id", types.KeyType(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(*of_project, name=op.f("fk_project_region_project_id")),
        sa.PrimaryKeyConstraint("project_id", "region_code", name=op.f("pk_project_region")),
    )
    op.create_index("ix_project_region_place", "project_region", ["region_code", "project_id"])


def _make_steps() -> None:
    op.create_table(
        "project_step",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("project_id", types.KeyType(), nullable=False),
        sa.Column("from_state", _enum("from_state", _STATES), nullable=True),
        sa.Column("to_state", _enum("to_state", _STATES), nullable=False),
        sa.Column("happened_at", types.UtcTimeType(), nullable=False),
        sa.Column("by_user_id", types.KeyType(), nullable=True),
        sa.Column("by_person_id", types.KeyType(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("budget_fen", sa.BigInteger(), nullable=False, comment="as it stood"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="by when the step should have been taken"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_step_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_step")),
    )
    op.create_index("ix_project_step_project", "project_step", ["project_id", "id"])
    op.create_table(
        "project_note",
        sa.Column("step_id", types.KeyType(), nullable=False),
        sa.Column("actor_name", sa.String(length=60), nullable=False),
        sa.Column("note", types.Encrypted(), nullable=True),
        sa.ForeignKeyConstraint(["step_id"], ["project_step.id"], name=op.f("fk_project_note_step_id")),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_project_note")),
    )
    for statement in append_only_ddl("project_step", op.get_bind().dialect.name):
        op.execute(statement)


def _enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _allow_states(states: tuple[str, ...]) -> None:
    """Change the words that the state of a project may be."""
    words = ", ".join(f"'{one}'" for one in states)
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_project_project_state"), "project", type_="check")
        op.create_check_constraint(op.f("ck_project_project_state"), "project", f"state IN ({words})")
        return
    # A copy of the table would break the keys of needs and contributions to it, so its text is changed, as SQLite's
    # manual says for a CHECK ("Making Other Kinds Of Table Schema Changes").
    old = bind.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = 'project'")).scalar_one()
    start = old.index("state IN (")
    new = old[:start] + f"state IN ({words}" + old[old.index(")", start) :]
    version = bind.execute(sa.text("PRAGMA schema_version")).scalar_one()
    op.execute("PRAGMA writable_schema = ON")
    change = "UPDATE sqlite_master SET sql = :new WHERE type = 'table' AND name = 'project'"
    bind.execute(sa.text(change), {"new": new})
    op.execute(f"PRAGMA schema_version = {version + 1}")
    op.execute("PRAGMA writable_schema = OFF")


def downgrade() -> None:
    """Take the tables and columns away. What was proposed here goes; what lists brought stays, waiting."""
    for table in ("project_note", "project_step", "project_region", "project_funding", "project_budget_line"):
        op.drop_table(table)
    for name in _INDEXES:
        op.drop_index(name, "project")
    for name, *_rest in reversed(_COLUMNS):
        op.drop_column("project", name)
    op.execute("UPDATE project SET state = 'submitted'")
    _allow_states(("submitted",))
    op.drop_table("campaign")
