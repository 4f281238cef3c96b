"""The verbs of re-reviews: announce the hash of a seed, draw, close what was checked."""

import secrets
import uuid
from collections.abc import Sequence
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput, NotAllowed
from app.parameters import queries as parameters
from app.parties import locks
from app.parties import rules as party_rules
from app.parties.models import Party
from app.permissions import SYSTEM, Actor, Permission, ensure_four_eyes, ensure_may
from app.regions import queries as regions
from app.rows import insert_if_absent
from app.states import ensure_move
from projects.care import homes, steps
from projects.exits import clocks as exit_clocks
from projects.exits import exits
from projects.exits.kinds import ExitState
from projects.exits.models import HouseholdExit
from projects.reviews import clocks, rules, sources
from projects.reviews.kinds import DRAW_MOVES, ITEM_MOVES, DrawState, ItemState
from projects.reviews.models import ReviewDraw, ReviewItem
from projects.visits import queries as visits
from projects.visits import rota
from projects.visits.kinds import VisitGround

D, S = DrawState, ItemState
P = Permission


def announce(
    session: Session, region_code: str, *, first_day: date, last_day: date, actor: Actor
) -> ReviewDraw:
    """Make the seed of a draw and publish its hash, before the period ends: whoever decides cannot know who is drawn.

    Raises InvalidInput for a period that is over, Conflict for one that has its draw.
    """
    ensure_may(actor, P.APPROVE_REQUESTS, region_code=region_code)
    today = clock.today()
    if not regions.is_in_force(session, region_code, on=today):
        raise InvalidInput(_("没有这个行政区划，请重新选择。"), field="region_code")
    if last_day < today:
        raise InvalidInput(
            _("这段时间已经结束，名单已可知，不能再公布种子。请选择今天或以后结束的时间。"), field="last_day"
        )
    if first_day > last_day:
        raise InvalidInput(_("开始日期不能晚于结束日期。"), field="first_day")
    key, seed = uuid.uuid4(), secrets.token_hex(32)
    new = insert_if_absent(
        session,
        ReviewDraw,
        id=key,
        region_code=region_code,
        first_day=first_day,
        last_day=last_day,
        percent=parameters.value(session, clocks.PERCENT, on=today, region_code=region_code),
        seed=seed,
        seed_hash=rules.hash_of_seed(seed),
        state=D.COMMITTED,
        committed_at=clock.now(),
        committed_by_id=actor.person_id,
    )
    if not new:
        raise Conflict(_("这个地区这段时间已经公布过种子，不能另换一个。"))
    draw = session.get_one(ReviewDraw, key)
    events.record(
        session, "review_draw.commit", clocks.DRAW, key, actor=actor, after={"seed_hash": draw.seed_hash}
    )
    return draw


def make(session: Session, draw_id: uuid.UUID, *, actor: Actor = SYSTEM) -> ReviewDraw:
    """Draw, once the period is over, and make the visits due by which the drawn ones are checked.

    Twice gives the first draw. Raises Conflict before the period is over.
    """
    draw = lock(session, ReviewDraw, draw_id)
    ensure_may(actor, P.APPROVE_REQUESTS, region_code=draw.region_code)
    if draw.state is not D.COMMITTED:
        return draw
    ensure_move(DRAW_MOVES, draw.state, D.DRAWN)
    if clock.today() <= draw.last_day:
        raise Conflict(_("%(day)s 以后才能抽取。", day=draw.last_day))
    found = {
        key: (source.kind, household_id)
        for source in sources.known()
        for key, household_id in source.tell(session, draw.region_code, draw.first_day, draw.last_day)
    }
    locks.hold(session, [household_id for _kind, household_id in found.values()])
    chosen = set(rules.drawn(draw.seed, found, draw.percent))
    for key in sorted(found):
        kind, household_id = found[key]
        _put(session, draw, kind, key, household_id, is_drawn=key in chosen, actor=actor)
    draw.state, draw.drawn_at = D.DRAWN, clock.now()
    draw.list_hash, draw.list_count, draw.drawn_count = rules.hash_of_list(found), len(found), len(chosen)
    session.flush()
    events.record(
        session, "review_draw.draw", clocks.DRAW, draw.id, actor=actor,
        after={"list": draw.list_count, "drawn": draw.drawn_count, "list_hash": draw.list_hash},
    )  # fmt: skip
    _close_when_done(session, draw)
    return draw


def counted_again(session: Session, draw: ReviewDraw) -> bool:
    """Whether the stored draw is what its seed and list give, and the hashes are those that were published."""
    items = session.scalars(select(ReviewItem).where(ReviewItem.draw_id == draw.id)).all()
    keys = [one.subject_id for one in items]
    there = {one.subject_id for one in items if one.state is not S.SPARED}
    return (
        rules.hash_of_seed(draw.seed) == draw.seed_hash
        and rules.hash_of_list(keys) == draw.list_hash
        and set(rules.drawn(draw.seed, keys, draw.percent)) == there
    )


def close(session: Session, item_id: uuid.UUID, *, readmit: bool, words: str, actor: Actor) -> ReviewItem:
    """Write what the re-check found, after the visit by two. Never by who decided or visited.

    ``readmit``: the decision was wrong or no longer fits. A household that had left comes back at once; one that was
    refused is helped to apply again.
    """
    seen = session.get(ReviewItem, item_id) or lock(session, ReviewItem, item_id)
    ensure_may(actor, P.ASSESS_REQUESTS, region_code=seen.region_code)
    homes.hold(session, seen.household_id, actor=actor, permission=P.ASSESS_REQUESTS)
    item = lock(session, ReviewItem, item_id)
    new = S.READMIT if readmit else S.CONFIRMED
    ensure_move(ITEM_MOVES, item.state, new)
    words = party_rules.ensure_reason(words, field="words")
    made = visits.made_for(session, clocks.ITEM, item.id)
    if not made:
        raise Conflict(_("还没有两人入户核查，请先登记走访。"))
    _ensure_apart(
        session, item, {one for visit in made for one in visits.visitors_of(session, visit.id)}, actor
    )
    _finish(session, item, new, actor=actor, note=words)
    if readmit and item.subject_kind == exit_clocks.SUBJECT:
        left = lock(session, HouseholdExit, item.subject_id)
        if left.state is ExitState.LEFT:
            exits.readmit(session, left.id, reason=words, actor=SYSTEM)
    return item


def gone(session: Session, household_id: uuid.UUID) -> None:
    """Close what waits about a household that has ended. It is locked."""
    waiting = select(ReviewItem).where(ReviewItem.household_id == household_id, ReviewItem.state == S.WAITING)
    for item in session.scalars(waiting).all():
        _finish(session, item, S.GONE, actor=SYSTEM)


def _put(
    session: Session,
    draw: ReviewDraw,
    kind: str,
    key: uuid.UUID,
    household_id: uuid.UUID,
    *,
    is_drawn: bool,
    actor: Actor,
) -> None:
    party = homes.held(session, household_id)
    ended = party.state in homes.ENDED
    item = ReviewItem(
        draw_id=draw.id,
        household_id=household_id,
        region_code=party.region_code,
        subject_kind=kind,
        subject_id=key,
        state=S.SPARED if not is_drawn else S.GONE if ended else S.WAITING,
        closed_on=clock.today() if is_drawn and ended else None,
    )
    session.add(item)
    session.flush()
    if not is_drawn or ended:
        return
    steps.write(session, clocks.ITEM, item, None, actor=actor)
    rota.open_visit(
        session, party, VisitGround.REEXAMINATION, subject_kind=clocks.ITEM, subject_id=item.id,
        on=clock.today(), actor=actor,
    )  # fmt: skip


def _finish(session: Session, item: ReviewItem, new: ItemState, *, actor: Actor, note: str = "") -> None:
    steps.move(session, clocks.ITEM, item, ITEM_MOVES, new, actor=actor, note=note)
    item.closed_on, item.closed_by_id = clock.today(), actor.person_id
    due = rota.due_of(session, clocks.ITEM, item.id)
    if due is not None:
        rota.cancel(session, due, actor=actor)
    session.flush()
    events.record(
        session, "review_item.close", clocks.ITEM, item.id, actor=actor, party_id=item.household_id,
        after={"state": new.value},
    )  # fmt: skip
    _close_when_done(session, lock(session, ReviewDraw, item.draw_id))


def _close_when_done(session: Session, draw: ReviewDraw) -> None:
    waiting = select(ReviewItem.id).where(ReviewItem.draw_id == draw.id, ReviewItem.state == S.WAITING)
    if draw.state is D.DRAWN and session.scalars(waiting.limit(1)).first() is None:
        ensure_move(DRAW_MOVES, draw.state, D.CLOSED)
        draw.state = D.CLOSED
        session.flush()


def _ensure_apart(
    session: Session, item: ReviewItem, went: Sequence[uuid.UUID] | set[uuid.UUID], actor: Actor
) -> None:
    had: set[uuid.UUID | None] = set(went)
    if item.subject_kind == exit_clocks.SUBJECT:
        left = session.get_one(HouseholdExit, item.subject_id)
        had |= {left.entered_by_id, left.confirmed_by_id}
    if actor.person_id is None:
        raise NotAllowed(_("请登录后办理。"))
    ensure_four_eyes(actor, *had)


def moved(session: Session, household_id: uuid.UUID) -> None:
    """Let what waits about a household go along to where it lives now."""
    party = session.get_one(Party, household_id)
    waiting = select(ReviewItem).where(ReviewItem.household_id == household_id, ReviewItem.state == S.WAITING)
    for item in session.scalars(waiting):
        item.region_code = party.region_code
    session.flush()
