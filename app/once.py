"""A form does its work once, however often it is sent: a double click, a retry, a page sent again."""

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base
from app.errors import Conflict
from app.rows import insert_if_absent
from app.types import Key, LookupHash, UtcTime


class FormReceipt(Base):
    """What became of a sent form."""

    __tablename__ = "form_receipt"

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[Key | None]
    location: Mapped[str | None] = mapped_column(Text, comment="page shown afterwards")
    content_hash: Mapped[LookupHash] = mapped_column(comment="SHA-256 of what was sent")
    received_at: Mapped[UtcTime] = mapped_column(index=True)


class SentBefore(Conflict):
    """The same form was sent before with another content, which was done; this one was not."""


def claim(session: Session, token: str, user_id: uuid.UUID | None, content: bytes) -> str | None:
    """Claim a form's token for this transaction; return None, or the location when it was done before.

    ``content`` is a hash of what was sent. A second sender waits here for the first one's transaction.
    Raises Conflict when the token is somebody else's, SentBefore when it came with another content.
    """
    values = {"token": token, "user_id": user_id, "content_hash": content, "received_at": clock.now()}
    if insert_if_absent(session, FormReceipt, **values):
        return None
    columns = FormReceipt.user_id, FormReceipt.location, FormReceipt.content_hash
    found = session.execute(select(*columns).where(FormReceipt.token == token)).one()
    if found.user_id != user_id:
        raise Conflict(_("这张表单已失效，请重新打开页面再填写。"))
    if found.content_hash != content:
        raise SentBefore(
            _("这张表单先前已经提交并保存过，内容与现在的不同。请核对是否重复，确需再办的，再提交一次。")
        )
    return found.location or "/"


def settle(session: Session, token: str, location: str) -> None:
    """Remember where the form led."""
    session.execute(update(FormReceipt).where(FormReceipt.token == token).values(location=location))


def forget(session: Session, before: datetime) -> int:
    """Delete receipts older than an instant; return how many. A token lives longer than a form stays open."""
    return session.execute(delete(FormReceipt).where(FormReceipt.received_at < before)).rowcount  # type: ignore[attr-defined]
