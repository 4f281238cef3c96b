"""Reading programmes and rulesets: what is in force on a day, and the history."""

from datetime import date
from typing import NamedTuple
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, selectinload

from app.errors import Conflict, InvalidInput, NotFound
from points.rulesets import publishing
from points.rulesets.kinds import RulesetState
from points.rulesets.models import Programme, Ruleset, RulesetReach
from points.rulesets.terms import Cap, Multiplier, Rule, Rules


class _Begun(NamedTuple):
    """A published version as it was found to be what was published."""

    rules: Rules
    effective_from: date


class _Decided(NamedTuple):
    """A decision's period as it was found to be signed."""

    programme_id: UUID
    ruleset_id: UUID
    first_day: date
    last_day: date


# A published ruleset never changes and its key is never used again, so its terms are kept by key; so are decisions.
_kept: dict[UUID, _Begun] = {}
_decided: dict[UUID, _Decided] = {}
CITY_PROGRAMME = "social-force"
_MOST_VERSION = 10**6
_ROWS = (selectinload(Ruleset.rules), selectinload(Ruleset.multipliers), selectinload(Ruleset.caps))


def programme(session: Session, code: str) -> Programme:
    """Return the programme of this code. Raises NotFound."""
    found = session.scalar(select(Programme).where(Programme.code == code))
    if found is None:
        raise NotFound(_("没有这个积分方案。"))
    return found


def in_force(session: Session, programme_id: UUID, day: date) -> Rules:
    """Return the terms that score a day: those that the latest decision names for it, else of the version begun last.

    Raises InvalidInput when there is none, Conflict when it is not what was published and decided.
    """
    decided = (
        select(RulesetReach.id)
        .where(
            RulesetReach.programme_id == programme_id,
            RulesetReach.first_day <= day,
            RulesetReach.last_day >= day,
        )
        .order_by(RulesetReach.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    begun = (
        select(Ruleset.id)
        .where(*_published(programme_id), Ruleset.effective_from <= day)
        .order_by(Ruleset.effective_from.desc())
        .limit(1)
        .scalar_subquery()
    )
    chosen: tuple[UUID | None, UUID | None] = session.execute(select(decided, begun)).one()
    reach_id, ruleset_id = chosen
    if reach_id is not None:
        reach = _decided.get(reach_id) or _signed_reach(session, reach_id)
        if reach.programme_id != programme_id or not reach.first_day <= day <= reach.last_day:
            raise _not_as_decided()
        return published_terms(session, reach.ruleset_id)
    if ruleset_id is None:
        raise InvalidInput(_("%(day)s 还没有生效的积分规则。", day=day.isoformat()), field="happened_on")
    rules = published_terms(session, ruleset_id)
    if rules.programme_id != programme_id or _kept[ruleset_id].effective_from > day:
        raise _not_as_decided()
    return rules


def published_terms(session: Session, ruleset_id: UUID) -> Rules:
    """Return what a published version scores with. Raises Conflict when it is not what was published.

    The signature is looked at when a process first needs them.
    """
    found = _kept.get(ruleset_id)
    if found is None:
        publishing.ensure_published(session, ruleset_id)
        ruleset = session.get_one(Ruleset, ruleset_id)
        found = _kept[ruleset_id] = _Begun(terms(ruleset), ruleset.effective_from)
    return found.rules


def _signed_reach(session: Session, reach_id: UUID) -> _Decided:
    reach = session.get_one(RulesetReach, reach_id)
    if not publishing.is_decided(session, reach):
        raise _not_as_decided()
    found = _Decided(reach.programme_id, reach.ruleset_id, reach.first_day, reach.last_day)
    return _decided.setdefault(reach_id, found)


def _not_as_decided() -> Conflict:
    return Conflict(
        _("积分规则适用的日期与发布或决定时不一致，已停止记分。请系统管理员运行“验账”，查明改动。")
    )


def city_programme(session: Session) -> Programme | None:
    """Return the city's programme, or None in a city that has not opened it yet."""
    return session.scalar(select(Programme).where(Programme.code == CITY_PROGRAMME))


def of_version(session: Session, version: int) -> Ruleset:
    """Return a version of the city's rules with its rows, draft or not. Raises NotFound."""
    found = None
    if 0 < version < _MOST_VERSION:
        found = session.scalar(
            select(Ruleset)
            .join(Programme, Programme.id == Ruleset.programme_id)
            .where(Programme.code == CITY_PROGRAMME, Ruleset.version == version)
            .options(*_ROWS)
        )
    if found is None:
        raise NotFound(_("没有这一版规则。"))
    return found


def every(session: Session, programme_id: UUID) -> list[Ruleset]:
    """Return all versions with their rows, drafts too, the newest first."""
    statement = select(Ruleset).where(Ruleset.programme_id == programme_id).options(*_ROWS)
    return list(session.scalars(statement.order_by(Ruleset.version.desc())))


def history(session: Session, programme_id: UUID) -> list[Ruleset]:
    """Return all published versions with their rows, the newest first."""
    statement = (
        select(Ruleset).where(*_published(programme_id)).options(*_ROWS).order_by(Ruleset.version.desc())
    )
    return list(session.scalars(statement))


def reaches(session: Session, programme_id: UUID) -> list[RulesetReach]:
    """Return the past periods to which decisions have applied versions, oldest decision first."""
    wanted = select(RulesetReach).where(RulesetReach.programme_id == programme_id)
    return list(session.scalars(wanted.order_by(RulesetReach.number)))


def terms(ruleset: Ruleset) -> Rules:
    """Return a stored ruleset as the plain values that are scored with."""
    return Rules(
        id=ruleset.id,
        programme_id=ruleset.programme_id,
        version=ruleset.version,
        redeemable_months=ruleset.redeemable_months,
        rules=tuple(
            Rule(
                one.id,
                one.code,
                one.kind,
                one.category,
                one.unit,
                one.points,
                one.per,
                one.redeemable,
                one.minimum,
                one.rounding,
                one.step,
            )
            for one in ruleset.rules
        ),
        multipliers=tuple(
            Multiplier(one.factor, one.value, one.thousandths, one.words, one.kind)
            for one in ruleset.multipliers
        ),
        caps=tuple(Cap(one.code, one.kind, one.category, one.span, one.points) for one in ruleset.caps),
    )


def _published(programme_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Ruleset.programme_id == programme_id, Ruleset.state == RulesetState.PUBLISHED
