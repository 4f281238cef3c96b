"""What a household's file tells of exits, and where one is written down."""

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.feature import Door
from app.figures import day_text
from app.parties.file_parts import Entry, FilePart, Item, Reader, Told
from app.parties.models import Party
from app.permissions import Permission, may_in
from projects.exits import queries
from projects.exits.kinds import OPEN


def _tell(session: Session, household_id: uuid.UUID, reader: Reader) -> Told | None:
    found = queries.of_household(session, household_id)
    entries = [
        Entry(one.left_on, _("%(kind)s：%(category)s", kind=one.kind.label, category=one.category))
        for one in found
        if one.left_on is not None
    ]
    if reader.door is not Door.STAFF:
        return Told(entries=entries) if entries else None
    party = session.get_one(Party, household_id)
    items = [
        Item(
            _("%(kind)s：%(category)s", kind=one.kind.label, category=one.category),
            f"/staff/exits/{one.code}",
            (_("%(day)s退出", day=day_text(one.left_on)) if one.left_on else "",),
            one.state,
        )
        for one in found
    ]
    may = may_in(reader.actor, Permission.VISIT_HOUSEHOLDS, party.region_code)
    free = not any(one.state in OPEN for one in found)
    actions = [(_("登记退出"), f"/staff/exits/new/{party.code}")] if may and free else []
    return Told(items, entries, actions, _("没有退出事项。"))


PART = FilePart("exits", _l("退出和恢复"), _tell)
