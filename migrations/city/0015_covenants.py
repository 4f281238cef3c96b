"""Village covenants: what a village's assembly rewards, and its records."""

import sqlalchemy as sa
from alembic import op

from app import types

revision = "city_0015"
down_revision = "city_0014"
branch_labels = None
depends_on = None

TABLES = ("covenant_record", "covenant_household", "covenant_item", "covenant_decision", "covenant")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "covenant",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("programme_id", types.KeyType(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False, comment="the village, 12 digits"),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("opened_at", types.UtcTimeType(), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_covenant_programme_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_covenant")),
        sa.UniqueConstraint("code", name=op.f("uq_covenant_code")),
        sa.UniqueConstraint("programme_id", name=op.f("uq_covenant_programme_id")),
        sa.UniqueConstraint("region_code", name=op.f("uq_covenant_region_code")),
    )
    op.create_table(
        "covenant_decision",
        sa.Column("ruleset_id", types.KeyType(), nullable=False),
        sa.Column(
            "assembly",
            sa.Enum(
                "adults",
                "households",
                "representatives",
                name="assembly",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("entitled", sa.Integer(), nullable=False, comment="who could take part"),
        sa.Column("attended", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Integer(), nullable=False, comment="votes for it"),
        sa.CheckConstraint(
            "agreed >= 0 AND attended >= agreed AND entitled >= attended",
            name=op.f("ck_covenant_decision_figures"),
        ),
        sa.ForeignKeyConstraint(["ruleset_id"], ["ruleset.id"], name=op.f("fk_covenant_decision_ruleset_id")),
        sa.PrimaryKeyConstraint("ruleset_id", name=op.f("pk_covenant_decision")),
    )
    op.create_table(
        "covenant_item",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("ruleset_id", types.KeyType(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False, comment="order on the page"),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "points",
            sa.BigInteger(),
            nullable=False,
            comment="per time; below zero: taken from honour points",
        ),
        sa.Column(
            "unit",
            sa.String(length=10),
            nullable=False,
            comment="what is counted: a time, a day, a household",
        ),
        sa.Column("note", sa.String(length=100), nullable=True),
        sa.CheckConstraint("points <> 0", name=op.f("ck_covenant_item_points")),
        sa.ForeignKeyConstraint(["ruleset_id"], ["ruleset.id"], name=op.f("fk_covenant_item_ruleset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_covenant_item")),
        sa.UniqueConstraint("ruleset_id", "name", name=op.f("uq_covenant_item_ruleset_id_name")),
    )
    op.create_table(
        "covenant_household",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("covenant_id", types.KeyType(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False, comment="as the village numbers it"),
        sa.Column("party_id", types.KeyType(), nullable=False, comment="the householder"),
        sa.Column(
            "agreed_on",
            sa.Date(),
            nullable=True,
            comment="since when the whole name may be read; none: masked",
        ),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True, comment="last day"),
        sa.CheckConstraint(
            "left_on IS NULL OR left_on >= joined_on", name=op.f("ck_covenant_household_period")
        ),
        sa.ForeignKeyConstraint(
            ["covenant_id"], ["covenant.id"], name=op.f("fk_covenant_household_covenant_id")
        ),
        sa.ForeignKeyConstraint(
            ["party_id"], ["person.party_id"], name=op.f("fk_covenant_household_party_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_covenant_household")),
        sa.UniqueConstraint("covenant_id", "number", name=op.f("uq_covenant_household_covenant_id_number")),
    )
    op.create_index(
        "uq_covenant_household_party",
        "covenant_household",
        ["party_id", "covenant_id"],
        unique=True,
        sqlite_where=sa.text("left_on IS NULL"),
        postgresql_where=sa.text("left_on IS NULL"),
    )
    op.create_table(
        "covenant_record",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("covenant_id", types.KeyType(), nullable=False),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("item_id", types.KeyType(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False, comment="times"),
        sa.Column("note", types.Encrypted(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "logged",
                "verified",
                "rejected",
                "reversed",
                name="record_state",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("state_since", types.UtcTimeType(), nullable=False),
        sa.Column("logged_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("logged_at", types.UtcTimeType(), nullable=False),
        sa.Column("judged_by_id", types.KeyType(), nullable=True, comment="person who verified or rejected"),
        sa.Column("judged_at", types.UtcTimeType(), nullable=True),
        sa.Column(
            "counted",
            sa.BigInteger(),
            nullable=True,
            comment="what the ledger took up, with its sign; after a reversal still what it was",
        ),
        sa.Column("reversed_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("reversed_at", types.UtcTimeType(), nullable=True),
        sa.Column("reason", types.Encrypted(), nullable=True, comment="of the rejection or the reversal"),
        sa.Column("objection", types.Encrypted(), nullable=True, comment="what the household says is wrong"),
        sa.Column("objected_by_id", types.KeyType(), nullable=True, comment="person of the household"),
        sa.Column("objected_at", types.UtcTimeType(), nullable=True),
        sa.Column("answer", types.Encrypted(), nullable=True, comment="to the objection"),
        sa.Column("answered_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.Column("answered_at", types.UtcTimeType(), nullable=True),
        sa.CheckConstraint(
            "answered_at IS NULL OR objected_at IS NOT NULL", name=op.f("ck_covenant_record_answered")
        ),
        sa.CheckConstraint(
            "(state IN ('verified', 'reversed')) = (counted IS NOT NULL)",
            name=op.f("ck_covenant_record_counted"),
        ),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_covenant_record_quantity")),
        sa.ForeignKeyConstraint(
            ["covenant_id"], ["covenant.id"], name=op.f("fk_covenant_record_covenant_id")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["covenant_household.id"], name=op.f("fk_covenant_record_household_id")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["covenant_item.id"], name=op.f("fk_covenant_record_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_covenant_record")),
        sa.UniqueConstraint("code", name=op.f("uq_covenant_record_code")),
    )
    op.create_index("ix_covenant_record_household", "covenant_record", ["household_id", "id"], unique=False)
    op.create_index(
        "ix_covenant_record_objected",
        "covenant_record",
        ["covenant_id", "objected_at"],
        unique=False,
        sqlite_where=sa.text("objected_at IS NOT NULL AND answered_at IS NULL"),
        postgresql_where=sa.text("objected_at IS NOT NULL AND answered_at IS NULL"),
    )
    op.create_index(
        "ix_covenant_record_ranking",
        "covenant_record",
        ["covenant_id", "state", "happened_on", "household_id"],
        unique=False,
    )
    op.create_index(
        "ix_covenant_record_waiting", "covenant_record", ["state", "state_since", "id"], unique=False
    )


def downgrade() -> None:
    """Take them away."""
    for table in TABLES:
        op.drop_table(table)
