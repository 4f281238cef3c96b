"""What a household's file tells of its requests: each with its state, and every step of theirs."""

import uuid
from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import figures
from app.audit.words import VERBS
from app.feature import Door
from app.parties.file_parts import Entry, FilePart, Item, Reader, Told
from app.parties.models import Party
from app.permissions import Permission, may_in
from projects.requests import queries
from projects.requests.kinds import Channel
from projects.requests.models import AidRequest, RequestNote, RequestStep


def _tell(session: Session, household_id: uuid.UUID, reader: Reader) -> Told | None:
    staff = reader.door is Door.STAFF
    found = [one for one in queries.of_household(session, household_id) if _is_for(one, reader)]
    kinds = queries.kinds_of(session, [one.id for one in found])
    items = [
        Item(
            _("%(number)s %(kinds)s", number=one.number or _("草稿"), kinds="、".join(kinds.get(one.id, ()))),
            _url(one, staff=staff),
            (
                str(one.channel.label),
                _("批准 %(sum)s", sum=figures.money(one.granted_fen)) if one.granted_fen else "",
            ),
            one.state,
        )
        for one in found
    ]
    actions = []
    if staff:
        party = session.get_one(Party, household_id)
        if may_in(reader.actor, Permission.ENTER_REQUESTS, party.region_code):
            actions = [(_("登记求助申请"), f"/staff/requests/new/{party.code}")]
    else:
        actions = [(_("提出求助申请"), "/my/requests/new")]
    return Told(items, _entries(session, found, staff=staff), actions, _("还没有提出过求助申请。"))


def _is_for(one: AidRequest, reader: Reader) -> bool:
    """Whether somebody reads of a request: staff of what was handed in, a member of what is theirs."""
    if reader.door is Door.STAFF:
        return one.channel is not Channel.MEMBER or one.submitted_at is not None
    return reader.actor.person_id in (one.applicant_id, one.person_id)


def _url(one: AidRequest, *, staff: bool) -> str:
    return f"/staff/requests/{one.code}" if staff else f"/my/requests/{one.code}"


def _entries(session: Session, found: Sequence[AidRequest], *, staff: bool) -> list[Entry]:
    """Return the steps of requests, without their words: these stand on the request's own page."""
    requests = {one.id: one for one in found}
    rows = session.execute(
        select(RequestStep, RequestNote.actor_name)
        .outerjoin(RequestNote, RequestNote.step_id == RequestStep.id)
        .where(RequestStep.request_id.in_(requests))
        .order_by(RequestStep.id.desc())
    )
    return [
        Entry(
            step.happened_at,
            VERBS.get(step.verb, step.to_state.label),
            (name if step.by_person_id else _("系统")) if staff else None,
            requests[step.request_id].number,
            _url(requests[step.request_id], staff=staff),
        )
        for step, name in rows
    ]


PART = FilePart("requests", _l("求助申请"), _tell)
