"""The chain of a referral, everything that stops it, and who may do what, on both databases."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock, db
from app.audit.models import AuditEvent
from app.deadlines.models import Deadline
from app.deadlines.rules import DeadlineState
from app.errors import Conflict, InvalidInput, NotAllowed, NotFound, Refused
from app.messages.models import Message
from app.papers import papers as paper_verbs
from app.papers.models import Paper
from app.parties import consents, household_moves
from app.parties.households import MemberData
from app.parties.kinds import ConsentPurpose, HouseholdRelation, IntegrityState
from app.parties.models import Organisation
from app.permissions import SYSTEM, Actor, Role
from app.users import grants, users
from app.users.users import NewUser
from projects.assistance.kinds import AssistanceSource
from projects.assistance.models import AidOverride, Assistance
from projects.referrals import answers, documents, jobs, queries, referrals
from projects.referrals.answers import Outcome
from projects.referrals.kinds import Department, ReferralResult, ReferralState, StopCause
from projects.referrals.models import Referral
from projects.referrals.referrals import Need, Receiver
from projects.referrals.rules import MOVES
from tests.assistance import place as there
from tests.assistance.place import Place, together
from tests.contributions import city as made

S = ReferralState
DAY = timedelta(days=1)
HELPED = Outcome(ReferralResult.HELPED, "上门康复训练 6 次", made.TODAY, 60_000)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def place(web: Flask) -> Place:
    return there.found()


def need(place: Place, **changes: Any) -> Need:
    values: dict[str, Any] = {
        "household_id": place.household,
        "person_id": place.members[0],
        "aid_kind_id": place.kinds["医疗帮扶"],
        "words": "偏瘫，需要上门康复训练",
        "consent_signed": True,
    }
    return Need(**{**values, **changes})


def liaison(place: Place) -> Actor:
    """Return the liaison of the county's medical insurance bureau."""
    actor = place.city.actor(Role.DEPARTMENT_LIAISON)
    with db.transaction() as session:
        user = users.create(session, actor.person_id, NewUser("liaison", "x" * 60), actor=SYSTEM)
        grants.write(
            session, user, Role.DEPARTMENT_LIAISON, by=SYSTEM, region_code=made.COUNTY, organisation_id=None
        )
    return actor


def sent(place: Place, receiver: Receiver | None = None, **changes: Any) -> Referral:
    with db.transaction() as session:
        to = receiver or Receiver(organisation_id=place.city.hub)
        return referrals.send(session, need(place, **changes), to, actor=place.town)


def do(verb: Any, referral: Referral, actor: Actor, **given: Any) -> Referral:
    """Carry out a verb on a referral as it stands now, in a transaction of its own."""
    with db.transaction() as session:
        revision = session.get_one(Referral, referral.id).revision
        return verb(session, referral.id, revision=revision, actor=actor, **given)


def again(referral: Referral) -> Referral:
    with db.reading() as session:
        return session.get_one(Referral, referral.id)


def brought(place: Place, state: ReferralState) -> Referral:
    """Return a referral in a state."""
    one, clerk = sent(place), place.city.clerk
    ways: dict[ReferralState, list[tuple[Any, Actor, dict[str, Any]]]] = {
        S.SENT: [],
        S.ACCEPTED: [(answers.accept, clerk, {})],
        S.RETURNED: [(answers.give_back, clerk, {"reason": "没有康复师"})],
        S.STOPPED: [(referrals.withdraw, place.town, {"reason": "家属另有安排"})],
    }
    ways[S.DONE] = [*ways[S.ACCEPTED], (answers.finish, clerk, {"outcome": HELPED})]
    ways[S.CONFIRMED] = [*ways[S.DONE], (answers.confirm, place.worker, {})]
    ways[S.CLOSED] = [*ways[S.CONFIRMED], (referrals.close, place.town, {})]
    for verb, actor, given in ways[state]:
        one = do(verb, one, actor, **given)
    return one


def test_the_chain_closes_on_the_recipients_word(place: Place) -> None:
    one = brought(place, S.CLOSED)
    assert (one.state, one.revision) == (S.CLOSED, 5)
    with db.reading() as session:
        moves = [(two.step.from_state, two.step.to_state) for two in reversed(queries.chain(session, one.id))]
        assert moves == [
            (None, S.SENT),
            (S.SENT, S.ACCEPTED),
            (S.ACCEPTED, S.DONE),
            (S.DONE, S.CONFIRMED),
            (S.CONFIRMED, S.CLOSED),
        ]
        clocks = {two.kind: two.state for two in session.scalars(select(Deadline))}
        assert set(clocks) == {f"referral.{name}" for name in ("accept", "done", "confirm", "close")}
        assert set(clocks.values()) == {DeadlineState.MET}
        (help_,) = session.scalars(select(Assistance)).all()
        assert (help_.source, help_.organisation_id) == (AssistanceSource.REFERRAL, place.city.hub)
        assert (help_.amount_fen, help_.what) == (60_000, "上门康复训练 6 次")
        verbs = set(session.scalars(select(AuditEvent.verb).where(AuditEvent.thing_kind == "referral")))
        assert verbs == {f"referral.{name}" for name in ("send", "accept", "finish", "confirm", "close")}
        told = set(session.scalars(select(Message.template)))
        assert {"referral.received/1", "referral.to_confirm/1", "referral.confirmed/1"} <= told
        assert not any("偏瘫" in text for text in session.scalars(select(Message.body)))


VERBS: dict[str, tuple[Any, str, dict[str, Any], frozenset[ReferralState]]] = {
    "accept": (answers.accept, "clerk", {}, frozenset({S.SENT})),
    "give_back": (answers.give_back, "clerk", {"reason": "没有康复师"}, frozenset({S.SENT, S.ACCEPTED})),
    "finish": (answers.finish, "clerk", {"outcome": HELPED}, frozenset({S.ACCEPTED})),
    "confirm": (answers.confirm, "worker", {}, frozenset({S.DONE})),
    "deny": (answers.deny, "head", {"reason": "还没有来过"}, frozenset({S.DONE})),
    "close": (referrals.close, "town", {}, frozenset({S.CONFIRMED})),
    "withdraw": (
        referrals.withdraw,
        "town",
        {"reason": "家属另有安排"},
        frozenset({S.SENT, S.ACCEPTED, S.RETURNED}),
    ),
}


@pytest.mark.parametrize("state", list(S))
def test_every_step_is_taken_only_where_it_may_and_by_whom_it_may(place: Place, state: ReferralState) -> None:
    one = brought(place, state)
    actors = {
        "clerk": place.city.clerk,
        "worker": place.worker,
        "head": place.head,
        "town": place.town,
        "stranger": place.stranger,
        "reviewer": place.city.staff,
        "other clerk": place.city.actor(Role.ORGANISATION_CLERK, organisation=place.city.factory),
        "auditor": place.city.actor(Role.AUDITOR),
    }
    for name, (verb, who, given, states) in VERBS.items():
        for actor_name, actor in actors.items():
            right = actor_name == who or (name in ("confirm", "deny") and actor_name in ("worker", "head"))
            if right and state in states:
                continue
            with pytest.raises(Refused) as refused:
                do(verb, one, actor, **given)
            assert len(str(refused.value)) > 5, (name, actor_name)
    with pytest.raises(Refused):
        do(referrals.send_on, one, place.stranger, receiver=Receiver(organisation_id=place.city.factory))
    assert again(one).state is state
    assert set(MOVES) == set(S)


def test_a_stale_page_is_refused(place: Place) -> None:
    one = brought(place, S.ACCEPTED)
    with db.transaction() as session, pytest.raises(Conflict, match="有了变化"):
        answers.finish(session, one.id, HELPED, revision=1, actor=place.city.clerk)


def test_what_comes_back_goes_to_somebody_else(place: Place) -> None:
    one = brought(place, S.RETURNED)
    with pytest.raises(InvalidInput):
        do(referrals.send_on, one, place.town, receiver=Receiver(department=Department.MEDICAL))
    one = do(referrals.send_on, one, place.town, receiver=Receiver(organisation_id=place.city.factory))
    assert (one.leg, one.state, one.organisation_id) == (2, S.SENT, place.city.factory)
    with pytest.raises(NotAllowed):
        do(answers.accept, one, place.city.clerk)
    with db.reading() as session, pytest.raises(NotFound):
        queries.own_get(session, one.code, place.city.clerk)
    other = place.city.actor(Role.ORGANISATION_CLERK, organisation=place.city.factory)
    do(answers.accept, one, other)


def test_without_the_word_of_the_recipient_it_goes_on(place: Place) -> None:
    one = brought(place, S.DONE)
    one = do(answers.deny, one, place.head, reason="只来过一次")
    assert (one.state, one.result, one.result_fen) == (S.ACCEPTED, None, None)
    one = do(answers.finish, one, place.city.clerk, outcome=HELPED)
    do(answers.confirm, one, place.head)
    assert again(one).state is S.CONFIRMED


def test_consent_is_asked_and_its_withdrawal_stops_the_chain(place: Place) -> None:
    with pytest.raises(Conflict) as refused:
        sent(place, consent_signed=False)
    assert refused.value.field == "consent"
    one = brought(place, S.ACCEPTED)
    with db.transaction() as session:
        consents.withdraw(session, place.members[0], ConsentPurpose.REFERRAL, actor=place.town)
    one = again(one)
    assert (one.state, one.stop_cause) == (S.STOPPED, StopCause.CONSENT)
    with db.reading() as session:
        assert not session.scalars(select(Deadline).where(Deadline.state == DeadlineState.RUNNING)).all()
        assert "referral.stopped/1" in set(session.scalars(select(Message.template)))
    with pytest.raises(Conflict):
        do(answers.finish, one, place.city.clerk, outcome=HELPED)


def test_a_consent_that_ran_out_stops_at_night(place: Place) -> None:
    one = brought(place, S.SENT)
    with db.transaction() as session:
        consent = consents.give(session, place.members[0], ConsentPurpose.REFERRAL, actor=place.town)
        consent.expires_on = made.TODAY
    assert jobs.stop_expired() is None
    with clock.at(clock.instant(made.TODAY + DAY, 9)):
        with pytest.raises(Conflict, match="同意"):
            do(answers.accept, one, place.city.clerk)
        assert jobs.stop_expired() is not None
    assert again(one).stop_cause is StopCause.CONSENT


def test_what_is_done_is_confirmed_even_without_consent(place: Place) -> None:
    one = brought(place, S.DONE)
    with db.transaction() as session:
        consents.withdraw(session, place.members[0], ConsentPurpose.REFERRAL, actor=place.town)
    do(answers.confirm, one, place.worker)
    assert again(one).state is S.CONFIRMED


def test_what_cannot_be_sent_is_refused(place: Place) -> None:
    with pytest.raises(InvalidInput):
        sent(place, person_id=place.lead)
    with pytest.raises(InvalidInput):
        sent(place, aid_kind_id=place.kinds["最低生活保障"])
    with pytest.raises(InvalidInput):
        sent(place, words="  ")
    with pytest.raises(InvalidInput):
        sent(place, Receiver(organisation_id=place.household))
    with db.transaction() as session:
        session.get_one(Organisation, place.city.hub).integrity = IntegrityState.ABNORMAL
    with pytest.raises(InvalidInput, match="异常"):
        sent(place)
    for actor in (place.stranger, place.city.clerk, place.worker, place.city.approver):
        with db.transaction() as session, pytest.raises(NotAllowed):
            referrals.send(session, need(place), Receiver(organisation_id=place.city.factory), actor=actor)


def test_two_at_once_send_one(place: Place) -> None:
    def send(session: Any) -> object:
        return referrals.send(
            session, need(place), Receiver(organisation_id=place.city.hub), actor=place.town
        )

    done = together(send, send, send)
    assert done.count(None) == 1
    one = again_only()

    def accept(session: Any) -> object:
        return answers.accept(session, one.id, revision=1, actor=place.city.clerk)

    def stop(session: Any) -> object:
        return referrals.withdraw(session, one.id, revision=1, reason="家属另有安排", actor=place.town)

    done = together(accept, stop, accept, stop)
    assert done.count(None) == 1
    assert again(one).state in (S.ACCEPTED, S.STOPPED)


def again_only() -> Referral:
    with db.reading() as session:
        return session.scalars(select(Referral)).one()


def test_the_same_help_lately_wants_a_reason(place: Place) -> None:
    place.helped()
    with pytest.raises(Conflict) as refused:
        sent(place)
    assert refused.value.field == "override_reason" and "1 家单位" in str(refused.value)
    sent(place, override_reason="住院期间需要继续康复")
    with db.reading() as session:
        assert session.scalars(select(AidOverride)).one().subject_kind == "referral"


def test_statutory_aid_is_handed_over_and_its_result_copied_back(place: Place) -> None:
    officer = liaison(place)
    assert officer.person_id is not None
    to = Receiver(department=Department.CIVIL_AFFAIRS, liaison_id=officer.person_id)
    kind = place.kinds["最低生活保障"]
    one = sent(place, to, aid_kind_id=kind, consent_signed=False)
    sent(place, aid_kind_id=place.kinds["教育帮扶"])
    with db.reading() as session:
        assert [two.id for two in queries.staff_page(session, officer).rows] == [one.id]
        assert queries.staff_waiting_count(session, officer) == 1
        paper = documents.in_force(session, one)
        assert paper is not None
        content = paper_verbs.content_of(paper)
        assert content["words"] == "偏瘫，需要上门康复训练" and content["department"] == "民政部门"
    do(answers.accept, one, officer)
    granted = Outcome(ReferralResult.HELPED, "自 12 月起纳入低保，每月 640 元", made.TODAY, 64_000)
    do(answers.finish, one, officer, outcome=granted)
    with pytest.raises(NotAllowed):
        do(answers.confirm, one, officer)
    do(answers.confirm, one, place.worker)
    with db.reading() as session:
        (help_,) = session.scalars(select(Assistance)).all()
        assert (help_.source, help_.giver) == (AssistanceSource.HANDED_OVER, "民政部门")
    do(referrals.close, one, place.town)


def test_a_stopped_hand_over_has_no_slip(place: Place) -> None:
    officer = liaison(place)
    to = Receiver(department=Department.CIVIL_AFFAIRS, liaison_id=officer.person_id)
    one = sent(place, to, aid_kind_id=place.kinds["最低生活保障"])
    do(answers.give_back, one, officer, reason="不属于本部门")
    do(referrals.send_on, one, place.town, receiver=to)
    with db.reading() as session:
        assert len(session.scalars(select(Paper)).all()) == 2
    do(referrals.withdraw, one, place.town, reason="家属另有安排")
    with db.reading() as session:
        assert documents.in_force(session, one) is None


def test_nobody_hands_over_to_who_is_no_liaison(place: Place) -> None:
    to = Receiver(department=Department.MEDICAL, liaison_id=place.lead)
    with pytest.raises(InvalidInput):
        sent(place, to)
    with pytest.raises(InvalidInput):
        sent(place, Receiver(department=Department.MEDICAL))


def test_it_follows_who_founds_a_household_and_ends_with_a_death(place: Place) -> None:
    member = place.members[2]
    one = sent(place, person_id=member)
    with db.transaction() as session:
        new = household_moves.split(
            session,
            place.household,
            members=[MemberData(member, HouseholdRelation.HEAD)],
            on=made.TODAY,
            reason="成家另过",
            actor=SYSTEM,
        )
    assert again(one).household_id == new.id
    other = sent(place, person_id=place.members[1])
    with db.transaction() as session:
        household_moves.record_death(
            session, place.household, place.members[1], on=made.TODAY, reason="死亡证明", actor=SYSTEM
        )
    assert again(other).stop_cause is StopCause.DEATH


def test_another_county_and_another_organisation_see_nothing(place: Place) -> None:
    one = sent(place)
    strangers = (place.stranger, place.city.actor(Role.DEPARTMENT_LIAISON, region=made.OTHER_COUNTY))
    with db.reading() as session:
        for actor in strangers:
            assert queries.staff_page(session, actor).rows == []
            with pytest.raises(NotFound):
                queries.staff_get(session, one.code, actor)
        other = place.city.actor(Role.ORGANISATION_CLERK, organisation=place.city.factory)
        assert queries.own_page(session, other).rows == []
        assert [two.id for two in queries.own_page(session, place.head).rows] == [one.id]
        assert [two.id for two in queries.own_page(session, place.city.clerk).rows] == [one.id]


@pytest.mark.parametrize(
    ("outcome", "field"),
    [
        (Outcome(ReferralResult.HELPED, " ", made.TODAY), "words"),
        (Outcome(ReferralResult.HELPED, "给了", date(2026, 12, 1)), "on"),
        (Outcome(ReferralResult.HELPED, "给了", date(2026, 11, 1)), "on"),
        (Outcome(ReferralResult.NOT_GIVEN, "不符合", made.TODAY, 100), "amount"),
    ],
)
def test_a_result_that_cannot_be_is_refused(place: Place, outcome: Outcome, field: str) -> None:
    one = brought(place, S.ACCEPTED)
    with pytest.raises(InvalidInput) as refused:
        do(answers.finish, one, place.city.clerk, outcome=outcome)
    assert refused.value.field == field
    assert again(one).state is S.ACCEPTED
