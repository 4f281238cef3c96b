"""Tables of the credit lists.

An entry is about whoever did the act, one person or one organisation, never about relatives. Its term runs to the
minute. ``is_published`` is off until a legal basis allows more; an entry counts inside the bureau all the same.
"""

from flask_babel import lazy_gettext as _l
from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base
from app.ids import new_code, new_id
from app.labels import Labelled
from app.types import CivilDate, Code, Key, UtcTime, labelled
from credit.tips.models import Severity


class Colour(Labelled):
    """Which list an entry stands on."""

    RED = "red", _l("红榜（守信激励）")
    BLACK = "black", _l("黑榜（失信）")


class EntryKind(Labelled):
    """What an entry is about."""

    ASSISTANCE = "assistance", _l("社会救助")
    CHARITY = "charity", _l("慈善与志愿服务")
    ABNORMAL = "abnormal", _l("社会组织活动异常名录")
    SERIOUS_LIST = "serious_list", _l("社会组织严重违法失信名单")
    PENALTY = "penalty", _l("行政处罚决定")


class Ground(Labelled):
    """What was done: the acts of the Law (社会救助法 art. 73), or a good deed."""

    FALSE_REPORT = "false_report", _l("虚报")
    CONCEALMENT = "concealment", _l("隐瞒")
    FORGERY = "forgery", _l("伪造")
    COMMITMENT_BREACHED = "commitment_breached", _l("承诺不实")
    REGISTRAR = "registrar", _l("登记机关列入")
    ROLE_MODEL = "role_model", _l("守信典型")
    VOLUNTARY_EXIT = "voluntary_exit", _l("主动退出")
    SELF_REPORT = "self_report", _l("主动报告")
    REPAYMENT = "repayment", _l("主动退回")
    HELPER = "helper", _l("热心助人")


class EntryState(Labelled):
    """Where an entry stands. Its term ends by itself, whatever the state says."""

    IN_FORCE = "in_force", _l("有效")
    OBJECTED = "objected", _l("异议处理中")
    REPAIRED = "repaired", _l("已修复")
    REVOKED = "revoked", _l("已撤销")
    EXPIRED = "expired", _l("已到期")


COUNTS = (EntryState.IN_FORCE, EntryState.OBJECTED)
"""States in which an entry counts while its term runs; an objection marks it and takes nothing away."""


class ListEntry(Base):
    """One entry of the red or the black list."""

    __tablename__ = "list_entry"

    id: Mapped[Key] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[Code] = mapped_column(unique=True, default=new_code, comment="in URLs")
    person_id: Mapped[Key | None] = mapped_column(ForeignKey("person.party_id"))
    organisation_id: Mapped[Key | None] = mapped_column(ForeignKey("organisation.party_id"))
    colour: Mapped[Colour] = mapped_column(labelled(Colour))
    kind: Mapped[EntryKind] = mapped_column(labelled(EntryKind))
    severity: Mapped[Severity | None] = mapped_column(labelled(Severity), comment="of black entries alone")
    ground: Mapped[Ground] = mapped_column(labelled(Ground))
    basis_article: Mapped[str] = mapped_column(String(100), comment="id of the article it rests on")
    decided_on: Mapped[CivilDate] = mapped_column()
    begins_at: Mapped[UtcTime] = mapped_column()
    ends_at: Mapped[UtcTime] = mapped_column(comment="from this minute on it no longer counts")
    is_published: Mapped[bool] = mapped_column(default=False)
    state: Mapped[EntryState] = mapped_column(labelled(EntryState), default=EntryState.IN_FORCE)
    state_since: Mapped[UtcTime] = mapped_column()
    case_id: Mapped[Key | None] = mapped_column(comment="the case that decided it")

    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="subject"),
        CheckConstraint("(colour = 'black') = (severity IS NOT NULL)", name="severity_of_black"),
        CheckConstraint("ends_at > begins_at", name="term"),
        Index("ix_list_entry_person", "person_id", "ends_at"),
        Index("ix_list_entry_organisation", "organisation_id", "ends_at"),
    )
