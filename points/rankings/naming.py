"""Who may be named and where everybody belongs, as the register says it now, and the standings that follow it.

Of those who were admitted and have not left, organisations are named; natural persons only while they agree, and
never minors; households never. The register tells of each change by a signal, in the same transaction; what time
alone changes (a consent that ends, a birthday) a nightly job finds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BindParameter, Date, TextClause, bindparam, text
from sqlalchemy.orm import Session

from app import clock
from app.db import reading, transaction
from app.parties.directory import SHOWN
from app.parties.models import ConsentPurpose, OrganisationKind, PartyKind
from app.parties.rules import ADULT
from app.parties.signals import naming_changed
from app.rows import parts
from app.types import KeyType
from points.rankings import histogram
from points.rankings.kinds import SIZE_FLOORS
from points.rankings.mark import hold_mark
from points.rankings.rules import ALL
from points.rankings.temporary import fill_keys, temporary

_SHOWN = ", ".join(f"'{state.value}'" for state in SHOWN)
_SIZES = " ".join(f"WHEN o.member_count >= {floor} THEN '{kind.value}'" for floor, kind in SIZE_FLOORS)
REGISTER = f"""
SELECT p.id AS party_id, p.kind AS party_kind, p.code, p.name, p.region_code, o.organisation_kind,
  substr(p.region_code, 1, 6) || '000000' AS county, substr(p.region_code, 1, 9) || '000' AS town,
  p.region_code AS village, CASE {_SIZES} END AS size_class,
  p.state IN ({_SHOWN}) AND (p.kind = '{PartyKind.ORGANISATION.value}' OR (
    p.kind = '{PartyKind.PERSON.value}' AND (n.born_on IS NULL OR n.born_on <= :born_by) AND EXISTS (
      SELECT 1 FROM consent c WHERE c.party_id = p.id AND c.purpose = '{ConsentPurpose.PUBLISH_NAME.value}'
      AND c.withdrawn_at IS NULL AND (c.expires_on IS NULL OR c.expires_on >= :today)))) AS named
FROM party p LEFT JOIN organisation o ON o.party_id = p.id LEFT JOIN person n ON n.party_id = p.id
"""
"""What the register says of each party: a query whose rows begin with party_id; see ``register_values``."""
_COLUMNS = ("county", "town", "village", "size_class", "named")
_SET = ", ".join(f"{column} = r.{column}" for column in _COLUMNS)
_DIFFERENT = " OR ".join(f"s.{column} IS DISTINCT FROM r.{column}" for column in _COLUMNS)
_BATCH = 2_000


def register_values(statement: str) -> TextClause:
    """Return a statement around ``REGISTER`` with today's dates in it."""
    today = clock.today()
    return text(statement).bindparams(
        bindparam("today", today, type_=Date), bindparam("born_by", _born_by(today), type_=Date)
    )


def refresh(session: Session, party_ids: Sequence[UUID]) -> None:
    """Bring the standings of these parties to what the register says now, and the histogram with them.

    Holds the mark of the roll-up, so that neither overlooks what the other is just writing.
    """
    session.flush()
    concerned = [key for some in parts(list(party_ids)) for key in _with_points(session, some)]
    if not concerned:
        return
    hold_mark(session).changes += 1  # a page that was read before is no longer as it was
    with temporary(session, "naming_party", "party_id {key} PRIMARY KEY") as keys:
        fill_keys(session, keys, concerned)
        source = f"JOIN {keys} k ON k.party_id = s.party_id"
        histogram.tally(session, source, -1)
        session.execute(
            register_values(
                f"UPDATE standing SET {_SET} FROM ({REGISTER}) r "
                f"WHERE r.party_id = standing.party_id AND standing.party_id IN (SELECT party_id FROM {keys})"
            )
        )
        histogram.tally(session, source, +1)


def refresh_names() -> int:
    """Find the parties whose standings are not as the register says now and bring them there; return how many.

    Opens its own transactions. For the night: what no verb changed, time did.
    """
    with reading(fresh=True) as session:
        stale = out_of_date(session)
    for start in range(0, len(stale), _BATCH):
        with transaction() as session:
            refresh(session, stale[start : start + _BATCH])
    return len(stale)


@dataclass(frozen=True, slots=True)
class Registered:
    """What the register says of a party at this instant."""

    kind: PartyKind
    code: str
    name: str
    region_code: str
    organisation_kind: OrganisationKind | None
    is_named: bool


def registered(session: Session, party_ids: Sequence[UUID]) -> dict[UUID, Registered]:
    """Return what a page must know of its parties."""
    if not party_ids:
        return {}
    wanted: BindParameter[Any] = bindparam("keys", list(party_ids), type_=KeyType(), expanding=True)
    place = "IN :keys"
    if session.get_bind().dialect.name == "postgresql":
        # One array instead of fifty values: a third of the time, and one prepared statement for any page.
        wanted, place = bindparam("keys", list(party_ids), type_=ARRAY(KeyType())), "= ANY(:keys)"
    statement = register_values(
        "SELECT party_id, party_kind, code, name, region_code, organisation_kind, named "
        f"FROM ({REGISTER}) r WHERE party_id {place}"
    ).bindparams(wanted)
    return {
        _uuid(key): Registered(
            PartyKind(kind), code, name, region_code, OrganisationKind(body) if body else None, bool(named)
        )
        for key, kind, code, name, region_code, body, named in session.execute(statement)
    }


def out_of_date(session: Session) -> list[UUID]:
    """Return the parties whose standing of all time differs from the register; each party with points has one."""
    statement = (
        f"SELECT DISTINCT s.party_id FROM ranking g JOIN standing s ON s.ranking_id = g.id "
        f"JOIN ({REGISTER}) r ON r.party_id = s.party_id "
        f"WHERE g.frozen_id IS NULL AND g.period = '{ALL}' AND g.kind = '{ALL}' AND ({_DIFFERENT})"
    )
    return sorted(_uuid(key) for (key,) in session.execute(register_values(statement)))


def refresh_changing(session: Session, changes: str) -> None:
    """Bring to the register whoever is not there, of those whose standings are about to change.

    ``changes`` is a table of party and ranking. Otherwise a standing that changes would be as the register says,
    the party's others would not, and nobody would find them. The caller holds the mark.
    """
    stale = session.execute(
        register_values(
            f"SELECT DISTINCT c.party_id FROM {changes} c "
            "JOIN standing s ON s.party_id = c.party_id AND s.ranking_id = c.ranking_id "
            f"JOIN ({REGISTER}) r ON r.party_id = c.party_id WHERE {_DIFFERENT}"
        )
    )
    refresh(session, sorted(_uuid(key) for (key,) in stale))


@naming_changed.connect
def _refresh_told(session: Session, *, party_ids: Sequence[UUID], **_more: Any) -> None:
    refresh(session, party_ids)


def _with_points(session: Session, party_ids: Sequence[UUID]) -> list[UUID]:
    """Return which of these have accounts: who has none has no standing, not even one that is just being added."""
    statement = text("SELECT DISTINCT party_id FROM account WHERE party_id IN :keys").bindparams(
        bindparam("keys", list(party_ids), type_=KeyType(), expanding=True)
    )
    return [_uuid(key) for (key,) in session.execute(statement)]


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(bytes=value)


def _born_by(today: date) -> date:
    """Return the latest date of birth of somebody who is of age on a day."""
    try:
        return today.replace(year=today.year - ADULT)
    except ValueError:  # 29 February
        return today.replace(year=today.year - ADULT, day=28)
