"""Loading the demo city on both databases: through the verbs, once, and on again after a kill."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock, db
from app.audit import chain
from app.audit.models import AuditEvent
from app.config import Mode, Settings
from app.errors import Conflict
from app.papers.models import Paper, PaperState
from app.parties.models import Organisation, Party
from app.permissions import Role
from app.users.demo import DemoSignIn
from app.users.demo import read as read_sign_ins
from app.users.models import User
from points.ledger.models import Account, AccountBalance, Transfer
from points.ledger.reconciliation import reconcile
from points.rankings.models import Standing
from points.rulesets.models import Programme
from points.rulesets.publication import CITY_PROGRAMME
from points.verification.verifying import verify
from portal.demo import closing, load
from portal.demo.living import corrected_key
from portal.demo.load import Outcome, load_city
from portal.demo.plan import Plan, Size
from portal.demo.plans import Course
from projects.contributions.models import Contribution
from projects.contributions.rules import ContributionState as S

SMALL = Size(organisations=14, volunteers=30, contributions=40)
ENDS_AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
_STATES = {
    Course.WHOLE: S.AWARDED,
    Course.PARTLY: S.AWARDED,
    Course.MENDED: S.AWARDED,
    Course.SENT_BACK: S.SENT_BACK,
    Course.REFUSED: S.REFUSED,
    Course.WITHDRAWN: S.WITHDRAWN,
    Course.REVERSED: S.REVERSED,
    Course.UNSUBMITTED: S.LOGGED,
    Course.WAITING: S.SUBMITTED,
    Course.REVIEWED: S.REVIEWED,
}


def load_small(settings: Settings, seed: int = 1) -> Outcome:
    return load_city(settings, seed=seed, size=SMALL, ends_at=ENDS_AT)


def planned() -> Plan:
    with db.reading() as session:
        beginning = load._beginning(session)
    assert beginning is not None
    return load._plan(beginning)


def test_a_city_is_loaded_as_planned_and_loading_it_again_changes_nothing(
    web: Flask, settings: Settings
) -> None:
    settings = replace(settings, mode=Mode.DEMO)
    assert load_small(settings) is Outcome.LOADED
    with web.app_context(), clock.at(ENDS_AT):
        closing.settle()
    as_planned(planned())
    with db.reading() as session:
        assert list(verify(session)) == [] and list(reconcile(session)) == []
        assert list(chain.verify(session)) == [] and chain.unchained(session) == 0
        assert session.scalar(select(func.count()).select_from(Standing))
        papers = session.scalars(select(Paper.state)).all()
        assert papers and set(papers) <= {PaperState.RENDERED, PaperState.REVOKED}
    shown = read_sign_ins(settings)
    assert {one.name for one in shown} >= {
        "clerk-shigu",
        "volunteer",
        "handler",
        "city",
        "auditor",
        "sysadmin",
    }
    assert len({one.name for one in shown}) == len(shown)
    # A second of a role only where one may not judge what the other entered.
    roles = Counter(one.role for one in shown)
    assert {role for role, count in roles.items() if count > 1} == {str(Role.TOWN_STAFF.label)}
    with clock.at(ENDS_AT):
        for one in shown:
            opens_its_door(web, one)

    with db.reading() as session:
        before = session.scalar(select(func.count()).select_from(AuditEvent))
    assert load_small(settings, seed=2) is Outcome.THERE
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(AuditEvent)) == before


def test_a_load_that_was_broken_off_goes_on_to_the_same_city(
    web: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "CHAPTER_LENGTH", 25)

    class Killed(BaseException):
        pass

    def kill(done: int, count: int) -> None:
        if done > count // 2:
            raise Killed

    with pytest.raises(Killed):
        load_city(settings, seed=1, size=SMALL, ends_at=ENDS_AT, tell=kill)
    assert load_city(settings, seed=99, size=SMALL) is Outcome.RESUMED  # what was begun is brought to its end
    as_planned(planned())
    assert planned().ends_at == ENDS_AT


def test_a_database_with_parties_of_its_own_is_left_alone(web: Flask, settings: Settings) -> None:
    with db.transaction() as session:
        moment = ENDS_AT
        session.add(
            Party(
                kind="organisation", name="某单位", sort_key="mou", match_key="某单位", region_code="610303000000",
                state="approved", state_since=moment, created_at=moment,
            )
        )  # fmt: skip
    with pytest.raises(Conflict):
        load_small(settings)


def test_production_takes_no_demo_data(web: Flask, settings: Settings) -> None:
    web.extensions["zhongli"] = replace(settings, mode=Mode.PRODUCTION)
    answer = web.test_cli_runner().invoke(args=["demo", "load"])
    assert answer.exit_code == 1
    assert "production" in answer.output


def opens_its_door(web: Flask, one: DemoSignIn) -> None:
    """Sign in as the list of the sign-in page says."""
    visitor = web.test_client()
    form = {"name": one.name, "password": one.password, "csrf_token": token_of(visitor.get("/sign-in").text)}
    answer = visitor.post("/sign-in", data=form, follow_redirects=True)
    assert answer.status_code == 200, one
    assert answer.request.path in {"/my", "/staff"}, (one, answer.request.path)


def as_planned(plan: Plan) -> None:
    """Compare what stands in the database with the plan: figures depend on the seed alone."""
    with db.reading() as session:
        rows = {one.row_key: one for one in session.scalars(select(Contribution))}
        for one in plan.contributions:
            row = rows.pop(one.key)
            assert row.state is _STATES[one.course] or one.course in (Course.MENDED, Course.REVERSED), one
            if one.course is Course.PARTLY:
                assert row.verified_minutes == one.verified
            elif row.state is S.AWARDED:
                assert row.verified_amount_fen == row.amount_fen
                assert row.verified_minutes == row.service_minutes
            if one.amount_fen is not None:
                assert row.amount_fen == one.amount_fen
            assert row.happened_on == one.happened_on
            assert row.evidence_grade.value in "ABCD"
            if row.state is S.AWARDED:
                assert row.awarded_centipoints is not None
        corrected = {corrected_key(one) for one in plan.contributions if one.course is Course.REVERSED}
        assert rows.keys() <= corrected
        codes = Counter(session.scalars(select(Organisation.uscc).where(Organisation.uscc.is_not(None))))
        assert codes == Counter(one.uscc for one in plan.cast.organisations if one.uscc)
        names = set(session.scalars(select(User.name)))
        assert names >= {one.name for one in plan.cast.users}
        # The city's programme; the village's own takes points away, too.
        balances = session.scalar(
            select(func.sum(AccountBalance.balance))
            .join(Account, Account.id == AccountBalance.account_id)
            .join(Programme, Programme.id == Account.programme_id)
            .where(Programme.code == CITY_PROGRAMME)
        )
        moved = select(Transfer.points, Transfer.reverses_id).where(Transfer.source_kind == "contribution")
        assert balances == sum(points_of(session.execute(moved).all()))


def points_of(transfers: object) -> list[int]:
    """Return the transfers' points, those of reversals negative."""
    return [-points if reverses else points for points, reverses in transfers]  # type: ignore[attr-defined]


def token_of(page: str) -> str:
    """Return the CSRF token that a page's form carries."""
    return page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
