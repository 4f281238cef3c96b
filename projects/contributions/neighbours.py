"""What stands around an entry: the giver's other hours, the organisation's month, who holds the same receipt."""

import uuid
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from projects.contributions import hours
from projects.contributions.evidence import kinds_of
from projects.contributions.hours import Requirement, Span
from projects.contributions.models import Contribution
from projects.contributions.oddities import Surroundings
from projects.contributions.rules import (
    GIFT_KINDS,
    LINE_KINDS,
    TIME_KINDS,
    VOID,
    ContributionState,
    ValueBasis,
)

COUNTED = frozenset(ContributionState) - VOID - {ContributionState.LOGGED, ContributionState.SENT_BACK}
"""States in which hours take up time: from submission on."""


def span_of(contribution: Contribution) -> Span | None:
    """Return the hours of a contribution, or None when it has none."""
    if contribution.start_minute is None or contribution.end_minute is None:
        return None
    return Span(
        contribution.happened_on,
        contribution.start_minute,
        contribution.end_minute,
        contribution.break_minutes,
    )


def other_spans(session: Session, contribution: Contribution) -> list[Span]:
    """Return the same giver's other submitted or verified hours of the day, the day before and the day after."""
    day = contribution.happened_on
    rows = session.execute(
        select(
            Contribution.happened_on,
            Contribution.start_minute,
            Contribution.end_minute,
            Contribution.break_minutes,
        ).where(
            Contribution.party_id == contribution.party_id,
            Contribution.happened_on.between(day - timedelta(days=1), day + timedelta(days=1)),
            Contribution.kind.in_(TIME_KINDS),
            Contribution.start_minute.is_not(None),
            Contribution.state.in_(COUNTED),
            Contribution.id != contribution.id,
        )
    )
    return [Span(day, start or 0, end or 0, rest) for day, start, end, rest in rows]


def busiest_day(session: Session, contribution: Contribution) -> tuple[date, int]:
    """Return, of the days that hours touch, the one with most of the giver's service minutes, and these minutes.

    Hours that a ledger brought have no time of day: they count on their day as they stand.
    """
    span, first = span_of(contribution), contribution.happened_on
    rows = session.execute(
        select(Contribution.happened_on, func.sum(Contribution.service_minutes))
        .where(
            Contribution.party_id == contribution.party_id,
            Contribution.happened_on.between(first, first + timedelta(days=1)),
            Contribution.kind.in_(TIME_KINDS),
            Contribution.start_minute.is_(None),
            Contribution.state.in_(COUNTED),
            Contribution.id != contribution.id,
        )
        .group_by(Contribution.happened_on)
    )
    timeless = {day: int(minutes or 0) for day, minutes in rows}
    others = other_spans(session, contribution)
    if span is not None:
        return hours.busiest(span, others, timeless)
    timed = hours.by_day(others).get(first, 0)
    return first, timed + timeless.get(first, 0) + (contribution.service_minutes or 0)


def requirement_for(session: Session, contribution: Contribution) -> Requirement:
    """Return who must answer for a contribution, with the reasons."""
    minutes = busiest_day(session, contribution)[1] if contribution.service_minutes else 0
    return hours.requirement(
        day_minutes=minutes,
        backfilled=contribution.backfilled,
        value_fen=(contribution.amount_fen or 0) if contribution.kind in GIFT_KINDS else 0,
    )


def holder_of_receipt(session: Session, contribution: Contribution) -> Contribution | None:
    """Return another living gift, of whatever kind, with the same receipt number, or None."""
    if contribution.receipt_number is None:
        return None
    return session.scalar(
        select(Contribution)
        .where(
            Contribution.receipt_number == contribution.receipt_number,
            Contribution.state.not_in(VOID),
            Contribution.id != contribution.id,
        )
        .limit(1)
    )


def surroundings_of(session: Session, contribution: Contribution) -> Surroundings:
    """Return what the search for oddities looks at."""
    timed = contribution.kind in TIME_KINDS
    goods = contribution.lines if contribution.kind in LINE_KINDS else []
    month_entries, month_backfilled = 0, 0
    if timed:
        month_entries, month_backfilled = _month_of(
            session, contribution.organisation_id, contribution.happened_on
        )
    return Surroundings(
        start_minute=contribution.start_minute,
        end_minute=contribution.end_minute,
        break_minutes=contribution.break_minutes,
        service_minutes=contribution.service_minutes,
        published_before=contribution.published_before,
        days_late=(clock.civil_date(contribution.logged_at) - contribution.happened_on).days,
        backfilled=contribution.backfilled,
        same_times=_same_times(session, contribution) if timed else 0,
        month_entries=month_entries,
        month_backfilled=month_backfilled,
        burst=_burst(session, contribution),
        evidence=len(kinds_of(session, contribution.id)),
        value_fen=contribution.amount_fen or 0,
        goods_value_fen=(contribution.amount_fen or 0) if contribution.kind in LINE_KINDS else 0,
        lines_without_basis=sum(line.basis is ValueBasis.NONE for line in goods),
        receipt_waived=contribution.receipt_waiver is not None,
        receipt_missing=contribution.kind in GIFT_KINDS
        and not (contribution.receipt_number or contribution.receipt_waiver),
    )


def _month_of(session: Session, organisation_id: uuid.UUID, day: date) -> tuple[int, int]:
    first = day.replace(day=1)
    rows: Sequence[tuple[bool, int]] = [
        (row[0], row[1])
        for row in session.execute(
            select(Contribution.backfilled, func.count())
            .where(
                Contribution.organisation_id == organisation_id,
                Contribution.kind.in_(TIME_KINDS),
                Contribution.state.not_in(VOID),
                Contribution.happened_on >= first,
                Contribution.happened_on < (first + timedelta(days=32)).replace(day=1),
            )
            .group_by(Contribution.backfilled)
        )
    ]
    return sum(count for _late, count in rows), sum(count for late, count in rows if late)


def _same_times(session: Session, contribution: Contribution) -> int:
    return (
        session.scalar(
            select(func.count(func.distinct(Contribution.party_id))).where(
                Contribution.organisation_id == contribution.organisation_id,
                Contribution.happened_on == contribution.happened_on,
                Contribution.start_minute == contribution.start_minute,
                Contribution.end_minute == contribution.end_minute,
                Contribution.state.not_in(VOID),
            )
        )
        or 0
    )


def _burst(session: Session, contribution: Contribution) -> int:
    minutes = timedelta(minutes=5)
    return (
        session.scalar(
            select(func.count()).where(
                Contribution.organisation_id == contribution.organisation_id,
                Contribution.logged_at.between(
                    contribution.logged_at - minutes, contribution.logged_at + minutes
                ),
            )
        )
        or 0
    )
