"""What an organisation is told when its project has been judged."""

import uuid

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.messages import inbox
from app.messages.inbox import Wording
from projects.portfolio.models import Project

SENT_BACK = Wording(
    "project.sent_back",
    1,
    _l("项目“%(name)s”被退回，请修改后再提交"),
    _l("项目 %(number)s“%(name)s”被退回。需要修改的地方：%(reason)s"),
)
REFUSED = Wording(
    "project.refused",
    1,
    _l("项目“%(name)s”不予立项"),
    _l("项目 %(number)s“%(name)s”不予立项。理由：%(reason)s"),
)
PUBLICISED = Wording(
    "project.publicised",
    1,
    _l("项目“%(name)s”审批通过，正在公示"),
    _l("项目 %(number)s“%(name)s”审批通过，现予公示。公示期满没有异议或者异议不成立的，自动立项。"),
)
OPENED = Wording(
    "project.opened",
    1,
    _l("项目“%(name)s”已立项"),
    _l("项目 %(number)s“%(name)s”公示期满，已立项，可以开始实施。"),
)
LOOKED_AT_AGAIN = Wording(
    "project.looked_at_again",
    1,
    _l("项目“%(name)s”的公示异议成立，重新审核"),
    _l("项目 %(number)s“%(name)s”公示期间收到的异议成立，公示已撤下，由审批部门重新审核。结果会再通知您。"),
)
SUSPENDED = Wording(
    "project.suspended",
    1,
    _l("项目“%(name)s”已暂停"),
    _l("项目 %(number)s“%(name)s”已暂停实施。理由：%(reason)s"),
)
RESUMED = Wording(
    "project.resumed",
    1,
    _l("项目“%(name)s”恢复实施"),
    _l("项目 %(number)s“%(name)s”已恢复，可以继续实施。"),
)
CANCELLED = Wording(
    "project.cancelled",
    1,
    _l("项目“%(name)s”已取消"),
    _l("项目 %(number)s“%(name)s”已取消。理由：%(reason)s"),
)


def tell(
    session: Session, project: Project, wording: Wording, *, step_id: uuid.UUID, reason: str = ""
) -> None:
    """Put the message of a step into the organisation's inbox, once."""
    values = {"name": project.name, "number": project.number, "reason": reason}
    key, link = f"{wording.name}:{step_id.hex}", f"/my/projects/{project.code}"
    inbox.send(session, project.organisation_id, wording, values, key=key, link=link)
