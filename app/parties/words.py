"""What a registrant is told in the inbox when staff take a step."""

import uuid

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.messages import inbox
from app.messages.inbox import Wording
from app.parties.kinds import RegistrationState
from app.parties.models import Party

_WORDINGS: dict[RegistrationState, Wording] = {
    RegistrationState.APPROVED: Wording(
        "registration.approved",
        1,
        _l("“%(name)s”已入驻"),
        _l("登记已通过，现在可以参与社会救助、登记贡献和积累积分。%(note)s"),
    ),
    RegistrationState.SENT_BACK: Wording(
        "registration.sent_back",
        1,
        _l("“%(name)s”的登记需要补正"),
        _l("请按以下意见修改后重新提交：%(note)s"),
    ),
    RegistrationState.REJECTED: Wording(
        "registration.rejected",
        1,
        _l("“%(name)s”不予入驻"),
        _l("理由：%(note)s。如有不同意见，可以联系所在地民政部门，或补充材料后重新登记。"),
    ),
    RegistrationState.SUSPENDED: Wording(
        "registration.suspended",
        1,
        _l("“%(name)s”已暂停参与"),
        _l("理由：%(note)s。已有的贡献和积分不变；如有不同意见，可以联系所在地民政部门。"),
    ),
    RegistrationState.CLOSED: Wording(
        "registration.closed",
        1,
        _l("“%(name)s”的登记已注销"),
        _l("理由：%(note)s。已有的贡献、积分和证书都保留。"),
    ),
}


def tell(session: Session, party: Party, step_id: uuid.UUID, note: str | None) -> None:
    """Tell the party of the step that it has just come through, once; steps of its own are not told."""
    wording = _WORDINGS.get(party.state)
    if wording is not None:
        inbox.send(
            session,
            party.id,
            wording,
            {"name": party.name, "note": (note or "").rstrip("。")},
            key=f"registration:{step_id.hex}",
            link=f"/my/registration/{party.code}",
        )
