"""What waits of the register of parties: registrations to judge, household files to confirm."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.deadlines.registry import Shown
from app.masking import public_name
from app.parties import desk
from app.parties.kinds import PartyKind, RegistrationState
from app.parties.models import Household, Party
from app.parties.queries import in_regions
from app.permissions import Actor, Permission
from app.tasks.registry import Task

PROMISE = "registration.review"
_COLUMNS = Party.id.label("id"), Party.state_since.label("since"), Party.region_code


def _registrations(session: Session, actor: Actor) -> Select[uuid.UUID, datetime, str]:
    return select(*_COLUMNS).where(*desk.waiting(actor))


def _files(session: Session, actor: Actor) -> Select[uuid.UUID, datetime, str]:
    return select(*_COLUMNS).where(
        Party.kind == PartyKind.HOUSEHOLD,
        Party.state == RegistrationState.SUBMITTED,
        Party.match_key != "",
        in_regions(actor, Permission.REVIEW_REGISTRATIONS),
    )


def _tell_registrations(session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    return {
        party.id: Shown(
            party.name if party.kind is PartyKind.ORGANISATION else public_name(party.name),
            f"/staff/registrations/{party.code}",
        )
        for party in session.scalars(select(Party).where(Party.id.in_(ids)))
    }


def tell_households(session: Session, ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Shown]:
    """Return what lists call households: the masked name of the head with the file number, and their file."""
    rows = session.execute(
        select(Party.id, Party.code, Party.name, Household.file_number)
        .join(Household, Household.party_id == Party.id)
        .where(Party.id.in_(ids))
    )
    return {
        key: Shown(
            _("%(name)s户 %(number)s", name=public_name(name), number=number), f"/staff/households/{code}"
        )
        for key, code, name, number in rows
    }


_MINE = (Permission.REVIEW_REGISTRATIONS,)
TASKS = (
    Task(
        "registration",
        _l("待审核的入驻登记"),
        _MINE,
        _registrations,
        "registrations_staff.index",
        promise=PROMISE,
        tell=_tell_registrations,
    ),
    Task(
        "household_file",
        _l("待复核的家庭档案"),
        _MINE,
        _files,
        "households_staff.index",
        promise=PROMISE,
        tell=tell_households,
    ),
)
