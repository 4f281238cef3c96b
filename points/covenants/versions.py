"""Versions of a village's list of items: drafted from the assembly's decision, published by somebody else."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput, NotFound
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from points.covenants import rules
from points.covenants.models import Covenant, CovenantDecision, CovenantItem
from points.covenants.rules import Item, Meeting
from points.rulesets import publishing
from points.rulesets.kinds import RulesetState
from points.rulesets.models import Ruleset

THING = "covenant_rules"
_NO_REDEEMING = 12
"""A ruleset states how long redeemable points last; a covenant gives none."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What the assembly decided: from when, by which document, and the items."""

    effective_from: date
    basis_title: str
    basis_number: str
    summary: str
    meeting: Meeting
    items: str
    """The list as `rules.read_list` reads it."""


def draft(session: Session, covenant_id: uuid.UUID, decided: Draft, *, actor: Actor) -> Ruleset:
    """Store what an assembly decided as the draft of the next version; an older draft is replaced.

    Raises InvalidInput when the assembly had no quorum or majority, or an item is not lawful.
    """
    covenant = lock(session, Covenant, covenant_id)
    ensure_may(actor, Permission.MANAGE_COVENANTS, region_code=covenant.region_code)
    _ensure_dates(decided)
    rules.ensure_decided(decided.meeting)
    items = rules.read_list(decided.items)
    for old in session.scalars(_of(covenant, RulesetState.DRAFT)):
        _remove(session, old)
    last = session.scalar(
        select(func.max(Ruleset.version)).where(Ruleset.programme_id == covenant.programme_id)
    )
    version = (last or 0) + 1
    ruleset = Ruleset(
        programme_id=covenant.programme_id,
        version=version,
        title=covenant.name,
        summary=decided.summary,
        effective_from=decided.effective_from,
        basis_title=decided.basis_title,
        basis_number=decided.basis_number,
        redeemable_months=_NO_REDEEMING,
        state=RulesetState.DRAFT,
        drafted_by_id=actor.person_id,
    )
    session.add(ruleset)
    session.flush()
    _write(session, ruleset.id, decided.meeting, items)
    events.record(session, "covenant_rules.draft", THING, ruleset.id, actor=actor, after={"version": version})
    return ruleset


def publish(session: Session, ruleset_id: uuid.UUID, *, actor: Actor) -> Ruleset:
    """Publish a draft, by somebody else than who entered it: from its first day on it is the list that counts.

    Raises Conflict when it is published already, InvalidInput when it would begin on or before the first day of a
    published version, or (but for the first) before tomorrow: rules are never retroactive.
    """
    # The covenant first, as a new draft locks it, which takes this one away: neither waits for the other.
    covenant = session.scalar(
        select(Covenant)
        .join(Ruleset, Ruleset.programme_id == Covenant.programme_id)
        .where(Ruleset.id == ruleset_id)
        .with_for_update(of=Covenant)
    )
    if covenant is None:
        raise NotFound(_("没有这一版。"))
    ruleset = lock(session, Ruleset, ruleset_id)
    ensure_may(actor, Permission.PUBLISH_COVENANTS, region_code=covenant.region_code)
    ensure_four_eyes(actor, ruleset.drafted_by_id)
    if ruleset.state is RulesetState.PUBLISHED:
        raise Conflict(_("第 %(version)d 版已经发布。", version=ruleset.version))
    latest = session.scalars(
        _of(covenant, RulesetState.PUBLISHED).order_by(Ruleset.effective_from.desc())
    ).first()
    if latest is not None:
        if ruleset.effective_from <= max(latest.effective_from, clock.today()):
            raise InvalidInput(_("新办法要从今天以后、现行办法生效以后的一天起算，不溯及既往。"))
        latest.effective_to = ruleset.effective_from - timedelta(days=1)
    ruleset.state, ruleset.published_at = RulesetState.PUBLISHED, clock.now()
    session.flush()
    terms = publishing.sign_terms(session, ruleset)
    events.record(
        session,
        "covenant_rules.publish",
        THING,
        ruleset.id,
        actor=actor,
        before={"state": RulesetState.DRAFT.value},
        after={"state": RulesetState.PUBLISHED.value, "version": ruleset.version, "terms": terms},
    )
    return ruleset


def _ensure_dates(decided: Draft) -> None:
    if decided.meeting.held_on > clock.today():
        raise InvalidInput(_("会议还没有召开。"), field="held_on")
    if decided.effective_from < decided.meeting.held_on:
        raise InvalidInput(_("办法不能在会议作出决定以前生效。"), field="effective_from")


def _of(covenant: Covenant, state: RulesetState) -> Select[Ruleset]:
    return select(Ruleset).where(Ruleset.programme_id == covenant.programme_id, Ruleset.state == state)


def _remove(session: Session, ruleset: Ruleset) -> None:
    session.execute(delete(CovenantItem).where(CovenantItem.ruleset_id == ruleset.id))
    session.execute(delete(CovenantDecision).where(CovenantDecision.ruleset_id == ruleset.id))
    session.delete(ruleset)
    session.flush()


def _write(session: Session, ruleset_id: uuid.UUID, meeting: Meeting, items: Sequence[Item]) -> None:
    session.add(
        CovenantDecision(
            ruleset_id=ruleset_id,
            assembly=meeting.assembly,
            held_on=meeting.held_on,
            entitled=meeting.entitled,
            attended=meeting.attended,
            agreed=meeting.agreed,
        )
    )
    session.add_all(
        CovenantItem(
            ruleset_id=ruleset_id,
            place=place,
            name=one.name,
            points=one.points,
            unit=one.unit,
            note=one.note or None,
        )
        for place, one in enumerate(items)
    )
    session.flush()
