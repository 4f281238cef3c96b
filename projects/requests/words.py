"""What who asked is told of the way of a request."""

import uuid

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.messages import inbox
from app.messages.inbox import Wording
from projects.requests.models import AidRequest

ACCEPTED = Wording(
    "request.accepted",
    1,
    _l("您的求助申请已受理"),
    _l("申请 %(number)s 已受理，工作人员会上门了解情况。"),
)
SENT_BACK = Wording(
    "request.sent_back",
    1,
    _l("您的求助申请需要补充"),
    _l("申请 %(number)s 需要补充：%(reason)s 补好以后请再提交一次。"),
)
PUBLICISED = Wording(
    "request.publicised",
    1,
    _l("您的求助申请正在公示"),
    _l("申请 %(number)s 已评估，正在公示。公示只写姓氏和所在镇村，不写住址、证件和病情。"),
)
LOOKED_AT_AGAIN = Wording(
    "request.looked_at_again",
    1,
    _l("您的求助申请重新核实"),
    _l("申请 %(number)s 需要重新核实，工作人员会再和您联系。原因：%(reason)s"),
)
APPROVED = Wording(
    "request.approved",
    1,
    _l("您的求助申请已批准"),
    _l("申请 %(number)s 已批准。决定书可以在“我的文书”里查看和下载。"),
)
REFUSED = Wording(
    "request.refused",
    1,
    _l("您的求助申请未获批准"),
    _l("申请 %(number)s 未获批准。理由：%(reason)s 不服的，可以按决定书上写的办法申请复议或者起诉。"),
)
CLOSED = Wording(
    "request.closed",
    1,
    _l("您的求助申请已办结"),
    _l("申请 %(number)s 已办结。%(reason)s"),
)


def tell(
    session: Session, request: AidRequest, wording: Wording, *, step_id: uuid.UUID, reason: str = ""
) -> None:
    """Put the message of a step into the inbox of who asked, and of the person concerned, each once."""
    values = {"number": request.number or "", "reason": reason}
    key, link = f"{wording.name}:{step_id.hex}", f"/my/requests/{request.code}"
    for party_id in {request.applicant_id, request.person_id}:
        inbox.send(session, party_id, wording, values, key=key, link=link)
