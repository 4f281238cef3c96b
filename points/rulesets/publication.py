"""Verbs of programmes and rulesets: open a programme, draft a version from a file, publish it."""

from datetime import timedelta
from uuid import UUID

from blinker import signal
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.audit import queries as audit
from app.db import lock
from app.errors import Conflict, InvalidInput, NotFound
from app.permissions import Actor, Permission, ensure_four_eyes, ensure_may, may_in
from points.rulesets import publishing, queries
from points.rulesets.document import RulesetDocument
from points.rulesets.kinds import ProgrammeScope, RulesetState
from points.rulesets.models import CapRow, MultiplierRow, Programme, RuleRow, Ruleset

CITY_PROGRAMME = queries.CITY_PROGRAMME
THING = "ruleset"
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
    is_new = ruleset is None
    if ruleset is None:
        ruleset = Ruleset(
            programme_id=programme.id, version=document.version, state=RulesetState.DRAFT, revision=0
        )
    else:
        ruleset = lock(session, Ruleset, ruleset.id)  # it may have been published a moment ago
        if ruleset.state is RulesetState.PUBLISHED:
            raise Conflict(_("第 %(version)d 版已经发布，不能修改；请另立新版。", version=ruleset.version))
    _fill(session, ruleset, document)
    ruleset.drafted_by_id = actor.person_id
    ruleset.revision += 1
    if is_new:
        session.add(ruleset)
    session.flush()
    events.record(
        session, "ruleset.draft", THING, ruleset.id, actor=actor, after={"version": ruleset.version}
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
        THING,
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
        session, "ruleset.delete", THING, ruleset_id, actor=actor, before={"version": ruleset.version}
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
    same_day = session.scalar(
        select(Ruleset.version).where(
            Ruleset.programme_id == ruleset.programme_id,
            Ruleset.state == RulesetState.DRAFT,
            Ruleset.effective_from == document.columns["effective_from"],
            Ruleset.version != document.version,
        )
    )
    if same_day is not None:
        raise InvalidInput(
            _("第 %(version)d 版草案也从这一天起生效，请换一天，或先删去那份草案。", version=same_day),
            field="effective_from",
        )
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


def publish_ruleset(
    session: Session, ruleset_id: UUID, *, actor: Actor, revision: int | None = None
) -> Ruleset:
    """Publish a draft: from its first day on it is the one that scores; the version before ends the day before.

    Nobody publishes who drafted it or has edited it; ``revision`` is the one that they have read, where it was shown
    to them. Raises Conflict when it is published already or was edited meanwhile, InvalidInput
    when it would begin on or before the first day of a published version, or (but for the first) before
    tomorrow: rules are never retroactive.
    """
    programme_id = session.scalar(select(Ruleset.programme_id).where(Ruleset.id == ruleset_id))
    if programme_id is None:
        raise NotFound(_("没有这一版规则。"))
    programme = lock(session, Programme, programme_id)
    ruleset = lock(session, Ruleset, ruleset_id)
    ensure_may(actor, Permission.PUBLISH_RULESETS, region_code=programme.region_code)
    ensure_four_eyes(actor, *writers(session, ruleset))
    if ruleset.state is RulesetState.PUBLISHED:
        raise Conflict(_("第 %(version)d 版已经发布。", version=ruleset.version))
    if revision is not None and revision != ruleset.revision:
        raise Conflict(_("您打开这一页以后，草案又被修改过：请看过现在的内容再发布。"))
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
    terms = publishing.sign_terms(session, ruleset)
    events.record(
        session,
        "ruleset.publish",
        THING,
        ruleset.id,
        actor=actor,
        before={"state": RulesetState.DRAFT.value},
        after={"state": RulesetState.PUBLISHED.value, "version": ruleset.version, "terms": terms},
    )
    return ruleset


def writers(session: Session, ruleset: Ruleset) -> set[UUID]:
    """Return the persons who drafted or edited a ruleset, whoever did so last."""
    found = audit.persons_of(session, THING, ruleset.id, ("ruleset.draft", "ruleset.edit"))
    return found if ruleset.drafted_by_id is None else {*found, ruleset.drafted_by_id}


def ensure_may_see(actor: Actor, programme: Programme) -> None:
    """Return when the actor writes or publishes the rules of this programme; else raise NotAllowed."""
    if not may_in(actor, Permission.PUBLISH_RULESETS, programme.region_code):
        ensure_may(actor, Permission.MANAGE_RULESETS, region_code=programme.region_code)


def version_for(session: Session, version: int, *, actor: Actor) -> Ruleset:
    """Return a version of the city's rules for those who write or publish them. Raises NotFound, NotAllowed."""
    ruleset = queries.of_version(session, version)
    ensure_may_see(actor, session.get_one(Programme, ruleset.programme_id))
    return ruleset


def waiting_count(session: Session, actor: Actor) -> int:
    """Return how many drafts of the city's rules wait for the actor, who may publish them and wrote none of them."""
    programme = queries.city_programme(session)
    if programme is None or not may_in(actor, Permission.PUBLISH_RULESETS, programme.region_code):
        return 0
    drafts = session.scalars(
        select(Ruleset).where(Ruleset.programme_id == programme.id, Ruleset.state == RulesetState.DRAFT)
    ).all()
    return sum(actor.person_id not in writers(session, one) for one in drafts)


def programme_for(session: Session, *, actor: Actor) -> Programme | None:
    """Return the city's programme for those who write or publish its rules; None for others, and before it opens."""
    programme = queries.city_programme(session)
    if programme is None:
        return None
    both = (Permission.MANAGE_RULESETS, Permission.PUBLISH_RULESETS)
    return programme if any(may_in(actor, one, programme.region_code) for one in both) else None
