"""The commitments that the members of a household signed, for its file."""

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.feature import Door
from app.parties import household_queries
from app.parties import queries as parties
from app.parties.file_parts import Entry, FilePart, Item, Reader, Told
from credit.commitments import commitments
from credit.commitments.models import CommitmentText


def _tell(session: Session, household_id: uuid.UUID, reader: Reader) -> Told | None:
    members = household_queries.members(session, household_id, on=clock.today())
    signed = commitments.of_persons(session, [one.party.id for one in members])
    if reader.door is not Door.STAFF:
        mine = reader.actor.person_id
        signed = [one for one in signed if mine in (one.person_id, one.for_person_id)]
    if not signed:
        return None
    texts = {
        one.id: one
        for one in session.scalars(
            select(CommitmentText).where(CommitmentText.id.in_({one.text_id for one in signed}))
        )
    }
    names = parties.names_of(session, [key for one in signed for key in (one.person_id, one.for_person_id)])
    items, entries = [], []
    for one in signed:
        text = texts[one.text_id]
        title = _("%(title)s（第 %(version)s 版）", title=text.title, version=text.version)
        who = names.get(one.person_id, "")
        if one.person_id != one.for_person_id:
            who = _("%(name)s代%(other)s", name=who, other=names.get(one.for_person_id, ""))
        items.append(Item(title, None, (who, str(one.how.label), one.signed_on.isoformat())))
        entries.append(Entry(one.signed_on, _("签署%(title)s", title=title), who))
    return Told(items, entries)


PART = FilePart("commitments", _l("信用承诺"), _tell)
