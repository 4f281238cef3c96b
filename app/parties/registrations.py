"""The registration of a party: from draft to admission and, one day, out again.

Every step writes its row of history and one audit event. Who enters does not judge; who is of the same
organisation or household, or a declared relative, does not judge either.
"""

import json
import uuid
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, counters, keys
from app.audit import events
from app.db import lock
from app.errors import Conflict, NotAllowed
from app.parties import duplicates, interest, rules, words
from app.parties.guards import ensure_may_handle, is_own
from app.parties.kinds import PartyKind, PersonRoleKind, RegistrationState
from app.parties.models import (
    Organisation,
    Party,
    Person,
    PersonRole,
    RegistrationDetail,
    RegistrationStep,
    Volunteer,
)
from app.parties.signals import tell_naming
from app.parties.snapshots import snapshot_of
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from app.states import Moves, ensure_move

S = RegistrationState
MOVES: Moves[RegistrationState] = {
    S.DRAFT: frozenset({S.SUBMITTED, S.CLOSED}),
    S.SUBMITTED: frozenset({S.SENT_BACK, S.APPROVED, S.REJECTED}),
    S.SENT_BACK: frozenset({S.SUBMITTED, S.CLOSED}),
    S.APPROVED: frozenset({S.SUSPENDED, S.CLOSED}),
    S.SUSPENDED: frozenset({S.APPROVED, S.CLOSED}),
    S.REJECTED: frozenset({S.DRAFT}),
    S.CLOSED: frozenset({S.APPROVED}),
}
# States in which the one who registers may still change the form.
EDITABLE = frozenset({S.DRAFT, S.SENT_BACK})


def begin(session: Session, party: Party, *, actor: Actor) -> None:
    """Write the first row of a party's history: somebody began a draft."""
    _write_step(session, party, None, S.DRAFT, actor=actor, note=None, snapshot=None)


def ensure_editable(party: Party, revision: int) -> None:
    """Return when the form may still be changed and is the one that was read; else raise Conflict."""
    if party.state not in EDITABLE:
        raise Conflict(_("登记处于“%(state)s”，现在不能修改。", state=party.state.label))
    ensure_fresh(party, revision)


def ensure_fresh(party: Party, revision: int) -> None:
    """Raise Conflict when the party was changed after the page with this revision was read."""
    if party.revision != revision:
        raise Conflict(_("您打开页面之后，这份登记又有修改。请核对最新内容后再办理。"))


def submit(session: Session, party_id: uuid.UUID, *, actor: Actor) -> Party:
    """Hand a draft, or one that was sent back, to the staff of its region."""
    party = lock(session, Party, party_id)
    ensure_may_handle(actor, party)
    return _move(session, party, S.SUBMITTED, "submit", actor=actor, snapshot=snapshot_of(session, party))


def send_back(session: Session, party_id: uuid.UUID, *, reason: str, revision: int, actor: Actor) -> Party:
    """Return a submitted registration with the reason, for the registrant to mend."""
    party = _judged(session, party_id, revision, actor)
    return _move(session, party, S.SENT_BACK, "send_back", actor=actor, note=rules.ensure_reason(reason))


def approve(session: Session, party_id: uuid.UUID, *, revision: int, actor: Actor, note: str = "") -> Party:
    """Admit a party. A volunteer gets a number now.

    Raises Conflict while similar parties have not been told apart, NotAllowed for one's own or a relative's.
    """
    party = _judged(session, party_id, revision, actor)
    if duplicates.unanswered(session, party):
        raise Conflict(_("还有疑似重复的主体没有说明，请逐一核对后再通过。"))
    party = _move(
        session, party, S.APPROVED, "approve", actor=actor, note=note.strip() or None,
        snapshot=snapshot_of(session, party),
    )  # fmt: skip
    if party.kind is PartyKind.PERSON:
        issue_number(session, party)
    return party


def reject(session: Session, party_id: uuid.UUID, *, reason: str, revision: int, actor: Actor) -> Party:
    """Refuse a registration with the reason. Its claim on the code or identity number ends."""
    party = _judged(session, party_id, revision, actor)
    party = _move(session, party, S.REJECTED, "reject", actor=actor, note=rules.ensure_reason(reason))
    _release_claim(session, party)
    return party


def begin_again(session: Session, party_id: uuid.UUID, *, actor: Actor) -> Party:
    """Make a rejected registration a draft again, so that its own user may mend it and hand it in anew.

    Raises Conflict when somebody else has registered with the number since.
    """
    party = lock(session, Party, party_id)
    ensure_may_handle(actor, party)
    party = _move(session, party, S.DRAFT, "begin_again", actor=actor)
    _renew_claim(session, party)
    return party


def suspend(session: Session, party_id: uuid.UUID, *, reason: str, actor: Actor) -> Party:
    """Stop an admitted party from taking part until restored."""
    party = _overseen(session, party_id, actor)
    return _move(session, party, S.SUSPENDED, "suspend", actor=actor, note=rules.ensure_reason(reason))


def restore(session: Session, party_id: uuid.UUID, *, reason: str, actor: Actor) -> Party:
    """Let a suspended party, or one that was closed after admission, take part again."""
    party = _overseen(session, party_id, actor)
    if not _was_admitted(session, party):
        raise Conflict(_("这个主体没有入驻过，不能恢复，请重新登记。"))
    if not party.match_key:
        raise Conflict(_("这份录入已经撤回，不能恢复，请重新登记。"))
    return _move(session, party, S.APPROVED, "restore", actor=actor, note=rules.ensure_reason(reason))


def close(session: Session, party_id: uuid.UUID, *, reason: str, actor: Actor) -> Party:
    """End a registration: a registrant withdraws or leaves, or staff close it. History and points stay.

    A party that was never admitted gives up its claim on its number; an admitted one keeps it, so that
    coming back is a restoration and never a second party.
    """
    party = lock(session, Party, party_id)
    if not is_own(actor, party):
        _ensure_overseer(session, party, actor)
    elif party.state is S.SUSPENDED:
        raise NotAllowed(_("已暂停的主体由民政部门办理注销。"))
    elif party.kind is PartyKind.ORGANISATION and party.state is S.APPROVED:
        ensure_may(actor, Permission.MANAGE_ORGANISATION_USERS, organisation_id=party.id)
    party = _move(session, party, S.CLOSED, "close", actor=actor, note=rules.ensure_reason(reason))
    if not _was_admitted(session, party):
        _release_claim(session, party)
    return party


def _judged(session: Session, party_id: uuid.UUID, revision: int, actor: Actor) -> Party:
    """Lock a submitted party for somebody who neither entered it nor is close to it."""
    party = lock(session, Party, party_id)
    ensure_may(actor, Permission.REVIEW_REGISTRATIONS, region_code=party.region_code)
    hands = session.scalars(
        select(RegistrationStep.by_person_id).where(
            RegistrationStep.party_id == party.id,
            RegistrationStep.to_state.in_((S.DRAFT, S.SUBMITTED)),
        )
    )
    ensure_four_eyes(actor, *(hand for hand in hands if hand is not None))
    interest.ensure_no_conflict(session, actor, party.id)
    ensure_fresh(party, revision)
    return party


def _overseen(session: Session, party_id: uuid.UUID, actor: Actor) -> Party:
    party = lock(session, Party, party_id)
    _ensure_overseer(session, party, actor)
    return party


def _ensure_overseer(session: Session, party: Party, actor: Actor) -> None:
    ensure_may(actor, Permission.REVIEW_REGISTRATIONS, region_code=party.region_code)
    interest.ensure_no_conflict(session, actor, party.id)


def _move(
    session: Session,
    party: Party,
    new: RegistrationState,
    verb: str,
    *,
    actor: Actor,
    note: str | None = None,
    snapshot: Mapping[str, Any] | None = None,
) -> Party:
    ensure_move(MOVES, party.state, new)
    old = party.state
    party.state = new
    party.state_since = clock.now()
    step = _write_step(session, party, old, new, actor=actor, note=note, snapshot=snapshot)
    if not is_own(actor, party):
        words.tell(session, party, step.id, note)
    events.record(
        session, f"registration.{verb}", "party", party.id, actor=actor, party_id=party.id,
        before={"state": old.value}, after={"state": new.value}, reason=note,
    )  # fmt: skip
    tell_naming(session, [party.id])
    return party


def _write_step(
    session: Session,
    party: Party,
    old: RegistrationState | None,
    new: RegistrationState,
    *,
    actor: Actor,
    note: str | None,
    snapshot: Mapping[str, Any] | None,
) -> RegistrationStep:
    text = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, default=str) if snapshot else None
    words = json.dumps([note, text], ensure_ascii=False) if note or text else None
    step = RegistrationStep(
        party_id=party.id,
        from_state=old,
        to_state=new,
        happened_at=clock.now(),
        by_user_id=actor.user_id,
        by_person_id=actor.person_id,
        detail_hash=keys.lookup_hash("registration_detail", words) if words else None,
    )
    session.add(step)
    session.flush()
    if words:
        session.add(RegistrationDetail(step_id=step.id, party_id=party.id, note=note, snapshot=text))
        session.flush()
    return step


def _was_admitted(session: Session, party: Party) -> bool:
    admitted = select(RegistrationStep.id).where(
        RegistrationStep.party_id == party.id, RegistrationStep.to_state == S.APPROVED
    )
    return session.scalars(admitted.limit(1)).first() is not None


def _release_claim(session: Session, party: Party) -> None:
    if party.kind is PartyKind.ORGANISATION:
        lock(session, Organisation, party.id).uscc_claim = None
    elif party.kind is PartyKind.PERSON:
        lock(session, Person, party.id).identity_hash = None


def _renew_claim(session: Session, party: Party) -> None:
    if party.kind is PartyKind.ORGANISATION:
        organisation = lock(session, Organisation, party.id)
        if organisation.uscc is not None:
            duplicates.ensure_free_uscc(session, organisation.uscc)
        organisation.uscc_claim = organisation.uscc
    elif party.kind is PartyKind.PERSON:
        person = lock(session, Person, party.id)
        if person.identity_number is not None:
            duplicates.ensure_free_identity(session, person.identity_number)
            person.identity_hash = duplicates.identity_hash(person.identity_number)


def issue_number(session: Session, party: Party) -> None:
    """Give an admitted volunteer the next number, once; the counter is taken late and leaves no gap."""
    found = session.execute(
        select(PersonRole, Volunteer)
        .join(Volunteer, Volunteer.role_id == PersonRole.id)
        .where(PersonRole.person_id == party.id, PersonRole.role == PersonRoleKind.VOLUNTEER)
        .where(PersonRole.valid_to.is_(None), PersonRole.waits_since.is_(None), Volunteer.number.is_(None))
    ).first()
    if found is not None:
        role, volunteer = found
        if volunteer.registered_on is None:
            role.valid_from = clock.today()
        session.flush()
        volunteer.number = rules.volunteer_number(party.region_code, counters.take(session, "volunteer"))
        session.flush()
