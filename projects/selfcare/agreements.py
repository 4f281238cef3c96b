"""The verbs of care agreements: sign, renew, end, expire; what is signed is looked at by visits of its own."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.deadlines import deadlines
from app.errors import InvalidInput
from app.files import evidence
from app.messages import inbox
from app.parameters import queries as parameters
from app.parties import rules as party_rules
from app.parties.models import Household, Party
from app.permissions import SYSTEM, Actor, Permission, ensure_may
from app.states import ensure_move
from projects.care import homes, steps
from projects.selfcare import assessments, clocks
from projects.selfcare.kinds import AGREEMENT_MOVES, AgreementState
from projects.selfcare.models import CareAgreement
from projects.visits import rota
from projects.visits.kinds import VisitGround

S = AgreementState
LONGEST_DAYS = 3 * 366
EXPIRING = inbox.Wording(
    "care_agreement.expiring",
    1,
    _l("照料协议将于 %(day)s 到期"),
    _l("您主责的一户（%(number)s）的照料协议将于 %(day)s 到期，请在到期前重新评估并续签。"),
)


@dataclass(frozen=True)
class Terms:
    """What was agreed upon."""

    carer_id: uuid.UUID
    tasks: str
    signed_on: date
    valid_from: date
    valid_to: date
    visit_days: int | None = None


def sign(
    session: Session,
    household_id: uuid.UUID,
    person_id: uuid.UUID,
    terms: Terms,
    *,
    files: Sequence[evidence.Received],
    actor: Actor,
) -> CareAgreement:
    """Write an agreement that was signed on paper, with its scan. One that stands, or has expired, is renewed by it.

    Raises InvalidInput for somebody who is not destitute or was not assessed, for terms that cannot be.
    """
    party = homes.hold(session, household_id, actor=actor, permission=Permission.MANAGE_HOUSEHOLDS)
    homes.ensure_member(session, household_id, person_id, field="person")
    level = assessments.level_of(session, person_id)
    if not assessments.is_destitute(session, household_id, person_id):
        raise InvalidInput(_("只有分散供养的特困人员签订照料协议。"), field="person")
    if level is None:
        raise InvalidInput(_("此人还没有有效的自理能力评估，请先评估。"), field="person")
    _ensure_sensible(terms, person_id)
    if not files:
        raise InvalidInput(_("请上传签字的协议扫描件或照片。"), field="files")
    days = terms.visit_days
    if days is None:
        days = parameters.value(session, clocks.VISITS, on=clock.today(), region_code=party.region_code)
    before = session.scalars(
        select(CareAgreement)
        .where(CareAgreement.person_id == person_id, CareAgreement.state.in_((S.IN_FORCE, S.EXPIRED)))
        .order_by(CareAgreement.id.desc())
        .limit(1)
    ).first()
    if before is not None:
        _finish(session, lock(session, CareAgreement, before.id), S.RENEWED, actor=actor)
    made = CareAgreement(
        household_id=household_id,
        person_id=person_id,
        region_code=party.region_code,
        carer_id=terms.carer_id,
        level=level,
        tasks=terms.tasks,
        visit_days=days,
        signed_on=terms.signed_on,
        valid_from=terms.valid_from,
        valid_to=terms.valid_to,
        follows_id=before.id if before else None,
        state=S.IN_FORCE,
        recorded_at=clock.now(),
        recorded_by_id=actor.person_id,
    )
    session.add(made)
    session.flush()
    for one in files:
        evidence.keep(
            session, one, subject_kind=clocks.AGREEMENT, subject_id=made.id, actor=actor,
            region_code=made.region_code,
        )  # fmt: skip
    steps.write(session, clocks.AGREEMENT, made, None, actor=actor)
    open_visit(session, party, made, on=clock.today(), actor=actor)
    _trace(session, "care_agreement.sign", made, actor)
    return made


def end(session: Session, agreement_id: uuid.UUID, *, reason: str, actor: Actor) -> CareAgreement:
    """End an agreement before its day, with the reason."""
    seen = session.get(CareAgreement, agreement_id) or lock(session, CareAgreement, agreement_id)
    ensure_may(actor, Permission.MANAGE_HOUSEHOLDS, region_code=seen.region_code)
    homes.hold(session, seen.household_id, actor=actor, permission=Permission.MANAGE_HOUSEHOLDS)
    made = lock(session, CareAgreement, agreement_id)
    ensure_move(AGREEMENT_MOVES, made.state, S.ENDED)
    reason = party_rules.ensure_reason(reason)
    _finish(session, made, S.ENDED, actor=actor, note=reason)
    _trace(session, "care_agreement.end", made, actor)
    return made


def lapse(session: Session, made: CareAgreement, *, actor: Actor = SYSTEM) -> None:
    """End an agreement whose person died or whose household ended. The household is locked."""
    _finish(session, made, S.ENDED, actor=actor)
    _trace(session, "care_agreement.end", made, actor)


def remind(session: Session, agreement_id: uuid.UUID, *, days: int) -> bool:
    """Start the clock of renewing and tell the lead worker, once; the agreement expires within so many days."""
    made = lock(session, CareAgreement, agreement_id)
    if made.state is not S.IN_FORCE:
        return False
    left = (made.valid_to - clock.today()).days
    deadlines.start(
        session, clocks.RENEWAL, subject_kind=clocks.AGREEMENT, subject_id=made.id,
        region_code=made.region_code, on=clock.today(), actor=SYSTEM, length=max(1, min(days, left)),
    )  # fmt: skip
    household = session.get_one(Household, made.household_id)
    values = {"day": made.valid_to.isoformat(), "number": household.file_number}
    if household.lead_worker_id is not None:
        inbox.send(
            session, household.lead_worker_id, EXPIRING, values, key=f"care_agreement.expiring:{made.code}",
            link=f"/staff/care-agreements/{made.code}",
        )  # fmt: skip
    return True


def expire(session: Session, agreement_id: uuid.UUID) -> bool:
    """Let an agreement expire whose last day is over; its renewal stays on the supervision list until it is signed."""
    seen = session.get_one(CareAgreement, agreement_id)
    homes.held(session, seen.household_id)
    made = lock(session, CareAgreement, agreement_id)
    if made.state is not S.IN_FORCE or made.valid_to >= clock.today():
        return False
    _stop_visits(session, made, actor=SYSTEM)
    steps.move(session, clocks.AGREEMENT, made, AGREEMENT_MOVES, S.EXPIRED, actor=SYSTEM)
    made.ended_on = made.valid_to
    _trace(session, "care_agreement.expire", made, SYSTEM)
    return True


def open_visit(session: Session, party: Party, made: CareAgreement, *, on: date, actor: Actor) -> None:
    """Make the agreement's next visit due. The household is locked."""
    rota.open_visit(
        session, party, VisitGround.CARE_AGREEMENT, subject_kind=clocks.AGREEMENT, subject_id=made.id, on=on,
        length=made.visit_days, actor=actor,
    )  # fmt: skip


def _finish(
    session: Session, made: CareAgreement, new: AgreementState, *, actor: Actor, note: str = ""
) -> None:
    steps.move(session, clocks.AGREEMENT, made, AGREEMENT_MOVES, new, actor=actor, note=note)
    made.ended_on = made.ended_on or min(made.valid_to, max(clock.today(), made.valid_from))
    _stop_visits(session, made, actor=actor)
    if new is S.RENEWED:
        deadlines.meet(session, clocks.AGREEMENT, made.id, clocks.RENEWAL, on=clock.today(), actor=actor)
    else:
        deadlines.cancel_all(session, clocks.AGREEMENT, made.id, actor=actor)
    session.flush()


def _stop_visits(session: Session, made: CareAgreement, *, actor: Actor) -> None:
    due = rota.due_of(session, clocks.AGREEMENT, made.id)
    if due is not None:
        rota.cancel(session, due, actor=actor)


def _ensure_sensible(terms: Terms, person_id: uuid.UUID) -> None:
    today = clock.today()
    if terms.carer_id == person_id:
        raise InvalidInput(_("照料人不能是被照料人本人。"), field="carer")
    if terms.signed_on > today:
        raise InvalidInput(_("签订日期不能晚于今天。"), field="signed_on")
    if terms.valid_from > today + timedelta(days=60):
        raise InvalidInput(_("开始日期最多在 60 天以后。"), field="valid_from")
    if terms.valid_to <= max(terms.valid_from, today):
        raise InvalidInput(_("到期日应在开始日期和今天之后。"), field="valid_to")
    if (terms.valid_to - terms.valid_from).days > LONGEST_DAYS:
        raise InvalidInput(_("协议期限不超过三年，到期续签。"), field="valid_to")
    if not terms.tasks.strip():
        raise InvalidInput(_("请写明照料人做什么。"), field="tasks")
    if terms.visit_days is not None and not 1 <= terms.visit_days <= 92:
        raise InvalidInput(_("探访间隔应为 1 到 92 天。"), field="visit_days")


def _trace(session: Session, verb: str, made: CareAgreement, actor: Actor) -> None:
    session.flush()
    events.record(
        session, verb, clocks.AGREEMENT, made.id, actor=actor, party_id=made.person_id,
        after={"state": made.state.value, "valid_to": made.valid_to},
    )  # fmt: skip
