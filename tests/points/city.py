"""A small city for the tests of points: a programme with its published rules, and parties made plainly."""

from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.orm import Session

import points.rulesets
from app.ids import new_id
from app.parties.models import ActingRole, Party, PartyKind, Person, RegistrationState
from app.permissions import SYSTEM
from points.awards import AwardRequest
from points.rulesets import publication
from points.rulesets.document import read
from points.rulesets.kinds import ContributionKind, EvidenceGrade, ProgrammeScope
from points.rulesets.models import Programme
from points.rulesets.rules import Facts

CITY = "610300000000"
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
FIRST_RULES = Path(points.rulesets.__file__).with_name("social_force_v1.toml")


def programme(session: Session) -> Programme:
    """Open the city's programme with its first rules."""
    opened = publication.open_programme(
        session,
        code="social-force",
        name="社会力量积分",
        scope=ProgrammeScope.CITY,
        region_code=CITY,
        actor=SYSTEM,
    )
    draft = publication.draft_ruleset(session, read(FIRST_RULES.read_text("utf-8")), actor=SYSTEM)
    publication.publish_ruleset(session, draft.id, actor=SYSTEM)
    return opened


def party(
    session: Session,
    name: str = "向阳社会工作服务中心",
    *,
    kind: PartyKind = PartyKind.ORGANISATION,
    region_code: str = "610302000000",
    born_on: date | None = None,
) -> UUID:
    """Add an approved party and return its key."""
    row = Party(
        id=new_id(),
        kind=kind,
        name=name,
        sort_key=name,
        match_key=name,
        region_code=region_code,
        state=RegistrationState.APPROVED,
        state_since=NOON,
        created_at=NOON,
    )
    session.add(row)
    session.flush()
    if kind is PartyKind.PERSON:
        session.add(Person(party_id=row.id, born_on=born_on or date(1990, 1, 1)))
        session.flush()
    return row.id


def service(
    party_id: UUID, *, minutes: int = 150, day: date = date(2026, 11, 20), **changes: object
) -> AwardRequest:
    """Return the request for hours of service, by default 2.5 hours of grade B."""
    values: dict[str, object] = {
        "programme": "social-force",
        "source_kind": "contribution",
        "source_id": new_id(),
        "revision": 1,
        "party_id": party_id,
        "acting_role": ActingRole.VOLUNTEER,
        "region_code": "610302001000",
        "facts": Facts(ContributionKind.SERVICE, day, EvidenceGrade.B, minutes=minutes),
    }
    return AwardRequest(**(values | changes))  # type: ignore[arg-type]


def gift(party_id: UUID, *, yuan: int = 10_000, day: date = date(2026, 11, 20)) -> AwardRequest:
    """Return the request for a gift of money, by default 10,000 yuan."""
    facts = Facts(ContributionKind.MONEY, day, EvidenceGrade.A, amount_fen=yuan * 100)
    return service(party_id, facts=facts, acting_role=ActingRole.ENTERPRISE)
