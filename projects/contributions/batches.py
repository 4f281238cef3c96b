"""Verifying many entries in one go: the guards of each, then all awards, all words, one audit event."""

import uuid
from collections.abc import Collection, Sequence

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from app.audit import events
from app.errors import InvalidInput, NotFound, Refused
from app.messages import inbox
from app.permissions import Actor
from app.rows import parts
from points import awards
from projects.contributions import givers, steps, verification, words
from projects.contributions.contributions import MOST_OF_A_BATCH, THING
from projects.contributions.models import Contribution


def verify_many(
    session: Session, contributions: Sequence[tuple[uuid.UUID, int]], *, actor: Actor, reason: str = ""
) -> list[Contribution]:
    """Accept many entries wholly, all or none, given as (key, revision shown). One audit event for the batch.

    ``reason``: how they were checked, kept with each entry's step.

    Each passes the same guards as alone, in the order of givers; then all are awarded. Raises what the first
    refused one raises, its sentence beginning with the entry's code.
    """
    if len(contributions) > MOST_OF_A_BATCH:
        raise InvalidInput(_("一批最多 %(most)d 条。", most=MOST_OF_A_BATCH))
    # Locks are taken in the order of keys, first of entries, then of givers: two batches never wait in a ring.
    held = _hold(session, [key for key, _revision in contributions])
    parties = givers.hold(session, (one.party_id for one in held.values()))
    found = verification.Verified(reason=reason)
    shown = sorted(((held[key], revision) for key, revision in contributions), key=_in_order_of_givers)
    done, moves, requests = [], [], []
    distant: set[tuple[uuid.UUID, uuid.UUID]] = set()
    # Where an entry of the batch stands in its course changes nothing that another one's guards look at.
    with session.no_autoflush:
        for contribution, revision in shown:
            try:
                verification.ensure_judged(session, contribution, revision, actor, distant)
                giver = parties[contribution.party_id]
                moves.append(verification.accept(session, contribution, found, giver, actor=actor))
            except Refused as refused:
                raise _naming(contribution, refused) from refused
            requests.append(verification.request_of(contribution, giver))
            done.append(contribution)
    steps.write(session, moves, actor=actor, note=reason)
    try:
        made = awards.award_many(session, requests, actor=actor)
    except Refused as refused:
        raise _naming(done[refused.place or 0], refused) from refused
    letters = []
    for contribution, rows, award in zip(done, moves, made, strict=True):
        contribution.awarded_centipoints = award.points
        letters += words.letters(
            contribution, words.AWARDED, verification.values_of(award), step_id=rows[-1][0]
        )
    inbox.send_many(session, letters)
    session.flush()
    events.record(
        session,
        "contribution.verify_many",
        THING,
        None,
        actor=actor,
        after={"contributions": [str(one.id) for one in done]},
        reason=reason or None,
    )
    return done


def _hold(session: Session, contribution_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Contribution]:
    """Return many entries as ``hold`` does each, locked in the order of their keys. Raises NotFound."""
    found: dict[uuid.UUID, Contribution] = {}
    for some in parts(sorted(set(contribution_ids))):
        rows = session.scalars(
            select(Contribution)
            .where(Contribution.id.in_(some))
            .order_by(Contribution.id)
            .with_for_update()
            .options(lazyload(Contribution.lines))
            .execution_options(populate_existing=True)
        )
        found |= {row.id: row for row in rows}
    if len(found) < len(set(contribution_ids)):
        raise NotFound(_("没有找到这条贡献。"))
    return found


def _in_order_of_givers(shown: tuple[Contribution, int]) -> tuple[uuid.UUID, uuid.UUID]:
    return shown[0].party_id, shown[0].id


def _naming(contribution: Contribution, refused: Refused) -> Refused:
    return type(refused)(f"{contribution.code}：{refused.sentence}")
