"""The verification desk: one decision, what comes next, and which entries are plain enough for a batch."""

import uuid

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import figures
from app.errors import InvalidInput
from app.permissions import Actor
from points.rulesets.kinds import EvidenceGrade
from projects.contributions import neighbours, queries, verification
from projects.contributions.models import Contribution
from projects.contributions.queries import Filters, Row
from projects.contributions.rules import ContributionState
from projects.contributions.verification import Verified


def decide(session: Session, row: Row, decision: str, *, revision: int, found: Verified, actor: Actor) -> str:
    """Carry out one of the desk's decisions and return what to say. Raises InvalidInput for any other word."""
    key, who = row.contribution.id, row.giver
    match decision:
        case "verify":
            whole = Verified(reason=found.reason)
            done = verification.verify(session, key, revision=revision, actor=actor, found=whole)
        case "partly":
            done = verification.verify(session, key, revision=revision, actor=actor, found=found)
        case "review":
            verification.review(session, key, revision=revision, note=found.reason, actor=actor)
            return _("%(who)s：初核通过，待另一名工作人员复核。", who=who)
        case "send_back":
            verification.send_back(session, key, revision=revision, reason=found.reason, actor=actor)
            return _("%(who)s：已退回修改。", who=who)
        case "refuse":
            verification.refuse(session, key, revision=revision, reason=found.reason, actor=actor)
            return _("%(who)s：不予认定。", who=who)
        case _:
            raise InvalidInput(_("请选择一种处理。"))
    return _(
        "%(who)s：核验通过，计 %(points)s 分。", who=who, points=figures.points(done.awarded_centipoints)
    )


def must_review(session: Session, contribution: Contribution) -> bool:
    """Say whether an entry still needs the first of its two looks."""
    return (
        contribution.state is ContributionState.SUBMITTED
        and neighbours.requirement_for(session, contribution).second_person
    )


def following(session: Session, actor: Actor, done: Contribution) -> str | None:
    """Return the code of the entry after a decided one, from the top again after the last; None when none waits."""
    ids = [(row.contribution.id, row.contribution.code) for row in _waiting(session, actor)]
    later = [code for key, code in ids if key > done.id]
    others = [code for key, code in ids if key != done.id]
    return next(iter(later or others), None)


def plain(session: Session, actor: Actor) -> list[Row]:
    """Return the waiting entries that a batch may accept: documented, nothing odd, one look enough, not near."""
    found = []
    for row in _waiting(session, actor):
        one = row.contribution
        if one.oddities or one.evidence_grade is EvidenceGrade.D:
            continue
        needed = neighbours.requirement_for(session, one)
        if needed.reasons or verification.why_not(session, one, actor) is not None:
            continue
        found.append(row)
    return found


def read_choice(text: str) -> tuple[uuid.UUID, int]:
    """Return the key and revision of a chosen entry. Raises InvalidInput when the page was not ours."""
    key, _colon, revision = text.partition(":")
    try:
        return uuid.UUID(key), int(revision)
    except ValueError as wrong:
        raise InvalidInput(_("页面已过期，请重新打开后再办理。")) from wrong


def _waiting(session: Session, actor: Actor) -> list[Row]:
    return list(queries.staff_waiting(session, actor, Filters()).rows)
