"""The pure rules: fields by kind, hours, evidence grades, odd entries, moves."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Conflict
from app.states import ensure_move
from points.rulesets.kinds import ContributionKind, EvidenceGrade
from projects.contributions import hours, oddities, rules
from projects.contributions.evidence import grade_of
from projects.contributions.hours import Span
from projects.contributions.oddities import Oddity, Surroundings
from projects.contributions.rules import (
    MOVES,
    Claim,
    ClaimLine,
    ContributionState,
    EvidenceKind,
    Source,
    ValueBasis,
)

TODAY = date(2026, 11, 21)
REGISTERED = date(2026, 1, 1)
K = ContributionKind


def money(**changes: Any) -> Claim:
    values: dict[str, Any] = {
        "kind": K.MONEY,
        "happened_on": TODAY,
        "giver_is_person": False,
        "free_of_charge": True,
        "amount_fen": 1_000_000,
        "receipt_number": "0012345678",
    }
    return Claim(**{**values, **changes})


def service(**changes: Any) -> Claim:
    values: dict[str, Any] = {
        "kind": K.SERVICE,
        "happened_on": TODAY,
        "giver_is_person": True,
        "free_of_charge": True,
        "start_minute": 540,
        "end_minute": 690,
    }
    return Claim(**{**values, **changes})


def goods(*lines: ClaimLine, **changes: Any) -> Claim:
    return money(kind=K.GOODS, amount_fen=None, lines=lines, **changes)


def fields_of(claim: Claim, *, first_logged_on: date = TODAY) -> list[str]:
    found = rules.check(claim, today=TODAY, registered_on=REGISTERED, first_logged_on=first_logged_on)
    assert all(str(problem.sentence).endswith("。") for problem in found)
    return [problem.field for problem in found]


@pytest.mark.parametrize(
    ("end_minute", "now", "fields"),
    [(690, 690, []), (690, 689, ["end"]), (1500, 1439, ["end"]), (690, 1439, [])],
)
def test_a_service_of_today_must_be_over(end_minute: int, now: int, fields: list[str]) -> None:
    found = rules.check(
        service(end_minute=end_minute),
        today=TODAY,
        minute_now=now,
        registered_on=REGISTERED,
        first_logged_on=TODAY,
    )
    assert [problem.field for problem in found] == fields


@pytest.mark.parametrize(
    "claim",
    [
        money(),
        money(receipt_number="", receipt_waiver="捐赠人书面放弃，2026 年 11 月 3 日"),
        service(),
        service(happened_on=TODAY - timedelta(days=1), start_minute=1380, end_minute=1500),
        goods(ClaimLine(10_000, 50_000, ValueBasis.INVOICE), ClaimLine(5_000, 80_000, ValueBasis.AGREEMENT)),
        goods(ClaimLine(10_000, None, ValueBasis.NONE)),
        money(kind=K.TRAINING, amount_fen=None, quantity_thousandths=20_000, receipt_number=""),
    ],
)
def test_right_claims_pass(claim: Claim) -> None:
    assert fields_of(claim) == []


@pytest.mark.parametrize(
    ("claim", "field"),
    [
        (money(amount_fen=None), "amount"),
        (money(amount_fen=0), "amount"),
        (money(amount_fen=-5), "amount"),
        (money(amount_fen=rules.MOST_FEN + 1), "amount"),
        (money(receipt_number=""), "receipt_number"),
        (money(receipt_number="票 12"), "receipt_number"),
        (money(receipt_waiver="也放弃"), "receipt_number"),
        (money(free_of_charge=False), "free_of_charge"),
        (money(happened_on=TODAY + timedelta(days=1)), "happened_on"),
        (money(happened_on=REGISTERED - timedelta(days=1)), "happened_on"),
        (money(description="联系人 13800138000"), "description"),
        (money(beneficiary="６１０３０１１９９００１０１００１Ｘ"), "beneficiary"),
        (service(giver_is_person=False), "party"),
        (service(start_minute=None), "start"),
        (service(start_minute=1440, end_minute=1500), "start"),
        (service(end_minute=540), "end"),
        (service(end_minute=540 + 1441), "end"),
        (service(break_minutes=150), "break_minutes"),
        (service(break_minutes=-1), "break_minutes"),
        (goods(), "lines"),
        (goods(ClaimLine(0, None, ValueBasis.NONE)), "lines-0-quantity"),
        (goods(ClaimLine(1_000, 100, ValueBasis.NONE)), "lines-0-basis"),
        (goods(ClaimLine(1_000, None, ValueBasis.INVOICE)), "lines-0-value"),
        (goods(ClaimLine(1_000, None, ValueBasis.NONE), ClaimLine(1_000, 100, ValueBasis.INVOICE)), "lines"),
        (money(kind=K.JOBS, amount_fen=None, quantity_thousandths=None, receipt_number=""), "quantity"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(claim: Claim, field: str) -> None:
    assert field in fields_of(claim)


def test_hours_can_be_entered_for_thirty_days() -> None:
    day = date(2026, 9, 1)
    last = day + timedelta(days=30)
    assert fields_of(service(happened_on=day), first_logged_on=last) == []
    assert fields_of(service(happened_on=day), first_logged_on=last + timedelta(days=1)) == ["happened_on"]
    assert fields_of(money(happened_on=day), first_logged_on=TODAY) == []


def test_backfill_begins_after_three_days_and_only_for_hours_typed_by_hand() -> None:
    day = date(2026, 11, 1)
    assert not rules.is_backfilled(K.SERVICE, day, day + timedelta(days=3), source=Source.DIRECT)
    assert rules.is_backfilled(K.SERVICE, day, day + timedelta(days=4), source=Source.DIRECT)
    assert not rules.is_backfilled(K.SERVICE, day, day + timedelta(days=4), source=Source.SESSION)
    assert not rules.is_backfilled(K.MONEY, day, TODAY, source=Source.DIRECT)


def test_dates_are_no_personal_numbers() -> None:
    assert not rules.names_a_number("2026-11-21 09:00 至 2026-11-22 10:00，受益 120 人，票据 00123456")


@given(st.sampled_from(ContributionState), st.sampled_from(ContributionState))
def test_only_the_moves_of_the_table_are_moves(state: ContributionState, new: ContributionState) -> None:
    if new in MOVES[state]:
        ensure_move(MOVES, state, new)
    else:
        with pytest.raises(Conflict):
            ensure_move(MOVES, state, new)


def test_nothing_is_awarded_unverified_and_nothing_reversed_unawarded() -> None:
    assert [state for state in MOVES if ContributionState.AWARDED in MOVES[state]] == [
        ContributionState.VERIFIED
    ]
    assert [state for state in MOVES if ContributionState.REVERSED in MOVES[state]] == [
        ContributionState.AWARDED
    ]
    assert all(not MOVES[state] for state in rules.VOID)


spans = st.builds(
    lambda day, start, length, rest: Span(
        date(2026, 11, 1) + timedelta(days=day), start, start + length, rest % length
    ),
    st.integers(0, 2),
    st.integers(0, 1439),
    st.integers(1, 1440),
    st.integers(0, 600),
)


@given(spans)
def test_a_day_has_all_minutes_of_a_service_and_no_more(span: Span) -> None:
    minutes = rules.service_minutes(span.start_minute, span.end_minute, span.break_minutes)
    assert sum(hours.by_day([span]).values()) == minutes
    assert all(0 <= one <= hours.DAY for one in hours.by_day([span]).values())


@given(spans, spans)
def test_overlap_is_mutual_and_means_a_shared_minute(one: Span, other: Span) -> None:
    first, second = range(*one.absolute), range(*other.absolute)
    shared = max(first.start, second.start) < min(first.stop, second.stop)
    assert bool(hours.overlapping(one, [other])) is shared
    assert bool(hours.overlapping(other, [one])) is shared


@given(st.lists(spans, min_size=1, max_size=4))
def test_the_busiest_day_is_one_that_the_service_touches(found: list[Span]) -> None:
    span, *others = found
    day, minutes = hours.busiest(span, others)
    assert day in hours.by_day([span])
    assert minutes == hours.by_day(found)[day]


@given(st.lists(spans, max_size=6))
def test_without_overlaps_no_day_passes_24_hours(found: list[Span]) -> None:
    taken: list[Span] = []
    for span in found:
        if not hours.overlapping(span, taken):
            taken.append(span)
    assert all(minutes <= hours.DAY for minutes in hours.by_day(taken).values())


def test_long_days_ask_for_the_manager_and_then_for_the_bureau() -> None:
    def asked(minutes: int) -> tuple[bool, bool]:
        needed = hours.requirement(day_minutes=minutes, backfilled=False, value_fen=0)
        assert bool(needed.reasons) is needed.manager
        return needed.manager, needed.bureau

    assert asked(480) == (False, False)
    assert asked(481) == (True, False)
    assert asked(720) == (True, False)
    assert asked(721) == (True, True)


def test_backfill_and_large_gifts_ask_for_two() -> None:
    assert hours.requirement(day_minutes=0, backfilled=True, value_fen=0).second_person
    assert hours.requirement(day_minutes=0, backfilled=False, value_fen=50_000_000).second_person
    assert not hours.requirement(day_minutes=0, backfilled=False, value_fen=49_999_999).second_person


def test_the_bureau_is_who_serves_the_whole_city() -> None:
    assert hours.stands_for_city(["6103"])
    assert not hours.stands_for_city(["610302", "610303001"])


E = EvidenceKind


@pytest.mark.parametrize(
    ("kind", "source", "kinds", "receipt", "backfilled", "grade"),
    [
        (K.SERVICE, Source.SESSION, [E.CONFIRMATION], False, False, "A"),
        (K.SERVICE, Source.SESSION, [], False, False, "B"),
        (K.SERVICE, Source.DIRECT, [E.ATTENDANCE_SHEET], False, False, "C"),
        (K.SERVICE, Source.DIRECT, [], False, False, "D"),
        (K.SERVICE, Source.SESSION, [E.CONFIRMATION], False, True, "C"),
        (K.MONEY, Source.DIRECT, [E.RECEIPT, E.HAND_OVER], True, False, "A"),
        (K.MONEY, Source.DIRECT, [E.RECEIPT], True, False, "B"),
        (K.MONEY, Source.DIRECT, [], True, False, "C"),
        (K.MONEY, Source.DIRECT, [E.OTHER], False, False, "C"),
        (K.GOODS, Source.DIRECT, [], False, False, "D"),
    ],
)
def test_the_grade_follows_from_the_evidence(
    kind: K, source: Source, kinds: list[E], receipt: bool, backfilled: bool, grade: str
) -> None:
    assert grade_of(kind, source, kinds, has_receipt=receipt, backfilled=backfilled) is EvidenceGrade(grade)


@given(st.sampled_from(K), st.sampled_from(Source), st.sets(st.sampled_from(E)), st.booleans())
def test_backfilled_hours_are_never_above_c(kind: K, source: Source, kinds: set[E], receipt: bool) -> None:
    if kind in rules.TIME_KINDS:
        assert grade_of(kind, source, kinds, has_receipt=receipt, backfilled=True).value >= "C"


@given(st.integers(1, 10**9), st.integers(-5, 10**9), st.sampled_from(["", "  ", "签到表只有 8 人"]))
def test_a_part_is_at_most_the_claim_and_needs_a_reason(claimed: int, verified: int, reason: str) -> None:
    wrong = rules.partly(claimed, verified, reason, field="verified_minutes")
    fine = 0 < verified <= claimed and (verified == claimed or bool(reason.strip()))
    assert (not wrong) is fine


def test_odd_entries_say_why() -> None:
    plain = Surroundings(evidence=1, start_minute=540, end_minute=690, service_minutes=150)
    assert oddities.find(plain) == []
    night = Surroundings(
        evidence=1, start_minute=60, end_minute=300, service_minutes=240, same_times=7, burst=40
    )
    found = oddities.find(night)
    assert [one.oddity for one in found] == [
        Oddity.SAME_TIMES,
        Oddity.BURST,
        Oddity.NIGHT,
        Oddity.ROUND_HOURS,
    ]
    assert found[0].sentence == "同一单位当天有 7 人的起止时间完全相同"
    share = Surroundings(evidence=1, month_entries=10, month_backfilled=3)
    assert [one.sentence for one in oddities.find(share)] == ["本单位当月补录占 30%，高于 20%"]
    assert oddities.from_stored([one.stored() for one in found]) == found


def test_times_of_day_are_written_as_people_read_them() -> None:
    assert hours.clock_time(540) == "09:00"
    assert hours.clock_time(1440) == "24:00"
    assert hours.clock_time(1500) == "次日 01:00"
