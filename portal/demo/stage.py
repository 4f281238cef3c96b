"""Finding the cast again in the database, and making actors of its users.

Everything is found by what the plan knows of it (credit code, identity number, sign-in name, row key), never by
keys kept in memory: so a load that was killed goes on in another process.
"""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.files.evidence import Received
from app.parties import queries as parties
from app.parties.models import Organisation, Party
from app.permissions import Actor, Grant, Role
from app.users import grants
from app.users.models import User
from portal.demo.bodies import OrganisationPlan
from portal.demo.people import Human
from portal.demo.places import COUNTIES, SHOWN_COUNTY
from portal.demo.plan import Plan
from projects.contributions.models import Contribution
from projects.contributions.rules import EvidenceKind


class Stage:
    """The demo city as it stands in the database while its acts are carried out."""

    def __init__(self, plan: Plan, samples: dict[EvidenceKind, Received], password_hash: str) -> None:
        self.plan = plan
        self.samples = samples
        self.password_hash = password_hash
        self._parties: dict[str, uuid.UUID] = {}
        self._contributions: dict[str, uuid.UUID] = {}
        self._actors: dict[str, Actor] = {}
        self._persons = {one.slug: one for one in plan.cast.persons}

    def party(self, session: Session, slug: str) -> uuid.UUID:
        """Return the key of an organisation or person of the cast."""
        if slug not in self._parties:
            body = self.plan.cast.by_slug.get(slug)
            self._parties[slug] = (
                _organisation(session, body) if body else self.human(session, self._persons[slug].human)
            )
        return self._parties[slug]

    def human(self, session: Session, human: Human) -> uuid.UUID:
        """Return the key of a person that has been entered."""
        found = parties.by_identity_number(session, human.identity_number)
        assert found is not None, f"{human.name} was not entered"
        return found.id

    def contribution(self, session: Session, key: str) -> Contribution:
        """Return a planned contribution that was logged."""
        known = self._contributions.get(key)
        found = (
            session.get(Contribution, known)
            if known
            else session.scalar(select(Contribution).where(Contribution.row_key == key))
        )
        assert found is not None, f"{key} was not logged"
        self._contributions[key] = found.id
        return found

    def user(self, session: Session, name: str) -> Actor:
        """Return a user of the demo as the actor that signing in would make of them.

        Kept once it has roles: nobody in the demo city loses one.
        """
        if name not in self._actors:
            user = session.scalars(select(User).where(User.name == name)).one()
            held = grants.in_force(session, user.id)
            self._actors[name] = Actor(
                user_id=user.id,
                person_id=user.person_id,
                name=session.get_one(Party, user.person_id).name,
                grants=tuple(Grant(one.role, one.region_code, one.organisation_id) for one in held),
            )
        return self._actors[name]

    def staff(self, session: Session, role: str, region_code: str) -> Actor:
        """Return the handler or reviewer of the county in which a place lies."""
        return self.user(session, staff_name(role, region_code))

    def clerk(self, session: Session, slug: str, *, manager: bool = False) -> Actor:
        """Return who acts for an organisation."""
        return self.user(session, f"{'manager' if manager else 'clerk'}-{slug}")


def staff_name(role: str, region_code: str) -> str:
    """Return the sign-in name of a county's handler or reviewer; the shown county's has no suffix."""
    county = region_code[:6]
    assert county in COUNTIES
    return role if county == SHOWN_COUNTY else f"{role}-{county}"


def is_manager(role: Role) -> bool:
    """Say whether a role is the one that answers for an organisation."""
    return role is Role.ORGANISATION_MANAGER


def _organisation(session: Session, body: OrganisationPlan) -> uuid.UUID:
    if body.uscc:
        found = parties.by_uscc(session, body.uscc)
        assert found is not None, f"{body.name} was not registered"
        return found.id
    return session.scalars(
        select(Party.id)
        .join(Organisation, Organisation.party_id == Party.id)
        .where(Party.name == body.name, Party.region_code == body.region_code)
    ).one()
