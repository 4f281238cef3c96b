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
    "help_plan",
    "help_evaluation",
    "help_measure",
    "care_scale",
    "care_agreement",
    "self_care_assessment",
    "household_exit",
    "exit_stage",
    "review_draw",
    "review_item",
)


def upgrade() -> None:
    """Make the tables, and refuse changes to append-only ones."""
    _make_care()
    _make_visits()
    _make_plans()
    _make_selfcare()
    _make_exits()
    _make_reviews()
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


def _make_plans() -> None:
    op.create_table(
        "help_plan",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("lead_department", sa.String(length=60), nullable=False),
        sa.Column("responsible_id", types.KeyType(), nullable=False, comment="who answers for it"),
        sa.Column("goal", types.Encrypted(), nullable=False),
        sa.Column(
            "state",
            _enum(
                "plan_state",
                (
                    "draft",
                    "in_force",
                    "fulfilled",
                    "ended",
                    "dropped",
                ),
            ),
            nullable=False,
        ),
        sa.Column("drafted_at", types.UtcTimeType(), nullable=False),
        sa.Column("drafted_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("approved_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("begin_on", sa.Date(), nullable=True, comment="since when it is in force"),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "end_on IS NULL OR begin_on IS NULL OR end_on >= begin_on", name=op.f("ck_help_plan_period")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_help_plan_household_id")
        ),
        sa.ForeignKeyConstraint(
            ["responsible_id"], ["person.party_id"], name=op.f("fk_help_plan_responsible_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_plan")),
        sa.UniqueConstraint("code", name=op.f("uq_help_plan_code")),
    )
    op.create_index("ix_help_plan_region", "help_plan", ["region_code", "state", "id"])
    op.create_index(
        "uq_help_plan_open",
        "help_plan",
        ["household_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('draft', 'in_force')"),
        postgresql_where=sa.text("state IN ('draft', 'in_force')"),
    )
    op.create_table(
        "help_evaluation",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("plan_id", types.KeyType(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="from 1"),
        sa.Column("evaluated_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True, comment="by when it should have been"),
        sa.Column(
            "effect",
            _enum(
                "plan_effect",
                (
                    "reached",
                    "good",
                    "little",
                    "pointless",
                ),
            ),
            nullable=False,
        ),
        sa.Column("words", types.Encrypted(), nullable=False),
        sa.Column("by_person_id", types.KeyType(), nullable=True),
        sa.ForeignKeyConstraint(["plan_id"], ["help_plan.id"], name=op.f("fk_help_evaluation_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_evaluation")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_help_evaluation_plan_id_number")),
    )
    op.create_table(
        "help_measure",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("plan_id", types.KeyType(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("what", types.Encrypted(), nullable=False),
        sa.Column(
            "by_whom", sa.String(length=100), nullable=False, comment="a department or an organisation"
        ),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False, comment="last day"),
        sa.Column(
            "state",
            _enum(
                "measure_state",
                (
                    "planned",
                    "under_way",
                    "done",
                    "dropped",
                ),
            ),
            nullable=False,
        ),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint("due_on >= start_on", name=op.f("ck_help_measure_period")),
        sa.ForeignKeyConstraint(["plan_id"], ["help_plan.id"], name=op.f("fk_help_measure_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_measure")),
        sa.UniqueConstraint("plan_id", "position", name=op.f("uq_help_measure_plan_id_position")),
    )


def _make_selfcare() -> None:
    op.create_table(
        "care_scale",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="from 2"),
        sa.Column("basis", sa.String(length=200), nullable=False, comment="the document that it follows"),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column(
            "state",
            _enum(
                "scale_state",
                (
                    "proposed",
                    "published",
                    "dropped",
                ),
            ),
            nullable=False,
        ),
        sa.Column("proposed_at", types.UtcTimeType(), nullable=False),
        sa.Column("proposed_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("published_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_scale")),
        sa.UniqueConstraint("version", name=op.f("uq_care_scale_version")),
    )
    op.create_table(
        "care_agreement",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("person_id", types.KeyType(), nullable=False, comment="who is cared for"),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("carer_id", types.KeyType(), nullable=False, comment="who cares"),
        sa.Column(
            "level",
            _enum(
                "self_care_level",
                (
                    "full",
                    "partly",
                    "none",
                ),
            ),
            nullable=False,
            comment="as assessed at signing",
        ),
        sa.Column("tasks", types.Encrypted(), nullable=False, comment="what the carer does"),
        sa.Column(
            "visit_days", sa.Integer(), nullable=False, comment="how often it is looked at, calendar days"
        ),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False, comment="last day"),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("follows_id", types.KeyType(), nullable=True, comment="which it renews"),
        sa.Column(
            "state",
            _enum(
                "agreement_state",
                (
                    "in_force",
                    "renewed",
                    "expired",
                    "ended",
                ),
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", types.UtcTimeType(), nullable=False),
        sa.Column("recorded_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_care_agreement_period")),
        sa.CheckConstraint("visit_days BETWEEN 1 AND 92", name=op.f("ck_care_agreement_visits")),
        sa.ForeignKeyConstraint(["carer_id"], ["person.party_id"], name=op.f("fk_care_agreement_carer_id")),
        sa.ForeignKeyConstraint(
            ["follows_id"], ["care_agreement.id"], name=op.f("fk_care_agreement_follows_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_care_agreement_household_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_care_agreement_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_agreement")),
        sa.UniqueConstraint("code", name=op.f("uq_care_agreement_code")),
    )
    op.create_index(op.f("ix_care_agreement_household_id"), "care_agreement", ["household_id"])
    op.create_index("ix_care_agreement_region", "care_agreement", ["region_code", "state", "valid_to", "id"])
    op.create_index(
        "uq_care_agreement_stands",
        "care_agreement",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("state = 'in_force'"),
        postgresql_where=sa.text("state = 'in_force'"),
    )
    op.create_table(
        "self_care_assessment",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("person_id", types.KeyType(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column("scale_version", sa.Integer(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("answers", types.Encrypted(), nullable=False, comment="item=score, divided by commas"),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column(
            "level",
            _enum(
                "self_care_level",
                (
                    "full",
                    "partly",
                    "none",
                ),
            ),
            nullable=False,
        ),
        sa.Column("first_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("second_answers", types.Encrypted(), nullable=True),
        sa.Column("second_score", sa.Integer(), nullable=True),
        sa.Column("second_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column(
            "state",
            _enum(
                "assessment_state",
                (
                    "awaiting",
                    "in_force",
                    "disagreed",
                    "replaced",
                    "lapsed",
                ),
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", types.UtcTimeType(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_self_care_assessment_household_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.party_id"], name=op.f("fk_self_care_assessment_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_care_assessment")),
        sa.UniqueConstraint("code", name=op.f("uq_self_care_assessment_code")),
    )
    op.create_index(op.f("ix_self_care_assessment_household_id"), "self_care_assessment", ["household_id"])
    op.create_index("ix_self_care_assessment_region", "self_care_assessment", ["region_code", "state", "id"])
    op.create_index(
        "uq_self_care_assessment_awaiting",
        "self_care_assessment",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("state = 'awaiting'"),
        postgresql_where=sa.text("state = 'awaiting'"),
    )
    op.create_index(
        "uq_self_care_assessment_stands",
        "self_care_assessment",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("state = 'in_force'"),
        postgresql_where=sa.text("state = 'in_force'"),
    )


def _make_exits() -> None:
    op.create_table(
        "household_exit",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column(
            "kind",
            _enum(
                "exit_kind",
                (
                    "voluntary",
                    "gradual",
                ),
            ),
            nullable=False,
        ),
        sa.Column("category_id", types.KeyType(), nullable=False, comment="which it leaves"),
        sa.Column("category", sa.String(length=60), nullable=False, comment="its word, as it stood"),
        sa.Column("months", sa.Integer(), nullable=True, comment="how long a gradual exit takes"),
        sa.Column("steps_count", sa.Integer(), nullable=True, comment="in how many stages"),
        sa.Column(
            "state",
            _enum(
                "exit_state",
                (
                    "applied",
                    "visited",
                    "cooling",
                    "running",
                    "taken_back",
                    "refused",
                    "stopped",
                    "left",
                    "readmitted",
                    "lapsed",
                ),
            ),
            nullable=False,
        ),
        sa.Column("applied_at", types.UtcTimeType(), nullable=False),
        sa.Column("entered_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("confirmed_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("confirmed_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(kind = 'gradual') = (months IS NOT NULL AND steps_count IS NOT NULL)",
            name=op.f("ck_household_exit_stages"),
        ),
        sa.CheckConstraint(
            "(state IN ('left', 'readmitted')) = (left_on IS NOT NULL)", name=op.f("ck_household_exit_left")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["household_category.id"], name=op.f("fk_household_exit_category_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_household_exit_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_exit")),
        sa.UniqueConstraint("code", name=op.f("uq_household_exit_code")),
    )
    op.create_index("ix_household_exit_region", "household_exit", ["region_code", "state", "id"])
    op.create_index(
        "uq_household_exit_open",
        "household_exit",
        ["household_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('applied', 'visited', 'cooling', 'running')"),
        postgresql_where=sa.text("state IN ('applied', 'visited', 'cooling', 'running')"),
    )
    op.create_table(
        "exit_stage",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("exit_id", types.KeyType(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("begin_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False, comment="last day"),
        sa.Column("percent", sa.Integer(), nullable=False, comment="of the aid that remains"),
        sa.Column("checked_on", sa.Date(), nullable=True, comment="when a visit found that it bears"),
        sa.CheckConstraint("end_on >= begin_on", name=op.f("ck_exit_stage_period")),
        sa.CheckConstraint("percent BETWEEN 0 AND 100", name=op.f("ck_exit_stage_percent")),
        sa.ForeignKeyConstraint(["exit_id"], ["household_exit.id"], name=op.f("fk_exit_stage_exit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exit_stage")),
        sa.UniqueConstraint("exit_id", "position", name=op.f("uq_exit_stage_exit_id_position")),
    )


def _make_reviews() -> None:
    op.create_table(
        "review_draw",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column(
            "first_day", sa.Date(), nullable=False, comment="of the decisions that are looked at again"
        ),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False, comment="of the list that is drawn, rounded up"),
        sa.Column(
            "seed",
            types.Encrypted(),
            nullable=False,
            comment="hexadecimal; shown to everybody once it has drawn",
        ),
        sa.Column(
            "seed_hash",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the seed's text; public at once",
        ),
        sa.Column(
            "state",
            _enum(
                "draw_state",
                (
                    "committed",
                    "drawn",
                    "closed",
                ),
            ),
            nullable=False,
        ),
        sa.Column("committed_at", types.UtcTimeType(), nullable=False),
        sa.Column("committed_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("drawn_at", types.UtcTimeType(), nullable=True),
        sa.Column(
            "list_hash", sa.String(length=64), nullable=True, comment="SHA-256 of the sorted keys of the list"
        ),
        sa.Column("list_count", sa.Integer(), nullable=True),
        sa.Column("drawn_count", sa.Integer(), nullable=True),
        sa.CheckConstraint("(state = 'committed') = (drawn_at IS NULL)", name=op.f("ck_review_draw_drawn")),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_review_draw_period")),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name=op.f("ck_review_draw_percent")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_draw")),
        sa.UniqueConstraint("code", name=op.f("uq_review_draw_code")),
        sa.UniqueConstraint(
            "region_code", "first_day", "last_day", name=op.f("uq_review_draw_region_code_first_day_last_day")
        ),
    )
    op.create_table(
        "review_item",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("draw_id", types.KeyType(), nullable=False),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column(
            "subject_kind", sa.String(length=40), nullable=False, comment="household_exit, aid_request"
        ),
        sa.Column("subject_id", types.KeyType(), nullable=False),
        sa.Column(
            "state",
            _enum(
                "item_state",
                (
                    "spared",
                    "waiting",
                    "confirmed",
                    "readmit",
                    "gone",
                ),
            ),
            nullable=False,
        ),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("closed_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.ForeignKeyConstraint(["draw_id"], ["review_draw.id"], name=op.f("fk_review_item_draw_id")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_review_item_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_item")),
        sa.UniqueConstraint("code", name=op.f("uq_review_item_code")),
        sa.UniqueConstraint(
            "draw_id",
            "subject_kind",
            "subject_id",
            name=op.f("uq_review_item_draw_id_subject_kind_subject_id"),
        ),
    )
    op.create_index(op.f("ix_review_item_household_id"), "review_item", ["household_id"])
    op.create_index("ix_review_item_state", "review_item", ["state", "region_code", "id"])


def _enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    """Take them away."""
    for table in reversed(TABLES):
        op.drop_table(table)
