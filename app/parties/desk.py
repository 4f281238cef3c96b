"""The registrations that wait for a reviewer, one by one."""

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.ids import clean_code
from app.parties.kinds import PartyKind, RegistrationState
from app.parties.listed import DuplicateCandidate
from app.parties.models import DuplicateAnswer, Party
from app.parties.queries import in_regions, not_assisted
from app.permissions import Actor, Permission


def staff_waiting(session: Session, code: str, *, actor: Actor) -> Party:
    """Return a registration that waits at the actor's desk. Raises NotFound for any other."""
    wanted = select(Party).where(Party.code == clean_code(code), Party.state == RegistrationState.SUBMITTED)
    mine = in_regions(actor, Permission.REVIEW_REGISTRATIONS)
    party = session.scalars(wanted.where(mine, _on_desk())).first()
    if party is None:
        raise NotFound(_("这份登记现在不在待审核之列，可能已由别人办理。"))
    return party


def staff_submitted(
    session: Session, *, actor: Actor, kind: PartyKind | None = None, limit: int = 200
) -> list[Party]:
    """Return the registrations that wait for the actor's regions, the longest waiting first."""
    wanted = select(Party).where(*waiting(actor))
    if kind is not None:
        wanted = wanted.where(Party.kind == kind)
    return list(session.scalars(wanted.order_by(Party.state_since, Party.id).limit(limit)))


def staff_submitted_kinds(session: Session, actor: Actor) -> dict[PartyKind, int]:
    """Return how many registrations of each kind wait for the actor's regions."""
    rows = session.execute(select(Party.kind, func.count()).where(*waiting(actor)).group_by(Party.kind))
    return {kind: int(count) for kind, count in rows}


def staff_submitted_count(session: Session, actor: Actor) -> int:
    """Return how many registrations wait for the actor's regions (for the navigation)."""
    return sum(staff_submitted_kinds(session, actor).values())


def waiting(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a party is a registration which waits for the actor's regions."""
    mine = in_regions(actor, Permission.REVIEW_REGISTRATIONS)
    return Party.state == RegistrationState.SUBMITTED, mine, _on_desk()


def _on_desk() -> ColumnElement[bool]:
    """Return the condition that a registration is judged one by one: heads of households only where they look like
    somebody else, since all others go with their household; nothing tells there that they are of one.
    """
    alike = Party.id.in_(select(DuplicateCandidate.party_id))
    told_apart = Party.id.in_(select(DuplicateAnswer.party_id))
    return or_(not_assisted(), and_(Party.kind == PartyKind.PERSON, or_(alike, told_apart)))
