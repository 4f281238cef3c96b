"""Entering many organisations at once."""

import uuid
from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import keys
from app.imports.registers import Admission, Row, Verdict
from app.imports.world import World
from app.parties import duplicates
from app.parties.bulk.batch import VARIABLES, Batch
from app.parties.entries import OrganisationEntry
from app.parties.kinds import PartyKind
from app.parties.models import Organisation
from app.permissions import Actor


def admit_organisations(
    session: Session, rows: Sequence[tuple[Row, Verdict]], *, actor: Actor, scope_of: World
) -> Admission:
    """Enter the organisations of judged rows (``Register.admit``)."""
    return enter_organisations(session, [verdict.data for _row, verdict in rows], actor=actor)


def enter_organisations(
    session: Session,
    entries: Sequence[OrganisationEntry],
    *,
    actor: Actor,
    prepared_by: uuid.UUID | None = None,
) -> Admission:
    """Enter organisations whose credit code nobody claims. At most 2,000."""
    batch = Batch(session, len(entries), actor=actor, prepared_by=prepared_by)
    batch.refuse_places([entry.region_code for entry in entries])
    taken = _claimed(session, [entry.uscc for entry in entries])
    fresh: list[tuple[int, str, str]] = []
    for index, entry in enumerate(entries):
        if index in batch.refused:
            continue
        if entry.uscc in taken:
            batch.refused[index] = _("这个统一社会信用代码已经登记，不再重复录入。")
            continue
        taken.add(entry.uscc)
        fresh.append((index, entry.name, entry.region_code))
    rows = batch.rows["organisation"]
    for (index, _name, _region), key in zip(
        fresh, batch.add_parties(PartyKind.ORGANISATION, fresh), strict=True
    ):
        entry = entries[index]
        rows.append(
            (
                key,
                entry.kind.value,
                entry.uscc,
                entry.uscc,
                entry.is_charity,
                False,
                batch.day(entry.founded_on),
                entry.responsible_person,
                keys.encryption.encrypt(entry.phone.encode()) if entry.phone else None,
                duplicates.phone_hash(entry.phone) if entry.phone else None,
                entry.address,
                entry.certificate_number,
                batch.day(entry.certificate_to),
                entry.registration_authority,
                entry.supervising_body,
                entry.grading.value if entry.grading else None,
                entry.integrity.value,
            )
        )
    return batch.write("organisation.enter_batch")


def _claimed(session: Session, codes: Sequence[str]) -> set[str]:
    claimed: set[str] = set()
    for start in range(0, len(codes), VARIABLES):
        some = Organisation.uscc_claim.in_(codes[start : start + VARIABLES])
        claimed.update(filter(None, session.scalars(select(Organisation.uscc_claim).where(some))))
    return claimed
