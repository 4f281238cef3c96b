"""What a household's file tells of self-care assessments and care agreements, and where new ones are written."""

import uuid

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.feature import Door
from app.figures import day_text
from app.parties import queries as parties
from app.parties.file_parts import FilePart, Item, Reader, Told
from app.parties.models import Party
from app.permissions import Permission, may_in
from projects.selfcare import queries
from projects.selfcare.kinds import AssessmentState


def _tell(session: Session, household_id: uuid.UUID, reader: Reader) -> Told | None:
    if reader.door is not Door.STAFF:
        return None
    judged, signed = queries.of_household(session, household_id)
    names = parties.names_of(
        session, [*(one.person_id for one in judged), *(one.person_id for one in signed)]
    )
    items = [
        Item(
            _("%(name)s的照料协议", name=names.get(one.person_id, "")),
            f"/staff/care-agreements/{one.code}",
            (_("%(day)s到期", day=day_text(one.valid_to)),),
            one.state,
        )
        for one in signed
    ]
    items += [
        Item(
            _("%(name)s的自理能力评估", name=names.get(one.person_id, "")),
            f"/staff/self-care/{one.code}",
            (
                str(one.level.label) if one.state is not AssessmentState.AWAITING else "",
                day_text(one.assessed_on),
            ),
            one.state,
        )
        for one in judged
    ]
    party, actions = session.get_one(Party, household_id), []
    if may_in(reader.actor, Permission.VISIT_HOUSEHOLDS, party.region_code):
        actions.append((_("评估自理能力"), f"/staff/self-care/new/{party.code}"))
    if may_in(reader.actor, Permission.MANAGE_HOUSEHOLDS, party.region_code):
        actions.append((_("登记照料协议"), f"/staff/care-agreements/new/{party.code}"))
    return Told(items, (), actions, _("还没有评估。"))


PART = FilePart("self_care", _l("自理能力和照料"), _tell)
