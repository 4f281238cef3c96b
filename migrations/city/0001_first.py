"""The tables of a city."""

import sqlalchemy as sa
from alembic import op

from app import types
from app.db import append_only_ddl

revision = "city_0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY_TABLES = (
    ("audit_chain", "number"),
    ("audit_event", "id"),
    ("posting", "id"),
    ("seal_leaf", "number"),
    ("account", "id"),
    ("registration_step", "id"),
    ("paper_event", "id"),
    ("transfer", "id"),
    ("contribution_step", "id"),
)


def upgrade() -> None:
    """Make the tables and refuse changes to append-only ones."""
    op.create_table(
        "audit_chain",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event_id", types.KeyType(), nullable=False),
        sa.Column(
            "chain_hash",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="SHA-256 of the hash before, the event's id and HMAC",
        ),
        sa.Column("chained_at", types.UtcTimeType(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_chain")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_chain_event_id")),
    )
    op.create_table(
        "audit_event",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column(
            "form", sa.Integer(), nullable=False, comment="version of the canonical form under the HMAC"
        ),
        sa.Column("at", types.UtcTimeType(), nullable=False),
        sa.Column("actor_user_id", types.KeyType(), nullable=True),
        sa.Column("actor_person_id", types.KeyType(), nullable=True),
        sa.Column("actor_role", sa.String(length=32), nullable=False, comment="role, system or public"),
        sa.Column("address", sa.String(length=45), nullable=True, comment="network address of the request"),
        sa.Column("verb", sa.String(length=64), nullable=False),
        sa.Column("thing_kind", sa.String(length=32), nullable=False),
        sa.Column("thing_id", types.KeyType(), nullable=True),
        sa.Column("party_id", types.KeyType(), nullable=True, comment="whose data key covers the detail"),
        sa.Column(
            "detail_hash", sa.LargeBinary(length=32), nullable=True, comment="SHA-256 of salt and detail"
        ),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("hmac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_actor", "audit_event", ["actor_person_id", "at"], unique=False)
    op.create_index("ix_audit_event_at", "audit_event", ["at"], unique=False)
    op.create_index("ix_audit_event_thing", "audit_event", ["thing_kind", "thing_id"], unique=False)
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "source",
            sa.String(length=200),
            nullable=False,
            comment="number of the notice, or chinesecalendar",
        ),
        sa.Column("entered_at", types.UtcTimeType(), nullable=False),
        sa.Column("entered_by_id", types.KeyType(), nullable=True, comment="person; none: seeded"),
        sa.CheckConstraint("year BETWEEN 1949 AND 2999", name=op.f("ck_calendar_year_year")),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "catalogue_item",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False, comment="stable word for files and rules"),
        sa.Column(
            "kind",
            sa.Enum(
                "money",
                "goods",
                "service",
                "facility",
                "training",
                "agency",
                "project",
                "jobs",
                name="contribution_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "category",
            sa.String(length=40),
            nullable=False,
            comment="group of items; rules of points may name it",
        ),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column(
            "base_unit",
            sa.String(length=10),
            nullable=False,
            comment="quantities are stored in thousandths of it",
        ),
        sa.Column("professional", sa.Boolean(), nullable=False, comment="service that needs a qualification"),
        sa.Column(
            "qualification",
            sa.String(length=40),
            nullable=True,
            comment="the certificate that a giver must hold",
        ),
        sa.Column("position", sa.Integer(), nullable=False, comment="order on forms"),
        sa.Column("is_offered", sa.Boolean(), nullable=False, comment="false: kept for old entries only"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_item")),
        sa.UniqueConstraint("name", name=op.f("uq_catalogue_item_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_catalogue_item_slug")),
    )
    op.create_index("ix_catalogue_item_kind", "catalogue_item", ["kind", "position"], unique=False)
    op.create_table(
        "counter",
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_counter")),
    )
    op.create_table(
        "data_key",
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_data_key")),
    )
    op.create_table(
        "evidence_file",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="stands in the address of the file"),
        sa.Column("sha256", sa.String(length=64), nullable=False, comment="of the kept bytes, hexadecimal"),
        sa.Column(
            "received_sha256",
            sa.String(length=64),
            nullable=False,
            comment="of the bytes as they came: a picture is re-encoded, the giver can still prove the original",
        ),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column(
            "media_type",
            sa.Enum(
                "image/jpeg",
                "image/png",
                "image/webp",
                "application/pdf",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                name="media_type",
                native_enum=False,
                create_constraint=True,
                length=80,
            ),
            nullable=False,
        ),
        sa.Column("name", types.Encrypted(), nullable=False, comment="the giver's file name, cleaned"),
        sa.Column(
            "captured_at",
            types.UtcTimeType(),
            nullable=True,
            comment="time of capture that the camera wrote, unverified",
        ),
        sa.Column(
            "state",
            sa.Enum(
                "kept", "withdrawn", name="file_state", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column(
            "subject_kind",
            sa.String(length=40),
            nullable=False,
            comment="kind of thing it belongs to; decides who may read",
        ),
        sa.Column("subject_id", types.KeyType(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column(
            "organisation_id", types.KeyType(), nullable=True, comment="organisation that handed it in"
        ),
        sa.Column(
            "uploaded_by", types.KeyType(), nullable=True, comment="user; none when the program made it"
        ),
        sa.Column("uploaded_at", types.UtcTimeType(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file")),
        sa.UniqueConstraint("code", name=op.f("uq_evidence_file_code")),
        comment="evidence files; the bytes stand encrypted in the data folder",
    )
    op.create_index("ix_evidence_file_sha256", "evidence_file", ["sha256"], unique=False)
    op.create_index("ix_evidence_file_subject", "evidence_file", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "form_receipt",
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("user_id", types.KeyType(), nullable=True),
        sa.Column("location", sa.Text(), nullable=True, comment="page shown afterwards"),
        sa.Column(
            "content_hash", sa.LargeBinary(length=32), nullable=False, comment="SHA-256 of what was sent"
        ),
        sa.Column("received_at", types.UtcTimeType(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_form_receipt")),
    )
    op.create_index(op.f("ix_form_receipt_received_at"), "form_receipt", ["received_at"], unique=False)
    op.create_table(
        "job_run",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("job", sa.String(length=64), nullable=False),
        sa.Column(
            "run_key",
            sa.String(length=40),
            nullable=False,
            comment="the slot: a minute, a day, or now-… when asked for",
        ),
        sa.Column("day", sa.Date(), nullable=False, comment="the day the work is for"),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "running",
                "done",
                "failed",
                name="run_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "attempt",
            sa.Integer(),
            nullable=False,
            comment="rises with each try and each take-over; fences the late",
        ),
        sa.Column("owner", sa.String(length=120), nullable=True, comment="host, process and a random part"),
        sa.Column(
            "lease_until",
            types.UtcTimeType(),
            nullable=True,
            comment="machine time; past it the run counts as killed",
        ),
        sa.Column("asked_by", types.KeyType(), nullable=True, comment="user who pressed 'run now'"),
        sa.Column("started_at", types.UtcTimeType(), nullable=True),
        sa.Column("finished_at", types.UtcTimeType(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column(
            "retry_at",
            types.UtcTimeType(),
            nullable=True,
            comment="when a failed run is tried again; none: given up",
        ),
        sa.Column("note", sa.String(length=500), nullable=True),
        sa.Column(
            "error",
            sa.Text(),
            nullable=True,
            comment="kind and place of the last error, without personal data",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
        sa.UniqueConstraint("job", "run_key", name="uq_job_run_job_run_key"),
        comment="runs of background jobs",
    )
    op.create_index("ix_job_run_job_day", "job_run", ["job", "day"], unique=False)
    op.create_index("ix_job_run_state", "job_run", ["state"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column(
            "dedup_key",
            sa.String(length=120),
            nullable=False,
            comment="event that it tells of; once per party",
        ),
        sa.Column(
            "template",
            sa.String(length=80),
            nullable=False,
            comment="name and version of the words it was made from",
        ),
        sa.Column("title", types.Encrypted(), nullable=False, comment="as sent"),
        sa.Column("body", types.Encrypted(), nullable=False, comment="as sent"),
        sa.Column(
            "link",
            sa.String(length=200),
            nullable=True,
            comment="path of the page on which something can be done",
        ),
        sa.Column("created_at", types.UtcTimeType(), nullable=False),
        sa.Column("read_at", types.UtcTimeType(), nullable=True),
        sa.Column("read_by", types.KeyType(), nullable=True, comment="user who read it first"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("code", name=op.f("uq_message_code")),
        sa.UniqueConstraint("party_id", "dedup_key", name="uq_message_party_id_dedup_key"),
        comment="messages inside the platform",
    )
    op.create_index("ix_message_inbox", "message", ["party_id", "id"], unique=False)
    op.create_index("ix_message_unread", "message", ["party_id", "read_at"], unique=False)
    op.create_table(
        "outbox_message",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("topic", sa.String(length=40), nullable=False, comment="chooses the channel"),
        sa.Column(
            "dedup_key", sa.String(length=120), nullable=True, comment="the same event never goes out twice"
        ),
        sa.Column(
            "payload",
            types.Encrypted(),
            nullable=False,
            comment="JSON; names and addresses of people stand here",
        ),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "sent",
                "dead",
                "dropped",
                name="outbox_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", types.UtcTimeType(), nullable=False),
        sa.Column(
            "lease_until",
            types.UtcTimeType(),
            nullable=True,
            comment="machine time; a sender has it until then",
        ),
        sa.Column("created_at", types.UtcTimeType(), nullable=False),
        sa.Column(
            "settled_at", types.UtcTimeType(), nullable=True, comment="when it was sent, given up or dropped"
        ),
        sa.Column("error", sa.String(length=500), nullable=True, comment="kind and place of the last error"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("code", name=op.f("uq_outbox_message_code")),
        sa.UniqueConstraint("topic", "dedup_key", name="uq_outbox_message_topic_dedup_key"),
        comment="messages that leave the house",
    )
    op.create_index("ix_outbox_message_due", "outbox_message", ["state", "next_at"], unique=False)
    op.create_table(
        "party",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="opaque identifier for URLs"),
        sa.Column(
            "kind",
            sa.Enum(
                "organisation",
                "person",
                "household",
                name="party_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "sort_key",
            sa.String(length=600),
            nullable=False,
            comment="pinyin of the name, for ordering on any database",
        ),
        sa.Column(
            "match_key",
            sa.String(length=200),
            nullable=False,
            comment="name folded for comparing: no blanks, brackets, 市 区 县",
        ),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "submitted",
                "sent_back",
                "approved",
                "rejected",
                "suspended",
                "closed",
                name="registration_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="moves: registrations.MOVES",
        ),
        sa.Column(
            "state_since", types.UtcTimeType(), nullable=False, comment="time of the last step, for queues"
        ),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="grows with each edit; a stale edit is refused"
        ),
        sa.Column("created_at", types.UtcTimeType(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party")),
        sa.UniqueConstraint("code", name=op.f("uq_party_code")),
    )
    op.create_index(
        "ix_party_kind_state_region", "party", ["kind", "state", "region_code", "state_since"], unique=False
    )
    op.create_index(op.f("ix_party_match_key"), "party", ["match_key"], unique=False)
    op.create_index("ix_party_region_sort", "party", ["region_code", "sort_key"], unique=False)
    op.create_index("ix_party_sort", "party", ["sort_key", "id"], unique=False)
    op.create_table(
        "posting",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column(
            "form", sa.SmallInteger(), nullable=False, comment="version of the canonical form under the HMAC"
        ),
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column("source_id", types.KeyType(), nullable=False, comment="the thing that caused it"),
        sa.Column("source_kind", sa.String(length=32), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "award",
                "reversal",
                "adjustment",
                "hold",
                "release",
                "redeem",
                "expire",
                "forfeit",
                "gift",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False, comment="revision of the source"),
        sa.Column(
            "input_hash",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="SHA-256 of the inputs, never of the score",
        ),
        sa.Column("transfer_count", sa.Integer(), nullable=False),
        sa.Column(
            "transfers_hash",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="SHA-256 of the transfers, in order",
        ),
        sa.Column(
            "explanation", sa.Text(), nullable=True, comment="JSON: facts, rule, caps taken; no personal text"
        ),
        sa.Column("posted_at", types.UtcTimeType(), nullable=False),
        sa.Column("actor_id", types.KeyType(), nullable=True, comment="user; none: the system"),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("hmac", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("transfer_count >= 0", name=op.f("ck_posting_transfer_count")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting")),
        sa.UniqueConstraint("source_id", "reason", "revision", "source_kind", name="uq_posting_key"),
    )
    op.create_table(
        "programme",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column(
            "code", sa.String(length=32), nullable=False, comment="such as social-force; stands in URLs"
        ),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column(
            "scope",
            sa.Enum(
                "city",
                "village",
                name="programme_scope",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "region_code",
            sa.String(length=12),
            nullable=False,
            comment="the city or the village whose programme it is",
        ),
        sa.Column("created_at", types.UtcTimeType(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_programme")),
        sa.UniqueConstraint("code", name=op.f("uq_programme_code")),
    )
    op.create_table(
        "roll_mark",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("leaves", sa.BigInteger(), nullable=False),
        sa.Column(
            "rolled_at", types.UtcTimeType(), nullable=False, comment="up to when the standings are complete"
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_roll_mark")),
    )
    op.create_table(
        "seal_leaf",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False, comment="from 0"),
        sa.Column("form", sa.SmallInteger(), nullable=False, comment="version of the form that is hashed"),
        sa.Column(
            "kind",
            sa.Enum(
                "transfer", "paper", name="leaf_kind", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("thing_id", types.KeyType(), nullable=False, comment="transfer or paper"),
        sa.Column(
            "leaf_hash",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="SHA-256 of 0x00, salt and canonical form",
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_seal_leaf")),
        sa.UniqueConstraint("thing_id", name=op.f("uq_seal_leaf_thing_id")),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("name_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.Column("happened_at", types.UtcTimeType(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    op.create_index("ix_sign_in_attempt_address", "sign_in_attempt", ["address", "happened_at"], unique=False)
    op.create_index("ix_sign_in_attempt_name", "sign_in_attempt", ["name_hash", "happened_at"], unique=False)
    op.create_table(
        "tree_head",
        sa.Column("tree", sa.String(length=32), nullable=False),
        sa.Column("leaves", sa.BigInteger(), nullable=False),
        sa.Column(
            "numbered_at",
            types.UtcTimeType(),
            nullable=False,
            comment="when new transfers were last looked for",
        ),
        sa.Column(
            "looked_at",
            types.UtcTimeType(),
            nullable=True,
            comment="the same in machine time, as keys are made",
        ),
        sa.PrimaryKeyConstraint("tree", name=op.f("pk_tree_head")),
    )
    op.create_table(
        "account",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column(
            "form", sa.SmallInteger(), nullable=False, comment="version of the canonical form under the HMAC"
        ),
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column("party_id", types.KeyType(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "issuer",
                "honour",
                "redeemable",
                "held",
                "redeemed",
                "expired",
                "forfeited",
                name="account_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("opened_at", types.UtcTimeType(), nullable=False),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("hmac", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint(
            "(party_id IS NOT NULL) = (kind IN ('honour', 'redeemable', 'held'))",
            name=op.f("ck_account_owner"),
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_account_party_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_account_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_index(
        "uq_account_common",
        "account",
        ["programme_id", "kind"],
        unique=True,
        sqlite_where=sa.text("party_id IS NULL"),
        postgresql_where=sa.text("party_id IS NULL"),
    )
    op.create_index("uq_account_party", "account", ["party_id", "programme_id", "kind"], unique=True)
    op.create_table(
        "audit_detail",
        sa.Column("event_id", types.KeyType(), nullable=False),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=False,
            comment="AES-GCM of salt and JSON under the party's data key",
        ),
        sa.ForeignKeyConstraint(["event_id"], ["audit_event.id"], name=op.f("fk_audit_detail_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_detail")),
    )
    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False, comment="year of the notice"),
        sa.Column("is_working", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=40), nullable=False, comment="the holiday's name"),
        sa.ForeignKeyConstraint(["year"], ["calendar_year.year"], name=op.f("fk_calendar_day_year")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_index(op.f("ix_calendar_day_year"), "calendar_day", ["year"], unique=False)
    op.create_table(
        "cap_use",
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column("cap_code", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False, comment="first day of the period"),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_cap_use_used")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_cap_use_party_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_cap_use_programme_id")),
        sa.PrimaryKeyConstraint("programme_id", "party_id", "cap_code", "starts_on", name=op.f("pk_cap_use")),
    )
    op.create_table(
        "catalogue_unit",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("item_id", types.KeyType(), nullable=False),
        sa.Column("name", sa.String(length=20), nullable=False, comment="for example 袋(10公斤)"),
        sa.Column(
            "factor_thousandths",
            sa.BigInteger(),
            nullable=False,
            comment="base units in one of it, in thousandths",
        ),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.CheckConstraint("factor_thousandths > 0", name=op.f("ck_catalogue_unit_factor")),
        sa.ForeignKeyConstraint(["item_id"], ["catalogue_item.id"], name=op.f("fk_catalogue_unit_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_unit")),
        sa.UniqueConstraint("item_id", "name", name=op.f("uq_catalogue_unit_item_id_name")),
    )
    op.create_table(
        "consent",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "publish_name",
                "share_with_organisations",
                "referral",
                "messages",
                name="consent_purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("given_at", types.UtcTimeType(), nullable=False),
        sa.Column("withdrawn_at", types.UtcTimeType(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True, comment="last day in force"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_consent_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(
        "uq_consent_open",
        "consent",
        ["party_id", "purpose"],
        unique=True,
        sqlite_where=sa.text("withdrawn_at IS NULL"),
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "duplicate_answer",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column("other_id", types.KeyType(), nullable=False),
        sa.Column("reason", types.Encrypted(), nullable=True),
        sa.Column("answered_at", types.UtcTimeType(), nullable=False),
        sa.Column("by_user_id", types.KeyType(), nullable=True),
        sa.ForeignKeyConstraint(["other_id"], ["party.id"], name=op.f("fk_duplicate_answer_other_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_duplicate_answer_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_answer")),
        sa.UniqueConstraint("party_id", "other_id", name=op.f("uq_duplicate_answer_party_id_other_id")),
    )
    op.create_table(
        "organisation",
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column(
            "organisation_kind",
            sa.Enum(
                "social_group",
                "social_service_institution",
                "foundation",
                "peoples_organisation",
                "enterprise",
                "public_institution",
                "village_committee",
                "community_organisation",
                name="organisation_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "uscc", sa.String(length=18), nullable=True, comment="unified social credit code, GB 32100-2015"
        ),
        sa.Column(
            "uscc_claim",
            sa.String(length=18),
            nullable=True,
            comment="the code while the registration is alive; none after a rejection",
        ),
        sa.Column(
            "uscc_override",
            sa.Text(),
            nullable=True,
            comment="why staff accept a code whose check digit fails but which really exists",
        ),
        sa.Column("is_charity", sa.Boolean(), nullable=False),
        sa.Column(
            "may_fundraise", sa.Boolean(), nullable=False, comment="holds the public-fundraising permit"
        ),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column(
            "member_count",
            sa.Integer(),
            nullable=True,
            comment="full-time staff and members, for size classes",
        ),
        sa.Column("introduction", sa.Text(), nullable=True),
        sa.Column("responsible_person", sa.String(length=50), nullable=True),
        sa.Column("contact_name", sa.String(length=50), nullable=True),
        sa.Column("contact_phone", types.Encrypted(), nullable=True),
        sa.Column("contact_phone_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.Column("bank_name", sa.String(length=100), nullable=True),
        sa.Column("bank_number", types.Encrypted(), nullable=True),
        sa.Column("bank_number_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column(
            "grading",
            sa.Enum(
                "1a",
                "2a",
                "3a",
                "4a",
                "5a",
                name="grading_level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("grading_from", sa.Date(), nullable=True),
        sa.Column("grading_to", sa.Date(), nullable=True),
        sa.Column(
            "annual_report",
            sa.Enum(
                "not_required",
                "submitted",
                "passed",
                "basically_passed",
                "failed",
                "missing",
                name="annual_report_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "integrity",
            sa.Enum(
                "clear",
                "abnormal",
                "serious",
                name="integrity_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("integrity_source", sa.String(length=200), nullable=True),
        sa.Column("integrity_on", sa.Date(), nullable=True, comment="date of the source"),
        sa.Column("integrity_due_on", sa.Date(), nullable=True, comment="when the source is asked again"),
        sa.CheckConstraint(
            "grading_to IS NULL OR grading_to >= grading_from", name=op.f("ck_organisation_grading_period")
        ),
        sa.CheckConstraint(
            "uscc_claim IS NULL OR uscc_claim = uscc", name=op.f("ck_organisation_claim_is_uscc")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_organisation_party_id")),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("uscc_claim", name=op.f("uq_organisation_uscc_claim")),
    )
    op.create_index(
        op.f("ix_organisation_bank_number_hash"), "organisation", ["bank_number_hash"], unique=False
    )
    op.create_index(
        op.f("ix_organisation_contact_phone_hash"), "organisation", ["contact_phone_hash"], unique=False
    )
    op.create_table(
        "paper",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column(
            "code",
            sa.String(length=12),
            nullable=False,
            comment="printed beside the QR; with it anybody can verify",
        ),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("series", sa.String(length=64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="gap-free within the series"),
        sa.Column("number_text", sa.String(length=60), nullable=False, comment="as printed"),
        sa.Column("party_id", types.KeyType(), nullable=False, comment="for whom it is"),
        sa.Column(
            "organisation_id",
            types.KeyType(),
            nullable=True,
            comment="organisation that issued it or through which it was earned",
        ),
        sa.Column(
            "region_code", sa.String(length=12), nullable=False, comment="whose staff may see and revoke it"
        ),
        sa.Column("source_kind", sa.String(length=40), nullable=False),
        sa.Column("source_id", types.KeyType(), nullable=False),
        sa.Column("content", types.Encrypted(), nullable=False, comment="frozen JSON in canonical form"),
        sa.Column(
            "content_sha256",
            sa.String(length=64),
            nullable=False,
            comment="of kind, number, code, date and content",
        ),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", types.UtcTimeType(), nullable=False),
        sa.Column("issued_by", types.KeyType(), nullable=True, comment="user; none when a job issued it"),
        sa.Column(
            "state",
            sa.Enum(
                "issued",
                "rendered",
                "failed",
                "revoked",
                "replaced",
                name="paper_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("render_attempts", sa.Integer(), nullable=False),
        sa.Column(
            "render_at",
            types.UtcTimeType(),
            nullable=True,
            comment="when it is drawn next; none when it need not be",
        ),
        sa.Column("file_id", types.KeyType(), nullable=True),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=True),
        sa.Column("pdf_size", sa.BigInteger(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True, comment="day of revocation or replacement"),
        sa.Column("replaced_by_id", types.KeyType(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["evidence_file.id"], name=op.f("fk_paper_file_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["party.id"], name=op.f("fk_paper_organisation_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_paper_party_id")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["paper.id"], name=op.f("fk_paper_replaced_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("code", name=op.f("uq_paper_code")),
        sa.UniqueConstraint("number_text", name=op.f("uq_paper_number_text")),
        sa.UniqueConstraint("series", "number", name="uq_paper_series_number"),
        comment="certificates, notices, decisions",
    )
    op.create_index(op.f("ix_paper_organisation_id"), "paper", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_paper_party_id"), "paper", ["party_id"], unique=False)
    op.create_index("ix_paper_region", "paper", ["region_code", "issued_on"], unique=False)
    op.create_index("ix_paper_render", "paper", ["state", "render_at"], unique=False)
    op.create_index(
        "uq_paper_in_force",
        "paper",
        ["kind", "source_kind", "source_id", "party_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "person",
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column(
            "identity_kind",
            sa.Enum(
                "resident_id",
                "residence_permit",
                "hk_macau_permit",
                "taiwan_permit",
                "foreign_permanent_resident",
                "passport",
                name="document_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("identity_number", types.Encrypted(), nullable=True),
        sa.Column(
            "identity_hash",
            sa.LargeBinary(length=32),
            nullable=True,
            comment="keyed hash of the number while the registration is alive",
        ),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column(
            "sex",
            sa.Enum("male", "female", name="sex", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("phone", types.Encrypted(), nullable=True),
        sa.Column(
            "phone_hash",
            sa.LargeBinary(length=32),
            nullable=True,
            comment="not unique: old people and children share a family's phone",
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_person_party_id")),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_person")),
        sa.UniqueConstraint("identity_hash", name=op.f("uq_person_identity_hash")),
    )
    op.create_index(op.f("ix_person_phone_hash"), "person", ["phone_hash"], unique=False)
    op.create_table(
        "registration_step",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "draft",
                "submitted",
                "sent_back",
                "approved",
                "rejected",
                "suspended",
                "closed",
                name="from_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "draft",
                "submitted",
                "sent_back",
                "approved",
                "rejected",
                "suspended",
                "closed",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("happened_at", types.UtcTimeType(), nullable=False),
        sa.Column(
            "by_user_id",
            types.KeyType(),
            nullable=True,
            comment="none when a command or the party itself began it",
        ),
        sa.Column("by_person_id", types.KeyType(), nullable=True),
        sa.Column(
            "detail_hash",
            sa.LargeBinary(length=32),
            nullable=True,
            comment="keyed hash of the words and snapshot",
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_registration_step_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_step")),
    )
    op.create_index(
        "ix_registration_step_party", "registration_step", ["party_id", "happened_at"], unique=False
    )
    op.create_table(
        "ruleset",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False, comment="what is new in this version, in a sentence"),
        sa.Column(
            "effective_from", sa.Date(), nullable=False, comment="first day; by the date on which it happened"
        ),
        sa.Column(
            "effective_to", sa.Date(), nullable=True, comment="last day, set when the next is published"
        ),
        sa.Column(
            "basis_title", sa.String(length=200), nullable=False, comment="the document that it rests on"
        ),
        sa.Column("basis_number", sa.String(length=60), nullable=False, comment="that document's number"),
        sa.Column(
            "redeemable_months", sa.Integer(), nullable=False, comment="how long redeemable points last"
        ),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "published",
                name="ruleset_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("drafted_by_id", types.KeyType(), nullable=True, comment="person; somebody else publishes"),
        sa.Column("published_at", types.UtcTimeType(), nullable=True),
        sa.CheckConstraint(
            "(state = 'published') = (published_at IS NOT NULL)", name=op.f("ck_ruleset_published")
        ),
        sa.CheckConstraint(
            "effective_to IS NULL OR effective_to >= effective_from", name=op.f("ck_ruleset_period")
        ),
        sa.CheckConstraint("redeemable_months > 0", name=op.f("ck_ruleset_redeemable_months")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_ruleset_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruleset")),
        sa.UniqueConstraint("programme_id", "effective_from", "state", name="uq_ruleset_first_day"),
        sa.UniqueConstraint("programme_id", "version", name=op.f("uq_ruleset_programme_id_version")),
    )
    op.create_table(
        "standing",
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column("period", sa.String(length=7), nullable=False, comment="2026-11, 2026 or all"),
        sa.Column("kind", sa.String(length=32), nullable=False, comment="kind of contribution, or all"),
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column(
            "party_kind",
            sa.Enum(
                "organisation",
                "person",
                "household",
                name="party_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "county",
            sa.String(length=12),
            nullable=False,
            comment="of the party's region as of its newest transfer",
        ),
        sa.Column("town", sa.String(length=12), nullable=False),
        sa.Column("village", sa.String(length=12), nullable=False),
        sa.Column(
            "points",
            sa.BigInteger(),
            nullable=False,
            comment="below zero only while a reversal waits for its period",
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_standing_party_id")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_standing_programme_id")),
        sa.PrimaryKeyConstraint("programme_id", "period", "kind", "party_id", name=op.f("pk_standing")),
    )
    op.create_index(
        "ix_standing_county", "standing", ["county", "programme_id", "period", "kind", "points"], unique=False
    )
    op.create_index(
        "ix_standing_points", "standing", ["programme_id", "period", "kind", "points"], unique=False
    )
    op.create_index(
        "ix_standing_town", "standing", ["town", "programme_id", "period", "kind", "points"], unique=False
    )
    op.create_index(
        "ix_standing_village",
        "standing",
        ["village", "programme_id", "period", "kind", "points"],
        unique=False,
    )
    op.create_table(
        "account_balance",
        sa.Column("account_id", types.KeyType(), nullable=False),
        sa.Column(
            "balance",
            sa.BigInteger(),
            nullable=False,
            comment="below zero only by the reversal of points already spent",
        ),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("last_number >= 0", name=op.f("ck_account_balance_last_number")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_balance_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_balance")),
    )
    op.create_table(
        "account_salt",
        sa.Column("account_id", types.KeyType(), nullable=False),
        sa.Column("salt", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_salt_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_salt")),
    )
    op.create_table(
        "affiliation",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("person_id", types.KeyType(), nullable=False),
        sa.Column("organisation_id", types.KeyType(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "legal_representative",
                "responsible_person",
                "board_member",
                "employee",
                "member",
                "volunteer",
                name="affiliation_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="last day in force"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_affiliation_period")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.party_id"], name=op.f("fk_affiliation_organisation_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_affiliation_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_affiliation")),
    )
    op.create_index(op.f("ix_affiliation_organisation_id"), "affiliation", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_affiliation_person_id"), "affiliation", ["person_id"], unique=False)
    op.create_index(
        "uq_affiliation_open",
        "affiliation",
        ["person_id", "organisation_id", "kind"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "contribution",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("party_id", types.KeyType(), nullable=False, comment="who gave and earns"),
        sa.Column(
            "acting_role",
            sa.Enum(
                "social_group",
                "social_service_institution",
                "foundation",
                "peoples_organisation",
                "enterprise",
                "public_institution",
                "village_committee",
                "community_organisation",
                "volunteer",
                "social_worker",
                "person",
                name="acting_role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
            comment="party kind in rankings",
        ),
        sa.Column("organisation_id", types.KeyType(), nullable=False, comment="who logged it"),
        sa.Column(
            "region_code",
            sa.String(length=12),
            nullable=False,
            comment="where it was given; whose staff verify",
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "money",
                "goods",
                "service",
                "facility",
                "training",
                "agency",
                "project",
                "jobs",
                name="contribution_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("item_id", types.KeyType(), nullable=False, comment="of goods: of the first line"),
        sa.Column(
            "category", sa.String(length=40), nullable=False, comment="the item's category when it was logged"
        ),
        sa.Column(
            "professional",
            sa.Boolean(),
            nullable=False,
            comment="given by a qualified person in the profession",
        ),
        sa.Column(
            "happened_on",
            sa.Date(),
            nullable=False,
            comment="day given, received or served; chooses the ruleset",
        ),
        sa.Column(
            "source",
            sa.Enum(
                "direct",
                "session",
                "delivery",
                "imported",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("start_minute", sa.BigInteger(), nullable=True, comment="after midnight of happened_on"),
        sa.Column(
            "end_minute", sa.BigInteger(), nullable=True, comment="above 1440 when it ends after midnight"
        ),
        sa.Column(
            "break_minutes", sa.BigInteger(), nullable=False, comment="travel, meals and rest, taken off"
        ),
        sa.Column("service_minutes", sa.BigInteger(), nullable=True),
        sa.Column("published_before", sa.Boolean(), nullable=False, comment="announced before it began"),
        sa.Column("backfilled", sa.Boolean(), nullable=False, comment="hours entered late by hand"),
        sa.Column(
            "amount_fen",
            sa.BigInteger(),
            nullable=True,
            comment="money, or the value of goods that has a basis",
        ),
        sa.Column("quantity_thousandths", sa.BigInteger(), nullable=True, comment="of the item's base unit"),
        sa.Column("unit", sa.String(length=20), nullable=True, comment="base unit of the quantity"),
        sa.Column(
            "receipt_number",
            sa.String(length=30),
            nullable=True,
            comment="half-width, upper case, no hyphens",
        ),
        sa.Column("receipt_waiver", sa.Text(), nullable=True, comment="how the giver gave up a receipt"),
        sa.Column(
            "receiver_name", sa.String(length=100), nullable=True, comment="of a gift: who received it"
        ),
        sa.Column(
            "free_of_charge", sa.Boolean(), nullable=False, comment="declared: unpaid, no benefit in return"
        ),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column(
            "beneficiary", sa.String(length=200), nullable=False, comment="place and group, never a person"
        ),
        sa.Column(
            "evidence_grade",
            sa.Enum(
                "A",
                "B",
                "C",
                "D",
                name="evidence_grade",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "logged",
                "submitted",
                "reviewed",
                "sent_back",
                "withdrawn",
                "refused",
                "verified",
                "awarded",
                "reversed",
                name="contribution_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state_since", types.UtcTimeType(), nullable=False),
        sa.Column(
            "revision", sa.Integer(), nullable=False, comment="grows with every edit; a stale edit is refused"
        ),
        sa.Column("oddities", sa.JSON(), nullable=False, comment="found when submitted"),
        sa.Column("verified_minutes", sa.BigInteger(), nullable=True),
        sa.Column("verified_amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("verified_quantity_thousandths", sa.BigInteger(), nullable=True),
        sa.Column(
            "awarded_centipoints", sa.BigInteger(), nullable=True, comment="as posted; the ledger rules"
        ),
        sa.Column(
            "logged_at",
            types.UtcTimeType(),
            nullable=False,
            comment="first written down; a correction keeps it",
        ),
        sa.Column("logged_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("submitted_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("reviewed_by_id", types.KeyType(), nullable=True, comment="person: the first of two"),
        sa.Column("verified_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("verified_at", types.UtcTimeType(), nullable=True),
        sa.Column(
            "corrects_id",
            types.KeyType(),
            nullable=True,
            comment="the reversed contribution in whose place this one stands",
        ),
        sa.Column("row_key", sa.String(length=64), nullable=True, comment="of a table's row: none twice"),
        sa.CheckConstraint("amount_fen IS NULL OR amount_fen >= 0", name=op.f("ck_contribution_amount")),
        sa.CheckConstraint(
            "quantity_thousandths IS NULL OR quantity_thousandths > 0", name=op.f("ck_contribution_quantity")
        ),
        sa.CheckConstraint(
            "receipt_number IS NULL OR receipt_waiver IS NULL", name=op.f("ck_contribution_receipt_or_waiver")
        ),
        sa.CheckConstraint(
            "service_minutes IS NULL OR service_minutes > 0", name=op.f("ck_contribution_minutes")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["contribution.id"], name=op.f("fk_contribution_corrects_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["catalogue_item.id"], name=op.f("fk_contribution_item_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.party_id"], name=op.f("fk_contribution_organisation_id")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_contribution_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution")),
        sa.UniqueConstraint("code", name=op.f("uq_contribution_code")),
        sa.UniqueConstraint("row_key", name=op.f("uq_contribution_row_key")),
    )
    op.create_index("ix_contribution_happened_on", "contribution", ["happened_on", "id"], unique=False)
    op.create_index("ix_contribution_organisation", "contribution", ["organisation_id", "id"], unique=False)
    op.create_index("ix_contribution_party", "contribution", ["party_id", "happened_on", "id"], unique=False)
    op.create_index(
        "ix_contribution_state_region", "contribution", ["state", "region_code", "id"], unique=False
    )
    op.create_index(
        "uq_contribution_receipt",
        "contribution",
        ["receipt_number"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('withdrawn', 'refused', 'reversed')"),
        postgresql_where=sa.text("state NOT IN ('withdrawn', 'refused', 'reversed')"),
    )
    op.create_table(
        "declared_relative",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("person_id", types.KeyType(), nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "spouse",
                "parent",
                "child",
                "sibling",
                "other",
                name="relative_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("identity_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("declared_at", types.UtcTimeType(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.party_id"], name=op.f("fk_declared_relative_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_relative")),
        sa.UniqueConstraint(
            "person_id", "identity_hash", name=op.f("uq_declared_relative_person_id_identity_hash")
        ),
    )
    op.create_index(
        op.f("ix_declared_relative_identity_hash"), "declared_relative", ["identity_hash"], unique=False
    )
    op.create_table(
        "household",
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column("file_number", sa.String(length=20), nullable=False),
        sa.Column("lead_worker_id", types.KeyType(), nullable=True),
        sa.ForeignKeyConstraint(
            ["lead_worker_id"], ["person.party_id"], name=op.f("fk_household_lead_worker_id")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_household_party_id")),
        sa.PrimaryKeyConstraint("party_id", name=op.f("pk_household")),
        sa.UniqueConstraint("file_number", name=op.f("uq_household_file_number")),
    )
    op.create_table(
        "login_user",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False, comment="sign-in name, lower case"),
        sa.Column("person_id", types.KeyType(), nullable=False),
        sa.Column(
            "phone_hash",
            sa.LargeBinary(length=32),
            nullable=True,
            comment="keyed hash of the phone that also serves as sign-in name",
        ),
        sa.Column(
            "password_hash", sa.String(length=200), nullable=False, comment="argon2id, with its parameters"
        ),
        sa.Column("password_changed_at", types.UtcTimeType(), nullable=False),
        sa.Column(
            "must_change_password", sa.Boolean(), nullable=False, comment="set by staff: one sign-in only"
        ),
        sa.Column(
            "locked_at", types.UtcTimeType(), nullable=True, comment="by an administrator, until unlocked"
        ),
        sa.Column("created_at", types.UtcTimeType(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_login_user_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_user")),
        sa.UniqueConstraint("name", name=op.f("uq_login_user_name")),
        sa.UniqueConstraint("person_id", name=op.f("uq_login_user_person_id")),
        sa.UniqueConstraint("phone_hash", name=op.f("uq_login_user_phone_hash")),
    )
    op.create_table(
        "paper_event",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("paper_id", types.KeyType(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "issued",
                "rendered",
                "failed",
                "retried",
                "revoked",
                "replaced",
                name="paper_event_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("at", types.UtcTimeType(), nullable=False),
        sa.Column("by_user_id", types.KeyType(), nullable=True, comment="none: a job"),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_paper_event_paper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_event")),
        comment="history of papers",
    )
    op.create_index(op.f("ix_paper_event_paper_id"), "paper_event", ["paper_id"], unique=False)
    op.create_table(
        "paper_event_words",
        sa.Column("event_id", types.KeyType(), nullable=False),
        sa.Column("actor_name", types.Encrypted(), nullable=False),
        sa.Column("note", types.Encrypted(), nullable=True, comment="reason, or what went wrong"),
        sa.ForeignKeyConstraint(["event_id"], ["paper_event.id"], name=op.f("fk_paper_event_words_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_paper_event_words")),
    )
    op.create_table(
        "person_role",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("person_id", types.KeyType(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "volunteer",
                "social_worker",
                "household_member",
                name="person_role_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="last day in force"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_person_role_period")),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_person_role_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_role")),
    )
    op.create_index(
        "uq_person_role_open",
        "person_role",
        ["person_id", "role"],
        unique=True,
        sqlite_where=sa.text("valid_to IS NULL"),
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "registration_detail",
        sa.Column("step_id", types.KeyType(), nullable=False),
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column("note", types.Encrypted(), nullable=True),
        sa.Column(
            "snapshot", types.Encrypted(), nullable=True, comment="JSON of the fields that were submitted"
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_registration_detail_party_id")),
        sa.ForeignKeyConstraint(
            ["step_id"], ["registration_step.id"], name=op.f("fk_registration_detail_step_id")
        ),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_registration_detail")),
    )
    op.create_index(
        op.f("ix_registration_detail_party_id"), "registration_detail", ["party_id"], unique=False
    )
    op.create_table(
        "ruleset_cap",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("ruleset_id", types.KeyType(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column(
            "code",
            sa.String(length=40),
            nullable=False,
            comment="the same cap in all versions: what was used stays used",
        ),
        sa.Column(
            "kind",
            sa.Enum(
                "money",
                "goods",
                "service",
                "facility",
                "training",
                "agency",
                "project",
                "jobs",
                name="contribution_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("category", sa.String(length=40), nullable=True),
        sa.Column(
            "span",
            sa.Enum(
                "day", "month", "year", name="span", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_ruleset_cap_points")),
        sa.ForeignKeyConstraint(["ruleset_id"], ["ruleset.id"], name=op.f("fk_ruleset_cap_ruleset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruleset_cap")),
        sa.UniqueConstraint("ruleset_id", "code", name=op.f("uq_ruleset_cap_ruleset_id_code")),
    )
    op.create_table(
        "ruleset_multiplier",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("ruleset_id", types.KeyType(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column(
            "factor",
            sa.Enum(
                "evidence_grade",
                "professional",
                "urgency",
                "night",
                "remote",
                "effect",
                name="factor",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.String(length=20), nullable=False, comment="the factor's value, such as B"),
        sa.Column(
            "kind",
            sa.Enum(
                "money",
                "goods",
                "service",
                "facility",
                "training",
                "agency",
                "project",
                "jobs",
                name="contribution_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column("thousandths", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=40), nullable=False, comment="as the arithmetic names it: B 级"),
        sa.CheckConstraint("thousandths >= 0", name=op.f("ck_ruleset_multiplier_thousandths")),
        sa.ForeignKeyConstraint(
            ["ruleset_id"], ["ruleset.id"], name=op.f("fk_ruleset_multiplier_ruleset_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruleset_multiplier")),
    )
    op.create_index(
        "uq_ruleset_multiplier_meaning",
        "ruleset_multiplier",
        ["ruleset_id", "factor", "value", "kind"],
        unique=True,
    )
    op.create_table(
        "ruleset_rule",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("ruleset_id", types.KeyType(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="order on the page and in choosing"),
        sa.Column("code", sa.String(length=40), nullable=False, comment="the same rule in all versions"),
        sa.Column(
            "kind",
            sa.Enum(
                "money",
                "goods",
                "service",
                "facility",
                "training",
                "agency",
                "project",
                "jobs",
                name="contribution_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "category", sa.String(length=40), nullable=True, comment="category code; none: the whole kind"
        ),
        sa.Column(
            "unit",
            sa.Enum(
                "yuan",
                "minute",
                "item",
                "milestone",
                name="unit",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("per", sa.Integer(), nullable=False, comment="units for which the points are given"),
        sa.Column(
            "redeemable",
            sa.Boolean(),
            nullable=False,
            comment="earns redeemable points besides honour points",
        ),
        sa.Column("minimum", sa.BigInteger(), nullable=False, comment="a score below counts as none"),
        sa.Column(
            "rounding",
            sa.Enum("down", "half_up", name="rounding", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("step", sa.BigInteger(), nullable=False, comment="scores are whole multiples of it"),
        sa.Column(
            "note", sa.String(length=200), nullable=False, comment="the rule in a sentence, for the page"
        ),
        sa.CheckConstraint(
            "points > 0 AND per > 0 AND minimum >= 0 AND step > 0", name=op.f("ck_ruleset_rule_figures")
        ),
        sa.ForeignKeyConstraint(["ruleset_id"], ["ruleset.id"], name=op.f("fk_ruleset_rule_ruleset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ruleset_rule")),
        sa.UniqueConstraint("ruleset_id", "code", name=op.f("uq_ruleset_rule_ruleset_id_code")),
    )
    op.create_index(
        "uq_ruleset_rule_meaning", "ruleset_rule", ["ruleset_id", "kind", "category", "unit"], unique=True
    )
    op.create_table(
        "transfer",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column(
            "form", sa.SmallInteger(), nullable=False, comment="version of the canonical form under the HMAC"
        ),
        sa.Column("posting_id", types.KeyType(), nullable=False),
        sa.Column("from_account_id", types.KeyType(), nullable=False),
        sa.Column("to_account_id", types.KeyType(), nullable=False),
        sa.Column(
            "from_number", sa.BigInteger(), nullable=True, comment="running number in a party's account"
        ),
        sa.Column("to_number", sa.BigInteger(), nullable=True, comment="running number in a party's account"),
        sa.Column(
            "from_balance",
            sa.BigInteger(),
            nullable=True,
            comment="of a party's account, after this transfer",
        ),
        sa.Column(
            "to_balance", sa.BigInteger(), nullable=True, comment="of a party's account, after this transfer"
        ),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum(
                "award",
                "reversal",
                "adjustment",
                "hold",
                "release",
                "redeem",
                "expire",
                "forfeit",
                "gift",
                name="reason",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("source_kind", sa.String(length=32), nullable=False),
        sa.Column("source_id", types.KeyType(), nullable=False),
        sa.Column("ruleset_id", types.KeyType(), nullable=True),
        sa.Column("rule_id", types.KeyType(), nullable=True),
        sa.Column(
            "contribution_kind",
            sa.Enum(
                "money",
                "goods",
                "service",
                "facility",
                "training",
                "agency",
                "project",
                "jobs",
                name="contribution_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "acting_role",
            sa.Enum(
                "social_group",
                "social_service_institution",
                "foundation",
                "peoples_organisation",
                "enterprise",
                "public_institution",
                "village_committee",
                "community_organisation",
                "volunteer",
                "social_worker",
                "person",
                name="acting_role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "region_code",
            sa.String(length=12),
            nullable=True,
            comment="the party's region when it was posted",
        ),
        sa.Column("wording", sa.Text(), nullable=False, comment="the arithmetic in words"),
        sa.Column("happened_on", sa.Date(), nullable=False, comment="the day for which it counts"),
        sa.Column("posted_at", types.UtcTimeType(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True, comment="last day of redeemable points"),
        sa.Column(
            "reverses_id",
            types.KeyType(),
            nullable=True,
            comment="the transfer that this one takes back; none is taken back twice",
        ),
        sa.Column("actor_id", types.KeyType(), nullable=True, comment="user; none: the system"),
        sa.Column("key_id", sa.String(length=8), nullable=False),
        sa.Column("hmac", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint(
            "(from_number IS NULL) = (from_balance IS NULL) AND from_number > 0",
            name=op.f("ck_transfer_from_number"),
        ),
        sa.CheckConstraint(
            "(to_number IS NULL) = (to_balance IS NULL) AND to_number > 0", name=op.f("ck_transfer_to_number")
        ),
        sa.CheckConstraint("from_account_id <> to_account_id", name=op.f("ck_transfer_accounts")),
        sa.CheckConstraint("points > 0", name=op.f("ck_transfer_points")),
        sa.ForeignKeyConstraint(
            ["from_account_id"], ["account.id"], name=op.f("fk_transfer_from_account_id")
        ),
        sa.ForeignKeyConstraint(["posting_id"], ["posting.id"], name=op.f("fk_transfer_posting_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["transfer.id"], name=op.f("fk_transfer_reverses_id")),
        sa.ForeignKeyConstraint(["to_account_id"], ["account.id"], name=op.f("fk_transfer_to_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index("ix_transfer_posting", "transfer", ["posting_id"], unique=False)
    op.create_index(
        "uq_transfer_from_number",
        "transfer",
        ["from_account_id", "from_number"],
        unique=True,
        sqlite_where=sa.text("from_number IS NOT NULL"),
        postgresql_where=sa.text("from_number IS NOT NULL"),
    )
    op.create_index(
        "uq_transfer_reverses",
        "transfer",
        ["reverses_id"],
        unique=True,
        sqlite_where=sa.text("reverses_id IS NOT NULL"),
        postgresql_where=sa.text("reverses_id IS NOT NULL"),
    )
    op.create_index(
        "uq_transfer_to_number",
        "transfer",
        ["to_account_id", "to_number"],
        unique=True,
        sqlite_where=sa.text("to_number IS NOT NULL"),
        postgresql_where=sa.text("to_number IS NOT NULL"),
    )
    op.create_table(
        "contribution_evidence",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("contribution_id", types.KeyType(), nullable=False),
        sa.Column("file_id", types.KeyType(), nullable=False, comment="the stored file"),
        sa.Column(
            "kind",
            sa.Enum(
                "receipt",
                "hand_over",
                "confirmation",
                "attendance_sheet",
                "invoice",
                "agreement",
                "photo",
                "other",
                name="evidence_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("added_at", types.UtcTimeType(), nullable=False),
        sa.Column("added_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contribution.id"], name=op.f("fk_contribution_evidence_contribution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_evidence")),
    )
    op.create_index(
        op.f("ix_contribution_evidence_contribution_id"),
        "contribution_evidence",
        ["contribution_id"],
        unique=False,
    )
    op.create_table(
        "contribution_line",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("contribution_id", types.KeyType(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", types.KeyType(), nullable=False),
        sa.Column("item_name", sa.String(length=60), nullable=False, comment="as the catalogue had it"),
        sa.Column("entered_thousandths", sa.BigInteger(), nullable=False, comment="in the unit entered"),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("quantity_thousandths", sa.BigInteger(), nullable=False, comment="in the base unit"),
        sa.Column("base_unit", sa.String(length=10), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=True),
        sa.Column(
            "basis",
            sa.Enum(
                "invoice",
                "agreement",
                "price_list",
                "appraisal",
                "none",
                name="value_basis",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "basis_note",
            sa.String(length=100),
            nullable=True,
            comment="number of the invoice, agreement, list",
        ),
        sa.CheckConstraint(
            "(basis = 'none') = (value_fen IS NULL)", name=op.f("ck_contribution_line_value_has_basis")
        ),
        sa.CheckConstraint("quantity_thousandths > 0", name=op.f("ck_contribution_line_quantity")),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contribution.id"], name=op.f("fk_contribution_line_contribution_id")
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["catalogue_item.id"], name=op.f("fk_contribution_line_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_line")),
    )
    op.create_index(
        "ix_contribution_line_contribution", "contribution_line", ["contribution_id", "position"], unique=True
    )
    op.create_table(
        "contribution_step",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("contribution_id", types.KeyType(), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum(
                "logged",
                "submitted",
                "reviewed",
                "sent_back",
                "withdrawn",
                "refused",
                "verified",
                "awarded",
                "reversed",
                name="from_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=True,
        ),
        sa.Column(
            "to_state",
            sa.Enum(
                "logged",
                "submitted",
                "reviewed",
                "sent_back",
                "withdrawn",
                "refused",
                "verified",
                "awarded",
                "reversed",
                name="to_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("happened_at", types.UtcTimeType(), nullable=False),
        sa.Column("by_user_id", types.KeyType(), nullable=True),
        sa.Column("by_person_id", types.KeyType(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column(
            "minutes", sa.BigInteger(), nullable=True, comment="claimed, from verification on verified"
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("quantity_thousandths", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contribution_id"], ["contribution.id"], name=op.f("fk_contribution_step_contribution_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contribution_step")),
    )
    op.create_index(
        "ix_contribution_step_contribution", "contribution_step", ["contribution_id", "id"], unique=False
    )
    op.create_table(
        "household_member",
        sa.Column("role_id", types.KeyType(), nullable=False),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "head",
                "spouse",
                "child",
                "parent",
                "grandparent",
                "grandchild",
                "sibling",
                "other",
                name="household_relation",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "capacity",
            sa.Enum(
                "full",
                "limited",
                "none",
                name="capacity",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_household_member_household_id")
        ),
        sa.ForeignKeyConstraint(["role_id"], ["person_role.id"], name=op.f("fk_household_member_role_id")),
        sa.PrimaryKeyConstraint("role_id", name=op.f("pk_household_member")),
    )
    op.create_index(
        op.f("ix_household_member_household_id"), "household_member", ["household_id"], unique=False
    )
    op.create_table(
        "social_worker",
        sa.Column("role_id", types.KeyType(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "none",
                "assistant",
                "social_worker",
                "senior",
                name="social_worker_level",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("certificate_number", sa.String(length=40), nullable=True),
        sa.Column("registered_until", sa.Date(), nullable=True, comment="three years from registration"),
        sa.Column("employer_id", types.KeyType(), nullable=True),
        sa.ForeignKeyConstraint(
            ["employer_id"], ["organisation.party_id"], name=op.f("fk_social_worker_employer_id")
        ),
        sa.ForeignKeyConstraint(["role_id"], ["person_role.id"], name=op.f("fk_social_worker_role_id")),
        sa.PrimaryKeyConstraint("role_id", name=op.f("pk_social_worker")),
        sa.UniqueConstraint("certificate_number", name=op.f("uq_social_worker_certificate_number")),
    )
    op.create_table(
        "user_grant",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("user_id", types.KeyType(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "registrant",
                "volunteer",
                "social_worker",
                "organisation_clerk",
                "organisation_manager",
                "recipient",
                "village_worker",
                "patrol",
                "child_officer",
                "department_liaison",
                "town_staff",
                "town_leader",
                "county_handler",
                "county_reviewer",
                "county_approver",
                "city_staff",
                "credit_officer",
                "legal_officer",
                "committee",
                "purchaser",
                "reward_provider",
                "session_leader",
                "guardian",
                "auditor",
                "system_administrator",
                "security_administrator",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "region_code",
            sa.String(length=12),
            nullable=True,
            comment="scope of a staff role, with all below it",
        ),
        sa.Column("organisation_id", types.KeyType(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="last day in force"),
        sa.Column("granted_at", types.UtcTimeType(), nullable=False),
        sa.Column("granted_by", types.KeyType(), nullable=True, comment="user id; none for a command"),
        sa.Column("ended_at", types.UtcTimeType(), nullable=True, comment="taken back before its last day"),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_user_grant_period")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.party_id"], name=op.f("fk_user_grant_organisation_id")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["login_user.id"], name=op.f("fk_user_grant_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_grant")),
    )
    op.create_index(op.f("ix_user_grant_organisation_id"), "user_grant", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_user_grant_user_id"), "user_grant", ["user_id"], unique=False)
    op.create_table(
        "user_session",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("user_id", types.KeyType(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("browser", sa.String(length=100), nullable=True),
        sa.Column("started_at", types.UtcTimeType(), nullable=False),
        sa.Column("seen_at", types.UtcTimeType(), nullable=False, comment="written at most once a minute"),
        sa.Column("ended_at", types.UtcTimeType(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["login_user.id"], name=op.f("fk_user_session_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_user_session_token_hash")),
    )
    op.create_index(op.f("ix_user_session_user_id"), "user_session", ["user_id"], unique=False)
    op.create_table(
        "volunteer",
        sa.Column("role_id", types.KeyType(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=True, comment="issued by us when approved"),
        sa.Column("skills", sa.String(length=200), nullable=True),
        sa.Column("service_kinds", sa.String(length=200), nullable=True),
        sa.Column("available_times", sa.String(length=200), nullable=True),
        sa.Column(
            "guardian_name", sa.String(length=50), nullable=True, comment="required below 18 years of age"
        ),
        sa.Column("guardian_phone", types.Encrypted(), nullable=True),
        sa.Column("insured_until", sa.Date(), nullable=True),
        sa.Column("star_level", sa.Integer(), nullable=False),
        sa.CheckConstraint("star_level BETWEEN 0 AND 5", name=op.f("ck_volunteer_star_level")),
        sa.ForeignKeyConstraint(["role_id"], ["person_role.id"], name=op.f("fk_volunteer_role_id")),
        sa.PrimaryKeyConstraint("role_id", name=op.f("pk_volunteer")),
        sa.UniqueConstraint("number", name=op.f("uq_volunteer_number")),
    )
    op.create_table(
        "contribution_note",
        sa.Column("step_id", types.KeyType(), nullable=False),
        sa.Column("actor_name", sa.String(length=60), nullable=False),
        sa.Column("note", types.Encrypted(), nullable=True),
        sa.ForeignKeyConstraint(
            ["step_id"], ["contribution_step.id"], name=op.f("fk_contribution_note_step_id")
        ),
        sa.PrimaryKeyConstraint("step_id", name=op.f("pk_contribution_note")),
    )
    dialect = op.get_bind().dialect.name
    for table, key in APPEND_ONLY_TABLES:
        for statement in append_only_ddl(table, dialect, key=key):
            op.execute(statement)
