"""The acts of the demo city's families: their files, and what they ask for, one request in each state."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.parties import household_facts, household_queries, households, persons, registrations
from app.parties.households import MemberData
from app.parties.kinds import Capacity, HouseholdRelation
from app.parties.models import Party
from app.permissions import Role
from app.users import grants, users
from app.users.users import NewUser
from credit.commitments.models import How
from portal.demo.places import SHOWN_VILLAGE
from portal.demo.staffing import person_data
from portal.demo.stage import Stage
from projects.contributions.rules import EvidenceKind
from projects.publicity import publicity
from projects.requests import assessments, checks, decisions, intake, outcomes, queries
from projects.requests.intake import Signature, Told
from projects.requests.kinds import Channel, CheckKind, Protection, Recommendation, ServedHow, Urgency
from projects.requests.models import AidKind, AidRequest
from projects.requests.steps import THING

_RELATIONS = (HouseholdRelation.HEAD, HouseholdRelation.SPOUSE, HouseholdRelation.CHILD)
_BEFORE = timedelta(weeks=14)


@dataclass(frozen=True)
class OpenFiles:
    """The town opens the families' files; a colleague confirms them. The first family's head gets a sign-in."""

    at: datetime

    def perform(self, stage: Stage, session: Session) -> None:
        """Enter the people, open and confirm."""
        town, colleague = stage.user(session, "town"), stage.user(session, "town-2")
        since = clock.today() - timedelta(days=1)
        for number, family in enumerate(stage.plan.cast.families):
            members = []
            for place, human in enumerate(family):
                data = person_data(human, SHOWN_VILLAGE)
                entered = persons.register_member(session, data, different="演示城市的人", actor=town)
                child = place == len(_RELATIONS) - 1
                capacity = Capacity.LIMITED if child else Capacity.FULL
                members.append(MemberData(entered.id, _RELATIONS[place], capacity))
            opened = households.open_household(
                session, region_code=SHOWN_VILLAGE, members=members, actor=town, on=since, reason="入户登记"
            )
            registrations.submit(session, opened.id, actor=town)
            households.confirm(session, opened.id, revision=opened.revision, actor=colleague)
            words = ("最低生活保障家庭", "刚性支出困难家庭", "潜在救助对象")
            household_facts.begin_category(
                session,
                opened.id,
                category=words[number % len(words)],
                begin_on=since,
                reason="按上级系统认定结果照录",
                actor=town,
            )
            worker = stage.user(session, "village").person_id
            household_facts.set_lead_worker(session, opened.id, worker, reason="由本村协理员负责", actor=town)
        head = stage.plan.cast.families[0][0]
        new = NewUser("recipient", stage.password_hash, phone=head.phone)
        user = users.create(session, stage.human(session, head), new, actor=stage.user(session, "sysadmin"))
        grants.grant_role(session, user.id, Role.RECIPIENT, actor=stage.user(session, "secadmin"))


@dataclass(frozen=True)
class Story:
    """A request: of which family and member, what they tell, how many days before the end, and how far it comes."""

    family: int
    member: int
    kinds: tuple[str, ...]
    words: str
    before: int
    steps: tuple[str, ...]
    channel: Channel = Channel.VILLAGE
    slip: str | None = None
    yuan: int = 3_000
    urgency: Urgency = Urgency.NORMAL
    whole: bool = True
    protection: Protection | None = None

    @property
    def key(self) -> str:
        """By what the request is found again: its words are its own."""
        return self.words


_ASSESSED = ("submit", "check", "conclude")
_PUBLICISED = (*_ASSESSED, "propose")
_PROPOSED = (*_PUBLICISED, "end")
STORIES = (
    Story(
        0, 0, ("医疗帮扶", "生活困难帮扶"), "去年底查出肾病，每周透析三次，自付的药费越来越多，丈夫打零工供不上。",
        40, (*_PROPOSED, "approve", "serve"), Channel.MEMBER, yuan=8_000,
    ),
    Story(
        0, 2, ("教育帮扶",), "孩子今年上初二，晚上没人辅导，想找志愿者周末带一带功课。", 6, ("submit",),
        Channel.MEMBER, yuan=0, whole=False,
    ),
    Story(
        0, 0, ("住房修缮",), "厨房屋顶漏雨，想请人来修一修，还没算过要多少钱。", 1, (), Channel.MEMBER, yuan=0,
    ),
    Story(
        1, 0, ("突发急难",), "12345 来电：灶房失火，被褥粮食烧毁，一家三口暂住亲戚家。", 3, ("submit",),
        Channel.HOTLINE_12345, "BJ20261117-3081", 6_000, Urgency.EMERGENCY,
    ),
    Story(
        2, 0, ("生活困难帮扶",), "儿子在外打工受伤停工，家里两个月没有收入，欠着村卫生室的药费。", 22, _ASSESSED,
        yuan=4_000,
    ),
    Story(3, 0, ("照护服务",), "老伴瘫痪在床，自己腰也不好，需要有人上门帮助擦洗和做饭。", 8, _PUBLICISED, yuan=2_400),
    Story(
        4, 0, ("住房修缮",), "土坯房后墙开裂，下雨进水，想修好过冬，村上看过说能修。", 30, _PROPOSED,
        Channel.PATROL, yuan=9_000, urgency=Urgency.SOON,
    ),
    Story(
        5, 1, ("心理疏导", "生活困难帮扶"), "从外地带着孩子回来，不敢让原来的家里知道，暂时住在村上的空房。", 12,
        _PUBLICISED, Channel.WINDOW, yuan=3_000, whole=False, protection=Protection.VIOLENCE,
    ),
    Story(
        1, 1, ("就业帮扶",), "想学电焊手艺，希望能有补贴，家里平时有稳定的养殖收入。", 33,
        (*_ASSESSED, "propose", "refuse"), yuan=5_000,
    ),
    Story(2, 1, ("最低生活保障",), "想申请低保，家里只有老人种地，子女都不在身边。", 9, ("submit",), yuan=0),
    Story(3, 1, ("就业帮扶",), "想找一份能照顾家里的零工，后来在镇上自己找到了。", 26, ("submit", "withdraw"), yuan=0),
)  # fmt: skip


@dataclass(frozen=True)
class Ask:
    """Somebody tells what is needed, and the request goes as far as its story says, a working step a day."""

    at: datetime
    story: Story

    def perform(self, stage: Stage, session: Session) -> None:
        """Write the request down."""
        one = self.story
        people = [stage.human(session, human) for human in stage.plan.cast.families[one.family]]
        household_id = household_queries.household_of(session, people[0])
        assert household_id is not None
        wanted = select(AidKind.id).where(AidKind.name.in_(one.kinds))
        minor = one.member == len(_RELATIONS) - 1
        told = Told(
            household_id=household_id,
            person_id=people[one.member],
            applicant_id=people[0] if minor else people[one.member],
            words=one.words,
            kinds=tuple(session.scalars(wanted)),
            channel=one.channel,
            slip_number=one.slip,
            whole_household=one.whole,
            urgency=one.urgency,
            asked_fen=one.yuan * 100 or None,
            protection=one.protection,
            economic_authorised=True,
        )
        intake.enter(session, told, actor=_asker(stage, session, one))


@dataclass(frozen=True)
class Bring:
    """One step of a story."""

    at: datetime
    story: Story
    step: str

    def perform(self, stage: Stage, session: Session) -> None:
        """Take the step by whom it belongs to."""
        one, key = self.story, _find(stage, session, self.story)
        town, leader = stage.user(session, "town"), stage.user(session, "leader")
        if self.step == "submit":
            _submit(stage, session, one, key)
        elif self.step == "check":
            _check(stage, session, key)
        elif self.step == "conclude":
            assessments.conclude(session, key.id, note="情况属实，家庭确有困难。", actor=town)
        elif self.step == "propose":
            _propose(session, one, key, town)
        elif self.step == "end":
            live = publicity.find_live(session, THING, key.id)
            assert live is not None
            publicity.end(session, live.id)
        elif self.step == "approve":
            decisions.approve(session, key.id, note="同意给予帮扶。", actor=leader)
        elif self.step == "refuse":
            reason = "经核对，家庭收入稳定，可参加人社部门的免费技能培训，已告知报名办法。"
            decisions.refuse(session, key.id, reason=reason, actor=leader)
        elif self.step == "serve":
            receiver = session.get_one(Party, key.applicant_id).name
            outcomes.serve(
                session, key.id, on=clock.today(), how=ServedHow.IN_PERSON, receiver=receiver, actor=town
            )
        else:
            decisions.withdraw(session, key.id, reason="本人已找到工作，要求撤回。", actor=town)


Asked = OpenFiles | Ask | Bring


def request_acts(stage: Stage) -> Iterator[Asked]:
    """Yield the acts: what waits, waits for the visitor of the demo."""
    yield OpenFiles(stage.plan.ends_at - _BEFORE)
    for number, story in enumerate(STORIES):
        begun = stage.plan.ends_at - timedelta(days=story.before, hours=4, minutes=number)
        yield Ask(begun, story)
        day = 0
        for step in story.steps:
            day += 11 if step == "end" else 1
            yield Bring(begun + timedelta(days=day), story, step)


def _asker(stage: Stage, session: Session, one: Story) -> Any:
    return stage.user(session, "recipient" if one.channel is Channel.MEMBER else "village")


def _find(stage: Stage, session: Session, one: Story) -> AidRequest:
    head = stage.human(session, stage.plan.cast.families[one.family][0])
    household_id = household_queries.household_of(session, head)
    assert household_id is not None
    return next(each for each in queries.of_household(session, household_id) if each.words == one.key)


def _submit(stage: Stage, session: Session, one: Story, request: AidRequest) -> None:
    signature = Signature()
    if one.channel is not Channel.MEMBER:
        signature = Signature(How.SIGNATURE, clock.today(), stage.samples[EvidenceKind.CONFIRMATION])
    intake.submit(
        session,
        request.id,
        revision=request.revision,
        signature=signature,
        actor=_asker(stage, session, one),
    )


def _check(stage: Stage, session: Session, request: AidRequest) -> None:
    town = stage.user(session, "town")
    findings = "两人到户，见到本人。住房两间，生活用品简单，所说困难属实，邻居可以证明。"
    checks.record_visit(session, request.id, visited_on=clock.today(), findings=findings, actor=town)
    checks.sign_visit(session, request.id, actor=stage.user(session, "village"))
    checks.record(
        session,
        request.id,
        CheckKind.ECONOMIC,
        done_on=clock.today(),
        findings="核对报告：无车辆、无经营性收入，存款低于规定限额。",
        actor=town,
    )


def _propose(session: Session, one: Story, request: AidRequest, town: Any) -> None:
    refuse = "refuse" in one.steps
    assessments.propose(
        session,
        request.id,
        recommendation=Recommendation.REFUSE if refuse else Recommendation.GRANT,
        proposal="家庭收入稳定，不符合条件，建议不予批准。"
        if refuse
        else "建议给予帮扶，由社会力量分次落实。",
        amount_fen=0 if refuse else one.yuan * 100,
        protection=one.protection,
        actor=town,
    )
