"""Random acts on a ledger, one after the other, each beside the same act on the plain model."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.db import reading, transaction
from app.errors import Conflict, Refused
from app.ids import new_id
from app.permissions import SYSTEM
from points import reversals
from points.awards import Award, AwardRequest, award
from points.closing import closing as closes
from points.ledger import accounts, awarded, closing, disputes, expiry, forecasts, holds, postings
from points.ledger.accounts import AccountRef
from points.ledger.hold_models import Hold
from points.ledger.kinds import AccountKind, HoldPurpose, Purse, Reason
from points.ledger.models import Account, AccountBalance
from points.ledger.postings import PostingRequest, TransferRequest
from points.ledger.reconciliation import reconcile
from points.rulesets import caps
from points.rulesets import queries as rulesets
from points.rulesets.kinds import ContributionKind, EvidenceGrade
from points.rulesets.models import CapUse
from points.rulesets.rules import CapPeriod, CapTaken, Facts
from points.seals.sealing import seal
from points.verification.verifying import verify
from tests.points import city, plain

PARTIES = 2
START = datetime(2026, 11, 20, 1, tzinfo=UTC)
PROGRAMME = "social-force"
KINDS = ("honour", "redeemable", "held")

parties = st.integers(0, PARTIES - 1)
which = st.integers(0, 30)
"""One of what there is, counted round."""
steps = st.sampled_from([timedelta(hours=1), *(timedelta(days=days) for days in (1, 2, 20, 200, 500))])


class Machine(RuleBasedStateMachine):
    """``prepare`` gives an empty ledger with the city's rules and some parties, and tells their keys."""

    prepare: Callable[[], list[UUID]]

    def __init__(self) -> None:
        super().__init__()
        self.keys = type(self).prepare()
        self.model = plain.City(PARTIES, START)
        self.requests: list[AwardRequest] = []
        self.hold_ids: list[UUID] = []
        with reading() as session:
            self.programme_id = rulesets.programme(session, PROGRAMME).id

    @initialize()
    def something_is_there(self) -> None:
        """Both parties have served for some hours."""
        for party in range(PARTIES):
            self.contribute(party, True, 6, 1)

    @rule(party=parties, is_service=st.booleans(), size=st.integers(1, 40), ago=st.integers(0, 2))
    def contribute(self, party: int, is_service: bool, size: int, ago: int) -> None:
        """A contribution earns its points; a second asking gives the first answer."""
        day = self.model.today - timedelta(days=ago)
        source = plain.Source(party, is_service, size, day)
        expected = self.model.award(source)
        request = self._request(source)
        for is_new in (True, False):
            made = self._award(request)
            assert (made.points, made.is_new) == (expected, is_new)
        self.model.sources.append(source)
        self.requests.append(request)

    @rule(number=which)
    def award_again(self, number: int) -> None:
        """The same award changes nothing, another input or revision is a conflict; after a reversal it earns anew."""
        source, request = self._source(number)
        if source.stands:
            assert not self._award(request).is_new
            for other in (
                replace(request, facts=replace(request.facts, category="other")),
                replace(request, revision=request.revision + 1),
            ):
                with pytest.raises(Conflict):
                    self._award(other)
            return
        source.revision += 1
        expected = self.model.award(source)
        again = replace(request, revision=source.revision)
        assert self._award(again).points == expected
        self.requests[self.model.sources.index(source)] = again

    @rule(number=which, points=st.integers(-120, 120))
    def adjust(self, number: int, points: int) -> None:
        """A decision gives a contribution more or less."""
        source, request = self._source(number)
        before = dict(source.taken)
        change = self.model.adjust(source, points)
        if change is None:
            return
        taken = [CapTaken(CapPeriod(*key), source.taken[key] - before[key]) for key in source.taken]
        with clock.at(self.model.now), transaction() as session:
            party_id = self.keys[source.party]
            found = awarded.lock(session, request.source_kind, request.source_id)
            caps.hold(session, self.programme_id, party_id, [one.period for one in taken])
            held = accounts.of(session, self.programme_id, party_id)
            revision = 100 * source.revision + source.adjustments
            asked = _adjustment(request, revision, held, change, taken, awarded.told(found[-1]))
            postings.post(session, replace(asked, programme_id=self.programme_id), actor=SYSTEM)
            caps.take(session, self.programme_id, party_id, taken)

    @rule(number=which)
    def reverse(self, number: int) -> None:
        """A contribution is taken back, once."""
        source, request = self._source(number)
        is_new = self.model.reverse(source)
        with clock.at(self.model.now), transaction() as session:
            made = reversals.reverse_award(
                session,
                source_kind=request.source_kind,
                source_id=request.source_id,
                reason="登记有误",
                actor=SYSTEM,
            )
        assert made.is_new == is_new

    @rule(party=parties, points=st.integers(1, 700), hours=st.none() | st.integers(1, 60))
    def hold(self, party: int, points: int, hours: int | None) -> None:
        """Points are set aside for an exchange, never more than there are."""
        until = None if hours is None else self.model.now + timedelta(hours=hours)

        def ask() -> None:
            with clock.at(self.model.now), transaction() as session:
                made = holds.reserve(
                    session,
                    programme_id=self.programme_id,
                    party_id=self.keys[party],
                    purse=Purse.REDEEMABLE,
                    points=points,
                    source_kind="exchange",
                    source_id=new_id(),
                    purpose=HoldPurpose.EXCHANGE,
                    until=until,
                    actor=SYSTEM,
                )
            self.hold_ids.append(made.id)

        self._same(lambda: self.model.hold(party, points, until), ask)

    @precondition(lambda self: self.hold_ids)
    @rule(number=which, comes_back=st.booleans())
    def end_hold(self, number: int, comes_back: bool) -> None:
        """What is held is redeemed or given back, once."""
        at = number % len(self.hold_ids)
        verb = holds.release if comes_back else holds.post

        def ask() -> None:
            with clock.at(self.model.now), transaction() as session:
                verb(session, session.get_one(Hold, self.hold_ids[at]), actor=SYSTEM)

        self._same(lambda: self.model.end_hold(self.model.holds[at], comes_back=comes_back), ask)

    @rule()
    def time_out(self) -> None:
        """What was held too long comes back."""
        with clock.at(self.model.now):
            assert holds.time_out_due() == self.model.time_out()

    @rule(number=which)
    def dispute(self, number: int) -> None:
        """A contribution is disputed."""
        source, request = self._source(number)
        self._same(lambda: self.model.dispute(source), lambda: self._ask_dispute(disputes.dispute, request))

    @rule(number=which)
    def release_dispute(self, number: int) -> None:
        """A dispute is settled in favour of the contribution."""
        source, request = self._source(number)
        self._same(
            lambda: self.model.release_dispute(source),
            lambda: self._ask_dispute(disputes.release, request),
        )

    @rule()
    def night(self) -> None:
        """What has ended ends."""
        with clock.at(self.model.now):
            assert expiry.expire_due(self.model.yesterday) == self.model.night()

    @rule(step=steps)
    def wait(self, step: timedelta) -> None:
        """Time goes by."""
        self.model.now += step

    @rule()
    def seal(self) -> None:
        """New transfers get their leaves."""
        with clock.at(self.model.now):
            seal()

    @rule()
    def close_month(self) -> None:
        """The oldest open month is closed."""
        with clock.at(self.model.now):
            with reading() as session:
                months = closing.open_months(session, self.programme_id, self.model.today)
            if months:
                closes.close(PROGRAMME, months[0], actor=SYSTEM)
                self.model.closed.append(months[0])

    @invariant()
    def both_say_the_same(self) -> None:
        """Balances, running numbers, caps and forecasts are the model's, and all accounts add up to nothing."""
        with clock.at(self.model.now), reading() as session:
            for number, key in enumerate(self.keys):
                party = self.model.parties[number]
                expected = {
                    "honour": (party.honour, party.numbers["honour"]),
                    "redeemable": (party.lots.balance, party.numbers["redeemable"]),
                    "held": (party.held, party.numbers["held"]),
                }
                assert _accounts(session, key) == expected
                assert forecasts.forecast(session, key) == self.model.forecast(number)
                assert _caps(session, key) == {cap: used for cap, used in party.caps.items() if used}
            months = [one.month for one in closing.closes(session, self.programme_id)]
            assert months == self.model.closed

    def teardown(self) -> None:
        """Nothing differs from the transfers, nothing is broken, and a closed month still adds up."""
        with reading() as session:
            assert list(reconcile(session)) == []
            assert list(verify(session)) == []
            assert list(closing.breaks(session)) == []

    def _source(self, number: int) -> tuple[plain.Source, AwardRequest]:
        at = number % len(self.requests)
        return self.model.sources[at], self.requests[at]

    def _request(self, source: plain.Source) -> AwardRequest:
        kind = ContributionKind.SERVICE if source.is_service else ContributionKind.MONEY
        facts = Facts(
            kind,
            source.day,
            EvidenceGrade.A,
            minutes=source.size * 30 if source.is_service else None,
            amount_fen=None if source.is_service else source.size * 10_000,
        )
        return city.service(self.keys[source.party], facts=facts)

    def _award(self, request: AwardRequest) -> Award:
        with clock.at(self.model.now), transaction() as session:
            return award(session, request, actor=SYSTEM)

    def _ask_dispute(self, verb: Callable[..., object], request: AwardRequest) -> None:
        with clock.at(self.model.now), transaction() as session:
            verb(
                session,
                source_kind=request.source_kind,
                source_id=request.source_id,
                reason="有人举报",
                actor=SYSTEM,
            )

    def _same(self, plain_act: Callable[[], object], act: Callable[[], None]) -> None:
        """Do both; either both are refused or neither is."""
        try:
            plain_act()
        except plain.Refused:
            with pytest.raises(Refused):
                act()
        else:
            act()


def _adjustment(
    request: AwardRequest,
    revision: int,
    held: dict[AccountKind, AccountRef],
    change: tuple[int, int, date],
    taken: list[CapTaken],
    told: dict[str, Any],
) -> PostingRequest:
    """Return the posting of an adjustment as a decision makes it: the award's explanation with what changes."""
    honour, redeemable, last = change
    transfers = []
    for purse, points, ends in (
        (AccountKind.HONOUR, honour, None),
        (AccountKind.REDEEMABLE, redeemable, last),
    ):
        sides = (held[AccountKind.ISSUER], held[purse])
        source, target = sides if points > 0 else sides[::-1]
        if points:
            transfers.append(TransferRequest(source, target, abs(points), "调整", expires_on=ends))
    caps_taken = [
        {"cap": one.period.code, "from": one.period.starts_on.isoformat(), "points": one.points}
        for one in taken
    ]
    told = told | {"points": honour, "redeemable": redeemable, "taken": caps_taken}
    return PostingRequest(
        programme_id=UUID(int=0),
        reason=Reason.ADJUSTMENT,
        source_kind=request.source_kind,
        source_id=request.source_id,
        revision=revision,
        inputs=(revision, honour, redeemable),
        happened_on=request.facts.happened_on,
        transfers=tuple(transfers),
        party_id=request.party_id,
        explanation=awarded.explanation(told),
    )


def _accounts(session: Session, party_id: UUID) -> dict[str, tuple[int, int]]:
    rows = session.execute(
        select(Account.kind, AccountBalance.balance, AccountBalance.last_number)
        .join(AccountBalance, AccountBalance.account_id == Account.id)
        .where(Account.party_id == party_id)
    )
    found = {row.kind.value: (row.balance, row.last_number) for row in rows}
    return dict.fromkeys(KINDS, (0, 0)) | found


def _caps(session: Session, party_id: UUID) -> dict[tuple[str, date], int]:
    rows = session.execute(
        select(CapUse.cap_code, CapUse.starts_on, CapUse.used).where(CapUse.party_id == party_id)
    )
    return {(row.cap_code, row.starts_on): row.used for row in rows if row.used}
