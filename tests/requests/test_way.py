"""The way of a request from the family's words to a decision, and who may not take it."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from app import clock, db
from app.deadlines.models import Deadline
from app.deadlines.rules import DeadlineState
from app.errors import Conflict, InvalidInput, NotAllowed, Refused
from app.parties.kinds import RelativeKind
from app.parties.models import DeclaredRelative, Person
from app.permissions import Actor
from projects.publicity import objections
from projects.publicity.models import Publicity
from projects.requests import (
    assessments,
    checks,
    clocks,
    decisions,
    documents,
    flags,
    intake,
    outcomes,
    queries,
    signals,
)
from projects.requests.kinds import (
    Applicant,
    Channel,
    CheckKind,
    CheckResult,
    Protection,
    Recommendation,
    RequestState,
    ServedHow,
)
from projects.requests.models import AidRequest
from projects.tiers.kinds import TierLevel
from projects.tiers.models import ApprovalTier
from tests.requests import place
from tests.requests.place import Place, again, do, end_publicity, found, moves, noon, propose

S = RequestState


@pytest.fixture
def town(database: db.Database) -> Iterator[Place]:
    with noon():
        yield found()


def running(one: AidRequest) -> set[str]:
    with db.reading() as session:
        rows = session.scalars(
            select(Deadline.kind).where(
                Deadline.subject_id == one.id, Deadline.state == DeadlineState.RUNNING
            )
        )
        return set(rows)


def refused(verb: Any, one: AidRequest, actor: Actor, **given: Any) -> str:
    with pytest.raises(Refused) as caught:
        do(verb, one, actor, **given)
    return str(caught.value.sentence)


def test_from_the_familys_words_to_a_decision(town: Place) -> None:
    one = town.submitted()
    assert (one.state, one.number, one.holder_level) == (S.SUBMITTED, "QZ2026-000001", TierLevel.TOWN)
    assert running(one) == {clocks.ACCEPT.name}
    do(assessments.accept, one, town.clerk)
    assert running(one) == {clocks.ASSESS.name}
    one = town.assess(one)
    assert running(one) == {clocks.PROPOSE.name}
    one = propose(one, town.clerk)
    assert (one.state, one.level) == (S.PUBLICISED, TierLevel.TOWN)
    assert running(one) == set()
    with db.reading() as session:
        shown = the_notice(session)
        assert "家*" in shown.body and "3000" not in shown.body and "摔伤" not in shown.body
    end_publicity(8)
    assert again(one).state is S.PROPOSED
    assert running(one) == {clocks.APPROVE.name}
    told: list[AidRequest] = []

    def hear(_session: Any, *, request: AidRequest, **_more: Any) -> None:
        told.append(request)

    with noon(9), signals.request_decided.connected_to(hear):
        one = do(decisions.approve, one, town.leader, amount_fen=250_000)
    assert (one.state, one.granted_fen) == (S.APPROVED, 250_000)
    assert [each.id for each in told] == [one.id]
    with db.reading() as session:
        (paper,) = documents.of_request(session, one)
        assert paper.number_text == "帮决〔2026〕00001 号"
        there = checks.of_round(session, one)
        assert {each.kind: each.result for each in there} == {
            CheckKind.VISIT: CheckResult.DONE,
            CheckKind.ECONOMIC: CheckResult.DONE,
            CheckKind.MEETING: CheckResult.EXCUSED,
            CheckKind.NOTICE: CheckResult.DONE,
        }
    assert moves(one) == [
        (None, S.DRAFT),
        (S.DRAFT, S.SUBMITTED),
        (S.SUBMITTED, S.ASSESSED),
        (S.ASSESSED, S.PUBLICISED),
        (S.PUBLICISED, S.PROPOSED),
        (S.PROPOSED, S.APPROVED),
    ]


def the_notice(session: Any) -> Publicity:
    return session.scalars(select(Publicity)).one()


def test_a_refusal_has_its_paper_and_three_working_days(town: Place) -> None:
    one = propose(
        town.assessed(),
        town.clerk,
        0,
        recommendation=Recommendation.REFUSE,
        proposal="收入高于标准，不符合条件",
    )
    assert one.state is S.PROPOSED
    assert "退回重新评估" in refused(decisions.approve, one, town.leader)
    one = do(decisions.refuse, one, town.leader, reason="家庭收入高于本市标准")
    assert running(one) == {clocks.REFUSAL.name}
    with db.reading() as session:
        (clock_of,) = clocks.running(session, [one.id]).values()
        assert str(clock_of.deadline.due_on) == "2026-11-12"
        (paper,) = documents.of_request(session, one)
        assert paper.kind == documents.REFUSAL.key
    assert "回执" in refused(
        outcomes.serve, one, town.clerk, on=clock.today(), how=ServedHow.POST, receiver="家人甲"
    )
    do(outcomes.serve, one, town.clerk, on=clock.today(), how=ServedHow.IN_PERSON, receiver="家人甲")
    assert running(one) == set()
    assert "已经登记过" in refused(
        outcomes.serve, one, town.clerk, on=clock.today(), how=ServedHow.IN_PERSON, receiver="家人甲"
    )


def test_opening_the_decision_serves_it(town: Place) -> None:
    one = propose(
        town.assessed(), town.clerk, 0, recommendation=Recommendation.REFUSE, proposal="不符合条件的理由"
    )
    one = do(decisions.refuse, one, town.leader, reason="家庭收入高于本市标准")
    assert do(outcomes.seen_online, one, town.clerk) is None
    assert do(outcomes.seen_online, one, town.head) is not None
    assert do(outcomes.seen_online, one, town.head) is None
    assert running(one) == set()


def test_who_may_not_approve(town: Place) -> None:
    one = town.proposed()
    with noon(20):
        assert "权限" in refused(decisions.approve, one, town.clerk)
        assert "辖区" in refused(decisions.approve, one, town.stranger)
        assert "辖区" in refused(decisions.approve, one, town.other_leader)
        both = Actor(town.clerk.user_id, town.clerk.person_id, "兼任", town.leader.grants)
        assert "已经手过" in refused(decisions.approve, one, both)
        visitor = Actor(town.village.user_id, town.village.person_id, "兼任", town.leader.grants)
        assert "已经手过" in refused(decisions.approve, one, visitor)
        assert "不能高于" in refused(decisions.approve, one, town.leader, amount_fen=300_001)
        assert do(decisions.approve, one, town.leader).granted_fen == 300_000


def test_a_relative_never_judges(town: Place) -> None:
    one = town.proposed()
    with db.transaction() as session:
        theirs = session.get_one(Person, town.members[1]).identity_hash
        assert theirs is not None
        for who in (town.leader, town.clerk):
            session.add(
                DeclaredRelative(
                    person_id=who.person_id,
                    relation=RelativeKind.SIBLING,
                    identity_hash=theirs,
                    declared_at=clock.now(),
                )
            )
    with noon(20):
        assert "回避" in refused(decisions.approve, one, town.leader)
        assert "回避" in refused(decisions.refuse, one, town.leader, reason="不符合本市的条件")
        another = town.submitted()
        assert "回避" in refused(
            checks.record_visit, another, town.clerk, visited_on=clock.today(), findings="看了看情况"
        )


def test_above_the_limit(town: Place) -> None:
    one = town.proposed(1_000_001, asked_fen=2_000_000)
    assert (one.level, one.holder_level) == (TierLevel.COUNTY, TierLevel.COUNTY)
    with noon(20):
        assert "区县" in refused(decisions.approve, one, town.leader)
        assert do(decisions.approve, one, town.approver).state is S.APPROVED


def test_the_limit_of_the_day_counts(town: Place) -> None:
    one = town.proposed(900_000)
    with db.transaction() as session:
        row = session.scalars(
            select(ApprovalTier).where(
                ApprovalTier.level == TierLevel.TOWN, ApprovalTier.region_key == place.WEIBIN
            )
        ).one()
        row.up_to_fen = 500_000
    with noon(20):
        assert "区县" in refused(decisions.approve, one, town.leader)


def test_what_an_assessment_lacks(town: Place) -> None:
    one = town.submitted(economic_authorised=False)
    assert "入户调查" in refused(assessments.conclude, one, town.clerk, note="情况属实，符合条件")
    assert "还没有入户调查的记录" in refused(checks.sign_visit, one, town.village)
    do(checks.record_visit, one, town.clerk, visited_on=clock.today(), findings="一人入户看过")
    do(checks.sign_visit, one, town.clerk)
    assert "授权" in refused(
        checks.record,
        one,
        town.clerk,
        kind=CheckKind.ECONOMIC,
        done_on=clock.today(),
        findings="核对报告正常",
    )
    excuse = {"kind": CheckKind.ECONOMIC, "reason": "特困人员免予核对", "rule_from": clock.today()}
    assert "依据" in refused(checks.excuse, one, town.clerk, rule="无", **excuse)
    do(checks.excuse, one, town.clerk, rule="陕民发〔2026〕1号第三条", **excuse)
    assert "至少 2 人" in refused(assessments.conclude, one, town.clerk, note="情况属实，符合条件")
    do(checks.sign_visit, one, town.colleague)
    assert do(assessments.conclude, one, town.clerk, note="情况属实，符合条件").state is S.ASSESSED


def test_an_upheld_objection_begins_again_with_a_meeting(town: Place) -> None:
    one = town.publicised()
    with db.transaction() as session:
        shown = the_notice(session)
        objection = objections.object_to(
            session, shown.id, words="他家有两辆汽车", actor=Actor(None, None, "公众", address="1.2.3.4")
        )
    with pytest.raises(NotAllowed), db.transaction() as session:
        objections.decide(session, objection.id, upheld=True, answer="经核查情况属实", actor=town.stranger)
    with db.transaction() as session:
        objections.decide(session, objection.id, upheld=True, answer="经核查情况属实", actor=town.reviewer)
    one = again(one)
    assert (one.state, one.round, one.is_disputed) == (S.SUBMITTED, 2, True)
    assert running(one) == {clocks.ASSESS.name}
    assert "民主评议" in refused_without_meeting(town, one)
    one = do(
        checks.record, one, town.clerk, kind=CheckKind.MEETING, done_on=clock.today(), findings="评议一致同意"
    )
    one = do(assessments.conclude, again_by(one), town.clerk, note="情况属实，符合条件")
    assert propose(one, town.clerk).state is S.PUBLICISED


def again_by(check: Any) -> AidRequest:
    with db.reading() as session:
        return queries.by_id(session, check.request_id)


def refused_without_meeting(town: Place, one: AidRequest) -> str:
    do(checks.record_visit, one, town.clerk, visited_on=clock.today(), findings="两人再次入户")
    do(checks.sign_visit, one, town.village)
    do(
        checks.record,
        one,
        town.clerk,
        kind=CheckKind.ECONOMIC,
        done_on=clock.today(),
        findings="核对报告正常",
    )
    return refused(assessments.conclude, one, town.clerk, note="情况属实，符合条件")


def test_children_and_victims_are_never_publicised(town: Place) -> None:
    one = propose(town.assessed(), town.clerk, protection=Protection.VIOLENCE)
    assert (one.state, one.protection) == (S.ASSESSED, Protection.VIOLENCE)
    with db.reading() as session:
        assert session.scalars(select(Publicity)).first() is None
    assert "已经提出建议" in refused(
        assessments.propose, one, town.colleague, recommendation=Recommendation.GRANT, proposal="再建议一次"
    )
    assert "已经手过" in refused(assessments.review, one, town.clerk, note="复核同意给予")
    assert "回避" not in refused(assessments.review, one, town.other_clerk, note="复核同意给予")
    one = do(assessments.review, one, town.colleague, note="复核同意给予")
    assert one.state is S.PROPOSED
    with db.reading() as session:
        notice = checks.of_kind(session, one, CheckKind.NOTICE)
        assert notice is not None and notice.rule == "个人信息保护法第二十八条"
    second = Actor(town.colleague.user_id, town.colleague.person_id, "兼任", town.leader.grants)
    assert "已经手过" in refused(decisions.approve, one, second)
    assert do(decisions.approve, one, town.leader).state is S.APPROVED


def test_a_town_without_a_second_person_passes_it_up(town: Place) -> None:
    one = propose(town.assessed(), town.clerk, protection=Protection.INFECTION)
    one = do(assessments.pass_up, one, town.clerk, reason="本镇只有一名工作人员")
    assert one.holder_level is TierLevel.COUNTY
    with db.reading() as session:
        (clock_of,) = clocks.running(session, [one.id]).values()
        assert clock_of.deadline.holder_level.value == "county"
    assert "区县" in refused(assessments.review, one, town.colleague, note="复核同意给予")
    one = do(assessments.review, one, town.handler, note="复核同意给予")
    assert "区县" in refused(decisions.approve, one, town.leader)
    one = do(decisions.approve, one, town.approver)
    with db.reading() as session:
        (paper,) = documents.of_request(session, one)
    assert one.state is S.APPROVED and paper.number_text.startswith("帮决")


def test_whoever_asks_for_somebody_else(town: Place) -> None:
    with pytest.raises(InvalidInput, match="委托书"):
        one = town.drafted(person_id=town.members[1])
        do(intake.submit, one, town.head, revision=1)
    assert one.applicant is Applicant.AGENT
    with pytest.raises(NotAllowed, match="自己家"):
        town.drafted(actor=place.recipient(town.staff["clerk"].person_id))  # type: ignore[arg-type]
    with pytest.raises(NotAllowed):
        town.drafted(actor=town.clerk)  # the member door is the family's
    with pytest.raises(InvalidInput, match="工单"):
        town.drafted(actor=town.village, channel=Channel.HOTLINE_12345)


def test_a_slip_is_written_down_once(town: Place) -> None:
    one = town.drafted(actor=town.clerk, channel=Channel.HOTLINE_12345, slip_number="20261109 001")
    assert running(one) == {clocks.CONTACT.name, clocks.DONE.name}
    with pytest.raises(Conflict, match="已经登记过"):
        town.drafted(actor=town.clerk, channel=Channel.HOTLINE_12345, slip_number="20261109001")
    do(decisions.withdraw, one, town.clerk, reason="登记错了家庭")
    assert running(one) == set()
    town.drafted(actor=town.clerk, channel=Channel.HOTLINE_12345, slip_number="20261109001")


def test_only_statutory_aid_is_handed_over(town: Place) -> None:
    one = town.assessed(kinds=(town.kinds["最低生活保障"],))
    assert "转办" in refused(
        assessments.propose, one, town.clerk, recommendation=Recommendation.GRANT, proposal="建议给予低保"
    )
    one = do(outcomes.hand_over, one, town.clerk, note="转区民政局办理")
    assert (one.state, running(one)) == (S.HANDED_OVER, set())
    one = do(outcomes.take_back, one, town.clerk, reason="部门退回补充材料")
    assert running(one) == {clocks.ASSESS.name}


def test_flags_tell_of_the_same_kind_and_never_refuse(town: Place) -> None:
    town.submitted()
    one = town.submitted()
    with db.reading() as session:
        (flag,) = flags.of(session, queries.by_id(session, one.id))
    assert "QZ2026-000001" in flag.sentence


def test_what_is_sent_back_keeps_its_number(town: Place) -> None:
    one = town.submitted()
    do(assessments.send_back, one, town.clerk, reason="请补一份住院的票据")
    one = do(intake.amend, one, town.head, told=town.told(words="补充：已附住院费用清单和票据。"), revision=1)
    one = do(intake.submit, one, town.head, revision=2)
    assert (one.state, one.number) == (S.SUBMITTED, "QZ2026-000001")
    with pytest.raises(Conflict, match="改动"):
        do(assessments.send_back, one, town.clerk, reason="请再补一份材料")
        do(intake.submit, one, town.head, revision=1)


def test_taken_back_up_to_the_decision(town: Place) -> None:
    for made in (town.drafted, town.submitted, town.assessed, town.publicised, town.proposed):
        one = made()
        assert do(decisions.withdraw, one, town.head).state is S.WITHDRAWN
        assert running(one) == set()
    one = town.proposed()
    with noon(20):
        do(decisions.approve, one, town.leader)
        assert "已批准" in refused(decisions.withdraw, one, town.head)
        assert "本人" in refused(decisions.withdraw, town.drafted(), town.clerk, reason="代为撤回")


def test_others_at_home_do_not_read_it(town: Place) -> None:
    one = town.submitted()
    with db.reading() as session:
        assert queries.find(session, one.code, town.head).id == one.id
        for who in (place.recipient(town.members[1]), town.other_clerk, town.stranger):
            with pytest.raises(Refused):
                queries.find(session, one.code, who)
        assert not queries.own_page(session, place.recipient(town.members[1])).rows
        assert queries.staff_page(session, town.leader).count == 1
        draft = town.drafted()
    with db.reading() as session:
        assert queries.staff_page(session, town.leader).count == 1
        assert queries.of_household(session, town.household)[0].id == draft.id
