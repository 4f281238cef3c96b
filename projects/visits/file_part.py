"""What a household's file tells of its visits: what is due, and what was made, with how it was for the staff."""

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.feature import Door
from app.parties import queries as parties
from app.parties.file_parts import Entry, FilePart, Item, Reader, Told
from app.parties.models import Household, Party
from app.permissions import Permission, may_in
from projects.visits import clocks, queries
from projects.visits.kinds import VisitState
from projects.visits.models import Visit, VisitVisitor

LINES = 8
"""Visits on the card; the timeline has all of them."""


def _tell(session: Session, household_id: uuid.UUID, reader: Reader) -> Told | None:
    found = queries.of_household(session, household_id, limit=200)
    staff = reader.door is Door.STAFF
    entries = _entries(session, found, staff=staff)
    if not staff:
        return Told(entries=entries) if entries else None
    items = []
    for one in found[:LINES]:
        running = clocks.running(session, one.id) if one.state is VisitState.DUE else None
        items.append(
            Item(
                str(one.ground.label),
                f"/staff/visits/{one.code}",
                (
                    clock.civil_date(one.made_at).isoformat() if one.made_at else "",
                    _("%(day)s前走访", day=running.due_on.isoformat()) if running else "",
                    str(one.outcome.label) if one.outcome else "",
                ),
                one.state,
            )
        )
    party, file = session.get_one(Party, household_id), session.get_one(Household, household_id)
    actions = []
    if may_in(reader.actor, Permission.VISIT_HOUSEHOLDS, party.region_code):
        actions = [(_("登记走访"), f"/staff/visits/new?q={file.file_number}")]
    return Told(items, entries, actions, _("还没有走访过。"))


def _entries(session: Session, found: list[Visit], *, staff: bool) -> list[Entry]:
    made = [one for one in found if one.made_at is not None]
    rows = session.execute(
        select(VisitVisitor.visit_id, VisitVisitor.person_id).where(
            VisitVisitor.visit_id.in_([one.id for one in made])
        )
    ).all()
    names = parties.names_of(session, [person_id for _visit, person_id in rows])
    went: dict[uuid.UUID, list[str]] = {}
    for visit_id, person_id in rows:
        went.setdefault(visit_id, []).append(names.get(person_id, ""))
    return [
        Entry(
            one.made_at,
            one.ground.label if staff else _("上门走访"),
            "、".join(went.get(one.id, ())),
            str(one.outcome.label) if staff and one.outcome else None,
            f"/staff/visits/{one.code}" if staff else None,
        )
        for one in made
        if one.made_at is not None
    ]


PART = FilePart("visits", _l("走访"), _tell)
