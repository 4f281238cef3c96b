"""Published rules: each version's terms are those that were signed when it was published, and nothing else scores."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import AuditEvent
from app.db import Base
from app.stored import stored_rows
from points.rulesets import publishing
from points.rulesets.models import Programme, PublishedTerms, Ruleset, RulesetReach
from points.rulesets.publishing import RowKey
from points.verification.breaks import Break, BreakKind, missing, shown

_PROGRAMME, _RULESET, _TERMS = (
    Base.metadata.tables[model.__tablename__] for model in (Programme, Ruleset, PublishedTerms)
)
_PUBLISH = ("ruleset.publish", "covenant_rules.publish")
_ADOPT = ("adjustment.adopt",)
_DRAFT = "draft"


def check(session: Session) -> Iterator[Break]:
    """Yield every row of published terms that was changed, added or removed, and what nobody published or adopted.

    Signatures themselves are checked with those of all signed tables.
    """
    names = _RULESET.columns.keys()
    rulesets = {
        row[0]: dict(zip(names, row, strict=True)) for row in stored_rows(session, _RULESET, "ORDER BY id")
    }
    codes = {row[0]: row[1] for row in stored_rows(session, _PROGRAMME)}
    terms = {row[0]: row[2] for row in stored_rows(session, _TERMS, "ORDER BY id")}
    for key, signed in terms.items():
        if key not in rulesets:
            yield missing("ruleset", key, _("它的条款在发布时签过名。"))
        else:
            yield from _of_one(session, rulesets[key], codes, publishing.read(signed))
    for key, ruleset in rulesets.items():
        if key not in terms and ruleset["state"] != _DRAFT:
            sentence = _("%(which)s没有发布时的签名，却不是草案。", which=_which(ruleset, codes))
            yield Break(BreakKind.FOREIGN, "ruleset", shown(key), sentence)
    yield from _last_days([one for one in rulesets.values() if one["id"] in terms], codes)
    yield from _unheard_of(session, _PUBLISH, PublishedTerms)
    yield from _unheard_of(session, _ADOPT, RulesetReach)


def _of_one(
    session: Session, ruleset: dict[str, Any], codes: dict[UUID, str], signed: dict[RowKey, str]
) -> Iterator[Break]:
    which, programme_id = _which(ruleset, codes), ruleset["programme_id"]
    now = publishing.rows_of(session, ruleset["id"], programme_id)
    for table, key in sorted({*signed, *now}):
        at = (table, key)
        if at not in now:
            yield missing(table, key, _("%(which)s发布时有它。", which=which))
        elif at not in signed:
            sentence = _("%(which)s发布时没有 %(table)s %(key)s。", which=which, table=table, key=key)
            yield Break(BreakKind.FOREIGN, table, key, sentence)
        elif now[at] != signed[at]:
            sentence = _("%(which)s的 %(table)s %(key)s 与发布时不同。", which=which, table=table, key=key)
            yield Break(BreakKind.SIGNATURE, table, key, sentence)


def _last_days(rulesets: list[dict[str, Any]], codes: dict[UUID, str]) -> Iterator[Break]:
    """A version's last day is the day before the next one's first; the newest has none."""
    by_programme: dict[Any, list[dict[str, Any]]] = {}
    for one in rulesets:
        if isinstance(one["effective_from"], date):
            by_programme.setdefault(one["programme_id"], []).append(one)
    for some in by_programme.values():
        ordered = sorted(some, key=lambda one: one["effective_from"])
        ends = [after["effective_from"] - timedelta(days=1) for after in ordered[1:]]
        for one, last in zip(ordered, [*ends, None], strict=True):
            if one["effective_to"] != last:
                sentence = _("%(which)s的最后一天与后一版的第一天不衔接。", which=_which(one, codes))
                yield Break(BreakKind.SIGNATURE, "ruleset", shown(one["id"]), sentence)


def _unheard_of(
    session: Session, verbs: tuple[str, ...], model: type[PublishedTerms] | type[RulesetReach]
) -> Iterator[Break]:
    """What was published or adopted, as the audit log knows, and has no signed row any more."""
    gone = session.execute(
        select(AuditEvent.thing_id, AuditEvent.id)
        .where(AuditEvent.verb.in_(verbs), ~select(model.id).where(model.id == AuditEvent.thing_id).exists())
        .order_by(AuditEvent.id)
    )
    for thing_id, event_id in gone:
        yield missing(model.__tablename__, thing_id, _("审计日志 %(key)s 记着它。", key=shown(event_id)))


def _which(ruleset: dict[str, Any], codes: dict[UUID, str]) -> str:
    return _(
        "积分规则 %(programme)s 第 %(version)s 版",
        programme=codes.get(ruleset["programme_id"], shown(ruleset["programme_id"])),
        version=ruleset["version"],
    )
