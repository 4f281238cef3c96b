"""Requests for aid: intake, assessment, decision."""

import uuid

import sqlalchemy as sa
from alembic import op

from app import types
from app.db import append_only_ddl

revision = "city_0023"
down_revision = "city_0022"
branch_labels = None
depends_on = None

_STATES = (
    "draft", "submitted", "assessed", "publicised", "proposed", "approved", "refused", "referred",
    "handed_over", "withdrawn", "closed",
)  # fmt: skip
_LEVELS = ("town", "county", "city")
_KINDS = (
    ("生活困难帮扶", "吃穿用等日常生活有困难", False),
    ("医疗帮扶", "看病、买药、康复的自付费用", False),
    ("教育帮扶", "上学的费用、学习用品、课业辅导", False),
    ("住房修缮", "房屋修补、适老化改造、用水用电", False),
    ("就业帮扶", "找工作、学手艺、做小买卖", False),
    ("照护服务", "上门照料、助餐、助浴、康复护理", False),
    ("心理疏导", "谈心、心理支持", False),
    ("突发急难", "火灾、事故、重病等突然发生的困难", False),
    ("最低生活保障", "申请低保，由民政部门依法认定", True),
    ("特困供养", "申请特困人员救助供养，由民政部门依法认定", True),
    ("临时救助", "申请政府临时救助，由民政部门依法认定", True),
)
"""Name, what a family reads, and whether it is decided in the provincial system."""


def upgrade() -> None:
    """Make the tables, with the kinds of aid that a bureau begins with."""
    _make_requests()
    _make_assessments()
    _make_history()
    for table in ("request_step", "visit_signer"):
        for statement in append_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)
    _enter_kinds()


def _make_requests() -> None:
    op.create_table(
        "aid_kind",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("name", sa.String(length=30), nullable=False),
        sa.Column(
            "about", sa.String(length=200), nullable=False, comment="in words that a family understands"
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "is_statutory",
            sa.Boolean(),
            nullable=False,
            comment="decided in the provincial system: handed over",
        ),
        sa.Column("is_active", sa.Boolean(), nullable=False, comment="may be chosen for new requests"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_kind")),
        sa.UniqueConstraint("code", name=op.f("uq_aid_kind_code")),
        sa.UniqueConstraint("name", name=op.f("uq_aid_kind_name")),
    )
    op.create_table(
        "aid_request",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("number", sa.String(length=20), nullable=True, comment="given when it is handed in"),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("person_id", types.KeyType(), nullable=False, comment="the person concerned"),
        sa.Column(
            "whole_household",
            sa.Boolean(),
            nullable=False,
            comment="the need is of all; the person speaks for them",
        ),
        sa.Column("applicant", _enum("applicant", ("self", "guardian", "agent")), nullable=False),
        sa.Column("applicant_id", types.KeyType(), nullable=False, comment="who asks and signs"),
        sa.Column("region_code", sa.String(length=12), nullable=False, comment="of the household"),
        sa.Column(
            "channel",
            _enum(
                "channel",
                (
                    "member",
                    "village",
                    "patrol",
                    "hotline_12345",
                    "hotline_12355",
                    "window",
                    "comparison",
                    "spreadsheet",
                ),
            ),
            nullable=False,
        ),
        sa.Column("slip_number", sa.String(length=40), nullable=True, comment="of the hot line"),
        sa.Column("urgency", _enum("urgency", ("normal", "soon", "emergency")), nullable=False),
        sa.Column("words", types.Encrypted(), nullable=False, comment="what has happened and what is needed"),
        sa.Column("asked_fen", sa.BigInteger(), nullable=True, comment="the sum asked for, when it is money"),
        sa.Column("state", _enum("request_state", _STATES), nullable=False),
        sa.Column("state_since", types.UtcTimeType(), nullable=False),
        sa.Column("created_at", types.UtcTimeType(), nullable=False),
        sa.Column("entered_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="grows with every edit; a stale page is refused"
        ),
        sa.Column("submitted_at", types.UtcTimeType(), nullable=True),
        sa.Column("submitted_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("accepted_at", types.UtcTimeType(), nullable=True, comment="taken up by the office"),
        sa.Column("accepted_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column(
            "economic_authorised_on",
            sa.Date(),
            nullable=True,
            comment="the household let its means be checked",
        ),
        sa.Column(
            "round",
            sa.Integer(),
            nullable=False,
            comment="of the assessment; grows when it is looked at anew",
        ),
        sa.Column("is_disputed", sa.Boolean(), nullable=False, comment="the village's meeting is wanted"),
        sa.Column(
            "protection",
            _enum("protection", ("minor", "orphan", "unattended_child", "violence", "infection")),
            nullable=True,
            comment="never publicised",
        ),
        sa.Column("assessed_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("recommendation", _enum("recommendation", ("grant", "refuse")), nullable=True),
        sa.Column("proposed_fen", sa.BigInteger(), nullable=True, comment="0: no money, help in kind"),
        sa.Column("proposed_words", types.Encrypted(), nullable=True, comment="what is to be given, and why"),
        sa.Column("proposed_at", types.UtcTimeType(), nullable=True),
        sa.Column("proposed_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column(
            "reviewed_by_id",
            types.KeyType(),
            nullable=True,
            comment="the second officer, where nothing is publicised",
        ),
        sa.Column(
            "level",
            _enum("level", _LEVELS),
            nullable=True,
            comment="who approves such a sum there, as it stood at the proposal",
        ),
        sa.Column(
            "holder_level",
            _enum("holder_level", _LEVELS),
            nullable=True,
            comment="at which level it waits; none before it was handed in",
        ),
        sa.Column("decided_at", types.UtcTimeType(), nullable=True),
        sa.Column("decided_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("granted_fen", sa.BigInteger(), nullable=True, comment="0: no money, help in kind"),
        sa.CheckConstraint(
            "(state = 'draft' OR state = 'withdrawn' OR state = 'closed') OR number IS NOT NULL",
            name=op.f("ck_aid_request_numbered"),
        ),
        sa.CheckConstraint("asked_fen IS NULL OR asked_fen > 0", name=op.f("ck_aid_request_asked")),
        sa.CheckConstraint("granted_fen IS NULL OR granted_fen >= 0", name=op.f("ck_aid_request_granted")),
        sa.CheckConstraint("proposed_fen IS NULL OR proposed_fen >= 0", name=op.f("ck_aid_request_proposed")),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["person.party_id"], name=op.f("fk_aid_request_applicant_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_aid_request_household_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_aid_request_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_aid_request")),
        sa.UniqueConstraint("code", name=op.f("uq_aid_request_code")),
        sa.UniqueConstraint("number", name=op.f("uq_aid_request_number")),
    )
    op.create_index("ix_aid_request_applicant", "aid_request", ["applicant_id", "id"], unique=False)
    op.create_index("ix_aid_request_household", "aid_request", ["household_id", "id"], unique=False)
    op.create_index("ix_aid_request_person", "aid_request", ["person_id", "id"], unique=False)
    op.create_index("ix_aid_request_region", "aid_request", ["region_code", "id"], unique=False)
    op.create_index("ix_aid_request_state", "aid_request", ["state", "id"], unique=False)
    op.create_index(
        "ix_aid_request_waiting", "aid_request", ["holder_level", "state", "state_since", "id"], unique=False
    )
    op.create_index(
        "uq_aid_request_slip",
        "aid_request",
        ["channel", "slip_number"],
        unique=True,
        sqlite_where=sa.text("state <> 'withdrawn' AND slip_number IS NOT NULL"),
        postgresql_where=sa.text("state <> 'withdrawn' AND slip_number IS NOT NULL"),
    )
    op.create_table(
        "aid_request_kind",
        sa.Column("request_id", types.KeyType(), nullable=False),
        sa.Column("kind_id", types.KeyType(), nullable=False),
        sa.ForeignKeyConstraint(["kind_id"], ["aid_kind.id"], name=op.f("fk_aid_request_kind_kind_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["aid_request.id"], name=op.f("fk_aid_request_kind_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", "kind_id", name=op.f("pk_aid_request_kind")),
    )
    op.create_index("ix_aid_request_kind_kind", "aid_request_kind", ["kind_id", "request_id"], unique=False)


def _make_assessments() -> None:
    op.create_table(
        "request_file",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("request_id", types.KeyType(), nullable=False),
        sa.Column("file_id", types.KeyType(), nullable=False),
        sa.Column(
            "kind",
            _enum(
                "file_kind",
                (
                    "evidence",
                    "authorisation",
                    "economic",
                    "commitment",
                    "photo",
                    "visit",
                    "meeting",
                    "service",
                ),
            ),
            nullable=False,
        ),
        sa.Column("place", types.Encrypted(), nullable=True, comment="where a photograph was taken"),
        sa.Column("taken_at", types.UtcTimeType(), nullable=True, comment="as the camera or its bearer says"),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("added_at", types.UtcTimeType(), nullable=False),
        sa.Column("added_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.ForeignKeyConstraint(["file_id"], ["evidence_file.id"], name=op.f("fk_request_file_file_id")),
        sa.ForeignKeyConstraint(["request_id"], ["aid_request.id"], name=op.f("fk_request_file_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_file")),
        sa.UniqueConstraint("file_id", name=op.f("uq_request_file_file_id")),
    )
    op.create_index(op.f("ix_request_file_request_id"), "request_file", ["request_id"], unique=False)
    op.create_table(
        "request_check",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("request_id", types.KeyType(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("kind", _enum("check_kind", ("visit", "economic", "notice", "meeting")), nullable=False),
        sa.Column("result", _enum("check_result", ("done", "excused")), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column(
            "findings", types.Encrypted(), nullable=False, comment="what was found, or why it is excused"
        ),
        sa.Column(
            "rule", sa.String(length=200), nullable=True, comment="title and number of the rule that excuses"
        ),
        sa.Column("rule_from", sa.Date(), nullable=True, comment="first day of that rule"),
        sa.Column("recorded_at", types.UtcTimeType(), nullable=False),
        sa.Column("recorded_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.CheckConstraint(
            "(result = 'excused') = (rule IS NOT NULL AND rule_from IS NOT NULL)",
            name=op.f("ck_request_check_excused_by_rule"),
        ),
        sa.ForeignKeyConstraint(["request_id"], ["aid_request.id"], name=op.f("fk_request_check_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_check")),
        sa.UniqueConstraint(
            "request_id", "round", "kind", name=op.f("uq_request_check_request_id_round_kind")
        ),
    )
    op.create_table(
        "visit_signer",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("check_id", types.KeyType(), nullable=False),
        sa.Column("person_id", types.KeyType(), nullable=False),
        sa.Column("how", _enum("signed_how", ("login", "paper")), nullable=False),
        sa.Column("signed_at", types.UtcTimeType(), nullable=False),
        sa.Column(
            "recorded_by_id", types.KeyType(), nullable=True, comment="person; of paper, who uploaded it"
        ),
        sa.Column("file_id", types.KeyType(), nullable=True),
        sa.CheckConstraint("(how = 'paper') = (file_id IS NOT NULL)", name=op.f("ck_visit_signer_paper")),
        sa.ForeignKeyConstraint(["check_id"], ["request_check.id"], name=op.f("fk_visit_signer_check_id")),
        sa.ForeignKeyConstraint(["file_id"], ["evidence_file.id"], name=op.f("fk_visit_signer_file_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_visit_signer_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_signer")),
        sa.UniqueConstraint("check_id", "person_id", name=op.f("uq_visit_signer_check_id_person_id")),
    )


def _make_history() -> None:
    op.create_table(
        "request_service",
        sa.Column("request_id", types.KeyType(), nullable=False),
        sa.Column("served_on", sa.Date(), nullable=False),
        sa.Column("how", _enum("served_how", ("in_person", "online", "post", "left")), nullable=False),
        sa.Column("receiver", types.Encrypted(), nullable=False, comment="who took it"),
        sa.Column("file_id", types.KeyType(), nullable=True, comment="proof of service"),
        sa.Column("recorded_at", types.UtcTimeType(), nullable=False),
        sa.Column("recorded_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.ForeignKeyConstraint(["file_id"], ["evidence_file.id"], name=op.f("fk_request_service_file_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["aid_request.id"], name=op.f("fk_request_service_request_id")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_request_service")),
    )
    op.create_table(
        "request_step",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("request_id", types.KeyType(), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False, comment="as in the audit log"),
        sa.Column("from_state", _enum("from_state", _STATES), nullable=True),
        sa.Column("to_state", _enum("to_state", _STATES), nullable=False),
        sa.Column("happened_at", types.UtcTimeType(), nullable=False),
        sa.Column("by_user_id", types.KeyType(), nullable=True),
        sa.Column("by_person_id", types.KeyType(), nullable=True),
        sa.Column("region_code", sa.String(length=12), nullable=False, comment="of the request then"),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column(
            "amount_fen", sa.BigInteger(), nullable=True, comment="asked, proposed or granted, as it stood"
        ),
        sa.Column("due_on", sa.Date(), nullable=True, comment="by when the step should have been taken"),
        sa.ForeignKeyConstraint(["request_id"], ["aid_request.id"], name=op.f("fk_request_step_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request_step")),
    )
    op.create_index("ix_request_step_request", "request_step", ["request_id", "id"], unique=False)
    op.create_table(
        "request_note",
        sa.Column("step_id", types.KeyType(), nullable=False),
        sa.Column("actor_name", sa.String(length=60), nullable=False),
        sa.Column("note", types.Encrypted(), nullable=True),
        sa.ForeignKeyConstraint(["step_id"], ["request_step.id"], name=op.f("fk_request_note_step_id")),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_request_note")),
    )


def _enter_kinds() -> None:
    table = sa.table(
        "aid_kind",
        sa.column("id", types.KeyType()),
        *(sa.column(name) for name in ("code", "name", "about", "position", "is_statutory", "is_active")),
    )
    op.bulk_insert(
        table,
        [
            {
                "id": uuid.UUID(int=0x0190_0023_0000_7000_8000_0000_0000_0000 + number),
                "code": f"AKD00000000{number:X}",
                "name": name,
                "about": about,
                "position": number * 10,
                "is_statutory": is_statutory,
                "is_active": True,
            }
            for number, (name, about, is_statutory) in enumerate(_KINDS, 1)
        ],
    )


def _enum(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    """Take them away."""
    for table in (
        "request_note", "request_step", "request_service", "visit_signer", "request_check", "request_file",
        "aid_request_kind", "aid_request", "aid_kind",
    ):  # fmt: skip
        op.drop_table(table)
