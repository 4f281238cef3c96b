"""The verbs of the organisation that logs: log, edit, submit, withdraw, log again after a reversal."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from app import clock, figures
from app.audit import events
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound
from app.files.evidence import Received
from app.ids import new_id
from app.parties import queries as parties
from app.parties.kinds import RegistrationState
from app.permissions import Actor, Permission, ensure_may
from projects.contributions import entries, evidence, givers, hours, neighbours, oddities, steps
from projects.contributions.entries import Entry
from projects.contributions.models import Contribution
from projects.contributions.rules import EDITABLE, VOID, WAITING, ContributionState, EvidenceKind

THING = "contribution"
MOST_OF_A_BATCH = 2_000

Files = Sequence[tuple[EvidenceKind, Received]]


def log(
    session: Session, entry: Entry, *, organisation_id: uuid.UUID, actor: Actor, files: Files = ()
) -> Contribution:
    """Write down what a party gave, on behalf of an organisation; it counts only after staff verified it.

    The giver is the organisation itself or another registered party. Raises InvalidInput beside the field
    that is wrong.
    """
    contribution = _log(session, entry, organisation_id=organisation_id, actor=actor, files=files)
    _trace(session, "contribution.log", contribution, actor=actor, after=claimed(contribution))
    return contribution


def edit(
    session: Session,
    contribution_id: uuid.UUID,
    entry: Entry,
    *,
    revision: int,
    actor: Actor,
    files: Files = (),
) -> Contribution:
    """Change an entry that has not been submitted or was sent back. Raises Conflict when it moved on meanwhile."""
    contribution = own(session, contribution_id, revision=revision, actor=actor)
    if contribution.state not in EDITABLE:
        raise Conflict(_("已经提交核验，不能再修改；需要改动时请联系核验人员退回。"))
    before = claimed(contribution)
    _fill(session, contribution, entry)
    contribution.revision += 1
    session.flush()
    evidence.attach(session, contribution, files, actor=actor)
    _trace(
        session, "contribution.edit", contribution, actor=actor, before=before, after=claimed(contribution)
    )
    return contribution


def submit(session: Session, contribution_id: uuid.UUID, *, revision: int, actor: Actor) -> Contribution:
    """Hand an entry to the staff of its region for verification.

    Looked at once more under a lock on the giver: overlapping hours, more than 24 hours a day and a receipt
    that counts elsewhere are refused; a long day asks for the organisation's manager.
    """
    contribution = own(session, contribution_id, revision=revision, actor=actor)
    _submit(session, contribution, actor=actor)
    _trace(
        session,
        "contribution.submit",
        contribution,
        actor=actor,
        after={
            "state": contribution.state.value,
            "oddities": [one["oddity"] for one in contribution.oddities],
        },
    )
    return contribution


def withdraw(
    session: Session, contribution_id: uuid.UUID, *, revision: int, reason: str, actor: Actor
) -> Contribution:
    """Take back an entry that was not submitted, or was sent back. It stays to be read."""
    contribution = own(session, contribution_id, revision=revision, actor=actor)
    if contribution.state in WAITING:
        raise Conflict(
            _(
                "现在的状态是“%(state)s”，不能撤回；需要改动时请联系核验人员退回。",
                state=contribution.state.label,
            )
        )
    steps.move(session, contribution, ContributionState.WITHDRAWN, actor=actor, note=reason)
    _trace(session, "contribution.withdraw", contribution, actor=actor, reason=reason)
    return contribution


def log_again(
    session: Session, reversed_id: uuid.UUID, entry: Entry, *, actor: Actor, files: Files = ()
) -> Contribution:
    """Write down in its right form what was reversed; the new entry names the old one and goes its own way.

    It keeps the moment at which the first one was written down, so that putting right is no back-fill; not so
    when it is another thing (kind, giver) or happened later than that.
    """
    old = hold(session, reversed_id)
    ensure_may(actor, Permission.LOG_CONTRIBUTIONS, organisation_id=old.organisation_id)
    if old.state is not ContributionState.REVERSED:
        raise Conflict(_("只有已冲正的贡献可以更正登记。"))
    if session.scalar(
        select(Contribution.id)
        .where(Contribution.corrects_id == old.id, Contribution.state.not_in(VOID))
        .limit(1)
    ):
        raise Conflict(_("这条贡献已经有更正登记。"))
    contribution = _log(
        session, entry, organisation_id=old.organisation_id, actor=actor, files=files, corrects=old
    )
    _trace(
        session,
        "contribution.log_again",
        contribution,
        actor=actor,
        after={**claimed(contribution), "corrects": str(old.id)},
    )
    return contribution


def log_many(
    session: Session, rows: Sequence[Entry], *, organisation_id: uuid.UUID, actor: Actor
) -> list[Contribution]:
    """Write down and submit many entries of one organisation, all or none, with one audit event.

    At most 2,000 a transaction. An entry whose ``row_key`` is known, or came before in the same table, is left
    out, so that the same table can be handed in again.
    """
    if len(rows) > MOST_OF_A_BATCH:
        raise InvalidInput(_("一批最多 %(most)d 条。", most=MOST_OF_A_BATCH))
    keys = [row.row_key for row in rows if row.row_key]
    known = (
        set(session.scalars(select(Contribution.row_key).where(Contribution.row_key.in_(keys))))
        if keys
        else set()
    )
    fresh = []
    for entry in rows:
        if entry.row_key is None or entry.row_key not in known:
            fresh.append(entry)
            known |= {entry.row_key} - {None}
    # All givers at once and in order: two tables that name the same people never wait in a ring.
    givers.hold(session, (entry.party_id for entry in fresh))
    done = []
    for entry in fresh:
        contribution = _log(session, entry, organisation_id=organisation_id, actor=actor)
        _submit(session, contribution, actor=actor)
        done.append(contribution)
    session.flush()
    events.record(
        session,
        "contribution.log_many",
        THING,
        None,
        actor=actor,
        party_id=organisation_id,
        after={"contributions": [str(one.id) for one in done]},
    )
    return done


def own(session: Session, contribution_id: uuid.UUID, *, revision: int, actor: Actor) -> Contribution:
    """Return an entry of the actor's organisation under a lock; a page that shows an older one raises Conflict."""
    contribution = hold(session, contribution_id)
    ensure_may(actor, Permission.LOG_CONTRIBUTIONS, organisation_id=contribution.organisation_id)
    ensure_fresh(contribution, revision)
    return contribution


def hold(session: Session, contribution_id: uuid.UUID) -> Contribution:
    """Return an entry under a lock, read afresh, its lines only when asked for. Raises NotFound."""
    contribution = session.get(
        Contribution,
        contribution_id,
        with_for_update=True,
        populate_existing=True,
        options=[lazyload(Contribution.lines)],
    )
    if contribution is None:
        raise NotFound(_("没有找到这条贡献。"))
    return contribution


def ensure_fresh(contribution: Contribution, revision: int) -> None:
    """Raise Conflict when an entry was changed since the page that shows this revision was read."""
    if contribution.revision != revision:
        raise Conflict(_("这条贡献刚才被改动过，请重新打开页面核对后再办理。"))


def claimed(contribution: Contribution) -> dict[str, Any]:
    """Return the claimed figures of an entry, as audit events carry them."""
    return {
        "kind": contribution.kind.value,
        "party": str(contribution.party_id),
        "happened_on": contribution.happened_on.isoformat(),
        "amount_fen": contribution.amount_fen,
        "service_minutes": contribution.service_minutes,
        "quantity_thousandths": contribution.quantity_thousandths,
        "receipt_number": contribution.receipt_number,
        "revision": contribution.revision,
    }


def _log(
    session: Session,
    entry: Entry,
    *,
    organisation_id: uuid.UUID,
    actor: Actor,
    files: Files = (),
    corrects: Contribution | None = None,
) -> Contribution:
    ensure_may(actor, Permission.LOG_CONTRIBUTIONS, organisation_id=organisation_id)
    if parties.get(session, organisation_id).state is not RegistrationState.APPROVED:
        raise NotAllowed(_("本单位还没有完成入驻登记，或已暂停、注销，暂不能登记贡献。"))
    moment = clock.now()
    contribution = Contribution(
        id=new_id(),
        organisation_id=organisation_id,
        state=ContributionState.LOGGED,
        state_since=moment,
        revision=1,
        oddities=[],
        logged_at=_first_logged(corrects, entry) if corrects else moment,
        logged_by_id=actor.person_id,
        corrects_id=corrects.id if corrects else None,
    )
    _fill(session, contribution, entry)
    session.add(contribution)
    session.flush()
    evidence.attach(session, contribution, files, actor=actor, is_new=True)
    steps.begin(session, contribution, actor=actor)
    return contribution


def _submit(session: Session, contribution: Contribution, *, actor: Actor) -> None:
    giver = givers.hold(session, [contribution.party_id])[contribution.party_id]
    if giver.state is not RegistrationState.APPROVED:
        raise Conflict(
            _("贡献方现在的状态是“%(state)s”，不能提交核验。", state=giver.state.label), field="party"
        )
    entries.ensure_right(session, contribution, giver)
    _ensure_receipt_free(session, contribution)
    _ensure_hours_free(session, contribution, actor)
    found = oddities.find(neighbours.surroundings_of(session, contribution))
    contribution.oddities = [one.stored() for one in found]
    contribution.submitted_by_id, contribution.reviewed_by_id = actor.person_id, None
    steps.move(session, contribution, ContributionState.SUBMITTED, actor=actor)


def _fill(session: Session, contribution: Contribution, entry: Entry) -> None:
    """Fill a contribution; nothing of it reaches the database before everything was found right."""
    with session.no_autoflush:
        entries.fill(session, contribution, entry)
        _ensure_receipt_free(session, contribution)


def _first_logged(old: Contribution, entry: Entry) -> datetime:
    """Return since when an entry that corrects a reversed one counts as written down.

    Only what was known then: the same thing of the same giver, done by then. Anything else is new.
    """
    same = entry.kind is old.kind and entry.party_id == old.party_id
    return old.logged_at if same and entry.happened_on <= clock.civil_date(old.logged_at) else clock.now()


def _ensure_receipt_free(session: Session, contribution: Contribution) -> None:
    holder = neighbours.holder_of_receipt(session, contribution)
    if holder is not None:
        raise Conflict(
            _("这个票据号已经用于另一笔%(kind)s，同一张票据不能计两次，请核对。", kind=holder.kind.label),
            field="receipt_number",
        )


def _ensure_hours_free(session: Session, contribution: Contribution, actor: Actor) -> None:
    if contribution.service_minutes is None:
        return
    span = neighbours.span_of(contribution)
    others = neighbours.other_spans(session, contribution) if span else []
    clash = hours.overlapping(span, others) if span else []
    if clash:
        raise Conflict(
            _(
                "同一个人在 %(day)s %(start)s—%(end)s 已有登记，时间重叠，不能重复计算。",
                day=clash[0].day.isoformat(),
                start=hours.clock_time(clash[0].start_minute),
                end=hours.clock_time(clash[0].end_minute),
            ),
            field="start",
        )
    day, minutes = neighbours.busiest_day(session, contribution)
    # No two services with times share a minute, but those of a ledger have none.
    if minutes > hours.DAY:
        raise Conflict(_("%(day)s 的服务合计超过 24 小时，请核对。", day=day.isoformat()), field="end")
    if hours.requirement(day_minutes=minutes, backfilled=False, value_fen=0).manager and not _manages(
        actor, contribution.organisation_id
    ):
        raise NotAllowed(
            _(
                "%(day)s 的服务合计 %(hours)s，超过 8 小时，须由本单位管理员核实后提交。",
                day=day.isoformat(),
                hours=figures.hours(minutes),
            ),
            field="end",
        )


def _manages(actor: Actor, organisation_id: uuid.UUID) -> bool:
    return actor.is_system or organisation_id in actor.organisations(Permission.MANAGE_ORGANISATION_USERS)


def _trace(session: Session, verb: str, contribution: Contribution, *, actor: Actor, **detail: Any) -> None:
    session.flush()
    events.record(
        session, verb, THING, contribution.id, actor=actor, party_id=contribution.party_id, **detail
    )
