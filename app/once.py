"""A form does its work once, however often it is sent: a double click, a retry, a page sent again."""

import uuid
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import String, Text, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.db import Base
from app.errors import Conflict
from app.types import Key, UtcTime


class FormReceipt(Base):
    """What became of a sent form."""

    __tablename__ = "form_receipt"

    token: Mapped[str] = mapped_column(String(32), primary_key=True)
    user_id: Mapped[Key | None]
    location: Mapped[str | None] = mapped_column(Text, comment="page shown afterwards")
    received_at: Mapped[UtcTime] = mapped_column(index=True)


def claim(session: Session, token: str, user_id: uuid.UUID | None) -> str | None:
    """Claim a form's token for this transaction; return None, or the location when it was done before.

    A second sender waits here for the first one's transaction. Raises Conflict when the token is somebody
    else's.
    """
    connection = session.connection()
    sqlite = connection.dialect.name == "sqlite"
    moment = clock.now()
    found = session.execute(
        select(FormReceipt.user_id, FormReceipt.location).where(FormReceipt.token == token)
    ).first()
    if found is None:
        mark = "?" if sqlite else "%s"
        values: tuple[object, ...] = (token, user_id, None, moment)
        if sqlite:
            values = (
                token,
                user_id.bytes if user_id else None,
                None,
                moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            )
        taken = connection.exec_driver_sql(
            "INSERT INTO form_receipt (token, user_id, location, received_at) "
            f"VALUES ({mark}, {mark}, {mark}, {mark}) ON CONFLICT (token) DO NOTHING",
            values,
        ).rowcount
        if taken:
            return None
        found = session.execute(
            select(FormReceipt.user_id, FormReceipt.location).where(FormReceipt.token == token)
        ).one()
    if found.user_id != user_id:
        raise Conflict(_("这张表单已失效，请重新打开页面再填写。"))
    return found.location or "/"


def settle(session: Session, token: str, location: str) -> None:
    """Remember where the form led."""
    session.execute(update(FormReceipt).where(FormReceipt.token == token).values(location=location))


def forget(session: Session, before: datetime) -> int:
    """Delete receipts older than an instant; return how many. A token lives longer than a form stays open."""
    return session.execute(delete(FormReceipt).where(FormReceipt.received_at < before)).rowcount  # type: ignore[attr-defined]
