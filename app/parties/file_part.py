"""The register's own part of a household's file: what happened to the household itself, with the words of it."""

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import clock
from app.feature import Door
from app.parties import household_queries
from app.parties import queries as parties
from app.parties.file_parts import Entry, FilePart, Reader, Told
from app.parties.household_kinds import HouseholdEventKind

_OPEN_TO_ALL = (
    HouseholdEventKind.OPENED,
    HouseholdEventKind.CONFIRMED,
    HouseholdEventKind.MOVED,
    HouseholdEventKind.LEAD_WORKER,
    HouseholdEventKind.CLOSED,
)
"""What a member reads here: what concerns everybody at home alike."""


def _tell(session: Session, household_id: uuid.UUID, reader: Reader) -> Told | None:
    staff = reader.door is Door.STAFF
    lines = household_queries.timeline(session, household_id, kinds=() if staff else _OPEN_TO_ALL)
    names = parties.names_of(
        session,
        [key for one in lines for key in (one.event.by_person_id, one.event.person_id) if key is not None],
    )
    entries = []
    for one in lines:
        event = one.event
        since = _("自%(day)s起", day=event.happened_on.isoformat())
        parts = [since if event.happened_on != clock.civil_date(event.recorded_at) else ""]
        if staff:
            parts += [names.get(event.person_id, "") if event.person_id else "", one.words or ""]
        entries.append(
            Entry(
                event.recorded_at,
                event.kind.label,
                names.get(event.by_person_id) if event.by_person_id else None,
                "；".join(part for part in parts if part) or None,
            )
        )
    return Told(entries=entries)


PART = FilePart("file", _l("家庭变更"), _tell)
