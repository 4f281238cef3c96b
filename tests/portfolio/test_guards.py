"""Who may not judge a project, and who comes second, on both databases."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock, db
from app.errors import NotAllowed, Refused
from app.identity import DocumentKind
from app.parties import duplicates
from app.parties.kinds import AffiliationKind, IntegrityState, RelativeKind
from app.parties.models import Affiliation, DeclaredRelative, Organisation, Party, Person
from app.permissions import Actor, Role
from projects.portfolio import decisions, proposals
from projects.portfolio.kinds import ProjectState
from projects.portfolio.models import Project
from projects.publicity.kinds import PublicityState
from projects.publicity.models import Publicity
from projects.tiers.kinds import TierLevel
from tests.contributions import city as made
from tests.portfolio import place as there
from tests.portfolio.place import Place, again, do, large

S = ProjectState


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with made.noon():
        yield


@pytest.fixture
def place(web: Flask) -> Place:
    return there.found()


def test_a_listed_organisation_cannot_hand_in(place: Place) -> None:
    draft = place.drafted()
    with db.transaction() as session:
        one = session.get_one(Organisation, place.city.hub)
        one.integrity, one.integrity_source = IntegrityState.ABNORMAL, "宝鸡市民政局公告"
    with pytest.raises(NotAllowed, match=r"列入活动异常名录（宝鸡市民政局公告）.*申请移出"):
        do(proposals.submit, draft, place.clerk)
    assert again(draft).state is S.DRAFT


def test_an_organisation_listed_meanwhile_is_not_approved(place: Place) -> None:
    project = place.reviewed()
    with db.transaction() as session:
        session.get_one(Organisation, place.city.hub).integrity = IntegrityState.SERIOUS
    with pytest.raises(NotAllowed, match="严重违法失信"):
        do(decisions.approve, project, place.approver)


def test_who_may_review(place: Place) -> None:
    project = place.submitted()
    for actor in (
        place.clerk,
        place.approver,
        there.stranger(Role.TOWN_STAFF, there.OTHER_TOWN),
        there.stranger(Role.COUNTY_REVIEWER, made.OTHER_COUNTY),
        there.stranger(Role.AUDITOR, made.CITY),
    ):
        with pytest.raises(NotAllowed):
            do(decisions.review, project, actor)
    done = do(decisions.review, project, place.town, note="入户核实过")
    assert (done.state, done.holder_level) == (S.REVIEWED, TierLevel.COUNTY)


def test_who_may_approve(place: Place) -> None:
    project = place.reviewed()
    wrong: list[tuple[Actor, str]] = [
        (place.clerk, "没有"),
        (place.town, "没有"),
        (there.stranger(Role.COUNTY_APPROVER, made.OTHER_COUNTY), "不在您的辖区"),
    ]
    for actor, sentence in wrong:
        with pytest.raises(NotAllowed, match=sentence):
            do(decisions.approve, project, actor)
    assert do(decisions.approve, project, place.approver).state is S.PUBLICISED


def test_above_the_limit_only_the_city_approves(place: Place) -> None:
    project = place.reviewed(**large(50_000_100))
    assert project.level is TierLevel.CITY
    with pytest.raises(NotAllowed, match="市级"):
        do(decisions.approve, project, place.approver)
    with pytest.raises(NotAllowed, match="市级"):
        do(decisions.refuse, project, place.approver, reason="不在权限内")
    assert do(decisions.approve, project, place.city_staff).state is S.PUBLICISED


def test_who_handed_in_or_reviewed_never_approves(place: Place) -> None:
    project = place.reviewed(by=place.city_staff)
    with pytest.raises(NotAllowed, match="已经手过"):
        do(decisions.approve, project, place.city_staff)
    both = Actor(
        user_id=place.clerk.user_id,
        person_id=place.clerk.person_id,
        name="两头",
        grants=there.stranger(Role.COUNTY_APPROVER, made.COUNTY).grants,
    )
    with pytest.raises(NotAllowed, match="已经手过"):
        do(decisions.approve, project, both)


def test_who_belongs_to_the_organisation_stands_aside(place: Place) -> None:
    project = place.reviewed()
    with db.transaction() as session:
        session.add(_link(place.city.people[Role.COUNTY_APPROVER], place.city.hub, AffiliationKind.MEMBER))
    with pytest.raises(NotAllowed, match="回避"):
        do(decisions.approve, project, place.approver)


@pytest.mark.parametrize("kind", [AffiliationKind.LEGAL_REPRESENTATIVE, AffiliationKind.EMPLOYEE])
def test_a_relative_of_who_answers_for_it_stands_aside(place: Place, kind: AffiliationKind) -> None:
    """A legal representative's relatives stand aside always, an employee's when she answers for the project."""
    with db.transaction() as session:
        person = session.get_one(Person, place.city.worker)
        person.identity_kind, person.identity_number = DocumentKind.RESIDENT_ID, "110105199003078810"
        person.identity_hash = duplicates.identity_hash("110105199003078810")
        session.get_one(Party, place.city.worker).name = "李负责"
        session.add(_link(place.city.worker, place.city.hub, kind))
        session.add(
            DeclaredRelative(
                person_id=place.city.people[Role.COUNTY_APPROVER],
                relation=RelativeKind.SPOUSE,
                identity_hash=person.identity_hash,
                declared_at=clock.now(),
            )
        )
    project = place.reviewed()
    assert project.responsible_id == place.city.worker
    with pytest.raises(NotAllowed, match="亲属"):
        do(decisions.approve, project, place.approver)


def test_two_approvers_at_once(place: Place) -> None:
    project = place.reviewed()
    outcomes = _together(
        lambda: do(decisions.approve, project, place.approver),
        lambda: do(decisions.approve, project, there.stranger(Role.COUNTY_APPROVER, made.COUNTY)),
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["Conflict", "Project"]
    with db.reading() as session:
        assert len(list(session.scalars(select(Publicity)))) == 1


def test_withdrawn_while_being_approved(place: Place) -> None:
    project = place.reviewed()
    outcomes = _together(
        lambda: do(decisions.approve, project, place.approver),
        lambda: do(proposals.withdraw, project, place.clerk, reason="资金没有到位"),
    )
    # Either the approver came too late, or what was approved was then withdrawn with its publicity.
    assert again(project).state is S.WITHDRAWN
    refused = [one for one in outcomes if isinstance(one, Refused)]
    with db.reading() as session:
        shown = list(session.scalars(select(Publicity)))
    assert [str(one) for one in refused if "已撤回" not in str(one)] == []
    assert [one.state for one in shown] == ([] if refused else [PublicityState.WITHDRAWN])


def test_another_organisation_touches_nothing(place: Place) -> None:
    project = place.submitted()
    other = place.city.actor(Role.ORGANISATION_CLERK, organisation=place.city.factory)
    for verb in (proposals.submit, proposals.withdraw):
        with pytest.raises(NotAllowed, match="所在单位"):
            do(verb, project, other)
    with db.transaction() as session, pytest.raises(NotAllowed):
        proposals.propose(session, there.proposal(), organisation_id=place.city.hub, actor=other)


def _link(person_id: Any, organisation_id: Any, kind: AffiliationKind) -> Affiliation:
    return Affiliation(
        person_id=person_id,
        organisation_id=organisation_id,
        kind=kind,
        valid_from=made.TODAY - timedelta(days=100),
    )


def _together(*acts: Any) -> list[Project | Refused]:
    """Do several things at the same moment, each in its own thread; return what each one came to."""
    outcomes: list[Project | Refused] = []
    gate = threading.Barrier(len(acts))

    def run(act: Any) -> None:
        with made.noon():
            gate.wait()
            try:
                outcomes.append(act())
            except Refused as refused:
                outcomes.append(refused)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes
