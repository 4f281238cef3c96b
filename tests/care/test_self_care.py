"""Self-care assessments, the scale's versions, care agreements, on both databases."""

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from app import clock, db
from app.deadlines.models import Deadline
from app.errors import Conflict, InvalidInput, NotAllowed, Refused
from app.files import evidence
from app.messages.models import Message
from app.parties import household_facts, household_moves
from app.parties.households import MemberData
from app.parties.kinds import HouseholdRelation
from app.permissions import SYSTEM, Role
from projects.selfcare import agreements, assessments, jobs, rules, scales
from projects.selfcare.agreements import Terms
from projects.selfcare.kinds import AgreementState, AssessmentState, SelfCareLevel
from projects.selfcare.models import CareAgreement, SelfCareAssessment
from projects.visits import visits
from projects.visits.kinds import VisitGround, VisitOutcome, VisitPlace, VisitState
from projects.visits.models import Visit
from projects.visits.visits import Findings
from tests.care import home as there
from tests.care.home import DAY, TODAY, Home, do, together
from tests.contributions import city as made

A, G, L = AssessmentState, AgreementState, SelfCareLevel


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def home(web: Flask) -> Home:
    return there.found()


def answers(wrong: int) -> dict[str, int]:
    return {one.key: int(place < wrong) for place, one in enumerate(rules.first().items)}


def assess(home: Home, wrong: int, *, by: Any = None, person: UUID | None = None) -> SelfCareAssessment:
    found: SelfCareAssessment = do(
        assessments.assess,
        home.id,
        person or home.members[0],
        answers(wrong),
        on=TODAY,
        actor=by or home.worker,
    )
    return found


def scan() -> evidence.Received:
    picture = io.BytesIO()
    Image.new("RGB", (9, 9), "white").save(picture, "PNG")
    picture.seek(0)
    return evidence.receive(picture, "协议.png")


def terms(home: Home, **changes: Any) -> Terms:
    values: dict[str, Any] = {
        "carer_id": home.city.worker,
        "tasks": "每日送餐，每周打扫",
        "signed_on": TODAY,
        "valid_from": TODAY,
        "valid_to": TODAY + 100 * DAY,
        "visit_days": 7,
    }
    return Terms(**{**values, **changes})


def signed(home: Home, **changes: Any) -> CareAgreement:
    agreement: CareAgreement = do(
        agreements.sign, home.id, home.members[0], terms(home, **changes), files=[scan()], actor=home.town
    )
    return agreement


def destitute(home: Home) -> None:
    home.stand("特困人员")
    assess(home, 2)
    with db.reading() as session:
        key = session.scalars(select(SelfCareAssessment.id)).one()
    do(assessments.second, key, answers(2), actor=home.patrol)


def due(agreement: CareAgreement) -> list[Visit]:
    with db.reading() as session:
        query = select(Visit).where(Visit.subject_id == agreement.id, Visit.state == VisitState.DUE)
        return list(session.scalars(query))


def again(thing: Any) -> Any:
    with db.reading() as session:
        return session.get_one(type(thing), thing.id)


@pytest.mark.parametrize(
    ("wrong", "level"), [(0, L.FULL), (1, L.PARTLY), (3, L.PARTLY), (4, L.NONE), (6, L.NONE)]
)
def test_the_level_of_a_score(wrong: int, level: SelfCareLevel) -> None:
    assert rules.first().judge(answers(wrong)) == (wrong, level)


def test_one_assessor_is_enough_where_two_are_not_required(home: Home) -> None:
    first = assess(home, 1)
    assert (first.state, first.level) == (A.IN_FORCE, L.PARTLY)
    newer = assess(home, 5)
    assert (again(first).state, newer.state, newer.level) == (A.REPLACED, A.IN_FORCE, L.NONE)
    with pytest.raises(InvalidInput, match="请回答"):
        do(assessments.assess, home.id, home.members[0], {}, on=TODAY, actor=home.worker)
    with pytest.raises(InvalidInput, match="家庭成员"):
        assess(home, 1, person=home.city.worker)
    with pytest.raises(NotAllowed):
        assess(home, 1, by=home.stranger)


def test_a_destitute_person_is_judged_by_two_apart(home: Home) -> None:
    home.stand("特困人员")
    first = assess(home, 2)
    assert first.state is A.AWAITING
    with pytest.raises(Conflict):
        assess(home, 2, by=home.patrol)
    with pytest.raises(NotAllowed, match="另一位"):
        do(assessments.second, first.id, answers(2), actor=home.worker)
    works = [
        lambda session, who=who: assessments.second(session, first.id, answers(3), actor=who)
        for who in (home.patrol, home.town)
    ]
    assert sorted(one is None for one in together(*works)) == [False, True]
    assert again(first).state is A.IN_FORCE  # both find the same level, by other scores
    other = assess(home, 2)
    do(assessments.second, other.id, answers(5), actor=home.patrol)
    assert (again(other).state, again(first).state) == (A.DISAGREED, A.IN_FORCE)
    for state in (A.IN_FORCE, A.DISAGREED):
        thing = first if state is A.IN_FORCE else other
        with pytest.raises(Conflict):
            do(assessments.second, thing.id, answers(2), actor=home.town)


def test_versions_of_the_scale(home: Home) -> None:
    typed = replace(rules.first(), partly_from=2, none_from=5, basis="宝民发〔2026〕8号")
    city = home.city.actor(Role.CITY_STAFF, region=made.CITY)
    legal = home.city.actor(Role.LEGAL_OFFICER, region=made.CITY)
    with pytest.raises(InvalidInput):
        do(scales.propose, typed, valid_from=TODAY, actor=city)
    with pytest.raises(InvalidInput, match="分界"):
        do(scales.propose, replace(typed, none_from=9), valid_from=TODAY + DAY, actor=city)
    row = do(scales.propose, typed, valid_from=TODAY + DAY, actor=city)
    with pytest.raises(NotAllowed):
        do(scales.publish, row.version, actor=city)
    do(scales.publish, row.version, actor=legal)
    for verb in (scales.publish, scales.drop):
        with pytest.raises(Conflict):
            do(verb, row.version, actor=legal)
    before = assess(home, 1)
    with clock.at(made.NOON + DAY):
        after = do(
            assessments.assess, home.id, home.members[0], answers(1), on=TODAY + DAY, actor=home.worker
        )
    assert (before.level, before.scale_version) == (L.PARTLY, 1)
    assert (after.level, after.scale_version) == (L.FULL, 2)


def test_an_agreement_is_signed_visited_and_expires(home: Home) -> None:
    destitute(home)
    agreement = signed(home)
    (visit,) = due(agreement)
    assert visit.ground is VisitGround.CARE_AGREEMENT
    found = Findings(clock.now() - timedelta(hours=1), VisitPlace.HOME, VisitOutcome.WELL, ("living",))
    do(visits.record, visit.id, found, actor=home.worker)
    (following,) = due(agreement)
    assert following.id != visit.id
    with db.transaction() as session:
        household_facts.set_lead_worker(
            session, home.id, home.city.people[Role.TOWN_STAFF], reason="指定主责人", actor=SYSTEM
        )
    assert jobs.look_after() is None
    with clock.at(made.NOON + 80 * DAY):
        assert jobs.look_after() is not None and jobs.look_after() is None
        with db.reading() as session:
            told = select(Message).where(Message.dedup_key.startswith("care_agreement.expiring"))
            assert len(session.scalars(told).all()) == 1
            clocks = session.scalars(select(Deadline).where(Deadline.kind == "care.renew")).all()
        assert len(clocks) == 1
    with clock.at(made.NOON + 101 * DAY):
        jobs.look_after()
        assert again(agreement).state is G.EXPIRED and due(agreement) == []
        newer = do(
            agreements.sign,
            home.id,
            home.members[0],
            terms(home, valid_to=TODAY + 400 * DAY),
            files=[scan()],
            actor=home.town,
        )
        assert (again(agreement).state, newer.follows_id) == (G.RENEWED, agreement.id)
    with db.reading() as session:
        assert session.scalars(select(Deadline).where(Deadline.kind == "care.renew")).one().state == "met"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"valid_to": TODAY}, "到期日"),
        ({"valid_to": TODAY + 2000 * DAY}, "三年"),
        ({"signed_on": TODAY + DAY}, "签订日期"),
        ({"tasks": " "}, "做什么"),
        ({"visit_days": 0}, "间隔"),
        ({"visit_days": 93}, "间隔"),
    ],
)
def test_terms_that_cannot_be_are_refused(home: Home, changes: dict[str, Any], said: str) -> None:
    destitute(home)
    with pytest.raises(InvalidInput, match=said):
        signed(home, **changes)


def test_who_cannot_sign(home: Home) -> None:
    with pytest.raises(InvalidInput, match="特困人员"):
        signed(home)
    home.stand("特困人员")
    with pytest.raises(InvalidInput, match="评估"):
        signed(home)
    destitute_home = there.another(home)
    destitute(destitute_home)
    with pytest.raises(InvalidInput, match="扫描件"):
        do(
            agreements.sign,
            destitute_home.id,
            destitute_home.members[0],
            terms(home),
            files=[],
            actor=home.town,
        )
    with pytest.raises(InvalidInput, match="本人"):
        signed(destitute_home, carer_id=destitute_home.members[0])
    for actor in (home.worker, home.stranger, home.leader):
        with pytest.raises(NotAllowed):
            do(
                agreements.sign,
                destitute_home.id,
                destitute_home.members[0],
                terms(home),
                files=[scan()],
                actor=actor,
            )


@pytest.mark.parametrize("state", [G.RENEWED, G.EXPIRED, G.ENDED])
def test_what_is_over_is_not_ended_again(home: Home, state: AgreementState) -> None:
    destitute(home)
    agreement = signed(home)
    with db.transaction() as session:
        session.get_one(CareAgreement, agreement.id).state = state
    with pytest.raises(Refused):
        do(agreements.end, agreement.id, reason="照料人迁出", actor=home.town)


def test_whoever_goes_to_a_new_household_takes_both_along(home: Home) -> None:
    destitute(home)
    agreement = signed(home)
    new = do(
        household_moves.split,
        home.id,
        members=[MemberData(home.members[0], HouseholdRelation.HEAD)],
        on=TODAY,
        reason="单独立户",
        actor=SYSTEM,
        new_head_id=home.members[1],
    )
    assert again(agreement).household_id == new.id == due(agreement)[0].household_id
    with db.reading() as session:
        assert session.scalars(select(SelfCareAssessment)).one().household_id == new.id


def test_death_ends_both(home: Home) -> None:
    destitute(home)
    agreement = signed(home)
    do(
        household_moves.record_death,
        home.id,
        home.members[0],
        on=TODAY,
        reason="死亡证明",
        actor=SYSTEM,
        new_head_id=home.members[1],
    )
    assert (again(agreement).state, due(agreement)) == (G.ENDED, [])
    with db.reading() as session:
        assert session.scalars(select(SelfCareAssessment)).one().state is A.LAPSED
