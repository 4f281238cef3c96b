"""Projects, needs, offers, tips, and what the ledger of contributions brings."""

import sqlalchemy as sa
from alembic import op

from app import types

revision = "city_0004"
down_revision = "city_0003"
branch_labels = None
depends_on = None

_KEPT = "state <> 'withdrawn'"


def upgrade() -> None:
    """Make the tables and columns."""
    _make_projects()
    _make_needs()
    _make_offers()
    _make_tips()
    _widen_contributions()
    _widen_lines()


def _make_projects() -> None:
    op.create_table(
        "project",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("number", sa.String(length=40), nullable=False, comment="by which ledgers name it"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("organisation_id", types.KeyType(), nullable=False, comment="who initiated it"),
        sa.Column("region_code", sa.String(length=12), nullable=False, comment="the place that it helps"),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False, comment="last day"),
        sa.Column(
            "state",
            sa.Enum("submitted", name="project_state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("state_since", types.UtcTimeType(), nullable=False),
        sa.Column("created_at", types.UtcTimeType(), nullable=False),
        sa.Column("entered_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.CheckConstraint("end_on >= start_on", name=op.f("ck_project_period")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.party_id"], name=op.f("fk_project_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        sa.UniqueConstraint("code", name=op.f("uq_project_code")),
        sa.UniqueConstraint("number", name=op.f("uq_project_number")),
    )
    op.create_index("ix_project_organisation_id", "project", ["organisation_id"], unique=False)
    op.create_index("ix_project_region_state", "project", ["region_code", "state", "start_on"], unique=False)


def _make_needs() -> None:
    op.create_table(
        "project_need",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("project_id", types.KeyType(), nullable=False),
        sa.Column("item_id", types.KeyType(), nullable=False),
        sa.Column("quantity_thousandths", sa.BigInteger(), nullable=False, comment="of the item's base unit"),
        sa.Column("entered_thousandths", sa.BigInteger(), nullable=False, comment="in the unit entered"),
        sa.Column("unit", sa.String(length=20), nullable=False, comment="as entered"),
        sa.Column(
            "qualification",
            sa.String(length=60),
            nullable=True,
            comment="the certificate that who gives it must hold",
        ),
        sa.Column("urgency", sa.Integer(), nullable=True, comment="as the list gives it, 1 to 9"),
        sa.Column("created_at", types.UtcTimeType(), nullable=False),
        sa.CheckConstraint(
            "quantity_thousandths > 0 AND entered_thousandths > 0", name=op.f("ck_project_need_quantity")
        ),
        sa.CheckConstraint(
            "urgency IS NULL OR urgency BETWEEN 1 AND 9", name=op.f("ck_project_need_urgency")
        ),
        sa.ForeignKeyConstraint(["item_id"], ["catalogue_item.id"], name=op.f("fk_project_need_item_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_project_need_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_need")),
        sa.UniqueConstraint("project_id", "item_id", name=op.f("uq_project_need_project_id_item_id")),
    )
    op.create_index("ix_project_need_item_id", "project_need", ["item_id"], unique=False)


def _make_offers() -> None:
    op.create_table(
        "offer",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False, comment="in URLs"),
        sa.Column("number", sa.String(length=40), nullable=False, comment="on the list that brought it"),
        sa.Column("party_id", types.KeyType(), nullable=False, comment="who offers it"),
        sa.Column("item_id", types.KeyType(), nullable=False),
        sa.Column("quantity_thousandths", sa.BigInteger(), nullable=False, comment="of the item's base unit"),
        sa.Column("entered_thousandths", sa.BigInteger(), nullable=False, comment="in the unit entered"),
        sa.Column("unit", sa.String(length=20), nullable=False, comment="as entered"),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=False, comment="last day"),
        sa.Column("qualifications", sa.JSON(), nullable=False, comment="certificates held, as stated"),
        sa.Column("created_at", types.UtcTimeType(), nullable=False),
        sa.Column("entered_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.CheckConstraint(
            "quantity_thousandths > 0 AND entered_thousandths > 0", name=op.f("ck_offer_quantity")
        ),
        sa.CheckConstraint("end_on >= start_on", name=op.f("ck_offer_period")),
        sa.ForeignKeyConstraint(["item_id"], ["catalogue_item.id"], name=op.f("fk_offer_item_id")),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_offer_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("code", name=op.f("uq_offer_code")),
        sa.UniqueConstraint("number", name=op.f("uq_offer_number")),
    )
    op.create_index("ix_offer_item", "offer", ["item_id", "end_on"], unique=False)
    op.create_index("ix_offer_party_id", "offer", ["party_id"], unique=False)
    op.create_table(
        "offer_area",
        sa.Column("offer_id", types.KeyType(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_offer_area_offer_id")),
        sa.PrimaryKeyConstraint("offer_id", "region_code", name=op.f("pk_offer_area")),
    )
    op.create_index("ix_offer_area_region", "offer_area", ["region_code"], unique=False)


def _make_tips() -> None:
    op.create_table(
        "tip",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False, comment="on the list that brought it"),
        sa.Column("household_id", types.KeyType(), nullable=False),
        sa.Column("person_id", types.KeyType(), nullable=True, comment="whose act it was, as the list says"),
        sa.Column("region_code", sa.String(length=12), nullable=False, comment="of the household"),
        sa.Column("act", sa.String(length=40), nullable=False, comment="a value of the word list of acts"),
        sa.Column("full_capacity", sa.Boolean(), nullable=False, comment="full capacity for civil conduct"),
        sa.Column("first_investigator", types.Encrypted(), nullable=False),
        sa.Column("second_investigator", types.Encrypted(), nullable=False),
        sa.Column("notice_served_on", sa.Date(), nullable=False),
        sa.Column("reply_until_on", sa.Date(), nullable=False, comment="last day for statement and defence"),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decision_number", sa.String(length=100), nullable=False),
        sa.Column(
            "basis", sa.String(length=200), nullable=False, comment="legal basis as the decision names it"
        ),
        sa.Column(
            "severity",
            sa.Enum(
                "minor",
                "general",
                "serious",
                name="severity",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "public_from_on",
            sa.Date(),
            nullable=False,
            comment="as decided there; nothing is published here",
        ),
        sa.Column("public_to_on", sa.Date(), nullable=False, comment="last day"),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False, comment="aid obtained by it"),
        sa.Column("recovered_fen", sa.BigInteger(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("created_at", types.UtcTimeType(), nullable=False),
        sa.Column("entered_by_id", types.KeyType(), nullable=True, comment="person"),
        sa.CheckConstraint("amount_fen >= 0 AND recovered_fen >= 0", name=op.f("ck_tip_amounts")),
        sa.CheckConstraint("public_to_on >= public_from_on", name=op.f("ck_tip_period")),
        sa.ForeignKeyConstraint(["household_id"], ["household.party_id"], name=op.f("fk_tip_household_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.party_id"], name=op.f("fk_tip_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tip")),
        sa.UniqueConstraint("number", name=op.f("uq_tip_number")),
    )
    op.create_index("ix_tip_household_id", "tip", ["household_id"], unique=False)
    op.create_index("ix_tip_person_id", "tip", ["person_id"], unique=False)
    op.create_index("ix_tip_region", "tip", ["region_code", "decided_on"], unique=False)


def _widen_contributions() -> None:
    serial = sa.Column(
        "serial", sa.String(length=40), nullable=True, comment="its number in the ledger that brought it"
    )
    if op.get_bind().dialect.name == "sqlite":
        # A column with its foreign key can be added in place; a copy of the table would break the keys to it.
        op.execute(
            "ALTER TABLE contribution ADD COLUMN project_id BLOB "
            "CONSTRAINT fk_contribution_project_id REFERENCES project (id)"
        )
    else:
        op.add_column(
            "contribution",
            sa.Column("project_id", types.KeyType(), nullable=True, comment="for which it was given"),
        )
        op.create_foreign_key(
            op.f("fk_contribution_project_id"), "contribution", "project", ["project_id"], ["id"]
        )
    op.add_column("contribution", serial)
    op.create_index("ix_contribution_project", "contribution", ["project_id", "happened_on"], unique=False)
    op.create_index(
        "uq_contribution_serial",
        "contribution",
        ["serial"],
        unique=True,
        sqlite_where=sa.text(_KEPT),
        postgresql_where=sa.text(_KEPT),
    )


def _widen_lines() -> None:
    """Let the value of a line rest on what the ledger says."""
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_contribution_line_value_basis"), "contribution_line", type_="check")
        op.create_check_constraint(
            op.f("ck_contribution_line_value_basis"),
            "contribution_line",
            "basis IN ('invoice', 'agreement', 'price_list', 'appraisal', 'ledger', 'none')",
        )
        return
    op.drop_index("ix_contribution_line_contribution", "contribution_line")
    op.rename_table("contribution_line", "contribution_line_before")
    op.create_table(
        "contribution_line",
        sa.Column("id", types.KeyType(), nullable=False),
        sa.Column("contribution_id", types.KeyType(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("item_id", types.KeyType(), nullable=False),
        sa.Column("item_name", sa.String(length=60), nullable=False),
        sa.Column("entered_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(length=20), nullable=False),
        sa.Column("quantity_thousandths", sa.BigInteger(), nullable=False),
        sa.Column("base_unit", sa.String(length=10), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=True),
        sa.Column(
            "basis",
            sa.Enum(
                "invoice",
                "agreement",
                "price_list",
                "appraisal",
                "ledger",
                "none",
                name="value_basis",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("basis_note", sa.String(length=100), nullable=True),
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
    op.execute("INSERT INTO contribution_line SELECT * FROM contribution_line_before")
    op.drop_table("contribution_line_before")
    op.create_index(
        "ix_contribution_line_contribution", "contribution_line", ["contribution_id", "position"], unique=True
    )
