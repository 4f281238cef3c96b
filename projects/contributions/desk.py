"""The verification desk: one decision, what comes next, and which entries are plain enough for a batch."""

import uuid

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import figures
from app.errors import InvalidInput
from app.permissions import Actor
from projects.contributions import neighbours, queries, verification
from projects.contributions.models import Contribution
from projects.contributions.queries import Row
from projects.contributions.rules import ContributionState
from projects.contributions.verification import Verified

_MOST_PAGES = 20
"""Pages of waiting entries that are looked through for a batch."""


def decide(session: Session, row: Row, decision: str, *, revision: int, found: Verified, actor: Actor) -> str:
    """Carry out one of the desk's decisions and return what to say. Raises InvalidInput for any other word."""
    key, who = row.contribution.id, row.giver
    match decision:
        case "verify":
            _ensure_whole(row.contribution, found)
            whole = Verified(qualities=found.qualities, reason=found.reason)
            done = verification.verify(session, key, revision=revision, actor=actor, found=whole)
        case "partly":
            done = verification.verify(session, key, revision=revision, actor=actor, found=found)
        case "review":
            _ensure_whole(row.contribution, found)
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


def _ensure_whole(one: Contribution, found: Verified) -> None:
    """Refuse a button that accepts the whole claim when another figure was typed: the figure would go unread."""
    for field, typed, claimed in (
        ("verified_minutes", found.minutes, one.service_minutes),
        ("verified_amount", found.amount_fen, one.amount_fen),
        ("verified_quantity", found.quantity_thousandths, one.quantity_thousandths),
    ):
        if typed is not None and typed != claimed:
            raise InvalidInput(
                _("这里写了与登记数不同的数。只认定这么多的，请按“按以上数量核验通过”；全部认定的，请清空。"),
                field=field,
            )


def must_review(session: Session, contribution: Contribution) -> bool:
    """Say whether an entry still needs the first of its two looks."""
    return (
        contribution.state is ContributionState.SUBMITTED
        and neighbours.requirement_for(session, contribution).second_person
    )


def following(session: Session, actor: Actor, done: Contribution) -> str | None:
    """Return the code of the entry after one as it stood before it was decided; None when no other waits.

    After the last one it begins from the top again.
    """
    return queries.staff_next_code(session, actor, done)


def plain(session: Session, actor: Actor) -> list[Row]:
    """Return the first 50 waiting entries that a batch may accept: documented, nothing odd, one look enough, not near.

    The database leaves out what is odd or without documents; what then needs a closer look is passed over, so
    that many such entries in front never hide the plain ones.
    """
    found: list[Row] = []
    place = queries.TOP
    for _number in range(_MOST_PAGES):
        page = queries.staff_plain(session, actor, place)
        found += [row for row in page.rows if _is_plain(session, row.contribution, actor)]
        if page.after is None or len(found) >= queries.PAGE:
            break
        place = queries.Place(after=page.after)
    return found[: queries.PAGE]


def _is_plain(session: Session, one: Contribution, actor: Actor) -> bool:
    return (
        not neighbours.requirement_for(session, one).reasons
        and verification.why_not(session, one, actor) is None
    )


def read_choice(text: str) -> tuple[uuid.UUID, int]:
    """Return the key and revision of a chosen entry. Raises InvalidInput when the page was not ours."""
    key, _colon, revision = text.partition(":")
    try:
        return uuid.UUID(key), int(revision)
    except ValueError as wrong:
        raise InvalidInput(_("页面已过期，请重新打开后再办理。")) from wrong
