"""Assistance received, referrals and handing over, comparison of data."""

import sqlalchemy as sa
from alembic import op

from app import types
from app.db import append_only_ddl

revision = "city_0025"
down_revision = "city_0024"
branch_labels = None
depends_on = None

_TABLES = (
    "comparison_record",
    "aid_override",
    "assistance",
    "comparison_alert",
    "aid_override_note",
    "referral",
    "referral_step",
    "referral_note",
)
_APPEND_ONLY = ("aid_override", "referral_step")


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    """Make the tables, and refuse changes to the append-only ones."""
    op.create_table(
        "comparison_record",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column(
            "kind", _enum("data_kind", "death", "income", "vehicle", "housing", "other_aid"), nullable=False
        ),
        sa.Column(
            "identity_hash",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed hash; the number itself is not kept",
        ),
        sa.Column(
            "digest",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed hash of the whole line, so that it is kept once",
        ),
        sa.Column(
            "dated_on", sa.Date(), nullable=False, comment="day of the event, or first day of the month meant"
        ),
        sa.Column(
            "amount_fen", sa.BigInteger(), nullable=True, comment="income of the month, or sum of the aid"
        ),
        sa.Column("words", types.Encrypted(), nullable=True, comment="what aid, what vehicle, what flat"),
        sa.Column("department", sa.String(length=100), nullable=False, comment="who brought it"),
        sa.Column("received_at", types.UtcTimeType(), nullable=False),
        sa.Column("entered_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.CheckConstraint("amount_fen IS NULL OR amount_fen >= 0", name=op.f("ck_comparison_record_amount")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison_record")),
        sa.UniqueConstraint("kind", "digest", name=op.f("uq_comparison_record_kind_digest")),
    )
    op.create_index(
        "ix_comparison_record_person", "comparison_record", ["identity_hash", "kind"], unique=False
    )
    op.create_index("ix_comparison_record_received", "comparison_record", ["received_at", "id"], unique=False)
    op.create_table(
        "aid_override",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column(
            "subject_kind",
            sa.String(length=40),
            nullable=False,
            comment="what was decided: request, grant, referral",
        ),
        sa.Column("subject_id", types.KeyType(), nullable=False),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("kind_id", types.KeyType(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False, comment="of the household then"),
        sa.Column("organisations", sa.Integer(), nullable=False, comment="how many had helped"),
        sa.Column("days", sa.Integer(), nullable=False, comment="calendar days that were looked at"),
        sa.Column("happened_at", types.UtcTimeType(), nullable=False),
        sa.Column("by_user_id", types.KeyType(), nullable=True),
        sa.Column("by_person_id", types.KeyType(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_aid_override_household_id")
        ),
        sa.ForeignKeyConstraint(["kind_id"], ["aid_kind.id"], name=op.f("fk_aid_override_kind_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_override")),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "kind_id",
            name=op.f("uq_aid_override_subject_kind_subject_id_kind_id"),
        ),
    )
    op.create_index("ix_aid_override_happened", "aid_override", ["happened_at", "id"], unique=False)
    op.create_index("ix_aid_override_household", "aid_override", ["household_id"], unique=False)
    op.create_table(
        "assistance",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column(
            "source",
            _enum(
                "assistance_source", "spreadsheet", "staff", "delivery", "grant", "referral", "handed_over"
            ),
            nullable=False,
        ),
        sa.Column(
            "number",
            sa.String(length=40),
            nullable=False,
            comment="within the source: of the list, or the thing's key",
        ),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column(
            "person_id", types.KeyType(), nullable=True, comment="the member it was for; none: the household"
        ),
        sa.Column("kind_id", types.KeyType(), nullable=False),
        sa.Column("what", types.Encrypted(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True, comment="value, where it is known"),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column(
            "organisation_id",
            types.KeyType(),
            nullable=True,
            comment="who gave it, where the register knows them",
        ),
        sa.Column("giver", sa.String(length=200), nullable=False, comment="who gave it, as stated"),
        sa.Column("recorded_at", types.UtcTimeType(), nullable=False),
        sa.Column("entered_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.CheckConstraint("amount_fen IS NULL OR amount_fen > 0", name=op.f("ck_assistance_amount")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_assistance_household_id")
        ),
        sa.ForeignKeyConstraint(["kind_id"], ["aid_kind.id"], name=op.f("fk_assistance_kind_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.party_id"], name=op.f("fk_assistance_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_assistance_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assistance")),
        sa.UniqueConstraint("code", name=op.f("uq_assistance_code")),
        sa.UniqueConstraint("source", "number", name=op.f("uq_assistance_source_number")),
    )
    op.create_index("ix_assistance_given", "assistance", ["given_on", "id"], unique=False)
    op.create_index(
        "ix_assistance_household", "assistance", ["household_id", "kind_id", "given_on"], unique=False
    )
    op.create_index("ix_assistance_organisation", "assistance", ["organisation_id"], unique=False)
    op.create_table(
        "comparison_alert",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column(
            "kind",
            _enum("alert_kind", "death", "over_income", "vehicle", "housing", "double_aid", "unhelped"),
            nullable=False,
        ),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("person_id", types.KeyType(), nullable=True, comment="none: all of the household together"),
        sa.Column(
            "basis",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="keyed hash of the data behind it: told once",
        ),
        sa.Column(
            "region_code",
            sa.String(length=12),
            nullable=False,
            comment="of the household; moves along while it is open",
        ),
        sa.Column("reason", types.Encrypted(), nullable=False, comment="what was found, in words"),
        sa.Column("found_at", types.UtcTimeType(), nullable=False),
        sa.Column(
            "state",
            _enum("alert_state", "open", "nothing", "request", "visit", "passed_on", "lapsed"),
            nullable=False,
        ),
        sa.Column("note", types.Encrypted(), nullable=True, comment="what was done about it"),
        sa.Column("passed_to", sa.String(length=100), nullable=True, comment="the department it went to"),
        sa.Column("handled_at", types.UtcTimeType(), nullable=True),
        sa.Column("handled_by_id", types.KeyType(), nullable=True, comment="person; none: it lapsed"),
        sa.Column("due_on", sa.Date(), nullable=True, comment="by when it should have been handled"),
        sa.CheckConstraint(
            "(state = 'open') = (handled_at IS NULL)", name=op.f("ck_comparison_alert_handled")
        ),
        sa.CheckConstraint(
            "(state = 'passed_on') = (passed_to IS NOT NULL)", name=op.f("ck_comparison_alert_passed_on")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_comparison_alert_household_id")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.party_id"], name=op.f("fk_comparison_alert_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comparison_alert")),
        sa.UniqueConstraint("code", name=op.f("uq_comparison_alert_code")),
        sa.UniqueConstraint(
            "kind", "household_id", "basis", name=op.f("uq_comparison_alert_kind_household_id_basis")
        ),
    )
    op.create_index(
        "ix_comparison_alert_household", "comparison_alert", ["household_id", "state"], unique=False
    )
    op.create_index(
        "ix_comparison_alert_waiting",
        "comparison_alert",
        ["state", "region_code", "found_at", "id"],
        unique=False,
    )
    op.create_table(
        "aid_override_note",
        sa.Column("override_id", types.KeyType(), nullable=False),
        sa.Column("actor_name", sa.String(length=60), nullable=False),
        sa.Column("reason", types.Encrypted(), nullable=False),
        sa.ForeignKeyConstraint(
            ["override_id"], ["aid_override.id"], name=op.f("fk_aid_override_note_override_id")
        ),
        sa.PrimaryKeyConstraint("override_id", name=op.f("pk_aid_override_note")),
    )
    op.create_table(
        "referral",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("kind", _enum("referral_kind", "referral", "hand_over"), nullable=False),
        sa.Column("request_id", types.KeyType(), nullable=True, comment="from which it comes"),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("person_id", types.KeyType(), nullable=False, comment="the person concerned"),
        sa.Column(
            "region_code",
            sa.String(length=12),
            nullable=False,
            comment="of the office that sent it; it stays",
        ),
        sa.Column("aid_kind_id", types.KeyType(), nullable=False),
        sa.Column(
            "words", types.Encrypted(), nullable=False, comment="what is needed, for whoever is to help"
        ),
        sa.Column("organisation_id", types.KeyType(), nullable=True, comment="to whom it is referred"),
        sa.Column(
            "department",
            _enum(
                "department",
                "civil_affairs",
                "medical",
                "health",
                "education",
                "housing",
                "employment",
                "emergency",
                "justice",
                "disabled",
                "other",
            ),
            nullable=True,
        ),
        sa.Column("liaison_id", types.KeyType(), nullable=True, comment="to whom it is handed over"),
        sa.Column(
            "state",
            _enum("referral_state", "sent", "accepted", "returned", "done", "confirmed", "closed", "stopped"),
            nullable=False,
        ),
        sa.Column("state_since", types.UtcTimeType(), nullable=False),
        sa.Column("leg", sa.Integer(), nullable=False, comment="grows each time it is sent to somebody"),
        sa.Column("created_at", types.UtcTimeType(), nullable=False),
        sa.Column("sent_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("done_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("result", _enum("referral_result", "helped", "partly", "not_given"), nullable=True),
        sa.Column("result_words", types.Encrypted(), nullable=True, comment="what was given, or why not"),
        sa.Column(
            "result_fen", sa.BigInteger(), nullable=True, comment="value of what was given, where it is known"
        ),
        sa.Column("result_on", sa.Date(), nullable=True, comment="day on which it was given or decided"),
        sa.Column(
            "stop_cause",
            _enum("stop_cause", "consent", "withdrawn", "death", "household_closed"),
            nullable=True,
        ),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="grows with every step; a stale page is refused"
        ),
        sa.CheckConstraint(
            "(kind = 'referral' AND organisation_id IS NOT NULL AND department IS NULL AND liaison_id IS NULL)"
            " OR (kind = 'hand_over' AND organisation_id IS NULL AND department IS NOT NULL"
            " AND liaison_id IS NOT NULL)",
            name=op.f("ck_referral_receiver"),
        ),
        sa.CheckConstraint(
            "(state = 'stopped') = (stop_cause IS NOT NULL)", name=op.f("ck_referral_stopped")
        ),
        sa.CheckConstraint(
            "state NOT IN ('done', 'confirmed', 'closed') OR (result IS NOT NULL AND result_on IS NOT NULL)",
            name=op.f("ck_referral_result"),
        ),
        sa.CheckConstraint("result_fen IS NULL OR result_fen > 0", name=op.f("ck_referral_amount")),
        sa.ForeignKeyConstraint(["aid_kind_id"], ["aid_kind.id"], name=op.f("fk_referral_aid_kind_id")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_referral_household_id")
        ),
        sa.ForeignKeyConstraint(["liaison_id"], ["person.party_id"], name=op.f("fk_referral_liaison_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.party_id"], name=op.f("fk_referral_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_referral_person_id")),
        sa.ForeignKeyConstraint(["request_id"], ["aid_request.id"], name=op.f("fk_referral_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
        sa.UniqueConstraint("code", name=op.f("uq_referral_code")),
    )
    op.create_index("ix_referral_liaison", "referral", ["liaison_id", "id"], unique=False)
    op.create_index("ix_referral_organisation", "referral", ["organisation_id", "id"], unique=False)
    op.create_index("ix_referral_person", "referral", ["person_id", "state"], unique=False)
    op.create_index("ix_referral_region", "referral", ["region_code", "state", "id"], unique=False)
    op.create_index("ix_referral_request", "referral", ["request_id"], unique=False)
    op.create_index(
        "uq_referral_open",
        "referral",
        ["household_id", "person_id", "aid_kind_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state IN ('sent', 'accepted', 'returned', 'done', 'confirmed')"),
        postgresql_where=sa.text("state IN ('sent', 'accepted', 'returned', 'done', 'confirmed')"),
    )
    op.create_table(
        "referral_step",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("referral_id", types.KeyType(), nullable=False),
        sa.Column(
            "from_state",
            _enum("from_state", "sent", "accepted", "returned", "done", "confirmed", "closed", "stopped"),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            _enum("to_state", "sent", "accepted", "returned", "done", "confirmed", "closed", "stopped"),
            nullable=False,
        ),
        sa.Column("leg", sa.Integer(), nullable=False),
        sa.Column("organisation_id", types.KeyType(), nullable=True, comment="receiver of this leg"),
        sa.Column("liaison_id", types.KeyType(), nullable=True, comment="receiver of this leg"),
        sa.Column("happened_at", types.UtcTimeType(), nullable=False),
        sa.Column("by_user_id", types.KeyType(), nullable=True),
        sa.Column("by_person_id", types.KeyType(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True, comment="by when the step should have been taken"),
        sa.ForeignKeyConstraint(["referral_id"], ["referral.id"], name=op.f("fk_referral_step_referral_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral_step")),
    )
    op.create_index("ix_referral_step_referral", "referral_step", ["referral_id", "id"], unique=False)
    op.create_table(
        "referral_note",
        sa.Column("step_id", types.KeyType(), nullable=False),
        sa.Column("actor_name", sa.String(length=60), nullable=False),
        sa.Column("note", types.Encrypted(), nullable=True),
        sa.ForeignKeyConstraint(["step_id"], ["referral_step.id"], name=op.f("fk_referral_note_step_id")),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_referral_note")),
    )
    for table in _APPEND_ONLY:
        for statement in append_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for table in reversed(_TABLES):
        op.drop_table(table)
