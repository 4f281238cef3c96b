"""The nightly comparison: what came in about members of household files, and what it gives reason to ask.

It writes alerts and nothing else: no category, no grant, no aid is ever touched. The same data are told once.
"""

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, keys
from app.audit import events
from app.deadlines import deadlines
from app.ids import new_code, new_id
from app.masking import public_name
from app.parameters import queries as parameters
from app.parties import categories, household_queries
from app.parties.household_kinds import CategoryKind
from app.parties.models import HouseholdMember, Party, Person, PersonRole
from app.permissions import SYSTEM, Actor
from app.rows import insert_if_absent
from projects.comparisons import clocks
from projects.comparisons.kinds import AlertState
from projects.comparisons.models import ComparisonAlert, ComparisonRecord
from projects.comparisons.rules import Fact, Finding, Home, findings

LINE = "comparison.income_fen"
_WATCHED = (CategoryKind.POTENTIAL, CategoryKind.MONITORED)


def lot(session: Session, after: uuid.UUID | None, limit: int) -> Sequence[uuid.UUID]:
    """Return the next households whose members have data, in the order of keys."""
    wanted = (
        select(HouseholdMember.household_id)
        .join(PersonRole, PersonRole.id == HouseholdMember.role_id)
        .join(Person, Person.party_id == PersonRole.person_id)
        .join(ComparisonRecord, ComparisonRecord.identity_hash == Person.identity_hash)
        .where(PersonRole.valid_to.is_(None))
        .distinct()
        .order_by(HouseholdMember.household_id)
        .limit(limit)
    )
    if after is not None:
        wanted = wanted.where(HouseholdMember.household_id > after)
    return session.scalars(wanted).all()


def compare(session: Session, household_ids: Sequence[uuid.UUID], *, actor: Actor = SYSTEM) -> int:
    """Compare some households with the data and write what is new; return how many alerts that were."""
    facts = _facts(session, household_ids)
    people = household_queries.member_counts(session, household_ids)
    standing = household_queries.categories_of(session, household_ids)
    places = dict(
        session.execute(select(Party.id, Party.region_code).where(Party.id.in_(household_ids))).all()
    )
    made: list[uuid.UUID] = []
    for key in household_ids:
        words = [one.category for one in standing.get(key, ()) if not _is_watched(one.category)]
        home = Home(key, max(people.get(key, 1), 1), bool(words), facts.get(key, ()), "、".join(words))
        line = parameters.value(session, LINE, on=clock.today(), region_code=places[key])
        for finding in findings(home, line_fen=line):
            alert_id = _write(session, key, places[key], finding, actor)
            if alert_id is not None:
                made.append(alert_id)
    if made:
        after = {"count": len(made), "sha256_of_keys": events.digest_of(made)}
        events.record(session, "comparison_alert.find", clocks.SUBJECT, None, actor=actor, after=after)
    return len(made)


def _is_watched(word: str) -> bool:
    return categories.kind_of(word) in _WATCHED


def _facts(session: Session, household_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Fact]]:
    rows = session.execute(
        select(HouseholdMember.household_id, Party.id, Party.name, ComparisonRecord)
        .join(PersonRole, PersonRole.id == HouseholdMember.role_id)
        .join(Party, Party.id == PersonRole.person_id)
        .join(Person, Person.party_id == Party.id)
        .join(ComparisonRecord, ComparisonRecord.identity_hash == Person.identity_hash)
        .where(HouseholdMember.household_id.in_(household_ids), PersonRole.valid_to.is_(None))
        .order_by(ComparisonRecord.id)
    )
    found: dict[uuid.UUID, list[Fact]] = {}
    for household_id, person_id, name, one in rows:
        fact = Fact(
            one.id,
            one.kind,
            person_id,
            public_name(name),
            one.dated_on,
            one.amount_fen,
            one.words,
            one.department,
        )
        found.setdefault(household_id, []).append(fact)
    return found


def _write(
    session: Session, household_id: uuid.UUID, region_code: str, finding: Finding, actor: Actor
) -> uuid.UUID | None:
    """Write an alert unless the same data were told already; return its key when it is new."""
    key = new_id()
    new = insert_if_absent(
        session,
        ComparisonAlert,
        id=key,
        code=new_code(),
        kind=finding.kind,
        household_id=household_id,
        person_id=finding.person_id,
        basis=keys.lookup_hash("comparison_basis", " ".join(one.hex for one in finding.basis)),
        region_code=region_code,
        reason=finding.reason,
        found_at=clock.now(),
        state=AlertState.OPEN,
    )
    if not new:
        return None
    deadlines.start(
        session,
        clocks.HANDLE,
        subject_kind=clocks.SUBJECT,
        subject_id=key,
        region_code=region_code,
        on=clock.today(),
        actor=actor,
    )
    return key
