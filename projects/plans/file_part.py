"""What a household's file tells of its help plans, and where one is drafted."""

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.feature import Door
from app.figures import day_text
from app.parties.file_parts import Entry, FilePart, Item, Reader, Told
from app.parties.models import Party
from app.permissions import Permission, may_in
from projects.plans import queries
from projects.plans.kinds import OPEN


def _tell(session: Session, household_id: uuid.UUID, reader: Reader) -> Told | None:
    found = queries.of_household(session, household_id)
    entries = [Entry(one.begin_on, _("帮扶方案开始执行")) for one in found if one.begin_on is not None]
    if reader.door is not Door.STAFF:
        return Told(entries=entries) if entries else None
    party = session.get_one(Party, household_id)
    items = [
        Item(
            _("%(department)s牵头的帮扶方案", department=one.lead_department),
            f"/staff/plans/{one.code}",
            (_("%(day)s起", day=day_text(one.begin_on)) if one.begin_on else "",),
            one.state,
        )
        for one in found
    ]
    may = may_in(reader.actor, Permission.MANAGE_HOUSEHOLDS, party.region_code)
    free = not any(one.state in OPEN for one in found)
    actions = [(_("拟定方案"), f"/staff/plans/new/{party.code}")] if may and free else []
    return Told(items, entries, actions, _("还没有帮扶方案。"))


PART = FilePart("plans", _l("帮扶方案"), _tell)
