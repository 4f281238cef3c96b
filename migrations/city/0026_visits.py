"""Help plans, visits, care agreements, exits and re-reviews."""

import sqlalchemy as sa
from alembic import op

from app import types
from app.db import append_only_ddl

revision = "city_0026"
down_revision = "city_0025"
branch_labels = None
depends_on = None

APPEND_ONLY_TABLES = ("care_step",)
TABLES = (
    "care_step",
    "care_note",
    "visit",
    "visit_follow_up",
    "visit_note",
    "visit_visitor",
)


def upgrade() -> None:
    """Make the tables, and refuse changes to append-only ones."""
    _make_care()
    _make_visits()
    for table in APPEND_ONLY_TABLES:
        for statement in append_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def _make_care() -> None:
    op.create_table(
        "care_step",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False, comment="table of the thing"),
        sa.Column("subject_id", types.KeyType(), nullable=False),
        sa.Column("from_state", sa.String(length=32), nullable=True),
        sa.Column("to_state", sa.String(length=32), nullable=False),
        sa.Column("happened_at", types.UtcTimeType(), nullable=False),
        sa.Column("by_user_id", types.KeyType(), nullable=True),
        sa.Column("by_person_id", types.KeyType(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_care_step_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_step")),
    )
    op.create_index("ix_care_step_household", "care_step", ["household_id", "id"])
    op.create_index("ix_care_step_subject", "care_step", ["subject_kind", "subject_id", "id"])
    op.create_table(
        "care_note",
        sa.Column("step_id", types.KeyType(), nullable=False),
        sa.Column("actor_name", sa.String(length=60), nullable=False),
        sa.Column("note", types.Encrypted(), nullable=True),
        sa.ForeignKeyConstraint(["step_id"], ["care_step.id"], name=op.f("fk_care_note_step_id")),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_care_note")),
    )


def _make_visits() -> None:
    op.create_table(
        "visit",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column(
            "region_code", sa.String(length=12), nullable=False, comment="where it is to be made, or was"
        ),
        sa.Column(
            "ground",
            _enum(
                "visit_ground",
                (
                    "destitute",
                    "living_allowance",
                    "monitored",
                    "potential",
                    "other",
                    "agreed",
                    "patrol",
                    "care_agreement",
                    "exit",
                    "reexamination",
                ),
            ),
            nullable=False,
        ),
        sa.Column(
            "subject_kind",
            sa.String(length=40),
            nullable=False,
            comment="household, or the thing that wants it",
        ),
        sa.Column("subject_id", types.KeyType(), nullable=False),
        sa.Column("people_needed", sa.Integer(), nullable=False, comment="how many have to go"),
        sa.Column(
            "state",
            _enum(
                "visit_state",
                (
                    "due",
                    "done",
                    "absent",
                    "cancelled",
                ),
            ),
            nullable=False,
        ),
        sa.Column("opened_at", types.UtcTimeType(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True, comment="as it stood when the visit was made"),
        sa.Column("made_at", types.UtcTimeType(), nullable=True),
        sa.Column(
            "place",
            _enum(
                "visit_place",
                (
                    "home",
                    "village",
                    "hospital",
                    "institution",
                    "elsewhere",
                ),
            ),
            nullable=True,
        ),
        sa.Column(
            "outcome",
            _enum(
                "visit_outcome",
                (
                    "well",
                    "concern",
                    "absent",
                ),
            ),
            nullable=True,
        ),
        sa.Column("recorded_at", types.UtcTimeType(), nullable=True),
        sa.Column("recorded_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.CheckConstraint(
            "(state IN ('done', 'absent')) = (made_at IS NOT NULL AND outcome IS NOT NULL)",
            name=op.f("ck_visit_made"),
        ),
        sa.CheckConstraint("people_needed > 0", name=op.f("ck_visit_people")),
        sa.ForeignKeyConstraint(["household_id"], ["household.party_id"], name=op.f("fk_visit_household_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.UniqueConstraint("code", name=op.f("uq_visit_code")),
    )
    op.create_index("ix_visit_household", "visit", ["household_id", "id"])
    op.create_index("ix_visit_region", "visit", ["region_code", "state", "id"])
    op.create_index(
        "uq_visit_due",
        "visit",
        ["subject_kind", "subject_id"],
        unique=True,
        sqlite_where=sa.text("state = 'due'"),
        postgresql_where=sa.text("state = 'due'"),
    )
    op.create_table(
        "visit_follow_up",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("visit_id", types.KeyType(), nullable=False),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column(
            "kind",
            _enum(
                "follow_up_kind",
                (
                    "request",
                    "need",
                    "category",
                    "danger",
                    "other",
                ),
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            _enum(
                "follow_up_state",
                (
                    "open",
                    "done",
                    "dropped",
                ),
            ),
            nullable=False,
        ),
        sa.Column("opened_at", types.UtcTimeType(), nullable=False),
        sa.Column("closed_at", types.UtcTimeType(), nullable=True),
        sa.Column("result_kind", sa.String(length=40), nullable=True, comment="table of what came of it"),
        sa.Column("result_id", types.KeyType(), nullable=True, comment="a request, a need…"),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_visit_follow_up_closed")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_visit_follow_up_household_id")
        ),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_follow_up_visit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_follow_up")),
        sa.UniqueConstraint("code", name=op.f("uq_visit_follow_up_code")),
        sa.UniqueConstraint("visit_id", "kind", name=op.f("uq_visit_follow_up_visit_id_kind")),
    )
    op.create_index(op.f("ix_visit_follow_up_household_id"), "visit_follow_up", ["household_id"])
    op.create_index("ix_visit_follow_up_open", "visit_follow_up", ["region_code", "state", "id"])
    op.create_table(
        "visit_note",
        sa.Column("visit_id", types.KeyType(), nullable=False),
        sa.Column(
            "items", types.Encrypted(), nullable=False, comment="keys of the check list, divided by commas"
        ),
        sa.Column("words", types.Encrypted(), nullable=True),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_note_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_visit_note")),
    )
    op.create_table(
        "visit_visitor",
        sa.Column("visit_id", types.KeyType(), nullable=False),
        sa.Column("person_id", types.KeyType(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_visit_visitor_person_id")),
        sa.ForeignKeyConstraint(["visit_id"], ["visit.id"], name=op.f("fk_visit_visitor_visit_id")),
        sa.PrimaryKeyConstraint("visit_id", "person_id", name=op.f("pk_visit_visitor")),
    )


def _enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    """Take them away."""
    for table in reversed(TABLES):
        op.drop_table(table)
