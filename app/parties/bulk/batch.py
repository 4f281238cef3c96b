"""The rows of one batch on their way into the tables, ready for the driver."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app import clock, ids
from app.audit import events
from app.errors import Conflict, InvalidInput, NotAllowed
from app.imports.registers import Admission
from app.parties import names
from app.parties.kinds import PartyKind, RegistrationState
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from app.regions import queries as regions
from app.rows import pour, ready_instant, ready_keys

LARGEST_BATCH = 2_000
VARIABLES = 500  # per IN (…): far below the limit of either database

# In the order in which rows go in: what is referred to comes first.
_COLUMNS = {
    "party": (
        "id", "code", "kind", "name", "sort_key", "match_key", "region_code", "state", "state_since", "revision",
        "created_at",
    ),
    "organisation": (
        "party_id", "organisation_kind", "uscc", "uscc_claim", "is_charity", "may_fundraise", "founded_on",
        "responsible_person", "contact_phone", "contact_phone_hash", "address", "certificate_number",
        "certificate_to", "registration_authority", "supervising_body", "grading", "integrity",
    ),
    "person": (
        "party_id", "identity_kind", "identity_number", "identity_hash", "born_on", "sex", "phone", "phone_hash",
    ),
    "person_role": ("id", "person_id", "role", "valid_from", "waits_since"),
    "volunteer": ("role_id", "number", "service_kinds", "star_level", "registered_on", "may_publish"),
    "social_worker": ("role_id", "level", "certificate_number", "registered_until", "issued_on"),
    "household": ("party_id", "file_number"),
    "household_member": ("role_id", "household_id", "relation", "capacity"),
    "household_category": (
        "id", "household_id", "category", "cause", "persons_count", "annual_income", "monthly_amount", "begin_on",
        "recorded_at",
    ),
    "consent": ("id", "party_id", "purpose", "given_at", "role_id"),
    "qualification": ("id", "person_id", "kind", "number", "issued_on", "source", "recorded_at", "role_id"),
    "registration_step": (
        "id", "party_id", "from_state", "to_state", "happened_at", "by_user_id", "by_person_id",
    ),
    "party_batch": ("id", "first_id", "last_id", "entered_at"),
}  # fmt: skip


class Batch:
    """Collects the rows of at most 2,000 lines of a list and writes them with one audit event.

    What staff bring is submitted by them and waits for somebody else. Commands admit at once, and so does whoever
    admits the list that another person, ``prepared_by``, made.
    """

    def __init__(
        self, session: Session, count: int, *, actor: Actor, prepared_by: uuid.UUID | None = None
    ) -> None:
        if count > LARGEST_BATCH:
            raise InvalidInput(_("一批最多 %(count)s 行。", count=LARGEST_BATCH))
        ensure_four_eyes(actor, prepared_by)
        self.session = session
        self.actor = actor
        self.prepared_by = prepared_by
        self.admits = actor.is_system or prepared_by is not None
        self.permission = Permission.REVIEW_REGISTRATIONS if prepared_by else Permission.ENTER_PARTIES
        self.moment = clock.now()
        self.at = ready_instant(self.moment)
        self.today = clock.civil_date(self.moment)
        self.refused: dict[int, str] = {}
        self.things: list[uuid.UUID | None] = [None] * count
        self.rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
        self._dialect = session.get_bind().dialect.name
        self._first: bytes | None = None
        self._last: bytes | None = None
        state = RegistrationState.APPROVED if self.admits else RegistrationState.SUBMITTED
        self._state = state.value

    def keys(self, count: int) -> Sequence[Any]:
        """Return new keys, ready for the driver."""
        return ready_keys(ids.new_keys(count), self._dialect)

    def key(self, value: uuid.UUID | None) -> Any:
        """Return a key that exists, ready for the driver."""
        return None if value is None else ready_keys([value.bytes], self._dialect)[0]

    def day(self, value: date | None) -> str | None:
        """Return a day, ready for the driver."""
        return None if value is None else value.isoformat()

    def refuse_places(self, codes: Sequence[str]) -> None:
        """Refuse the lines whose place is not in force or not the actor's."""
        distinct = set(codes)
        in_force = regions.in_force(self.session, distinct, on=self.today)
        wrong: dict[str, str] = {code: _("没有这个行政区划，请重新选择。") for code in distinct - in_force}
        for code in in_force:
            try:
                ensure_may(self.actor, self.permission, region_code=code)
            except NotAllowed as refused:
                wrong[code] = str(refused.sentence)
        if wrong:
            self.refused.update((index, wrong[code]) for index, code in enumerate(codes) if code in wrong)

    def add_parties(self, kind: PartyKind, named: Sequence[tuple[int, str, str]]) -> Sequence[Any]:
        """Collect new parties, each (line, name, region), with their first steps; return their ready keys."""
        raw = ids.new_keys(len(named))
        if not raw:
            return ()
        self._first = min(self._first or raw[0], raw[0])
        self._last = max(self._last or raw[-1], raw[-1])
        keys = ready_keys(raw, self._dialect)
        parties, steps = self.rows["party"], self.rows["registration_step"]
        kind_word, state, at = kind.value, self._state, self.at
        code, sort_key, match_key = ids.new_code, names.sort_key, names.match_key
        by_user = None if self.admits else self.key(self.actor.user_id)
        by_person = self.key(self.prepared_by if self.admits else self.actor.person_id)
        submitted = RegistrationState.SUBMITTED.value
        for key, raw_key, (index, name, region), step in zip(
            keys, raw, named, self.keys(len(named)), strict=True
        ):
            self.things[index] = uuid.UUID(bytes=raw_key)
            parties.append(
                (
                    key,
                    code(),
                    kind_word,
                    name,
                    sort_key(name, kind),
                    match_key(name),
                    region,
                    state,
                    at,
                    1,
                    at,
                )
            )
            steps.append((step, key, None, submitted, at, by_user, by_person))
        if self.admits:
            user, person = self.key(self.actor.user_id), self.key(self.actor.person_id)
            approved = RegistrationState.APPROVED.value
            steps += [
                (step, key, submitted, approved, at, user, person)
                for step, key in zip(self.keys(len(named)), keys, strict=True)
            ]
        return keys

    def write(self, verb: str) -> Admission:
        """Insert everything collected and one audit event that carries the hash of the keys.

        Raises Conflict when somebody else entered one of the numbers at the same moment.
        """
        batch_id = ids.new_id()
        if self._first is not None:
            first, last = ready_keys([self._first, self._last or self._first], self._dialect)
            self.rows["party_batch"].append((self.key(batch_id), first, last, self.at))
        try:
            for table, columns in _COLUMNS.items():
                pour(self.session, table, columns, self.rows[table])
        except IntegrityError as twin:
            raise Conflict(_("有人刚刚录入了同样的号码，这一批没有录入，请重新检查后再导入。")) from twin
        made = [thing for thing in self.things if thing is not None]
        events.record(
            self.session, verb, "party_batch", batch_id, actor=self.actor,
            after={"count": len(made), "sha256_of_keys": digest_of(made), "prepared_by": self.prepared_by},
        )  # fmt: skip
        return Admission(tuple(self.things), self.refused)


def digest_of(keys: Sequence[uuid.UUID]) -> str:
    """Return the SHA-256 over keys in their order, as audit events carry it."""
    return hashlib.sha256(b"".join(key.bytes for key in keys)).hexdigest()
