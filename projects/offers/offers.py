"""The verbs of offers: take in many from a list, and take them out again."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.errors import InvalidInput
from app.ids import new_code, new_id
from app.imports.registers import Admission, Row, Verdict
from app.imports.world import World
from app.parties import locks
from app.parties.duplicates import identity_hash
from app.parties.registers.shelf import KnownParty
from app.permissions import Actor, Permission, ensure_may
from app.rows import parts
from projects.catalogue.shelf import KnownItem, Quantity
from projects.offers.models import Offer, OfferArea

MOST_OF_A_BATCH = 2_000


@dataclass(frozen=True, slots=True)
class OfferData:
    """One line of a list of offers that can go in. ``areas`` are 12-digit codes, the city's own for everywhere."""

    serial: str
    number: str
    provider: KnownParty
    item: KnownItem
    quantity: Quantity
    areas: tuple[str, ...]
    start_on: date
    end_on: date
    qualifications: list[str]

    @property
    def content(self) -> tuple[object, ...]:
        """What two lines must agree in to be the same offer."""
        holder = self.number if self.provider.is_organisation else identity_hash(self.number)
        return content_of(
            holder, self.item.name, self.quantity.thousandths, self.areas,
            self.start_on, self.end_on, self.qualifications,
        )  # fmt: skip


def content_of(
    holder: str | bytes,
    item: str,
    thousandths: int,
    areas: Iterable[str],
    start_on: date,
    end_on: date,
    qualifications: Iterable[str],
) -> tuple[object, ...]:
    """Return the content of an offer; the order of places and qualifications says nothing."""
    return holder, item, thousandths, frozenset(areas), start_on, end_on, frozenset(qualifications)


def record_many(
    session: Session, rows: Sequence[tuple[Row, Verdict]], *, actor: Actor, scope_of: World
) -> Admission:
    """Take in offers. One audit event for the batch; a number that came in meanwhile is refused."""
    if len(rows) > MOST_OF_A_BATCH:
        raise InvalidInput(_("一批最多 %(most)d 条。", most=MOST_OF_A_BATCH))
    wanted: list[OfferData] = [verdict.data for _row, verdict in rows]
    for region in {area for one in wanted for area in one.areas}:
        ensure_may(actor, Permission.ENTER_RECORDS, region_code=region)
    locks.hold(session, (one.provider.party_id for one in wanted))
    taken: set[str] = set()
    for some in parts(wanted):
        numbers = [one.serial for one in some]
        taken.update(session.scalars(select(Offer.number).where(Offer.number.in_(numbers))))
    moment = clock.now()
    things: list[uuid.UUID | None] = []
    refused: dict[int, str] = {}
    made: list[dict[str, Any]] = []
    areas: list[dict[str, Any]] = []
    for place, one in enumerate(wanted):
        if one.serial in taken:
            refused[place] = _("意向编号 %(serial)s 已有登记。", serial=one.serial)
            things.append(None)
            continue
        taken.add(one.serial)
        key = new_id()
        things.append(key)
        made.append(
            {
                "id": key,
                "code": new_code(),
                "number": one.serial,
                "party_id": one.provider.party_id,
                "item_id": one.item.id,
                "quantity_thousandths": one.quantity.thousandths,
                "entered_thousandths": one.quantity.entered_thousandths,
                "unit": one.quantity.unit,
                "start_on": one.start_on,
                "end_on": one.end_on,
                "qualifications": one.qualifications,
                "created_at": moment,
                "entered_by_id": actor.person_id,
            }
        )
        areas += [{"offer_id": key, "region_code": area} for area in one.areas]
    if made:
        session.execute(insert(Offer), made)
        session.execute(insert(OfferArea), areas)
    keys = [one["id"] for one in made]
    after = {"count": len(keys), "sha256_of_keys": events.digest_of(keys)}
    events.record(session, "offer.record_many", "offer", None, actor=actor, after=after)
    return Admission(tuple(things), refused)


def undo_many(session: Session, things: Sequence[uuid.UUID], *, actor: Actor, reason: str) -> None:
    """Take out offers that a list brought in."""
    for some in parts(things):
        regions = session.scalars(
            select(OfferArea.region_code).where(OfferArea.offer_id.in_(some)).distinct()
        ).all()
        for region in regions:
            ensure_may(actor, Permission.ENTER_RECORDS, region_code=region)
        session.execute(delete(OfferArea).where(OfferArea.offer_id.in_(some)))
        session.execute(delete(Offer).where(Offer.id.in_(some)))
    after = {"count": len(things), "sha256_of_keys": events.digest_of(things)}
    events.record(session, "offer.undo_many", "offer", None, actor=actor, after=after, reason=reason)
