"""The register of certified social workers (持证社会工作者名册)."""

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.imports.faults import Fault, found
from app.imports.kinds import Decision, Reason
from app.imports.registers import Field, Register, Row, Verdict
from app.imports.values import choice, day, day_past, label
from app.imports.world import World
from app.parties.bulk.approving import approve_many
from app.parties.bulk.people import admit_social_workers
from app.parties.bulk.undoing import undo_many
from app.parties.entries import SocialWorkerEntry
from app.parties.kinds import PersonRoleKind, SocialWorkerLevel
from app.parties.registers import words
from app.parties.registers.people import (
    PERSON_FIELDS,
    canonical_person,
    known_without,
    learn_person,
    read_person,
    want_people,
)
from app.permissions import Permission

FIELDS = (
    *PERSON_FIELDS,
    Field(
        "level",
        _l("证书级别"),
        choice("social_worker_level"),
        choices=lambda _world: [str(one.label) for one in SocialWorkerLevel],
    ),
    Field("certificate_number", _l("证书编号"), label(40)),
    Field("issued", _l("发证日期"), day_past, example="2025-06-30"),
    Field("valid_to", _l("登记有效期至"), day),
)


def decide(row: Row, world: World) -> Verdict:
    """Judge one row: who it is, where, the certificate's level and dates, known already."""
    person, county = read_person(row, world)
    level = words.level_of(row.get("level"))
    certificate_number = row.get("certificate_number")
    issued, valid_to = row.get("issued"), row.get("valid_to")
    if issued and valid_to and valid_to < issued:
        raise found(Reason.DATE_RANGE, _("有效期早于发证日期，请核对。"), field="valid_to")
    known = known_without(row, world, person, PersonRoleKind.SOCIAL_WORKER)
    canonical = canonical_person(row, person, county)
    canonical["issued"] = issued.isoformat() if issued else ""
    canonical["level"] = str(level.label) if level is not SocialWorkerLevel.NONE else ""
    entry = SocialWorkerEntry(person, level, certificate_number, issued, valid_to)
    if valid_to is not None and valid_to < world.today:
        sentence = _("证书登记有效期已过（%(day)s），请核对是否已续期。", day=valid_to.isoformat())
        fault = Fault(Reason.CERTIFICATE_EXPIRED, sentence, "valid_to", Decision.REVIEW)
        return row.accepted(
            key=person.number, canonical=canonical, data=entry, decision=Decision.REVIEW, fault=fault
        )
    learn_person(row, world, person, known, PersonRoleKind.SOCIAL_WORKER)
    return row.accepted(key=person.number, canonical=canonical, data=entry)


def prefetch(world: World, rows: Sequence[Row]) -> None:
    """Fetch who stands in the register already."""
    want_people(world, rows)


REGISTER = Register(
    "social_workers",
    _l("社会工作者名册"),
    20,
    FIELDS,
    decide,
    prefetch,
    admit_social_workers,
    undo_many,
    Permission.ENTER_PARTIES,
    approve=approve_many,
    listed_at="parties_staff.index",
    about=_l("持证社会工作者的名册，每人一行。"),
)
