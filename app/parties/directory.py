"""What anybody may read of the register: organisations that were admitted, and how many take part."""

from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.errors import NotFound
from app.identity import normalise
from app.ids import clean_code
from app.parties import names
from app.parties.kinds import OrganisationKind, PartyKind, PersonRoleKind, RegistrationState
from app.parties.models import Organisation, Party, PersonRole
from app.regions.rules import within

SHOWN = (RegistrationState.APPROVED, RegistrationState.SUSPENDED)


def organisations(
    *, text: str = "", kind: OrganisationKind | None = None, region_code: str | None = None
) -> Select[Party, Organisation]:
    """Return the statement of the admitted organisations that fit, unordered, for paging: party, organisation."""
    wanted = (
        select(Party, Organisation)
        .join(Organisation, Organisation.party_id == Party.id)
        .where(Party.kind == PartyKind.ORGANISATION, Party.state.in_(SHOWN))
    )
    if kind is not None:
        wanted = wanted.where(Organisation.organisation_kind == kind)
    if region_code:
        wanted = wanted.where(within(Party.region_code, region_code))
    if text.strip():
        wanted = wanted.where(
            or_(
                Party.match_key.contains(names.match_key(text), autoescape=True),
                Organisation.uscc == normalise(text).upper(),
            )
        )
    return wanted


def organisation(session: Session, code: str) -> tuple[Party, Organisation]:
    """Return an admitted organisation by its public code. Raises NotFound for any other party."""
    row = session.execute(organisations().where(Party.code == clean_code(code))).first()
    if row is None:
        raise NotFound(_("没有找到这个参与单位，或者它还没有入驻。"))
    return row[0], row[1]


def organisation_count(session: Session) -> int:
    """Return how many admitted organisations there are."""
    wanted = select(func.count()).where(Party.kind == PartyKind.ORGANISATION, Party.state.in_(SHOWN))
    return session.scalar(wanted.select_from(Party)) or 0


def volunteer_count(session: Session) -> int:
    """Return how many admitted persons are volunteers."""
    wanted = (
        select(func.count())
        .select_from(PersonRole)
        .join(Party, Party.id == PersonRole.person_id)
        .where(
            PersonRole.role == PersonRoleKind.VOLUNTEER,
            PersonRole.valid_to.is_(None),
            PersonRole.waits_since.is_(None),
            Party.state == RegistrationState.APPROVED,
        )
    )
    return session.scalar(wanted) or 0
