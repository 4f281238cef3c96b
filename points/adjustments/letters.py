"""What a decision tells each party whose points it changes: once for each batch in which they changed."""

from collections.abc import Iterable, Sequence

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app import figures
from app.messages import inbox
from app.messages.inbox import Letter, Wording
from points.adjustments.models import AdjustmentDecision
from points.simulation.replay import Outcome

ADJUSTED = Wording(
    "points.adjusted",
    1,
    _l("积分按新规则作了调整"),
    _l(
        "根据%(document)s，%(first)s至%(last)s的%(count)s 件贡献改按新规则计分："
        "荣誉积分%(honour)s 分，可兑换积分%(redeemable)s 分。每一件的算法见积分明细；"
        "认为有误的，请联系民政部门复核。"
    ),
)


def tell(session: Session, decision: AdjustmentDecision, adjusted: Iterable[Outcome]) -> None:
    """Write to each party among these awards what the decision has changed, in the caller's transaction.

    An award whose points stay as they are (only its caps changed) is not told.
    """
    of_party: dict[object, list[Outcome]] = {}
    for one in adjusted:
        if one.points or one.redeemable:
            of_party.setdefault(one.award.party_id, []).append(one)
    inbox.send_many(session, [_letter(decision, found) for found in of_party.values()])


def _letter(decision: AdjustmentDecision, found: Sequence[Outcome]) -> Letter:
    # A party's awards are adjusted together; one that is found later is another event, named by its source.
    first = min(one.award.source_id for one in found)
    values = {
        "document": decision.document_number,
        "first": figures.day_text(decision.first_day),
        "last": figures.day_text(decision.last_day),
        "count": len(found),
        "honour": _signed(sum(one.points for one in found)),
        "redeemable": _signed(sum(one.redeemable for one in found)),
    }
    key = f"points.adjusted:{decision.code}:{first.hex}"
    return Letter(found[0].award.party_id, ADJUSTED, values, key, "/my/points")


def _signed(points: int) -> str:
    return f"{'−' if points < 0 else '+'}{figures.points(abs(points))}"
