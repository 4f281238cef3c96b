"""Admitting many parties at once from an official list: set-wise checks, one audit event per batch.

Whoever prepared the list is named, and somebody else admits it. A row that cannot be admitted comes back
with its sentence; the others go in, all in the caller's transaction.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask_babel import gettext as _
from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from app import clock, counters
from app.audit import events
from app.db import Base
from app.errors import InvalidInput, Refused
from app.ids import new_code, new_id
from app.parties import duplicates, names, persons, rules
from app.parties.kinds import ConsentPurpose, PartyKind, PersonRoleKind, RegistrationState
from app.parties.models import Consent, Organisation, Party, Person, PersonRole, RegistrationStep, Volunteer
from app.parties.organisations import OrganisationData, checked_fields
from app.parties.persons import VolunteerData
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from app.regions import queries as regions

LARGEST_BATCH = 2_000
_VARIABLES = 500  # per IN (…): far below the limit of either database

Data = TypeVar("Data")


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
    batch = _Batch(session, actor, prepared_by)
    checked = batch.check(rows, places, lambda row: checked_fields(row, may_override=True))
    batch.refuse_taken(checked, "uscc", Organisation.uscc_claim, duplicates.code_taken)
    for index, fields in checked.items():
        row = rows[index]
        party_id = batch.add_party(index, PartyKind.ORGANISATION, fields.pop("name"), row.region_code)
        batch.collect(Organisation, {"party_id": party_id, **fields})
    return batch.write("organisation.admit_batch")


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
    batch = _Batch(session, actor, prepared_by)
    checked = batch.check(rows, places, lambda row: persons.checked_fields(row.person, whole=True))
    batch.refuse_taken(checked, "identity_hash", Person.identity_hash, duplicates.identity_taken)
    roles: dict[int, dict[str, Any]] = {}
    for index, fields in list(checked.items()):
        try:
            roles[index] = persons.checked_volunteer(rows[index], fields["born_on"])
        except Refused as refused:
            batch.refused[index] = str(refused.sentence)
            del checked[index]
    for index, fields in checked.items():
        row = rows[index]
        party_id = batch.add_party(index, PartyKind.PERSON, fields.pop("name"), row.person.region_code)
        batch.collect(Person, {"party_id": party_id, **fields})
        role_id = new_id()
        batch.collect(
            PersonRole,
            {
                "id": role_id,
                "person_id": party_id,
                "role": PersonRoleKind.VOLUNTEER,
                "valid_from": clock.today(),
            },
        )
        batch.collect(Volunteer, {"role_id": role_id, **roles[index]})
        if consenting(index):
            for purpose in consents:
                batch.collect(
                    Consent,
                    {"id": new_id(), "party_id": party_id, "purpose": purpose, "given_at": clock.now()},
                )
    batch.number_volunteers()
    return batch.write("person.admit_batch")


def _ensure_may_admit(actor: Actor, region_codes: Sequence[str], prepared_by: uuid.UUID | None) -> None:
    if len(region_codes) > LARGEST_BATCH:
        raise InvalidInput(_("一批最多 %(count)s 行。", count=LARGEST_BATCH))
    for region_code in set(region_codes):
        ensure_may(actor, Permission.REVIEW_REGISTRATIONS, region_code=region_code)
    if not actor.is_system and prepared_by is None:
        raise InvalidInput(_("请注明名册由谁整理。"))
    ensure_four_eyes(actor, prepared_by)


class _Batch:
    """The rows of one batch on their way into the tables."""

    def __init__(self, session: Session, actor: Actor, prepared_by: uuid.UUID | None) -> None:
        self.session = session
        self.actor = actor
        self.prepared_by = prepared_by
        self.moment = clock.now()
        self.refused: dict[int, str] = {}
        self.party_ids: list[uuid.UUID | None] = []
        self.rows: dict[type[Base], list[dict[str, Any]]] = {Party: []}

    def check(
        self, rows: Sequence[Data], regions_of: Sequence[str], fields_of: Callable[[Data], dict[str, Any]]
    ) -> dict[int, dict[str, Any]]:
        """Return the checked fields of the rows that pass, by index."""
        self.party_ids = [None] * len(rows)
        known: dict[str, bool] = {}
        checked = {}
        for index, (row, region) in enumerate(zip(rows, regions_of, strict=True)):
            if region not in known:
                known[region] = regions.is_in_force(self.session, region, on=clock.today())
            if not known[region]:
                self.refused[index] = _("没有这个行政区划，请重新选择。")
                continue
            try:
                checked[index] = fields_of(row)
            except Refused as refused:
                self.refused[index] = str(refused.sentence)
        return checked

    def refuse_taken(
        self,
        checked: dict[int, dict[str, Any]],
        field: str,
        column: InstrumentedAttribute[Any],
        sentence: Callable[[], str],
    ) -> None:
        """Drop the rows whose number somebody claims already, in the register or earlier in this batch."""
        wanted = [fields[field] for fields in checked.values() if fields[field] is not None]
        taken: set[Any] = set()
        for start in range(0, len(wanted), _VARIABLES):
            part = select(column).where(column.in_(wanted[start : start + _VARIABLES]))
            taken.update(self.session.scalars(part))
        for index, fields in list(checked.items()):
            value = fields[field]
            if value is None:
                continue
            if value in taken:
                self.refused[index] = sentence()
                del checked[index]
            taken.add(value)

    def add_party(self, index: int, kind: PartyKind, name: str, region_code: str) -> uuid.UUID:
        """Collect the party of a row and its two steps; return its key."""
        party_id = new_id()
        self.party_ids[index] = party_id
        self.rows[Party].append(
            {
                "id": party_id,
                "code": new_code(),
                "kind": kind,
                "name": name,
                "sort_key": names.sort_key(name, kind),
                "match_key": names.match_key(name),
                "region_code": region_code,
                "state": RegistrationState.APPROVED,
                "state_since": self.moment,
                "revision": 1,
                "created_at": self.moment,
            }
        )
        self._step(party_id, None, RegistrationState.SUBMITTED, None, self.prepared_by)
        self._step(
            party_id,
            RegistrationState.SUBMITTED,
            RegistrationState.APPROVED,
            self.actor.user_id,
            self.actor.person_id,
        )
        return party_id

    def collect(self, model: type[Base], values: dict[str, Any]) -> None:
        """Keep a row for one executemany per table."""
        self.rows.setdefault(model, []).append(values)

    def number_volunteers(self) -> None:
        """Give the collected volunteers their numbers, in the order of their rows, from one block."""
        volunteers = self.rows.get(Volunteer, [])
        if volunteers:
            first = counters.take(self.session, "volunteer", count=len(volunteers))
            for offset, (volunteer, party) in enumerate(zip(volunteers, self.rows[Party], strict=True)):
                volunteer["number"] = rules.volunteer_number(party["region_code"], first + offset)

    def write(self, verb: str) -> Admitted:
        """Insert everything collected and one audit event that carries the hash of the keys."""
        for model, rows in self.rows.items():
            if rows:
                self.session.execute(insert(model), rows)
        keys_made = [party_id for party_id in self.party_ids if party_id is not None]
        digest = hashlib.sha256(b"".join(party_id.bytes for party_id in keys_made)).hexdigest()
        events.record(
            self.session, verb, "party_batch", new_id(), actor=self.actor,
            after={"count": len(keys_made), "sha256_of_keys": digest, "prepared_by": self.prepared_by},
        )  # fmt: skip
        return Admitted(tuple(self.party_ids), self.refused)

    def _step(
        self,
        party_id: uuid.UUID,
        old: RegistrationState | None,
        new: RegistrationState,
        user_id: uuid.UUID | None,
        person_id: uuid.UUID | None,
    ) -> None:
        self.collect(
            RegistrationStep,
            {
                "id": new_id(),
                "party_id": party_id,
                "from_state": old,
                "to_state": new,
                "happened_at": self.moment,
                "by_user_id": user_id,
                "by_person_id": person_id,
                "detail_hash": None,
            },
        )
