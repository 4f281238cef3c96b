"""The verbs of records: log, verify (which posts), reject, reverse. Who logged never verifies, nor who is near."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import InvalidInput, NotFound, Refused
from app.files import evidence
from app.files.evidence import Received
from app.parties import interest
from app.parties.rules import ensure_reason
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from app.states import Moves, ensure_move
from points import reversals
from points.covenants import lines, objections, queries, rules
from points.covenants.kinds import RecordState
from points.covenants.models import Covenant, CovenantHousehold, CovenantItem, CovenantRecord
from points.ledger import accounts, postings
from points.ledger.kinds import AccountKind, Reason
from points.ledger.models import AccountBalance
from points.ledger.postings import PostingRequest, TransferRequest
from points.rulesets import publishing

THING = lines.SUBJECT
MOVES: Moves[RecordState] = {
    RecordState.LOGGED: frozenset({RecordState.VERIFIED, RecordState.REJECTED}),
    RecordState.VERIFIED: frozenset({RecordState.REVERSED}),
    RecordState.REJECTED: frozenset(),
    RecordState.REVERSED: frozenset(),
}
MOST_OF_A_BATCH = 200
LATEST = timedelta(days=93)
"""How long afterwards something can still be logged."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a household did, as the village worker writes it down."""

    household_id: uuid.UUID
    item_id: uuid.UUID
    happened_on: date
    quantity: int = 1
    note: str = ""


def log(
    session: Session,
    covenant_id: uuid.UUID,
    entry: Entry,
    *,
    actor: Actor,
    photos: Sequence[Received] = (),
) -> CovenantRecord:
    """Write down what a household did, by an item of the list in force on that day. No points yet.

    Raises InvalidInput for a day that has not come or is long past, an item of another version, a household that
    was not of the programme on that day.
    """
    covenant = session.get_one(Covenant, covenant_id)
    ensure_may(actor, Permission.LOG_COVENANTS, region_code=covenant.region_code)
    today = clock.today()
    if not today - LATEST <= entry.happened_on <= today:
        raise InvalidInput(
            _("只能登记最近 %(days)d 天内已经发生的事。", days=LATEST.days), field="happened_on"
        )
    household = session.get(CovenantHousehold, entry.household_id)
    if household is None or household.covenant_id != covenant.id:
        raise InvalidInput(_("请从名单中选择一户。"), field="household")
    if household.left_on is not None and household.left_on < entry.happened_on:
        raise InvalidInput(_("这一户那天已经退出。"), field="household")
    if entry.happened_on < household.joined_on:
        raise InvalidInput(
            _("这一户 %(day)s 才加入，之前的事不计分。", day=household.joined_on.isoformat()),
            field="happened_on",
        )
    if not 0 < entry.quantity <= rules.MOST_TIMES:
        raise InvalidInput(_("次数从 1 到 %(most)d。", most=rules.MOST_TIMES), field="quantity")
    item = session.get(CovenantItem, entry.item_id)
    version = queries.in_force(session, covenant.programme_id, entry.happened_on)
    if version is None:
        raise InvalidInput(_("那一天还没有生效的积分办法。"), field="happened_on")
    if item is None or item.ruleset_id != version.id:
        raise InvalidInput(_("请选择那一天有效的事项。"), field="item")
    moment = clock.now()
    record = CovenantRecord(
        covenant_id=covenant.id,
        household_id=household.id,
        item_id=item.id,
        happened_on=entry.happened_on,
        quantity=entry.quantity,
        note=entry.note or None,
        state=RecordState.LOGGED,
        state_since=moment,
        logged_by_id=actor.person_id,
        logged_at=moment,
    )
    session.add(record)
    session.flush()
    for one in photos:
        evidence.keep(
            session,
            one,
            subject_kind=THING,
            subject_id=record.id,
            actor=actor,
            region_code=covenant.region_code,
        )
    _trace(session, "covenant_record.log", record, household, actor=actor)
    return record


def verify(session: Session, record_id: uuid.UUID, *, actor: Actor) -> CovenantRecord:
    """Accept a record and post its points in this transaction, exactly once."""
    record, household, covenant = _judged(session, record_id, actor)
    _verify(session, record, household, covenant, actor=actor)
    _trace(session, "covenant_record.verify", record, household, actor=actor, points=record.counted)
    return record


def verify_many(session: Session, record_ids: Sequence[uuid.UUID], *, actor: Actor) -> list[CovenantRecord]:
    """Accept many records, all or none; one audit event. Raises what the first refused one raises, with its code."""
    if len(record_ids) > MOST_OF_A_BATCH:
        raise InvalidInput(_("一批最多 %(most)d 条。", most=MOST_OF_A_BATCH))
    # Locks are taken in the order of keys, first of records, then of accounts: two batches never wait in a ring.
    held = [_judged(session, key, actor) for key in sorted(set(record_ids))]
    for record, household, covenant in sorted(held, key=lambda one: (one[1].party_id, one[0].happened_on)):
        try:
            _verify(session, record, household, covenant, actor=actor)
        except Refused as refused:
            raise type(refused)(f"{record.code}：{refused.sentence}") from refused
    session.flush()
    done = [record for record, _household, _covenant in held]
    after = {"records": [str(one.id) for one in done]}
    events.record(session, "covenant_record.verify_many", THING, None, actor=actor, after=after)
    return done


def reject(session: Session, record_id: uuid.UUID, *, reason: str, actor: Actor) -> CovenantRecord:
    """Decide that a record does not count, with the reason."""
    record, household, _covenant = _judged(session, record_id, actor)
    reason = ensure_reason(reason)
    _judge(record, RecordState.REJECTED, actor)
    record.reason = reason
    _trace(session, "covenant_record.reject", record, household, actor=actor, why=reason)
    return record


def reverse(session: Session, record_id: uuid.UUID, *, reason: str, actor: Actor) -> CovenantRecord:
    """Take a verified record back, as after an objection: its points go the other way, the record stays visible.

    Never by who logged or verified it. An objection that waits is answered with the reason. A household's points
    may fall below zero by it.
    """
    record, household, covenant = _held(session, record_id)
    ensure_may(actor, Permission.VERIFY_COVENANTS, region_code=covenant.region_code)
    ensure_four_eyes(actor, record.logged_by_id, record.judged_by_id)
    interest.ensure_no_conflict(session, actor, household.party_id)
    ensure_move(MOVES, record.state, RecordState.REVERSED)
    record.reason = reason = ensure_reason(reason)
    record.state, record.state_since = RecordState.REVERSED, clock.now()
    record.reversed_by_id, record.reversed_at = actor.person_id, record.state_since
    objections.settle(session, record, reason, actor=actor)
    session.flush()
    reversals.reverse_award(session, source_kind=THING, source_id=record.id, reason=reason, actor=actor)
    _trace(session, "covenant_record.reverse", record, household, actor=actor, why=reason)
    return record


def why_not(session: Session, record: CovenantRecord, actor: Actor) -> str | None:
    """Return the sentence for which this actor may not judge a record, or None."""
    household = session.get_one(CovenantHousehold, record.household_id)
    covenant = session.get_one(Covenant, record.covenant_id)
    try:
        _ensure_may_judge(session, record, household, covenant, actor)
    except Refused as refused:
        return str(refused.sentence)
    return None


def _held(session: Session, record_id: uuid.UUID) -> tuple[CovenantRecord, CovenantHousehold, Covenant]:
    record = lock(session, CovenantRecord, record_id)
    household = session.get_one(CovenantHousehold, record.household_id)
    return record, household, session.get_one(Covenant, record.covenant_id)


def _judged(
    session: Session, record_id: uuid.UUID, actor: Actor
) -> tuple[CovenantRecord, CovenantHousehold, Covenant]:
    record, household, covenant = _held(session, record_id)
    _ensure_may_judge(session, record, household, covenant, actor)
    return record, household, covenant


def _ensure_may_judge(
    session: Session, record: CovenantRecord, household: CovenantHousehold, covenant: Covenant, actor: Actor
) -> None:
    ensure_may(actor, Permission.VERIFY_COVENANTS, region_code=covenant.region_code)
    ensure_four_eyes(actor, record.logged_by_id)
    interest.ensure_no_conflict(session, actor, household.party_id)


def _judge(record: CovenantRecord, state: RecordState, actor: Actor) -> None:
    ensure_move(MOVES, record.state, state)
    record.state, record.state_since = state, clock.now()
    record.judged_by_id, record.judged_at = actor.person_id, record.state_since


def _verify(
    session: Session,
    record: CovenantRecord,
    household: CovenantHousehold,
    covenant: Covenant,
    *,
    actor: Actor,
) -> None:
    ensure_move(MOVES, record.state, RecordState.VERIFIED)
    item = session.get_one(CovenantItem, record.item_id)
    publishing.ensure_published(session, item.ruleset_id)
    held = accounts.of(session, covenant.programme_id, household.party_id)
    honour, issuer = held[AccountKind.HONOUR], held[AccountKind.ISSUER]
    # The balance is read under its lock, so that two deductions at once never take more than is there.
    balance = session.scalar(
        select(AccountBalance.balance).where(AccountBalance.account_id == honour.id).with_for_update()
    )
    if balance is None:
        raise NotFound(_("没有找到这一户的积分账户。"))
    result = rules.count(item.name, item.points, item.unit, record.quantity, balance)
    source, target = (issuer, honour) if result.points > 0 else (honour, issuer)
    transfer = TransferRequest(source, target, abs(result.points), result.wording)
    postings.post(
        session,
        PostingRequest(
            programme_id=covenant.programme_id,
            reason=Reason.AWARD,
            source_kind=THING,
            source_id=record.id,
            revision=1,
            inputs=(record.id, item.id, household.party_id, record.quantity, record.happened_on),
            happened_on=record.happened_on,
            transfers=(transfer,) if result.points else (),
            party_id=household.party_id,
            ruleset_id=item.ruleset_id,
            rule_id=item.id,
            # No region: the public leaf of a villager then tells no place at all.
            explanation=_explanation(record, item, household.party_id, result),
        ),
        actor=actor,
        verb="points.award",
    )
    record.counted = result.points
    _judge(record, RecordState.VERIFIED, actor)
    session.flush()


def _explanation(
    record: CovenantRecord, item: CovenantItem, party_id: uuid.UUID, result: rules.Counted
) -> str:
    """Return why, with the keys that every award's explanation has."""
    told: dict[str, Any] = {
        "party": str(party_id),
        "facts": {
            "item": item.name,
            "quantity": str(record.quantity),
            "happened_on": record.happened_on.isoformat(),
        },
        "version": None,
        "rule": item.name,
        "earned": item.points * record.quantity,
        "points": result.points,
        "redeemable": 0,
        "taken": [],
        "wording": result.wording,
    }
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _trace(
    session: Session,
    verb: str,
    record: CovenantRecord,
    household: CovenantHousehold,
    *,
    actor: Actor,
    why: str | None = None,
    points: int | None = None,
) -> None:
    session.flush()
    events.record(
        session,
        verb,
        THING,
        record.id,
        actor=actor,
        party_id=household.party_id,
        after={"state": record.state.value} if points is None else {"points": points},
        reason=why,
    )
