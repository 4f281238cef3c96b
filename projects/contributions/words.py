"""What the giver and the organisation are told when a contribution has been judged."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.figures import day_text
from app.messages import inbox
from app.messages.inbox import Letter, Wording
from projects.contributions.models import Contribution

AWARDED = Wording(
    "contribution.awarded",
    1,
    _l("“%(what)s”已核验，计 %(points)s 分"),
    _l("%(day)s的%(what)s已核验通过。计分：%(wording)s。"),
)
SENT_BACK = Wording(
    "contribution.sent_back",
    1,
    _l("“%(what)s”被退回，请修改后再提交"),
    _l("%(day)s的%(what)s被退回。需要修改的地方：%(reason)s"),
)
REFUSED = Wording(
    "contribution.refused",
    1,
    _l("“%(what)s”不予认定"),
    _l("%(day)s的%(what)s不予认定。理由：%(reason)s"),
)
REVERSED = Wording(
    "contribution.reversed",
    1,
    _l("“%(what)s”的计分已冲正"),
    _l("%(day)s的%(what)s原计积分已冲正，相关证书同时失效。理由：%(reason)s"),
)


def tell(
    session: Session,
    contribution: Contribution,
    wording: Wording,
    values: Mapping[str, Any],
    *,
    step_id: uuid.UUID,
) -> None:
    """Put the message of a step into the inboxes of the organisation that logged and of the giver, once."""
    inbox.send_many(session, letters(contribution, wording, values, step_id=step_id))


def letters(
    contribution: Contribution, wording: Wording, values: Mapping[str, Any], *, step_id: uuid.UUID
) -> list[Letter]:
    """Return the messages of a step: to the organisation that logged and to the giver."""
    filled = {"what": contribution.kind.label, "day": day_text(contribution.happened_on), **values}
    key, link = f"{wording.name}:{step_id.hex}", f"/my/contributions/{contribution.code}"
    parties = sorted({contribution.organisation_id, contribution.party_id})
    return [Letter(party_id, wording, filled, key, link) for party_id in parties]
