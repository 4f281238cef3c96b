"""Who may touch whose registration."""

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import clock
from app.errors import InvalidInput
from app.parties.models import Party
from app.permissions import Actor, Permission, ensure_may
from app.regions import queries as regions


def is_own(actor: Actor, party: Party) -> bool:
    """Whether the party is the actor's own person or an organisation whose registration the actor handles."""
    if not actor.may(Permission.OWN_REGISTRATION):
        return False
    return party.id == actor.person_id or party.id in actor.organisations(Permission.OWN_REGISTRATION)


def ensure_may_handle(actor: Actor, party: Party) -> None:
    """Return when the actor may fill in this registration: as its own, or as staff who enter for others."""
    if not is_own(actor, party):
        ensure_may(actor, Permission.ENTER_PARTIES, region_code=party.region_code)


def ensure_may_enter(actor: Actor, region_code: str) -> None:
    """Return for a visitor, who registers at the public door, and for staff who enter in this region."""
    if actor.user_id is not None:
        ensure_may(actor, Permission.ENTER_PARTIES, region_code=region_code)


def ensure_region(session: Session, region_code: str) -> None:
    """Return when the region is in force today. Raises InvalidInput for field "region_code"."""
    if not regions.is_in_force(session, region_code, on=clock.today()):
        raise InvalidInput(_("没有这个行政区划，请重新选择。"), field="region_code")
