"""A new draft out of a version that is there, and which draft somebody has seen."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.db import lock
from app.errors import NotFound
from app.permissions import Actor, Permission, ensure_may
from points.rulesets import document
from points.rulesets.kinds import RulesetState
from points.rulesets.models import Programme, Ruleset
from points.rulesets.publication import draft_ruleset


def new_draft(session: Session, base_id: UUID, *, actor: Actor) -> Ruleset:
    """Draft the next version with the content of an earlier one, to begin on the next first of a month that is free."""
    base = session.get(Ruleset, base_id)
    if base is None:
        raise NotFound(_("没有这一版规则。"))
    programme = lock(session, Programme, base.programme_id)
    ensure_may(actor, Permission.MANAGE_RULESETS, region_code=programme.region_code)
    of_programme = Ruleset.programme_id == programme.id
    number = session.scalar(select(func.max(Ruleset.version)).where(of_programme)) or 0
    copied = document.of(base, programme.code)
    columns = copied.columns | {
        "effective_from": _first_free_day(session, programme.id),
        "title": _("%(title)s（第 %(version)d 版）", title=_bare(base.title), version=number + 1),
        "summary": _("在第 %(version)d 版的基础上修改：", version=base.version),
    }
    return draft_ruleset(session, replace(copied, version=number + 1, columns=columns), actor=actor)


def seen_mark(ruleset: Ruleset) -> str:
    """Return what a page sends along to say which draft, in which revision, it has shown."""
    return f"{ruleset.revision}.{ruleset.id.hex}"


def seen_revision(sent: str | None, ruleset: Ruleset) -> int:
    """Return the revision that a page has shown of this very draft; 0, which no draft has, for anything else.

    A draft that was deleted leaves its version to the next one, whose revisions begin anew.
    """
    revision, _dot, key = (sent or "").partition(".")
    is_ours = key == ruleset.id.hex and revision.isascii() and revision.isdecimal() and len(revision) < 9
    return int(revision) if is_ours else 0


def _bare(title: str) -> str:
    """Return a title without the version in brackets that it ends with."""
    return title.rpartition("（")[0] if title.endswith("）") else title


def _first_free_day(session: Session, programme_id: UUID) -> date:
    """Return the first of the next month on which nothing begins yet, after all that is published."""
    rows = session.execute(
        select(Ruleset.state, Ruleset.effective_from).where(Ruleset.programme_id == programme_id)
    ).all()
    taken = {row.effective_from for row in rows}
    published = [row.effective_from for row in rows if row.state is RulesetState.PUBLISHED]
    day = max([clock.today(), *published])
    while True:
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)
        if day not in taken:
            return day
