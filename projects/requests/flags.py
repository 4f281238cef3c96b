"""What a human should know before judging a request. A flag never refuses anything.

The credit standing of the person concerned alone is asked, never that of relatives, and where only statutory aid is
asked for it is not shown at all: basic living aid is never touched by it. Features above add their own.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.parameters import queries as parameters
from credit import effects
from credit.effects import Effect, Thing
from credit.standing import standing
from projects.requests.kinds import RequestState
from projects.requests.models import AidKind, AidRequest, AidRequestKind

DUPLICATE_DAYS = "aid.duplicate_days"
_DEAD = (RequestState.WITHDRAWN, RequestState.DRAFT)


@dataclass(frozen=True, slots=True)
class RequestFlag:
    """One thing to be looked at; ``is_good`` speaks for the person."""

    sentence: str
    is_good: bool = False


class Flagger(Protocol):
    """What a feature above adds: one query or two for a request, no verdict."""

    def __call__(
        self, session: Session, household_id: uuid.UUID, kind_ids: Sequence[uuid.UUID], /
    ) -> Sequence[RequestFlag]:
        """Return what it knows of a household that was helped in these ways."""


_flaggers: dict[str, Flagger] = {}


def register(name: str, flagger: Flagger) -> None:
    """Let a feature add its flags; a later one of the same name replaces the first."""
    _flaggers[name] = flagger


def of(session: Session, request: AidRequest) -> list[RequestFlag]:
    """Return everything that is to be looked at for a request."""
    kind_ids = [one.kind_id for one in request.kinds]
    found = [*_credit(session, request), *_same(session, request, kind_ids)]
    for name in sorted(_flaggers):
        found += _flaggers[name](session, request.household_id, kind_ids)
    return found


def _credit(session: Session, request: AidRequest) -> list[RequestFlag]:
    other = (
        select(func.count())
        .select_from(AidRequestKind)
        .join(AidKind, AidKind.id == AidRequestKind.kind_id)
        .where(AidRequestKind.request_id == request.id, AidKind.is_statutory.is_(False))
    )
    if not session.scalar(other):
        return []
    return [
        RequestFlag(_credit_sentence(flag, cell.effect), flag.is_good)
        for flag, cell in effects.of(standing(session, request.person_id), Thing.INTAKE)
    ]


def _credit_sentence(flag: Any, effect: Effect) -> str:
    words = _(
        "求助人本人在%(colour)s：%(ground)s，%(day)s认定。%(effect)s，不作为不予批准的理由。",
        colour=flag.colour.label,
        ground=flag.ground.label,
        day=flag.decided_on.isoformat(),
        effect=effect.label,
    )
    return f"{words}{_('（正在处理异议）')}" if flag.is_disputed else words


def _same(session: Session, request: AidRequest, kind_ids: Sequence[uuid.UUID]) -> list[RequestFlag]:
    """Return the other requests of the household for the same kinds in the last days."""
    days = parameters.value(session, DUPLICATE_DAYS, on=clock.today(), region_code=request.region_code)
    since = clock.instant(clock.today() - timedelta(days=days))
    rows = session.execute(
        select(AidRequest.number, AidRequest.state)
        .join(AidRequestKind, AidRequestKind.request_id == AidRequest.id)
        .where(
            AidRequest.household_id == request.household_id,
            AidRequest.id != request.id,
            AidRequest.state.not_in(_DEAD),
            AidRequest.created_at >= since,
            AidRequestKind.kind_id.in_(list(kind_ids)),
        )
        .distinct()
        .order_by(AidRequest.number)
    )
    return [
        RequestFlag(
            _(
                "这户 %(days)s 天内还有同类申请 %(number)s（%(state)s），请核对是否重复。",
                days=days,
                number=number or "",
                state=state.label,
            )
        )
        for number, state in rows
    ]
