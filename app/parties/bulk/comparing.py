"""Parties that look alike, found set-wise: the rules of ``duplicates``, for many parties at once."""

import uuid
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from app import clock
from app.ids import new_id
from app.parties import names
from app.parties.bulk.batch import VARIABLES
from app.parties.duplicates import ALIKE
from app.parties.kinds import RegistrationState
from app.parties.listed import DuplicateCandidate, Likeness, PartyBatch
from app.parties.models import DuplicateAnswer, Organisation, Party, Person
from app.rows import insert_if_absent

_COUNTY = 6
_DEAD = (RegistrationState.REJECTED,)


class Pair(NamedTuple):
    """Two parties that look alike, and by what."""

    party_id: uuid.UUID
    other_id: uuid.UUID
    likeness: Likeness


def unanswered_pairs(session: Session, chosen: ColumnElement[bool]) -> list[Pair]:
    """Return the parties that look like one of the chosen and of which nobody has said that they are different.

    ``chosen`` is a condition on ``Party``, such as ``Party.id.in_(…)``.
    """
    pairs = [*_alike_organisations(session, chosen), *_alike_people(session, chosen)]
    ids = list({pair.party_id for pair in pairs})
    answered: set[tuple[uuid.UUID, uuid.UUID]] = set()
    for start in range(0, len(ids), VARIABLES):
        query = select(DuplicateAnswer.party_id, DuplicateAnswer.other_id)
        some = query.where(DuplicateAnswer.party_id.in_(ids[start : start + VARIABLES]))
        answered.update((party_id, other_id) for party_id, other_id in session.execute(some))
    return [pair for pair in pairs if (pair.party_id, pair.other_id) not in answered]


def compare_batch(session: Session, batch: PartyBatch) -> int:
    """Keep what of a batch looks like another party, for the reviewers; return how many pairs are new."""
    found = 0
    now = clock.now()
    for pair in unanswered_pairs(session, Party.id.between(batch.first_id, batch.last_id)):
        found += insert_if_absent(
            session, DuplicateCandidate, id=new_id(), party_id=pair.party_id, other_id=pair.other_id,
            likeness=pair.likeness, found_at=now,
        )  # fmt: skip
    session.execute(update(PartyBatch).where(PartyBatch.id == batch.id).values(compared_at=now))
    return found


def next_batch(session: Session) -> PartyBatch | None:
    """Return the oldest batch that has not been compared yet, locked against a second job, or None."""
    query = select(PartyBatch).where(PartyBatch.compared_at.is_(None)).order_by(PartyBatch.id).limit(1)
    return session.scalars(query.with_for_update(skip_locked=True)).first()


def candidate_counts(session: Session, party_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Return for each party how many look-alikes were kept for it; those with none are absent."""
    counts: dict[uuid.UUID, int] = {}
    for start in range(0, len(party_ids), VARIABLES):
        query = (
            select(DuplicateCandidate.party_id, func.count())
            .where(DuplicateCandidate.party_id.in_(party_ids[start : start + VARIABLES]))
            .group_by(DuplicateCandidate.party_id)
        )
        counts.update((party_id, count) for party_id, count in session.execute(query))
    return counts


def _alike_organisations(session: Session, chosen: ColumnElement[bool]) -> list[Pair]:
    other, fields, others = aliased(Party), aliased(Organisation), aliased(Organisation)
    here = func.substr(other.region_code, 1, _COUNTY) == func.substr(Party.region_code, 1, _COUNTY)
    same_phone = and_(
        fields.contact_phone_hash.is_not(None), others.contact_phone_hash == fields.contact_phone_hash
    )
    columns = select(Party.id, Party.match_key, other.id, other.match_key, same_phone.label("same_phone"))
    base = (
        columns.select_from(Party)
        .join(fields, fields.party_id == Party.id)
        .where(chosen, other.id != Party.id, other.state.not_in(_DEAD))
    )
    by_name = (
        base.join(other, other.match_key == Party.match_key)
        .join(others, others.party_id == other.id)
        .where(Party.match_key != "", or_(here, same_phone))
    )
    by_phone = (
        base.join(others, others.contact_phone_hash == fields.contact_phone_hash)
        .join(other, other.id == others.party_id)
        .where(here, other.match_key != Party.match_key)
    )
    pairs = [
        Pair(mine, theirs, Likeness.NAME_AND_PHONE if is_phone else Likeness.NAME_AND_PLACE)
        for mine, _key, theirs, _other_key, is_phone in session.execute(by_name)
    ]
    pairs += [
        Pair(mine, theirs, Likeness.PHONE_AND_PLACE)
        for mine, key, theirs, other_key, _is_phone in session.execute(by_phone)
        if names.similarity(key, other_key) >= ALIKE
    ]
    return pairs


def _alike_people(session: Session, chosen: ColumnElement[bool]) -> list[Pair]:
    """Of persons the name must be equal: families share a telephone, and counties are full of namesakes."""
    other, fields, others = aliased(Party), aliased(Person), aliased(Person)
    same_phone = and_(fields.phone_hash.is_not(None), others.phone_hash == fields.phone_hash)
    here = func.substr(other.region_code, 1, _COUNTY) == func.substr(Party.region_code, 1, _COUNTY)
    same_birth = and_(fields.born_on.is_not(None), others.born_on == fields.born_on, here)
    query = (
        select(Party.id, other.id, same_phone.label("same_phone"))
        .select_from(Party)
        .join(fields, fields.party_id == Party.id)
        .join(other, other.match_key == Party.match_key)
        .join(others, others.party_id == other.id)
        .where(chosen, Party.match_key != "", other.id != Party.id, other.state.not_in(_DEAD))
        .where(or_(same_phone, same_birth))
    )
    return [
        Pair(mine, theirs, Likeness.NAME_AND_PHONE if is_phone else Likeness.NAME_AND_BIRTH)
        for mine, theirs, is_phone in session.execute(query)
    ]
