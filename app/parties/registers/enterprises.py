"""The register of enterprises that give (捐赠企业名册)."""

from flask_babel import lazy_gettext as _l

from app.imports.registers import Field, Register, Row, Verdict
from app.imports.values import day_past, label, phone, text, uscc
from app.imports.world import World
from app.parties.bulk.approving import approve_many
from app.parties.bulk.organisations import admit_organisations
from app.parties.bulk.undoing import undo_many
from app.parties.entries import OrganisationEntry
from app.parties.kinds import OrganisationKind
from app.parties.registers.organisations import ensure_new, learn_organisation, prefetch
from app.parties.registers.people import PLACE_FIELDS, read_name
from app.parties.registers.places import region_of
from app.permissions import Permission

FIELDS = (
    Field("name", _l("企业名称"), label(200), required=True),
    Field("uscc", _l("统一社会信用代码"), uscc, required=True),
    Field("representative", _l("法定代表人"), label(50)),
    Field("established", _l("成立日期"), day_past),
    *PLACE_FIELDS[:2],
    Field("address", _l("住所"), text(200)),
    Field("phone", _l("联系电话"), phone(), secret=True),
)


def decide(row: Row, world: World) -> Verdict:
    """Judge one row: name and code, place, known already."""
    row.ensure_present("name", "uscc")
    code: str = row.need("uscc")
    name = read_name(row)
    _county, region = region_of(row, world)
    established = row.get("established")
    ensure_new(row, world, name, code)
    entry = OrganisationEntry(
        name,
        code,
        OrganisationKind.ENTERPRISE,
        region,
        established,
        responsible_person=row.get("representative"),
        address=row.get("address"),
        phone=row.get("phone"),
    )
    learn_organisation(row, world, entry)
    return row.accepted(key=code, canonical={"name": name, "uscc": code}, data=entry)


REGISTER = Register(
    "enterprises",
    _l("捐赠企业名册"),
    40,
    FIELDS,
    decide,
    prefetch,
    admit_organisations,
    undo_many,
    Permission.ENTER_PARTIES,
    listed_at="parties_staff.index",
    about=_l("捐赠企业的名册，每家企业一行。"),
    approve=approve_many,
)
