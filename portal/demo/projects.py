"""The acts of the demo city's projects: one in every state up to its opening, proposed and judged by their people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from portal.demo.places import SHOWN_ORGANISATION, SHOWN_TOWN
from portal.demo.stage import Stage
from projects.portfolio import decisions, notices, proposals
from projects.portfolio.kinds import FundingSource
from projects.portfolio.models import Project
from projects.portfolio.proposals import Proposal
from projects.portfolio.rules import BudgetLine, Funds
from projects.publicity import publicity

_CITY = ("610302101000", "610303001000")
"""Towns of two counties: together they belong to the city."""


@dataclass(frozen=True)
class Story:
    """A project: what it is, how many days before the end it is proposed, and what is done to it after how many."""

    name: str
    places: tuple[str, ...]
    group: str
    households: int
    plan: str
    effect: str
    lines: tuple[tuple[str, int], ...]
    source: FundingSource
    before: int
    steps: tuple[tuple[int, str], ...] = ()

    def proposal(self, on: datetime, responsible: str) -> Proposal:
        """Return what the organisation writes down."""
        day = clock.civil_date(on)
        total = sum(yuan for _purpose, yuan in self.lines) * 100
        return Proposal(
            name=self.name,
            places=self.places,
            start_on=day + timedelta(days=35),
            end_on=day + timedelta(days=300),
            plan=self.plan,
            target_group=self.group,
            target_households=self.households,
            expected_effect=self.effect,
            responsible_name=responsible,
            responsible_phone="0917-3262000",
            budget=tuple(BudgetLine(purpose, yuan * 100) for purpose, yuan in self.lines),
            funding=(Funds(self.source, total),),
        )


F = FundingSource
_OPEN = ((1, "submit"), (3, "review"), (6, "approve"), (20, "end"))
STORIES = (
    Story(
        "石鼓镇独居老人暖冬行动",
        (SHOWN_TOWN,),
        "石鼓镇 70 岁以上独居老人",
        60,
        "入户查看取暖用电安全，配送棉被和电热毯，腊月里每周探望一次。",
        "60 户全部送到，探望记录齐全，回访满意率 95% 以上。",
        (("棉被和电热毯", 36_000), ("入户交通和保险", 6_000)),
        F.CHARITY,
        44,
        _OPEN,
    ),
    Story(
        "石鼓镇困境儿童周末课堂",
        (SHOWN_TOWN,),
        "石鼓镇困境儿童和留守儿童",
        24,
        "每周六上午在镇儿童之家辅导功课，下午兴趣小组，家访每学期两次。",
        "开课 32 次，出勤率 85% 以上。",
        (("教材和文具", 9_000), ("志愿者保险和交通", 7_000), ("兴趣小组材料", 8_000)),
        F.CHARITY,
        60,
        _OPEN,
    ),
    Story(
        "石鼓镇失能老人家庭喘息服务",
        (SHOWN_TOWN,),
        "石鼓镇失能、半失能老人家庭",
        18,
        "社工评估后，由培训过的护理员每月上门两次，每次四小时，家属得以休息。",
        "上门服务 400 次，家属照护压力量表得分下降。",
        (("护理员补贴", 64_000), ("评估和培训", 16_000)),
        F.WELFARE_LOTTERY,
        9,
        ((1, "submit"), (3, "review"), (6, "approve")),
    ),
    Story(
        "石鼓镇残疾人家庭无障碍改造",
        (SHOWN_TOWN,),
        "石鼓镇持证残疾人家庭",
        15,
        "逐户设计坡道、扶手和卫生间改造，验收后一户一档。",
        "15 户改造完成并验收合格。",
        (("材料和施工", 120_000), ("设计和验收", 15_000)),
        F.ENTERPRISE,
        6,
        ((1, "submit"), (4, "review")),
    ),
    Story(
        "石鼓镇大病家庭探访陪诊",
        (SHOWN_TOWN,),
        "石鼓镇大病患者家庭",
        12,
        "志愿者陪同就诊、取药，帮助办理报销手续。",
        "陪诊 100 人次。",
        (("交通补贴", 12_000), ("志愿者保险", 2_000)),
        F.OWN,
        3,
        ((1, "submit"),),
    ),
    Story(
        "石鼓镇老年食堂送餐到家",
        (SHOWN_TOWN,),
        "石鼓镇行动不便的老人",
        30,
        "午餐由老年食堂统一制作，志愿者送到家，顺便看望。",
        "每个工作日送餐 30 份，满意率 90% 以上。",
        (("餐盒和保温箱", 5_000), ("送餐补贴", 28_000)),
        F.CHARITY,
        22,
        ((1, "submit"),),
    ),
    Story(
        "石鼓镇农技下乡帮就业",
        (SHOWN_TOWN,),
        "石鼓镇有劳动能力的低收入家庭",
        20,
        "请农技员到村授课，组织到合作社实训。",
        "培训 80 人次。",
        (("授课和实训", 26_000),),
        F.PAIRED,
        12,
        ((1, "submit"), (3, "send_back")),
    ),
    Story(
        "渭河两岸适老化改造",
        _CITY,
        "渭滨区、金台区困难老人家庭",
        200,
        "由两区民政部门各提名单，统一招募施工队，分三批改造，完成一批验收一批。",
        "200 户改造完成，验收合格率 100%。",
        (("材料和施工", 780_000), ("监理和验收", 60_000)),
        F.EAST_WEST,
        8,
        ((1, "submit"),),
    ),
    Story(
        "石鼓镇邻里互助站（设想）",
        (SHOWN_TOWN,),
        "",
        10,
        "",
        "",
        (("桌椅", 3_000),),
        F.OWN,
        2,
    ),
)


@dataclass(frozen=True)
class Propose:
    """The shown organisation writes a project down."""

    at: datetime
    story: Story

    def perform(self, stage: Stage, session: Session) -> None:
        """Propose."""
        proposals.propose(
            session,
            self.story.proposal(self.at, stage.plan.cast.by_slug[SHOWN_ORGANISATION].head.name),
            organisation_id=stage.party(session, SHOWN_ORGANISATION),
            actor=stage.clerk(session, SHOWN_ORGANISATION),
        )


@dataclass(frozen=True)
class Bring:
    """A project is brought one step on by whose turn it is."""

    at: datetime
    story: Story
    step: str

    def perform(self, stage: Stage, session: Session) -> None:
        """Carry out the step."""
        project = session.scalars(select(Project).where(Project.name == self.story.name)).one()
        if self.step == "end":
            shown = notices.live(session, project.id)
            assert shown is not None
            publicity.end(session, shown.id)
            return
        key, seen = project.id, project.revision
        town, approver = stage.user(session, "town"), stage.user(session, "approver")
        if self.step == "submit":
            by = stage.clerk(session, SHOWN_ORGANISATION)
            proposals.submit(session, key, revision=seen, actor=by)
        elif self.step == "review":
            decisions.review(session, key, revision=seen, note="已实地看过，情况属实。", actor=town)
        elif self.step == "approve":
            decisions.approve(session, key, revision=seen, note="同意立项，先行公示。", actor=approver)
        else:
            wanted = "请补充授课单位的资质和课时安排，分项写明预算。"
            decisions.send_back(session, key, revision=seen, reason=wanted, actor=town)


Planned = Propose | Bring


def project_acts(stage: Stage) -> Iterator[Planned]:
    """Yield the acts: what waits, waits for the visitor of the demo; one has waited too long."""
    for number, story in enumerate(STORIES):
        begun = stage.plan.ends_at - timedelta(days=story.before, hours=3, minutes=number)
        yield Propose(begun, story)
        for days, step in story.steps:
            yield Bring(begun + timedelta(days=days), story, step)
