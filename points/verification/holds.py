"""Holds: each is borne out by its transfers, and no transfer speaks of a hold that is not there.

A hold's row is not signed; its postings are, and they were made from its columns: of the reason in words, which is
encrypted, from its keyed hash.
"""

from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidTag
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app import keys
from app.db import Base
from app.stored import stored_rows
from points.ledger import reconciliation
from points.ledger.form import input_hash
from points.ledger.hold_models import Hold
from points.ledger.holds import SOURCE, inputs_of, reason_hash
from points.ledger.kinds import HoldState, Reason
from points.ledger.models import Posting
from points.verification.breaks import Break, BreakKind, missing, shown

_HOLD, _POSTING = (Base.metadata.tables[model.__tablename__] for model in (Hold, Posting))
_ENDS = {
    HoldState.ACTIVE.value: (),
    HoldState.POSTED.value: (Reason.REDEEM,),
    HoldState.RELEASED.value: (Reason.RELEASE,),
    HoldState.TIMED_OUT.value: (Reason.RELEASE,),
}


def check(session: Session) -> Iterator[Break]:
    """Yield every hold that is not as its postings say, or whose points its transfers do not bear out, or gone."""
    made: dict[Any, dict[Any, Any]] = {}
    names, columns = _POSTING.columns.keys(), _HOLD.columns.keys()
    reason, source, hashed = (names.index(name) for name in ("reason", "source_id", "input_hash"))
    for row in stored_rows(session, _POSTING, f"WHERE source_kind = '{SOURCE}'"):
        made.setdefault(row[source], {})[row[reason]] = row[hashed]
    are_right = True
    for row in stored_rows(session, _HOLD, "ORDER BY id"):
        if not _is_borne_out(dict(zip(columns, row, strict=True)), made.pop(row[0], {})):
            are_right = False
            sentence = _("冻结 %(key)s 与它的记账不符。", key=shown(row[0]))
            yield Break(BreakKind.COUNT, "hold", shown(row[0]), sentence)
    for key in made:
        are_right = False
        yield missing("hold", key, _("流水说到它。"))
    if are_right:  # what is damaged is named already, and might not be read as what it should be
        for one in reconciliation.holds(session):
            yield Break(BreakKind.COUNT, "hold", shown(one.hold_id), one.sentence)


def _is_borne_out(hold: dict[str, Any], made: dict[Any, Any]) -> bool:
    """Return whether the postings of a hold were made from what its row says, and there is no other."""
    ends = _ENDS.get(hold["state"])
    if ends is None:
        return False
    try:
        expected = {reason.value: input_hash(inputs_of(reason, hold)) for reason in (Reason.HOLD, *ends)}
        are_own_words = _hash_of_words(hold) == hold["reason_hash"]
    except (InvalidTag, LookupError, TypeError, ValueError, AttributeError, OverflowError):
        return False
    is_open = not ends and (hold["ended_at"], hold["ended_by_id"]) != (None, None)
    return expected == made and are_own_words and not is_open


def _hash_of_words(hold: dict[str, Any]) -> bytes | None:
    if hold["reason"] is None:
        return None
    return reason_hash(hold["id"], keys.encryption.decrypt(hold["reason"]).decode())
