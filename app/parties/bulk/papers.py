"""What lists say about people besides who they are: papers, certificates, and consent to be named.

What comes with a role that waits for a second person waits with it: papers do not count, and consent is given only
when the role is approved. What comes with a role carries the role's key, so that taking it back takes them back.
"""

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from flask_babel import gettext as _
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app import clock, ids
from app.parties.bulk.batch import Batch
from app.parties.entries import SocialWorkerEntry
from app.parties.kinds import ConsentPurpose
from app.parties.listed import Qualification, QualificationSource
from app.parties.models import Consent, PersonRole, SocialWorker, Volunteer
from app.rows import parts

_LIST = QualificationSource.LIST.value
_NAMED = ConsentPurpose.PUBLISH_NAME


class Placed(NamedTuple):
    """Where a line's person stands: ready keys of the person and of the new role.

    ``known_id``: the person of the register who gets the role besides; ``waits``: until somebody else approves it.
    """

    person: Any
    role: Any
    known_id: uuid.UUID | None
    is_admitted: bool
    waits: bool


def add_papers(batch: Batch, papers: Sequence[tuple[Placed | None, str, str | None, date | None]]) -> None:
    """Collect qualifications that a person does not have yet."""
    held: set[tuple[uuid.UUID, str]] = set()
    known = [one.known_id for one, *_rest in papers if one is not None and one.known_id is not None]
    for some in parts(known):
        query = select(Qualification.person_id, Qualification.kind)
        rows = batch.session.execute(query.where(Qualification.person_id.in_(some)))
        held.update((person_id, kind) for person_id, kind in rows)
    batch.rows["qualification"] += [
        (key, one.person, kind, number, batch.day(issued_on), _LIST, batch.at, one.role)
        for key, (one, kind, number, issued_on) in zip(batch.keys(len(papers)), papers, strict=True)
        if one is not None and (one.known_id is None or (one.known_id, kind) not in held)
    ]


def add_consents(batch: Batch, placed: Sequence[Placed]) -> None:
    """Collect the consent to be named of whoever has not said otherwise.

    A list never renews what somebody withdrew; and nobody who is known is named by the word of one clerk.
    """
    known = [one.known_id for one in placed if one.known_id is not None]
    settled = _who_said(batch.session, known)
    batch.rows["consent"] += [
        (key, one.person, _NAMED.value, batch.at, one.role)
        for key, one in zip(batch.keys(len(placed)), placed, strict=True)
        if not one.waits and one.known_id not in settled
    ]


def give_consents(session: Session, role_ids: Sequence[uuid.UUID]) -> None:
    """Give the consents that came with these roles, which have just been approved."""
    for some in parts(role_ids):
        query = (
            select(PersonRole.id, PersonRole.person_id)
            .join(Volunteer, Volunteer.role_id == PersonRole.id)
            .where(PersonRole.id.in_(some), Volunteer.may_publish.is_(True))
        )
        agreed = session.execute(query).all()
        settled = _who_said(session, [person_id for _role, person_id in agreed])
        now = clock.now()
        given = [
            {
                "id": ids.new_id(),
                "party_id": person_id,
                "purpose": _NAMED,
                "given_at": now,
                "role_id": role_id,
            }
            for role_id, person_id in agreed
            if person_id not in settled
        ]
        if given:
            session.execute(insert(Consent), given)


def refuse_certificates(batch: Batch, entries: Sequence[SocialWorkerEntry]) -> None:
    """Refuse lines whose certificate number somebody else has, in the register or earlier in this batch."""
    wanted = [entry.certificate_number for entry in entries if entry.certificate_number]
    taken: set[str | None] = set()
    for some in parts(wanted):
        found = select(SocialWorker.certificate_number).where(SocialWorker.certificate_number.in_(some))
        taken.update(batch.session.scalars(found))
    for index, entry in enumerate(entries):
        if entry.certificate_number and entry.certificate_number in taken:
            batch.refused[index] = _(
                "证书编号 %(number)s 已经登记在另一人名下，请核对。", number=entry.certificate_number
            )
        taken.add(entry.certificate_number)


def _who_said(session: Session, person_ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Return who of these people ever said whether they may be named."""
    settled: set[uuid.UUID] = set()
    for some in parts(person_ids):
        said = select(Consent.party_id).where(Consent.purpose == _NAMED, Consent.party_id.in_(some))
        settled.update(session.scalars(said))
    return settled
