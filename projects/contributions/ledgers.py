"""The verbs of imported ledgers: take in many lines for verification, and take them back while nobody judged them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import Base
from app.errors import Conflict, InvalidInput, NotAllowed
from app.ids import new_code, new_id
from app.imports.registers import Admission, Row, Verdict
from app.imports.world import World
from app.parties import locks
from app.parties import queries as parties
from app.parties.kinds import ActingRole, PersonRoleKind, RegistrationState
from app.parties.registers.shelf import KnownParty
from app.parties.rules import acting_role, ensure_reason
from app.permissions import Actor, Permission, ensure_may
from app.rows import parts
from points.rulesets.kinds import ContributionKind, EvidenceGrade
from projects.catalogue.shelf import KnownItem, Quantity
from projects.contributions import oddities, rules, steps
from projects.contributions.contributions import MOST_OF_A_BATCH, THING
from projects.contributions.models import Contribution, ContributionLine
from projects.contributions.oddities import Surroundings
from projects.contributions.rules import ContributionState, Source, ValueBasis
from projects.portfolio.shelf import KnownProject

# Rows go in as they are, past the unit of work, which would part them by which of their columns are empty.
_CONTRIBUTION = Base.metadata.tables[Contribution.__tablename__]
_LINE = Base.metadata.tables[ContributionLine.__tablename__]


@dataclass(slots=True)
class LedgerEntry:
    """One line of a ledger that can go in. ``amount_fen`` is the money, or the value that the ledger states."""

    serial: str
    happened_on: date
    number: str
    giver: KnownParty
    kind: ContributionKind
    project: KnownProject
    item: KnownItem
    quantity: Quantity | None
    amount_fen: int | None
    remark: str
    row_key: str = ""

    @property
    def minutes(self) -> int:
        """Minutes of service; nought where it is none."""
        return (self.quantity.minutes or 0) if self.quantity else 0


def record_many(
    session: Session, rows: Sequence[tuple[Row, Verdict]], *, actor: Actor, scope_of: World
) -> Admission:
    """Write down the lines of a ledger as submitted, for somebody else to verify. One audit event for all.

    They belong to the organisation of their project. A serial that came in meanwhile is refused with its sentence.
    """
    if len(rows) > MOST_OF_A_BATCH:
        raise InvalidInput(_("一批最多 %(most)d 条。", most=MOST_OF_A_BATCH))
    entries: list[LedgerEntry] = [verdict.data for _row, verdict in rows]
    own = scope_of.scope.organisation_id
    _ensure_may_enter(session, entries, own, actor)
    locks.hold(session, (one.giver.party_id for one in entries))
    taken = _taken(session, entries)
    moment = clock.now()
    things: list[uuid.UUID | None] = []
    refused: dict[int, str] = {}
    made: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for place, one in enumerate(entries):
        if one.serial in taken or one.row_key in taken:
            refused[place] = _("流水号 %(serial)s 已有登记。", serial=one.serial)
            things.append(None)
            continue
        taken |= {one.serial, one.row_key}
        values = _values(one, actor, is_own=own is not None)
        values |= {"state_since": moment, "logged_at": moment}
        made.append(values)
        things.append(values["id"])
        if one.kind in rules.LINE_KINDS:
            lines.append(_line(one, values["id"]))
    if made:
        session.execute(_CONTRIBUTION.insert(), made)
        steps.begin_many(session, made, actor=actor)
    if lines:
        session.execute(_LINE.insert(), lines)
    keys = [one["id"] for one in made]
    events.record(
        session,
        "contribution.record_many",
        THING,
        None,
        actor=actor,
        party_id=own,
        after={"count": len(keys), "sha256_of_keys": events.digest_of(keys)},
    )
    return Admission(tuple(things), refused)


def undo_many(session: Session, things: Sequence[uuid.UUID], *, actor: Actor, reason: str) -> None:
    """Take back lines of a ledger that nobody has touched since; they stay to be read, and may come in again.

    They let go of their project and of their row, so that both can be mended. Raises Conflict otherwise.
    """
    reason = ensure_reason(reason)
    rows: list[Any] = []
    for some in parts(sorted(things)):
        rows += session.execute(_UNDOABLE.where(Contribution.id.in_(some)).with_for_update()).all()
    places: set[tuple[str, uuid.UUID]] = set()
    for _id, code, state, revision, source, region, organisation_id in rows:
        if state is not ContributionState.SUBMITTED or revision != 1 or source is not Source.IMPORTED:
            raise Conflict(
                _(
                    "贡献 %(code)s 现在的状态是“%(state)s”，已有人办理，不能撤销导入。",
                    code=code,
                    state=state.label,
                )
            )
        places.add((region, organisation_id))
    for region, organisation_id in places:
        _ensure_may(actor, region, organisation_id)
    moment = clock.now()
    for some in parts(sorted(things)):
        session.execute(
            update(Contribution)
            .where(Contribution.id.in_(some))
            .values(state=ContributionState.WITHDRAWN, state_since=moment, row_key=None, project_id=None)
            .execution_options(synchronize_session=False)
        )
    session.expire_all()
    steps.withdraw_many(session, [row[0] for row in rows], moment, actor=actor, note=reason)
    after = {"count": len(rows), "sha256_of_keys": events.digest_of(things)}
    events.record(session, "contribution.undo_many", THING, None, actor=actor, after=after, reason=reason)


_UNDOABLE = select(
    Contribution.id,
    Contribution.code,
    Contribution.state,
    Contribution.revision,
    Contribution.source,
    Contribution.region_code,
    Contribution.organisation_id,
)


def _ensure_may_enter(
    session: Session, entries: Sequence[LedgerEntry], own: uuid.UUID | None, actor: Actor
) -> None:
    if own is None:
        for region in {one.project.region_code for one in entries}:
            ensure_may(actor, Permission.ENTER_RECORDS, region_code=region)
        return
    ensure_may(actor, Permission.LOG_CONTRIBUTIONS, organisation_id=own)
    if parties.get(session, own).state is not RegistrationState.APPROVED:
        raise NotAllowed(_("本单位还没有完成入驻登记，或已暂停、注销，暂不能登记贡献。"))
    if any(one.project.organisation_id != own for one in entries):
        raise NotAllowed(_("这不是您所在单位的事项。"))


def _ensure_may(actor: Actor, region: str, organisation_id: uuid.UUID) -> None:
    if actor.may(Permission.ENTER_RECORDS):
        ensure_may(actor, Permission.ENTER_RECORDS, region_code=region)
    else:
        ensure_may(actor, Permission.LOG_CONTRIBUTIONS, organisation_id=organisation_id)


def _taken(session: Session, entries: Sequence[LedgerEntry]) -> set[str]:
    """Return the serials that stand, and the digests of all lines that ever came, among those of these entries."""
    taken: set[str] = set()
    for some in parts(entries):
        serials = session.scalars(
            select(Contribution.serial).where(
                Contribution.serial.in_([one.serial for one in some]),
                Contribution.state != ContributionState.WITHDRAWN,
            )
        )
        taken.update(one for one in serials if one)
        keys = session.scalars(
            select(Contribution.row_key).where(Contribution.row_key.in_([one.row_key for one in some]))
        )
        taken.update(one for one in keys if one)
    return taken


def _values(one: LedgerEntry, actor: Actor, *, is_own: bool) -> dict[str, Any]:
    """Return a contribution as the table takes it, found odd where it is, by the columns' names."""
    role = _role(one)
    gift = one.kind in rules.GIFT_KINDS
    amount_fen = one.amount_fen if gift else None
    # What an organisation itself brings late is a back-fill like any other; the bureau's own ledger is none.
    today = clock.today()
    late = is_own and rules.is_backfilled(one.kind, one.happened_on, today, source=Source.IMPORTED)
    found = oddities.find(
        Surroundings(
            days_late=(today - one.happened_on).days if late else 0,
            backfilled=late,
            value_fen=amount_fen or 0,
            goods_value_fen=(amount_fen or 0) if one.kind in rules.LINE_KINDS else 0,
            lines_without_basis=int(one.kind in rules.LINE_KINDS and not amount_fen),
            receipt_missing=gift,
        )
    )
    received = gift and one.project.organisation_id != one.giver.party_id
    return {
        "id": new_id(),
        "code": new_code(),
        "party_id": one.giver.party_id,
        "acting_role": role,
        "organisation_id": one.project.organisation_id,
        "region_code": one.project.region_code,
        "kind": one.kind,
        "item_id": one.item.id,
        "category": one.item.category,
        "professional": one.item.professional and role is ActingRole.SOCIAL_WORKER,
        "happened_on": one.happened_on,
        "source": Source.IMPORTED,
        "break_minutes": 0,
        "service_minutes": one.minutes or None,
        "published_before": False,
        "backfilled": late,
        "amount_fen": amount_fen,
        "quantity_thousandths": one.quantity.thousandths if one.quantity and not one.minutes else None,
        "unit": one.item.base_unit if one.quantity and not one.minutes else None,
        "receiver_name": one.project.organisation_name[:100] if received else None,
        "free_of_charge": False,
        "description": rules.without_numbers(one.remark),
        "beneficiary": "",
        "evidence_grade": EvidenceGrade.D,
        "state": ContributionState.SUBMITTED,
        "revision": 1,
        "oddities": [odd.stored() for odd in found],
        "logged_by_id": actor.person_id,
        "submitted_by_id": actor.person_id,
        "row_key": one.row_key,
        "project_id": one.project.id,
        "serial": one.serial,
    }


def _line(one: LedgerEntry, contribution_id: uuid.UUID) -> dict[str, Any]:
    assert one.quantity is not None
    return {
        "id": new_id(),
        "contribution_id": contribution_id,
        "position": 0,
        "item_id": one.item.id,
        "item_name": one.item.name,
        "entered_thousandths": one.quantity.entered_thousandths,
        "unit": one.quantity.unit,
        "quantity_thousandths": one.quantity.thousandths,
        "base_unit": one.item.base_unit,
        "value_fen": one.amount_fen or None,
        "basis": ValueBasis.LEDGER if one.amount_fen else ValueBasis.NONE,
    }


def _role(one: LedgerEntry) -> ActingRole:
    """Return in which quality a party gave: an organisation's kind, or the role that the register gives a person."""
    if one.giver.kind is not None:
        return acting_role(one.giver.kind)
    volunteer = PersonRoleKind.VOLUNTEER in one.giver.roles
    if PersonRoleKind.SOCIAL_WORKER in one.giver.roles and (one.item.professional or not volunteer):
        return ActingRole.SOCIAL_WORKER
    return ActingRole.VOLUNTEER if volunteer else ActingRole.PERSON
