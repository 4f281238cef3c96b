"""Entering many households at once, each with its head."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.imports.registers import Admission, Row, Verdict
from app.imports.world import World
from app.parties.bulk.batch import VARIABLES, Batch
from app.parties.bulk.people import place_people
from app.parties.entries import HouseholdEntry
from app.parties.kinds import Capacity, HouseholdRelation, PartyKind, PersonRoleKind
from app.parties.models import Household
from app.permissions import Actor


def admit_households(
    session: Session, rows: Sequence[tuple[Row, Verdict]], *, actor: Actor, scope_of: World
) -> Admission:
    """Enter the households of judged rows (``Register.admit``)."""
    return enter_households(session, [verdict.data for _row, verdict in rows], actor=actor)


def enter_households(session: Session, entries: Sequence[HouseholdEntry], *, actor: Actor) -> Admission:
    """Enter households under the numbers of their ledger; the head is a person of the register. At most 2,000.

    The things of the admission are the households.
    """
    batch = Batch(session, len(entries), actor=actor)
    taken = _known_numbers(session, [entry.file_number for entry in entries])
    for index, entry in enumerate(entries):
        if entry.file_number in taken:
            batch.refused[index] = _("家庭编号 %(number)s 已经登记，请核对。", number=entry.file_number)
        taken.add(entry.file_number)
    placed = place_people(
        batch,
        [entry.head for entry in entries],
        PersonRoleKind.HOUSEHOLD_MEMBER,
        [entry.begin_on for entry in entries],
    )
    lines = [index for index, one in enumerate(placed) if one is not None]
    parties = batch.add_parties(
        PartyKind.HOUSEHOLD,
        [(index, entries[index].head.name, entries[index].head.region_code) for index in lines],
    )
    for index, key, category_key in zip(lines, parties, batch.keys(len(lines)), strict=True):
        entry, one = entries[index], placed[index]
        assert one is not None
        batch.rows["household"].append((key, entry.file_number))
        batch.rows["household_member"].append(
            (one.role, key, HouseholdRelation.HEAD.value, Capacity.FULL.value)
        )
        batch.rows["household_category"].append(
            (
                category_key,
                key,
                entry.category,
                entry.cause,
                entry.persons_count,
                entry.annual_income,
                entry.monthly_amount,
                batch.day(entry.begin_on),
                batch.at,
            )
        )
    return batch.write("household.enter_batch")


def _known_numbers(session: Session, numbers: Sequence[str]) -> set[str]:
    known: set[str] = set()
    for start in range(0, len(numbers), VARIABLES):
        some = Household.file_number.in_(numbers[start : start + VARIABLES])
        known.update(session.scalars(select(Household.file_number).where(some)))
    return known
