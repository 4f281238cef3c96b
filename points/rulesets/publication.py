"""Verbs of programmes and rulesets: open a programme, draft a version from a file, publish it."""

from datetime import timedelta
from uuid import UUID

from blinker import signal
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput, NotFound
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from points.rulesets import queries
from points.rulesets.document import RulesetDocument
from points.rulesets.kinds import ProgrammeScope, RulesetState
from points.rulesets.models import CapRow, MultiplierRow, Programme, RuleRow, Ruleset

CITY_PROGRAMME = "social-force"
draft_deleted = signal("points.rulesets.draft_deleted")
"""Sent with ``ruleset_id`` before a draft goes, in the same transaction: what was made of it goes with it."""


def open_programme(
    session: Session, *, code: str, name: str, scope: ProgrammeScope, region_code: str, actor: Actor
) -> Programme:
    """Open a points programme, or return the one of this code that is open already."""
    ensure_may(actor, Permission.MANAGE_RULESETS, region_code=region_code)
    there = session.scalar(select(Programme).where(Programme.code == code))
    if there is not None:
        return there
    programme = Programme(code=code, name=name, scope=scope, region_code=region_code, created_at=clock.now())
    session.add(programme)
    session.flush()
    events.record(session, "programme.open", "programme", programme.id, actor=actor, after={"code": code})
    return programme


def draft_ruleset(session: Session, document: RulesetDocument, *, actor: Actor) -> Ruleset:
    """Store a ruleset as the draft of its version; a draft of that version that is there gets the new content.

    Raises NotFound for an unknown programme, Conflict when that version is published already.
    """
    programme = queries.programme(session, document.programme)
    ensure_may(actor, Permission.MANAGE_RULESETS, region_code=programme.region_code)
    programme = lock(
        session, Programme, programme.id
    )  # two who draft the same version come one after the other
    ruleset = session.scalar(
        select(Ruleset).where(Ruleset.programme_id == programme.id, Ruleset.version == document.version)
    )
    if ruleset is None:
        ruleset = Ruleset(
            programme_id=programme.id,
            version=document.version,
            state=RulesetState.DRAFT,
            revision=0,
            **document.columns,
        )
        session.add(ruleset)
    else:
        ruleset = lock(session, Ruleset, ruleset.id)  # it may have been published a moment ago
        if ruleset.state is RulesetState.PUBLISHED:
            raise Conflict(_("第 %(version)d 版已经发布，不能修改；请另立新版。", version=ruleset.version))
    _fill(session, ruleset, document)
    ruleset.drafted_by_id = actor.person_id
    ruleset.revision += 1
    session.flush()
    events.record(
        session, "ruleset.draft", "ruleset", ruleset.id, actor=actor, after={"version": ruleset.version}
    )
    return ruleset


def edit_ruleset(
    session: Session, ruleset_id: UUID, document: RulesetDocument, *, revision: int, actor: Actor
) -> Ruleset:
    """Give a draft another content. ``revision`` is the one that the editor saw.

    Raises Conflict when it has been published or edited meanwhile: what somebody else wrote is never overwritten.
    """
    ruleset = _draft(session, ruleset_id, actor)
    if ruleset.revision != revision:
        raise Conflict(
            _(
                "您打开编辑以后，这份草案已被别人改过（现为第 %(revision)d 次修改）。您填写的内容都还在下面；"
                "请另开页面查看现在的草案，核对后再改。",
                revision=ruleset.revision,
            )
        )
    _fill(session, ruleset, document)
    ruleset.drafted_by_id = actor.person_id
    ruleset.revision += 1
    session.flush()
    events.record(
        session,
        "ruleset.edit",
        "ruleset",
        ruleset.id,
        actor=actor,
        after={"version": ruleset.version, "revision": ruleset.revision},
    )
    return ruleset


def delete_draft(session: Session, ruleset_id: UUID, *, actor: Actor) -> None:
    """Delete a draft with the simulations made of it. Raises Conflict when it has been published."""
    ruleset = _draft(session, ruleset_id, actor)
    draft_deleted.send(session, ruleset_id=ruleset.id)
    session.delete(ruleset)
    session.flush()
    events.record(
        session, "ruleset.delete", "ruleset", ruleset_id, actor=actor, before={"version": ruleset.version}
    )


def _draft(session: Session, ruleset_id: UUID, actor: Actor) -> Ruleset:
    ruleset = lock(session, Ruleset, ruleset_id)
    programme = session.get_one(Programme, ruleset.programme_id)
    ensure_may(actor, Permission.MANAGE_RULESETS, region_code=programme.region_code)
    if ruleset.state is RulesetState.PUBLISHED:
        raise Conflict(_("第 %(version)d 版已经发布，不能修改；请另立新版。", version=ruleset.version))
    return ruleset


def _fill(session: Session, ruleset: Ruleset, document: RulesetDocument) -> None:
    """Give a draft its content; the old rows go before the new ones take their places."""
    if ruleset.rules or ruleset.multipliers or ruleset.caps:
        ruleset.rules, ruleset.multipliers, ruleset.caps = [], [], []
        session.flush()
    for name, value in document.columns.items():
        setattr(ruleset, name, value)
    ruleset.rules = [RuleRow(place=place, **one) for place, one in enumerate(document.rules)]
    ruleset.multipliers = [
        MultiplierRow(place=place, **one) for place, one in enumerate(document.multipliers)
    ]
    ruleset.caps = [CapRow(place=place, **one) for place, one in enumerate(document.caps)]


def publish_ruleset(session: Session, ruleset_id: UUID, *, actor: Actor) -> Ruleset:
    """Publish a draft: from its first day on it is the one that scores; the version before ends the day before.

    Somebody else than who drafted it publishes. Raises Conflict when it is published already, InvalidInput
    when it would begin on or before the first day of a published version, or (but for the first) before
    tomorrow: rules are never retroactive.
    """
    programme_id = session.scalar(select(Ruleset.programme_id).where(Ruleset.id == ruleset_id))
    if programme_id is None:
        raise NotFound(_("没有这一版规则。"))
    programme = lock(session, Programme, programme_id)
    ruleset = lock(session, Ruleset, ruleset_id)
    ensure_may(actor, Permission.PUBLISH_RULESETS, region_code=programme.region_code)
    ensure_four_eyes(actor, ruleset.drafted_by_id)
    if ruleset.state is RulesetState.PUBLISHED:
        raise Conflict(_("第 %(version)d 版已经发布。", version=ruleset.version))
    published = (Ruleset.programme_id == programme.id, Ruleset.state == RulesetState.PUBLISHED)
    latest = session.scalar(select(func.max(Ruleset.effective_from)).where(*published))
    if latest is not None and ruleset.effective_from <= latest:
        raise InvalidInput(
            _("生效日期要晚于现行版本的生效日期 %(day)s：规则不溯及既往。", day=latest.isoformat()),
            field="effective_from",
        )
    if latest is not None and ruleset.effective_from <= clock.today():
        raise InvalidInput(_("新规则要从今天以后的一天起生效，不溯及既往。"), field="effective_from")
    before = session.scalar(select(Ruleset).where(*published, Ruleset.effective_to.is_(None)))
    if before is not None:
        before.effective_to = ruleset.effective_from - timedelta(days=1)
    ruleset.state, ruleset.published_at = RulesetState.PUBLISHED, clock.now()
    session.flush()
    events.record(
        session,
        "ruleset.publish",
        "ruleset",
        ruleset.id,
        actor=actor,
        before={"state": RulesetState.DRAFT.value},
        after={"state": RulesetState.PUBLISHED.value, "version": ruleset.version},
    )
    return ruleset
