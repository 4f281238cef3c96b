"""Households that split, move and lose members; commitments; entries of the credit lists."""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

from app import types
from app.db import append_only_ddl
from app.ids import new_id

revision = "city_0020"
down_revision = "city_0019"
branch_labels = None
depends_on = None

TABLES = (
    "list_entry",
    "commitment",
    "commitment_text",
    "person_death",
    "person_tag",
    "household_note",
    "household_event",
)
_EVENTS = (
    "opened",
    "confirmed",
    "member_added",
    "member_ended",
    "head_changed",
    "member_changed",
    "split",
    "split_from",
    "moved",
    "death",
    "closed",
    "category_begun",
    "category_ended",
    "tag_begun",
    "tag_ended",
    "lead_worker",
)
_TAGS = (
    "disabled",
    "left_behind_elderly",
    "left_behind_child",
    "left_behind_woman",
    "orphan",
    "unattended_child",
)
_GROUNDS = (
    "false_report",
    "concealment",
    "forgery",
    "commitment_breached",
    "registrar",
    "role_model",
    "voluntary_exit",
    "self_report",
    "repayment",
    "helper",
)


def upgrade() -> None:
    """Make the tables."""
    _households()
    _commitments()
    _lists()
    for table in ("household_event", "commitment"):
        for statement in append_only_ddl(table, op.get_bind().dialect.name):
            op.execute(statement)
    _first_text()


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _households() -> None:
    op.add_column(
        "household_category",
        sa.Column(
            "person_id",
            types.KeyType(),
            nullable=True,
            comment="the member who counts alone; none: all of them",
        ),
    )
    for name, first, where in (
        ("uq_household_category_open", "household_id", "end_on IS NULL AND person_id IS NULL"),
        ("uq_household_category_person", "person_id", "end_on IS NULL AND person_id IS NOT NULL"),
    ):
        op.create_index(
            name,
            "household_category",
            [first, "category"],
            unique=True,
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )
    op.create_table(
        "household_event",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("kind", _enum("household_event_kind", *_EVENTS), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False, comment="first day on which it is so"),
        sa.Column("recorded_at", types.UtcTimeType(), nullable=False),
        sa.Column(
            "region_code",
            sa.String(length=12),
            nullable=False,
            comment="of the household when it was written",
        ),
        sa.Column("person_id", types.KeyType(), nullable=True, comment="the member it concerns"),
        sa.Column(
            "other_household_id", types.KeyType(), nullable=True, comment="the other household of a split"
        ),
        sa.Column(
            "was", sa.String(length=60), nullable=True, comment="a code: region, relation, category, tag"
        ),
        sa.Column("became", sa.String(length=60), nullable=True),
        sa.Column("by_user_id", types.KeyType(), nullable=True),
        sa.Column("by_person_id", types.KeyType(), nullable=True),
        sa.Column("note_hash", sa.LargeBinary(length=32), nullable=True, comment="keyed hash of the note"),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_household_event_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_event")),
    )
    op.create_index("ix_household_event_household", "household_event", ["household_id", "recorded_at"])
    op.create_table(
        "household_note",
        sa.Column("event_id", types.KeyType(), nullable=False),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("words", types.Encrypted(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["household_event.id"], name=op.f("fk_household_note_event_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_household_note_household_id")
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_household_note")),
    )
    op.create_index(op.f("ix_household_note_household_id"), "household_note", ["household_id"])
    op.create_table(
        "person_tag",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("person_id", types.KeyType(), nullable=False),
        sa.Column("tag", _enum("person_tag_kind", *_TAGS), nullable=False),
        sa.Column("begin_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True, comment="last day in force"),
        sa.Column("recorded_at", types.UtcTimeType(), nullable=False),
        sa.CheckConstraint("end_on IS NULL OR end_on >= begin_on", name=op.f("ck_person_tag_period")),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_person_tag_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_tag")),
    )
    op.create_index("ix_person_tag_person", "person_tag", ["person_id", "begin_on"])
    op.create_index(
        "uq_person_tag_open",
        "person_tag",
        ["person_id", "tag"],
        unique=True,
        sqlite_where=sa.text("end_on IS NULL"),
        postgresql_where=sa.text("end_on IS NULL"),
    )
    op.create_table(
        "person_death",
        sa.Column("person_id", types.KeyType(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", types.UtcTimeType(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_person_death_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_death")),
    )


def _commitments() -> None:
    op.create_table(
        "commitment_text",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False, comment="what stands above the items"),
        sa.Column("items", sa.JSON(), nullable=False, comment="what is promised, one sentence each"),
        sa.Column("consequences", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("state", _enum("text_state", "draft", "published", "dropped"), nullable=False),
        sa.Column("drafted_at", types.UtcTimeType(), nullable=False),
        sa.Column(
            "drafted_by_id",
            types.KeyType(),
            nullable=True,
            comment="person; none for the one that comes along",
        ),
        sa.Column("decided_at", types.UtcTimeType(), nullable=True, comment="published or dropped"),
        sa.Column(
            "decided_by_id", types.KeyType(), nullable=True, comment="person, never the one who drafted it"
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_commitment_text_version")),
        sa.CheckConstraint(
            "(state = 'draft') = (decided_at IS NULL)", name=op.f("ck_commitment_text_decided")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment_text")),
        sa.UniqueConstraint("version", name=op.f("uq_commitment_text_version")),
    )
    op.create_index(
        "uq_commitment_text_draft",
        "commitment_text",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'draft'"),
        postgresql_where=sa.text("state = 'draft'"),
    )
    op.create_table(
        "commitment",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("text_id", types.KeyType(), nullable=False),
        sa.Column("person_id", types.KeyType(), nullable=False, comment="who signs and is bound by it"),
        sa.Column("for_person_id", types.KeyType(), nullable=False, comment="for whom aid is asked"),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", types.KeyType(), nullable=False),
        sa.Column(
            "items", sa.JSON(), nullable=False, comment="the sentences that were promised, as they stood"
        ),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("how", _enum("how", "signature", "fingerprint", "online"), nullable=False),
        sa.Column(
            "file_id", types.KeyType(), nullable=True, comment="scan or photograph of the signed paper"
        ),
        sa.Column("witness_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("recorded_at", types.UtcTimeType(), nullable=False),
        sa.Column("recorded_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.CheckConstraint(
            "how <> 'fingerprint' OR witness_id IS NOT NULL", name=op.f("ck_commitment_witness")
        ),
        sa.ForeignKeyConstraint(["text_id"], ["commitment_text.id"], name=op.f("fk_commitment_text_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_commitment_person_id")),
        sa.ForeignKeyConstraint(
            ["for_person_id"], ["person.party_id"], name=op.f("fk_commitment_for_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitment")),
        sa.UniqueConstraint("code", name=op.f("uq_commitment_code")),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "person_id",
            "text_id",
            name=op.f("uq_commitment_subject_kind_subject_id_person_id_text_id"),
        ),
    )
    op.create_index("ix_commitment_person", "commitment", ["person_id", "signed_on"])
    op.create_index("ix_commitment_for_person", "commitment", ["for_person_id", "signed_on"])


def _lists() -> None:
    op.create_table(
        "list_entry",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("person_id", types.KeyType(), nullable=True),
        sa.Column("organisation_id", types.KeyType(), nullable=True),
        sa.Column("colour", _enum("colour", "red", "black"), nullable=False),
        sa.Column(
            "kind",
            _enum("entry_kind", "assistance", "charity", "abnormal", "serious_list", "penalty"),
            nullable=False,
        ),
        sa.Column(
            "severity",
            _enum("severity", "minor", "general", "serious"),
            nullable=True,
            comment="of black entries alone",
        ),
        sa.Column("ground", _enum("ground", *_GROUNDS), nullable=False),
        sa.Column(
            "basis_article", sa.String(length=100), nullable=False, comment="id of the article it rests on"
        ),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("begins_at", types.UtcTimeType(), nullable=False),
        sa.Column(
            "ends_at", types.UtcTimeType(), nullable=False, comment="from this minute on it no longer counts"
        ),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            _enum("entry_state", "in_force", "objected", "repaired", "revoked", "expired"),
            nullable=False,
        ),
        sa.Column("state_since", types.UtcTimeType(), nullable=False),
        sa.Column("case_id", types.KeyType(), nullable=True, comment="the case that decided it"),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_list_entry_subject")
        ),
        sa.CheckConstraint(
            "(colour = 'black') = (severity IS NOT NULL)", name=op.f("ck_list_entry_severity_of_black")
        ),
        sa.CheckConstraint("ends_at > begins_at", name=op.f("ck_list_entry_term")),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_list_entry_person_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.party_id"], name=op.f("fk_list_entry_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_entry")),
        sa.UniqueConstraint("code", name=op.f("uq_list_entry_code")),
    )
    op.create_index("ix_list_entry_person", "list_entry", ["person_id", "ends_at"])
    op.create_index("ix_list_entry_organisation", "list_entry", ["organisation_id", "ends_at"])


def _first_text() -> None:
    """The text that comes along, so that a city can take requests from its first day; later ones need two persons."""
    text = sa.table(
        "commitment_text",
        sa.column("id", types.KeyType()),
        sa.column("version", sa.Integer()),
        sa.column("title", sa.String()),
        sa.column("body", sa.Text()),
        sa.column("items", sa.JSON()),
        sa.column("consequences", sa.Text()),
        sa.column("valid_from", sa.Date()),
        sa.column("state", sa.String()),
        sa.column("drafted_at", types.UtcTimeType()),
        sa.column("decided_at", types.UtcTimeType()),
    )
    moment = datetime(2026, 7, 1, tzinfo=UTC)
    op.bulk_insert(
        text,
        [
            {
                "id": new_id(),
                "version": 1,
                "title": "社会救助信用承诺书",
                "body": (
                    "工作人员已经把办理求助需要的条件、材料和程序告诉我，也把下面的承诺读给我听（或由我自己读过）。"
                    "我听懂了，自愿作出以下承诺。"
                ),
                "items": [
                    "我填报和口头说明的家庭人口、收入、财产、支出和困难情况都是真实、完整的。",
                    "我提交的材料是真的，没有涂改、伪造，也没有用别人的材料。",
                    "已经从政府部门、慈善组织或者其他地方得到的救助，我如实说明，没有隐瞒。",
                    "家庭人口、收入、财产有了变化，我会及时告诉镇街、村（社区）或者主责人。",
                    "得到的钱和物品用在申请时说明的困难上。",
                    "我愿意配合入户调查、家庭经济状况核对和回头看。",
                ],
                "consequences": (
                    "如果采取虚报、隐瞒、伪造等手段骗取救助，依照《中华人民共和国社会救助法》第七十三条，"
                    "会被责令退回多得的钱和物品，可以处以骗取金额二倍以下的罚款，并可能减少或者停止相应的救助；"
                    "构成犯罪的，依法追究刑事责任。作出这些决定以前，会先把事实、理由和依据告诉我，"
                    "我有权陈述、申辩；不服决定的，可以申请行政复议或者提起行政诉讼。\n"
                    "填错了、漏报了、变化报得晚了，都可以主动更正。及时更正又没有多得救助的，只要求改正和重新核查，"
                    "不作为失信处理。\n"
                    "承诺只约束签字的人本人，不影响家里其他人，也不影响未成年人；基本生活救助不会因为信用记录本身而减少。"
                ),
                "valid_from": date(2026, 7, 1),
                "state": "published",
                "drafted_at": moment,
                "decided_at": moment,
            }
        ],
    )


def downgrade() -> None:
    """Take them away."""
    for table in TABLES:
        op.drop_table(table)
    for index in ("uq_household_category_open", "uq_household_category_person"):
        op.drop_index(index, "household_category")
    with op.batch_alter_table("household_category") as batch:
        batch.drop_column("person_id")
