"""The verbs of assistance received: write one down, take in many from a list, take them out again."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.errors import Conflict, InvalidInput, NotFound
from app.ids import new_code, new_id
from app.imports.registers import Admission, Row, Verdict
from app.imports.world import World
from app.parties import household_queries, interest, locks
from app.parties.kinds import PartyKind
from app.parties.models import Party
from app.permissions import Actor, Permission, ensure_may
from app.rows import insert_if_absent, parts
from projects.assistance import aid_kinds
from projects.assistance.kinds import AssistanceSource
from projects.assistance.models import Assistance

THING = "assistance"
MOST_OF_A_BATCH = 2_000
_LONGEST_GIVER = 200


@dataclass(frozen=True, slots=True)
class AssistanceData:
    """What is known of help that a household received. ``person_id``: the member it was for, None: all of them."""

    household_id: uuid.UUID
    kind_id: uuid.UUID
    what: str
    given_on: date
    giver: str
    amount_fen: int | None = None
    organisation_id: uuid.UUID | None = None
    person_id: uuid.UUID | None = None


def enter(session: Session, data: AssistanceData, *, actor: Actor) -> Assistance:
    """Write down help that a member of staff learnt of. Raises InvalidInput for what cannot be."""
    household = _household(session, data.household_id)
    ensure_may(actor, Permission.ENTER_RECORDS, region_code=household.region_code)
    interest.ensure_no_conflict(session, actor, data.household_id)
    aid_kinds.ensure_kind(session, data.kind_id)
    if data.given_on > clock.today():
        raise InvalidInput(_("日期不能晚于今天。"), field="given_on")
    return record(session, data, source=AssistanceSource.STAFF, number=new_id().hex, actor=actor)


def record(
    session: Session, data: AssistanceData, *, source: AssistanceSource, number: str, actor: Actor
) -> Assistance:
    """Write down help, for the verb that gave it or learnt of it, which has asked whether the actor may.

    ``number`` names the thing within its source (a grant's instalment, a contribution, a referral): the same thing
    is written down once, and a second call returns the row that is there.
    """
    who = _who(session, data)
    values = {**_values(data, source, number, actor), "person_id": who}
    new = insert_if_absent(session, Assistance, **values)
    found = session.scalars(
        select(Assistance).where(Assistance.source == source, Assistance.number == number)
    ).one()
    if new:
        events.record(
            session, "assistance.record", THING, found.id, actor=actor, party_id=data.household_id,
            after={"source": source.value, "given_on": data.given_on, "amount_fen": data.amount_fen},
        )  # fmt: skip
    return found


def record_many(
    session: Session, rows: Sequence[tuple[Row, Verdict]], *, actor: Actor, scope_of: World
) -> Admission:
    """Take in records from a list. One audit event for the batch; a number that came in meanwhile is refused."""
    if len(rows) > MOST_OF_A_BATCH:
        raise InvalidInput(_("一批最多 %(most)d 条。", most=MOST_OF_A_BATCH))
    wanted: list[tuple[str, AssistanceData]] = [(verdict.key, verdict.data) for _row, verdict in rows]
    locks.hold(session, (data.household_id for _number, data in wanted))
    places = _regions(session, [data.household_id for _number, data in wanted])
    for region in set(places.values()):
        ensure_may(actor, Permission.ENTER_RECORDS, region_code=region)
    taken: set[str] = set()
    for some in parts([number for number, _data in wanted]):
        known = select(Assistance.number).where(
            Assistance.source == AssistanceSource.SPREADSHEET, Assistance.number.in_(some)
        )
        taken.update(session.scalars(known))
    things: list[uuid.UUID | None] = []
    refused: dict[int, str] = {}
    for place, (number, data) in enumerate(wanted):
        if number in taken:
            refused[place] = _("记录编号 %(serial)s 已有登记。", serial=number)
            things.append(None)
            continue
        taken.add(number)
        values = _values(data, AssistanceSource.SPREADSHEET, number, actor)
        session.add(Assistance(**values))
        things.append(values["id"])
    session.flush()
    keys = [key for key in things if key]
    after = {"count": len(keys), "sha256_of_keys": events.digest_of(keys)}
    events.record(session, "assistance.record_many", THING, None, actor=actor, after=after)
    return Admission(tuple(things), refused)


def undo_many(session: Session, things: Sequence[uuid.UUID], *, actor: Actor, reason: str) -> None:
    """Take out records that a list brought in."""
    for some in parts(things):
        homes = session.scalars(select(Assistance.household_id).where(Assistance.id.in_(some))).all()
        for region in set(_regions(session, homes).values()):
            ensure_may(actor, Permission.ENTER_RECORDS, region_code=region)
        session.execute(delete(Assistance).where(Assistance.id.in_(some)))
    after = {"count": len(things), "sha256_of_keys": events.digest_of(things)}
    events.record(session, "assistance.undo_many", THING, None, actor=actor, after=after, reason=reason)


def _values(data: AssistanceData, source: AssistanceSource, number: str, actor: Actor) -> dict[str, Any]:
    return {
        "id": new_id(),
        "code": new_code(),
        "source": source,
        "number": number,
        "household_id": data.household_id,
        "person_id": data.person_id,
        "kind_id": data.kind_id,
        "what": data.what,
        "amount_fen": data.amount_fen or None,
        "given_on": data.given_on,
        "organisation_id": data.organisation_id,
        "giver": data.giver[:_LONGEST_GIVER],
        "recorded_at": clock.now(),
        "entered_by_id": actor.person_id,
    }


def _who(session: Session, data: AssistanceData) -> uuid.UUID | None:
    """Return the member it was for. Raises Conflict for somebody who was never of the household."""
    if data.person_id is None:
        return None
    if all(one.party.id != data.person_id for one in household_queries.members(session, data.household_id)):
        raise Conflict(_("此人不是这户的家庭成员，请核对。"), field="person")
    return data.person_id


def _household(session: Session, household_id: uuid.UUID) -> Party:
    party = session.get(Party, household_id)
    if party is None or party.kind is not PartyKind.HOUSEHOLD:
        raise NotFound(_("没有找到这户家庭。"))
    return party


def _regions(session: Session, household_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, str]:
    found: dict[uuid.UUID, str] = {}
    for some in parts(list(dict.fromkeys(household_ids))):
        wanted = select(Party.id, Party.region_code).where(Party.id.in_(some))
        found |= dict(session.execute(wanted).all())
    return found
