"""The acts of the demo city's referrals: help that families got, batons in each state, and what comparisons found."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.ids import new_id
from app.parties import household_queries, persons
from app.parties.kinds import PartyKind, RegistrationState
from app.parties.models import Party, Person
from app.parties.persons import PersonData
from app.permissions import Actor, Role
from app.users import grants, users
from app.users.users import NewUser
from portal.demo.places import SHOWN_COUNTY, SHOWN_ORGANISATION, SHOWN_VILLAGE
from portal.demo.stage import Stage
from projects.assistance import aid_kinds, assistance
from projects.assistance.assistance import AssistanceData
from projects.comparisons import comparing
from projects.comparisons.kinds import DataKind
from projects.comparisons.models import ComparisonRecord
from projects.comparisons.records import RecordData
from projects.referrals import answers, referrals
from projects.referrals.answers import Outcome
from projects.referrals.kinds import Department, ReferralResult
from projects.referrals.models import Referral
from projects.referrals.referrals import Need, Receiver

_WEEK = timedelta(weeks=1)
_COUNTY = SHOWN_COUNTY.ljust(12, "0")


@dataclass(frozen=True)
class Passed:
    """One day's work on the families of the shown village, as far as they have been entered."""

    at: datetime
    what: str

    def perform(self, stage: Stage, session: Session) -> None:
        """Do the work named."""
        homes = session.scalars(
            select(Party.id)
            .where(
                Party.kind == PartyKind.HOUSEHOLD,
                Party.region_code == SHOWN_VILLAGE,
                Party.state == RegistrationState.APPROVED,
            )
            .order_by(Party.id)
        ).all()
        if len(homes) < _FEWEST:
            return
        if self.what == "help":
            _help(session, stage.user(session, "town"), homes)
        elif self.what == "refer":
            _refer(stage, session, homes)
        elif self.what == "answer":
            _answer(stage, session)
        else:
            _compare(session, stage.user(session, "town"), homes)


_FEWEST = 4


def referral_acts(stage: Stage) -> Iterator[Passed]:
    """Yield the acts, each a day on which something of all that happens."""
    ends_at = stage.plan.ends_at
    for weeks, what in ((5, "help"), (3, "refer"), (2, "answer"), (1, "compare")):
        yield Passed(ends_at - weeks * _WEEK, what)


def _help(session: Session, town: Actor, homes: Sequence[UUID]) -> None:
    kinds = aid_kinds.by_name(session)
    for place, (kind, what, giver, yuan) in enumerate(
        (
            ("医疗帮扶", "住院自付费用补助", "宝鸡市慈善协会", 3_000),
            ("生活困难帮扶", "米面油和棉被", "渭滨区红十字会", 420),
            ("教育帮扶", "助学金", "宝鸡渭水助学基金会", 2_000),
        )
    ):
        data = AssistanceData(
            household_id=homes[place],
            kind_id=kinds[kind],
            what=what,
            given_on=clock.today() - timedelta(days=2 * place),
            giver=giver,
            amount_fen=yuan * 100,
        )
        assistance.enter(session, data, actor=town)


def _refer(stage: Stage, session: Session, homes: Sequence[UUID]) -> None:
    """One to the shown organisation that is answered, one that waits there, one for the department."""
    sysadmin = stage.user(session, "sysadmin")
    liaison = persons.register_contact(session, PersonData("梁联络", _COUNTY), actor=sysadmin)
    new = NewUser("liaison", stage.password_hash)
    user = users.create(session, liaison.id, new, actor=sysadmin)
    security = stage.user(session, "secadmin")
    grants.grant_role(session, user.id, Role.DEPARTMENT_LIAISON, region_code=_COUNTY, actor=security)
    town, kinds = stage.user(session, "town"), aid_kinds.by_name(session)
    shown = Receiver(organisation_id=stage.party(session, SHOWN_ORGANISATION))
    department = Receiver(department=Department.CIVIL_AFFAIRS, liaison_id=liaison.id)
    for home, kind, words, receiver in (
        (homes[1], "照护服务", "老人行动不便，需要每周上门助浴一次。", shown),
        (homes[2], "心理疏导", "孩子不愿上学，想请社工谈一谈。", shown),
        (homes[3], "临时救助", "主要劳力骨折三个月没有收入，申请临时救助。", department),
    ):
        who = next(one for one in household_queries.members(session, home) if one.is_present)
        need = Need(home, who.party.id, kinds[kind], words, consent_signed=True)
        referrals.send(session, need, receiver, actor=town)


def _answer(stage: Stage, session: Session) -> None:
    clerk = stage.clerk(session, SHOWN_ORGANISATION)
    first = session.scalars(
        select(Referral).where(Referral.organisation_id.is_not(None)).order_by(Referral.id).limit(1)
    ).one()
    answers.accept(session, first.id, revision=first.revision, actor=clerk)
    outcome = Outcome(ReferralResult.HELPED, "志愿者两人上门助浴四次", clock.today(), 80_000)
    answers.finish(session, first.id, outcome, revision=first.revision, actor=clerk)


def _compare(session: Session, town: Actor, homes: Sequence[UUID]) -> None:
    """What the departments brought about two families, and what comes of it at night."""
    for home, kind, on, fen, words, department in (
        (homes[0], DataKind.VEHICLE, date(2025, 6, 3), None, "小型轿车", "公安交管部门"),
        (homes[1], DataKind.DEATH, clock.today() - timedelta(days=9), None, "火化登记", "殡葬、公安部门"),
        (homes[0], DataKind.INCOME, clock.today().replace(day=1), 620_000, "工资", "人社、税务部门"),
    ):
        member = [one for one in household_queries.members(session, home) if one.is_present][-1]
        known = session.get_one(Person, member.party.id).identity_hash
        if known is None:
            continue
        data = RecordData(kind, bytes(known), on, fen, words, department)
        session.add(
            ComparisonRecord(
                id=new_id(),
                kind=kind,
                identity_hash=data.identity_hash,
                digest=data.digest,
                dated_on=on,
                amount_fen=fen,
                words=words,
                department=department,
                received_at=clock.now(),
                entered_by_id=town.person_id,
            )
        )
    session.flush()
    comparing.compare(session, homes[:2])
