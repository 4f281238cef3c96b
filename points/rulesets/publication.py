"""Verbs of programmes and rulesets: open a programme, draft a version from a file, publish it."""

from datetime import timedelta
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.db import lock
from app.errors import Conflict, InvalidInput
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may
from points.rulesets import queries
from points.rulesets.document import RulesetDocument
from points.rulesets.kinds import ProgrammeScope, RulesetState
from points.rulesets.models import CapRow, MultiplierRow, Programme, RuleRow, Ruleset

CITY_PROGRAMME = "social-force"


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
    """Store a ruleset file as the draft of its version; an older draft of that version is replaced.

    Raises NotFound for an unknown programme, Conflict when that version is published already.
    """
    programme = queries.programme(session, document.programme)
    ensure_may(actor, Permission.MANAGE_RULESETS, region_code=programme.region_code)
    there = session.scalar(
        select(Ruleset).where(Ruleset.programme_id == programme.id, Ruleset.version == document.version)
    )
    if there is not None:
        there = lock(session, Ruleset, there.id)  # it may have been published a moment ago
    if there is not None and there.state is RulesetState.PUBLISHED:
        raise Conflict(_("第 %(version)d 版已经发布，不能修改；请另立新版。", version=there.version))
    if there is not None:
        session.delete(there)
        session.flush()
    ruleset = Ruleset(
        programme_id=programme.id,
        version=document.version,
        state=RulesetState.DRAFT,
        drafted_by_id=actor.person_id,
        rules=[RuleRow(place=place, **columns) for place, columns in enumerate(document.rules)],
        multipliers=[MultiplierRow(place=place, **one) for place, one in enumerate(document.multipliers)],
        caps=[CapRow(place=place, **columns) for place, columns in enumerate(document.caps)],
        **document.columns,
    )
    session.add(ruleset)
    session.flush()
    events.record(
        session, "ruleset.draft", "ruleset", ruleset.id, actor=actor, after={"version": ruleset.version}
    )
    return ruleset


def publish_ruleset(session: Session, ruleset_id: UUID, *, actor: Actor) -> Ruleset:
    """Publish a draft: from its first day on it is the one that scores; the version before ends the day before.

    Somebody else than who drafted it publishes. Raises Conflict when it is published already, InvalidInput
    when it would begin on or before the first day of a published version, or (but for the first) before
    tomorrow: rules are never retroactive.
    """
    ruleset = lock(session, Ruleset, ruleset_id)
    programme = lock(session, Programme, ruleset.programme_id)
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
