"""Signing a commitment. Whoever signs is bound, nobody else; signing twice for the same matter is one signature."""

import uuid
from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import InvalidInput, NotAllowed
from app.parties.kinds import Capacity
from app.parties.models import HouseholdMember, Party, Person, PersonRole
from app.parties.rules import is_minor
from app.permissions import Actor, Permission, ensure_may
from credit.commitments import texts
from credit.commitments.models import Commitment, How


def sign(
    session: Session,
    *,
    person_id: uuid.UUID,
    subject_kind: str,
    subject_id: uuid.UUID,
    how: How,
    actor: Actor,
    for_person_id: uuid.UUID | None = None,
    signed_on: date | None = None,
    items: Sequence[str] | None = None,
    file_id: uuid.UUID | None = None,
    witness_id: uuid.UUID | None = None,
) -> Commitment:
    """Write that a person signed the text of a day for a subject; the same person, subject and text give the first one.

    ``for_person_id``: for whom aid is asked, when somebody else signs (an agent, a guardian). ``items``: what was
    promised; all of the text's when none are given, and none may be left out silently: some is an error.
    Online somebody signs for oneself only; on paper staff write it down, with a scan or, for a fingerprint, a witness.
    """
    signed_on = signed_on or clock.today()
    text = texts.in_force(session, on=signed_on)
    signer = lock(session, Person, person_id)
    party = session.get_one(Party, for_person_id or person_id)
    _ensure_may(actor, person_id, how, party.region_code)
    before = session.scalars(
        select(Commitment).where(
            Commitment.subject_kind == subject_kind,
            Commitment.subject_id == subject_id,
            Commitment.person_id == person_id,
            Commitment.text_id == text.id,
        )
    ).first()
    if before is not None:
        return before
    if signed_on > clock.today():
        raise InvalidInput(_("签署日期不能晚于今天。"), field="signed_on")
    if items is not None and set(items) != set(text.items):
        raise InvalidInput(_("请逐条确认全部承诺事项。"), field="commitment")
    _ensure_capable(session, signer, signed_on)
    if how is How.FINGERPRINT and witness_id is None:
        raise InvalidInput(_("按指印须有一名见证人。"), field="witness")
    if witness_id is not None and witness_id in (person_id, for_person_id):
        raise InvalidInput(_("见证人不能是签署人或者受助人本人。"), field="witness")
    if how is How.SIGNATURE and file_id is None:
        raise InvalidInput(_("请上传签名的承诺书照片或扫描件。"), field="file")
    commitment = Commitment(
        text_id=text.id,
        person_id=person_id,
        for_person_id=for_person_id or person_id,
        subject_kind=subject_kind,
        subject_id=subject_id,
        items=list(text.items),
        signed_on=signed_on,
        how=how,
        file_id=file_id,
        witness_id=witness_id,
        recorded_at=clock.now(),
        recorded_by_id=actor.person_id,
    )
    session.add(commitment)
    session.flush()
    events.record(
        session, "commitment.sign", "commitment", commitment.id, actor=actor, party_id=person_id,
        after={"version": text.version, "subject": f"{subject_kind} {subject_id}", "how": how.value},
    )  # fmt: skip
    return commitment


def of_subject(session: Session, subject_kind: str, subject_id: uuid.UUID) -> list[Commitment]:
    """Return what was signed for a subject, oldest first."""
    query = select(Commitment).where(
        Commitment.subject_kind == subject_kind, Commitment.subject_id == subject_id
    )
    return list(session.scalars(query.order_by(Commitment.recorded_at, Commitment.id)))


def count_of(session: Session, text_id: uuid.UUID) -> int:
    """Return how often a version was signed."""
    return session.scalar(select(func.count()).where(Commitment.text_id == text_id)) or 0


def of_persons(session: Session, person_ids: Sequence[uuid.UUID]) -> list[Commitment]:
    """Return what these persons signed or what was signed for them, the latest first (for a household's file)."""
    ids = list(person_ids)
    query = select(Commitment).where(Commitment.person_id.in_(ids) | Commitment.for_person_id.in_(ids))
    return list(session.scalars(query.order_by(Commitment.signed_on.desc(), Commitment.id.desc())))


def _ensure_may(actor: Actor, person_id: uuid.UUID, how: How, region_code: str) -> None:
    if how is How.ONLINE:
        ensure_may(actor, Permission.OWN_REQUESTS)
        if actor.person_id != person_id:
            raise NotAllowed(_("在线承诺只能由本人登录后签署。"))
    else:
        ensure_may(actor, Permission.ENTER_REQUESTS, region_code=region_code)


def _ensure_capable(session: Session, signer: Person, on: date) -> None:
    """Minors and persons without full capacity promise nothing themselves (民法典 art. 20–22): their guardian signs."""
    capacity = session.scalar(
        select(HouseholdMember.capacity)
        .join(PersonRole, PersonRole.id == HouseholdMember.role_id)
        .where(PersonRole.person_id == signer.party_id, PersonRole.valid_to.is_(None))
    )
    if is_minor(signer.born_on, on) or capacity not in (None, Capacity.FULL):
        raise InvalidInput(_("签署人未成年或没有完全民事行为能力，应由监护人签署。"), field="signer")
