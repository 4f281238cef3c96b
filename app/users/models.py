"""Tables of users: sign-in names, grants of roles, sessions that the server can end, sign-in attempts."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_id
from app.permissions import Role
from app.types import CivilDate, Key, LookupHash, RegionCode, UtcTime, labelled


class User(Base):
    """Somebody who may sign in."""

    __tablename__ = "login_user"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(40), unique=True, comment="sign-in name, lower case")
    person_id: Mapped[Key] = mapped_column(ForeignKey("person.party_id"), unique=True)
    phone_hash: Mapped[LookupHash | None] = mapped_column(
        unique=True, comment="keyed hash of the phone that also serves as sign-in name"
    )
    password_hash: Mapped[str] = mapped_column(String(200), comment="argon2id, with its parameters")
    password_changed_at: Mapped[UtcTime] = mapped_column()
    must_change_password: Mapped[bool] = mapped_column(
        default=False, comment="set by staff: one sign-in only"
    )
    locked_at: Mapped[UtcTime | None] = mapped_column(comment="by an administrator, until unlocked")
    created_at: Mapped[UtcTime] = mapped_column()


class UserGrant(Base):
    """A role given to a user: where, for which organisation, from when to when."""

    __tablename__ = "user_grant"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[Key] = mapped_column(ForeignKey("login_user.id"), index=True)
    role: Mapped[Role] = mapped_column(labelled(Role))
    region_code: Mapped[RegionCode | None] = mapped_column(comment="scope of a staff role, with all below it")
    organisation_id: Mapped[Key | None] = mapped_column(ForeignKey("organisation.party_id"), index=True)
    valid_from: Mapped[CivilDate] = mapped_column()
    valid_to: Mapped[CivilDate | None] = mapped_column(comment="last day in force")
    granted_at: Mapped[UtcTime] = mapped_column()
    granted_by: Mapped[Key | None] = mapped_column(comment="user id; none for a command")
    ended_at: Mapped[UtcTime | None] = mapped_column(comment="taken back before its last day")

    __table_args__ = (CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),)


class UserSession(Base):
    """A signed-in browser. The cookie holds the token, this row only its hash."""

    __tablename__ = "user_session"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[Key] = mapped_column(ForeignKey("login_user.id"), index=True)
    token_hash: Mapped[LookupHash] = mapped_column(unique=True)
    address: Mapped[str | None] = mapped_column(String(45))
    browser: Mapped[str | None] = mapped_column(String(100))
    started_at: Mapped[UtcTime] = mapped_column()
    seen_at: Mapped[UtcTime] = mapped_column(comment="written at most once a minute")
    ended_at: Mapped[UtcTime | None] = mapped_column()


class SignInAttempt(Base):
    """One try to sign in, or to register with somebody's number, for throttling by name and by address; the name
    only as a keyed hash, since people type passwords into the wrong field."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    name_hash: Mapped[LookupHash] = mapped_column()
    address: Mapped[str | None] = mapped_column(String(45))
    succeeded: Mapped[bool] = mapped_column()
    happened_at: Mapped[UtcTime] = mapped_column()

    __table_args__ = (
        Index("ix_sign_in_attempt_name", "name_hash", "happened_at"),
        Index("ix_sign_in_attempt_address", "address", "happened_at"),
    )
