"""What the registers of organisations, people and households bring."""

import sqlalchemy as sa
from alembic import op

from app import types

revision = "city_0003"
down_revision = "city_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables and columns."""
    _columns()
    _qualifications()
    _household_categories()
    _batches()


def _columns() -> None:
    op.add_column(
        "organisation",
        sa.Column("certificate_number", sa.String(length=60), nullable=True, comment="登记证号"),
    )
    op.add_column(
        "organisation",
        sa.Column(
            "certificate_to", sa.Date(), nullable=True, comment="last day of the registration certificate"
        ),
    )
    op.add_column("organisation", sa.Column("registration_authority", sa.String(length=100), nullable=True))
    op.add_column("organisation", sa.Column("supervising_body", sa.String(length=100), nullable=True))
    op.add_column(
        "volunteer",
        sa.Column(
            "registered_on", sa.Date(), nullable=True, comment="on the list that brought the volunteer"
        ),
    )
    op.add_column(
        "social_worker",
        sa.Column("issued_on", sa.Date(), nullable=True, comment="date of the certificate"),
    )


def _qualifications() -> None:
    op.create_table(
        "qualification",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("person_id", types.KeyType(), nullable=False),
        sa.Column(
            "kind", sa.String(length=60), nullable=False, comment="name of the paper, such as 护理员证"
        ),
        sa.Column("number", sa.String(length=60), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True, comment="last day in force"),
        sa.Column(
            "source",
            sa.Enum(
                "stated",
                "list",
                name="qualification_source",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", types.UtcTimeType(), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR issued_on IS NULL OR valid_to >= issued_on",
            name=op.f("ck_qualification_period"),
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_qualification_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_qualification")),
    )
    op.create_index("ix_qualification_person_kind", "qualification", ["person_id", "kind"], unique=False)


def _household_categories() -> None:
    op.create_table(
        "household_category",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column(
            "category",
            sa.String(length=60),
            nullable=False,
            comment="the word of the ledger, such as 农村低保",
        ),
        sa.Column("cause", sa.String(length=60), nullable=True, comment="why the household fell into need"),
        sa.Column("persons_count", sa.Integer(), nullable=True),
        sa.Column(
            "annual_income", sa.BigInteger(), nullable=True, comment="of the whole household, fen a year"
        ),
        sa.Column("monthly_amount", sa.BigInteger(), nullable=True, comment="assistance, fen a month"),
        sa.Column("begin_on", sa.Date(), nullable=True),
        sa.Column("end_on", sa.Date(), nullable=True, comment="last day in force"),
        sa.Column("recorded_at", types.UtcTimeType(), nullable=False),
        sa.CheckConstraint(
            "annual_income IS NULL OR annual_income >= 0", name=op.f("ck_household_category_income")
        ),
        sa.CheckConstraint(
            "monthly_amount IS NULL OR monthly_amount >= 0", name=op.f("ck_household_category_amount")
        ),
        sa.CheckConstraint(
            "end_on IS NULL OR begin_on IS NULL OR end_on >= begin_on",
            name=op.f("ck_household_category_period"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.party_id"], name=op.f("fk_household_category_household_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_category")),
    )
    op.create_index(
        op.f("ix_household_category_household_id"), "household_category", ["household_id"], unique=False
    )


def _batches() -> None:
    op.create_table(
        "party_batch",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("first_id", types.KeyType(), nullable=False),
        sa.Column("last_id", types.KeyType(), nullable=False),
        sa.Column("entered_at", types.UtcTimeType(), nullable=False),
        sa.Column("compared_at", types.UtcTimeType(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_batch")),
    )
    op.create_index(op.f("ix_party_batch_compared_at"), "party_batch", ["compared_at"], unique=False)
    op.create_table(
        "duplicate_candidate",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("party_id", types.KeyType(), nullable=False),
        sa.Column("other_id", types.KeyType(), nullable=False),
        sa.Column(
            "likeness",
            sa.Enum(
                "name_and_place",
                "name_and_phone",
                "name_and_birth",
                "phone_and_place",
                name="likeness",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("found_at", types.UtcTimeType(), nullable=False),
        sa.ForeignKeyConstraint(["other_id"], ["party.id"], name=op.f("fk_duplicate_candidate_other_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_duplicate_candidate_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_candidate")),
        sa.UniqueConstraint("party_id", "other_id", name=op.f("uq_duplicate_candidate_party_id_other_id")),
    )
