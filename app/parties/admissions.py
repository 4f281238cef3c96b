"""Admitting many parties at once from typed forms: set-wise checks, one audit event per batch.

Whoever prepared the list is named, and somebody else admits it. A row that cannot be admitted comes back
with its sentence; the others go in, all in the caller's transaction. Spreadsheets come in by ``app.parties.bulk``,
whose batch writes here too.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from app import counters
from app.db import Base
from app.errors import InvalidInput, Refused
from app.ids import new_id
from app.parties import duplicates, persons, rules
from app.parties.bulk.batch import LARGEST_BATCH, VARIABLES, Batch
from app.parties.kinds import ConsentPurpose, PartyKind, PersonRoleKind
from app.parties.models import Consent, Organisation, Person, PersonRole, Volunteer
from app.parties.organisations import OrganisationData, checked_fields
from app.parties.persons import VolunteerData
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may

_Checked = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class Admitted:
    """What became of a batch: for each row its party's key or None, and the sentences of the refused rows."""

    party_ids: tuple[uuid.UUID | None, ...]
    refused: dict[int, str]


def admit_organisations(
    session: Session, rows: Sequence[OrganisationData], *, actor: Actor, prepared_by: uuid.UUID | None = None
) -> Admitted:
    """Admit organisations from a list that ``prepared_by`` (a person) made; at most 2,000 rows."""
    places = [row.region_code for row in rows]
    _ensure_may_admit(actor, places, prepared_by)
    batch = Batch(session, len(rows), actor=actor, prepared_by=prepared_by)
    batch.refuse_places(places)
    checked = _check(batch, range(len(rows)), lambda index: checked_fields(rows[index], may_override=True))
    _refuse_taken(batch, checked, "uscc", Organisation.uscc_claim, duplicates.code_taken)
    party_ids = _add_parties(batch, PartyKind.ORGANISATION, checked, places)
    admitted = _write(batch, "organisation.admit_batch")
    _insert(
        session,
        Organisation,
        [{"party_id": party_ids[index], **fields} for index, fields in checked.items()],
    )
    return admitted


def admit_volunteers(
    session: Session,
    rows: Sequence[VolunteerData],
    *,
    actor: Actor,
    prepared_by: uuid.UUID | None = None,
    consents: Iterable[ConsentPurpose] = (),
    consenting: Callable[[int], bool] = lambda _index: True,
) -> Admitted:
    """Admit volunteers from a list that ``prepared_by`` made; at most 2,000 rows. Each gets a number.

    ``consents`` are the purposes to which those rows agreed for whose index ``consenting`` is true.
    """
    places = [row.person.region_code for row in rows]
    _ensure_may_admit(actor, places, prepared_by)
    batch = Batch(session, len(rows), actor=actor, prepared_by=prepared_by)
    batch.refuse_places(places)
    checked = _check(
        batch, range(len(rows)), lambda index: persons.checked_fields(rows[index].person, whole=True)
    )
    _refuse_taken(batch, checked, "identity_hash", Person.identity_hash, duplicates.identity_taken)
    roles = _check(
        batch, checked, lambda index: persons.checked_volunteer(rows[index], checked[index]["born_on"])
    )
    people = {index: checked[index] for index in roles}
    party_ids = _add_parties(batch, PartyKind.PERSON, people, places)
    admitted = _write(batch, "person.admit_batch")
    role_ids = {index: new_id() for index in roles}
    _insert(
        session,
        Person,
        [{"party_id": party_ids[index], **fields} for index, fields in people.items()],
    )
    _insert(
        session,
        PersonRole,
        [
            {
                "id": role_ids[index],
                "person_id": party_ids[index],
                "role": PersonRoleKind.VOLUNTEER,
                "valid_from": batch.today,
            }
            for index in roles
        ],
    )
    purposes = tuple(consents)
    _insert(
        session,
        Consent,
        [
            {"id": new_id(), "party_id": party_ids[index], "purpose": purpose, "given_at": batch.moment}
            for index in roles
            if consenting(index)
            for purpose in purposes
        ],
    )
    first = counters.take(session, "volunteer", count=len(roles)) if roles else 0
    _insert(
        session,
        Volunteer,
        [
            {
                "role_id": role_ids[index],
                "number": rules.volunteer_number(places[index], first + offset),
                **fields,
            }
            for offset, (index, fields) in enumerate(roles.items())
        ],
    )
    return admitted


def _ensure_may_admit(actor: Actor, region_codes: Sequence[str], prepared_by: uuid.UUID | None) -> None:
    if len(region_codes) > LARGEST_BATCH:
        raise InvalidInput(_("一批最多 %(count)s 行。", count=LARGEST_BATCH))
    for region_code in set(region_codes):
        ensure_may(actor, Permission.REVIEW_REGISTRATIONS, region_code=region_code)
    if not actor.is_system and prepared_by is None:
        raise InvalidInput(_("请注明名册由谁整理。"))
    ensure_four_eyes(actor, prepared_by)


def _check(batch: Batch, lines: Iterable[int], fields_of: Callable[[int], dict[str, Any]]) -> _Checked:
    """Return the checked fields of the lines that pass, by line; what is wrong with the others stays with the batch."""
    checked = {}
    for index in lines:
        if index in batch.refused:
            continue
        try:
            checked[index] = fields_of(index)
        except Refused as refused:
            batch.refused[index] = str(refused.sentence)
    return checked


def _refuse_taken(
    batch: Batch,
    checked: _Checked,
    field: str,
    column: InstrumentedAttribute[Any],
    sentence: Callable[[], str],
) -> None:
    """Drop the rows whose number somebody claims already, in the register or earlier in this batch."""
    wanted = [fields[field] for fields in checked.values() if fields[field] is not None]
    taken: set[Any] = set()
    for start in range(0, len(wanted), VARIABLES):
        part = select(column).where(column.in_(wanted[start : start + VARIABLES]))
        taken.update(batch.session.scalars(part))
    for index, fields in list(checked.items()):
        value = fields[field]
        if value is None:
            continue
        if value in taken:
            batch.refused[index] = sentence()
            del checked[index]
        taken.add(value)


def _add_parties(
    batch: Batch, kind: PartyKind, checked: _Checked, places: Sequence[str]
) -> Sequence[uuid.UUID | None]:
    """Collect the parties of the checked lines, whose name leaves the fields; return each line's key."""
    batch.add_parties(kind, [(index, fields.pop("name"), places[index]) for index, fields in checked.items()])
    return batch.things


def _write(batch: Batch, verb: str) -> Admitted:
    done = batch.write(verb)
    return Admitted(done.things, batch.refused)


def _insert(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        session.execute(insert(model), list(rows))
