"""A small demo city with a stranger of every role: another county, another organisation than all that is shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock, db
from app.audit.models import AuditEvent
from app.config import Settings
from app.files.models import EvidenceFile
from app.ids import new_code, new_id
from app.imports.models import ImportUpload, UploadState
from app.messages.models import Message
from app.papers.models import Paper
from app.parameters.models import ParameterValue
from app.parties import households as household_files
from app.parties import persons
from app.parties.households import MemberData
from app.parties.kinds import HouseholdRelation
from app.parties.models import Affiliation, Party
from app.parties.persons import PersonData
from app.permissions import SYSTEM, Role
from app.users import grants, passwords, users
from app.users.grants import OF_ORGANISATION, OF_OWN_THINGS
from app.users.models import User, UserGrant, UserSession
from app.users.users import NewUser
from points.adjustments.models import AdjustmentDecision
from points.covenants.models import Covenant, CovenantHousehold, CovenantRecord
from points.rulesets.models import Ruleset
from points.simulation.models import Simulation, SimulationState
from portal.demo import closing
from portal.demo.load import load_city
from portal.demo.plan import Size
from projects.contributions.models import Contribution, ContributionEvidence
from projects.contributions.rules import ContributionState
from projects.portfolio.kinds import ProjectState
from projects.portfolio.models import Project
from projects.publicity.kinds import ObjectionState
from projects.publicity.models import Publicity, PublicityObjection
from projects.tiers.kinds import TierLevel, TierThing
from projects.tiers.models import ApprovalTier
from tests.access import aid, care, passed_on

ENDS_AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
SIZE = Size(organisations=14, volunteers=20, contributions=24)
PASSWORD = "lan-yu-shan-feng-07"
SHOWN = "宝鸡市石鼓暖阳志愿者协会"
WAITING = "渭滨区石鼓银龄手拉手服务中心"
OBJECTED = "示例异议的原话"
STRANGERS_COUNTY = "610331000000"
STRANGERS_ORGANISATION = "宝鸡渭水助学基金会"


@dataclass(frozen=True)
class Things:
    """Real things of one county and organisation, by the names that routes give their parts."""

    codes: dict[str, str]
    """By the first part of the endpoint's name: the code that its routes take."""
    values: dict[str, Any]
    """By the name of the part."""
    secrets: tuple[str, ...]
    """Texts that no page may show to a stranger."""


@contextmanager
def demo_city(web: Flask, settings: Settings) -> Iterator[Things]:
    """Load the city, add the strangers, stop the clock, and tell what there is."""
    load_city(settings, seed=1, size=SIZE, ends_at=ENDS_AT)
    with clock.at(ENDS_AT), web.app_context():
        closing.settle()
    with clock.at(ENDS_AT):
        hashed = passwords.hashed(PASSWORD)
        with db.transaction() as session:
            for role in Role:
                _stranger(session, role, hashed)
        with db.reading() as session:
            found = _things(session)
        yield found


def name_of(role: Role) -> str:
    """Return the sign-in name of the stranger of a role."""
    return f"stranger.{role.value}"


def client_of(web: Flask, role: Role | None) -> FlaskClient:
    """Return a browser in which the stranger of a role is signed in; None: nobody."""
    client = web.test_client()
    if role is not None:
        data = {"name": name_of(role), "password": PASSWORD, "csrf_token": token_of(client)}
        answer = client.post("/sign-in", data=data)
        assert answer.status_code == 303, (role, answer.status_code)
    return client


def token_of(client: FlaskClient) -> str:
    """Return a CSRF token that is good in this browser's session."""
    for path in ("/sign-in", "/"):
        page = client.get(path).text
        if 'name="csrf_token"' in page:
            return page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    raise AssertionError("no page carries a CSRF token")


def _stranger(session: Session, role: Role, hashed: str) -> None:
    person = persons.register_contact(session, PersonData(f"路{role.label}", STRANGERS_COUNTY), actor=SYSTEM)
    user = users.create(session, person.id, NewUser(name_of(role), hashed), actor=SYSTEM)
    organisation_id = session.scalars(select(Party.id).where(Party.name == STRANGERS_ORGANISATION)).one()
    # As a row: the administrators and city staff, too, get a county, which no page would give them.
    grants.write(
        session,
        user,
        role,
        by=SYSTEM,
        region_code=None if role in OF_ORGANISATION | OF_OWN_THINGS else STRANGERS_COUNTY,
        organisation_id=organisation_id if role in OF_ORGANISATION else None,
    )


def _things(session: Session) -> Things:
    shown = session.scalars(select(Party).where(Party.name == SHOWN)).one()
    waiting = session.scalars(select(Party).where(Party.name == WAITING)).one()
    of_shown = select(Contribution).where(Contribution.organisation_id == shown.id)
    proven = session.scalars(
        of_shown.join(ContributionEvidence, ContributionEvidence.contribution_id == Contribution.id)
        .where(Contribution.state == ContributionState.AWARDED)
        .order_by(Contribution.id)
    ).first()
    assert proven is not None
    link = session.scalars(
        select(ContributionEvidence).where(ContributionEvidence.contribution_id == proven.id)
    ).first()
    assert link is not None
    paper = session.scalars(select(Paper).where(Paper.organisation_id == shown.id)).first()
    message = session.scalars(select(Message).where(Message.party_id == shown.id)).first()
    user = session.scalars(select(User).where(User.name == "handler")).one()
    grant = session.scalars(select(UserGrant).where(UserGrant.user_id == user.id)).first()
    affiliation = session.scalars(
        select(Affiliation.id).where(Affiliation.organisation_id == shown.id)
    ).first()
    signed_in = session.scalars(select(UserSession.id)).first()
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.id)).first()
    village = session.scalars(select(Covenant)).one()
    household = session.scalars(select(CovenantHousehold).order_by(CovenantHousehold.number)).first()
    record = session.scalars(select(CovenantRecord).order_by(CovenantRecord.id)).first()
    project = session.scalars(
        select(Project).where(
            Project.organisation_id == shown.id,
            Project.state == ProjectState.SUBMITTED,
            Project.holder_level == TierLevel.TOWN,
        )
    ).first()
    assert project is not None
    assert affiliation is not None and household is not None and record is not None
    assert paper is not None and message is not None and grant is not None and event is not None
    aid_codes, aid_values = aid.codes(shown.region_code)
    care_codes, care_values = care.codes(shown.region_code)
    return Things(
        codes={
            **care_codes,
            **aid_codes,
            "contributions_member": proven.code,
            "contributions_staff": proven.code,
            "covenants_staff": village.code,
            "covenants_member": record.code,
            "covenant_records_staff": record.code,
            "villages_public": village.code,
            **dict.fromkeys(("households_staff", "household_file"), home := _household(shown.region_code)),
            **passed_on.codes(home, shown),
            "imports_member": _upload(session, organisation_id=shown.id).code,
            "imports_staff": _upload(session, region_code=shown.region_code).code,
            "files": session.get_one(EvidenceFile, link.file_id).code,
            "messages_member": message.code,
            "messages_staff": message.code,
            "organisations_public": shown.code,
            "outbox_staff": "0" * 12,
            "papers_member": paper.code,
            "papers_public": paper.code,
            "papers_staff": paper.code,
            "parties_member": shown.code,
            "parties_staff": shown.code,
            "points_staff": shown.code,
            "projects_member": project.code,
            "projects_public": project.code,
            "projects_staff": project.code,
            "registrations_staff": waiting.code,
            "parameters_staff": _change_of_a_number(),
            **_rules_things(session),
            **_shown_to_all(shown.region_code),
            "why_public": shown.code,
        },
        values={
            "affiliation_id": affiliation,
            "household_id": household.id,
            "source_kind": "contribution",
            "source_id": proven.id,
            "programme": "social-force",
            "month": "2026-10",
            "period": "2026-10",
            "version": 1,
            "step": "agree",
            "act": "accept",
            "wanted": "give",
            "evidence_id": link.id,
            "grant_id": grant.id,
            "session_id": signed_in or user.id,
            "user_id": user.id,
            "event": event.id,
            "purpose": "publish_name",
            "register": "volunteers",
            "what": "check",
            "list_name": "yes_no",
            "key": "project.review",
            "heading_id": affiliation,
            "word_id": affiliation,
            "slug": "rice",
            "verb": "suspend",
            "filename": "theme.css",
            **aid_values,
            **care_values,
            "number": 1,
            "day": "2026-11-20",
        },
        secrets=(
            "别处的名册",
            passed_on.NEED,
            passed_on.REASON,
            OBJECTED,
            SHOWN,
            WAITING,
            proven.description,
            paper.number_text,
        ),
    )


def _rules_things(session: Session) -> dict[str, str]:
    """Return the codes of a simulation of the city's rules and of a decision drafted from it."""
    ruleset = session.scalars(select(Ruleset).order_by(Ruleset.version)).first()
    assert ruleset is not None
    day = clock.today()
    with db.transaction() as writing:
        simulation = Simulation(
            programme_id=ruleset.programme_id,
            ruleset_id=ruleset.id,
            ruleset_revision=ruleset.revision,
            first_day=day,
            last_day=day,
            state=SimulationState.WAITING,
            asked_at=clock.now(),
        )
        writing.add(simulation)
        writing.flush()
        decision = AdjustmentDecision(
            programme_id=ruleset.programme_id,
            number=1,
            ruleset_id=ruleset.id,
            simulation_id=simulation.id,
            first_day=day,
            last_day=day,
            document_number="示例〔2026〕1号",
            decided_on=day,
            basis_title="示例",
            reason="示例",
            drafted_at=clock.now(),
            form=1,
            key_id="",
            hmac=b"",
        )
        writing.add(decision)
    return {"simulations_staff": simulation.code, "adjustments_staff": decision.code}


def _household(region_code: str) -> str:
    """Return the code of a household of this region."""
    with db.transaction() as writing:
        head = persons.register_contact(writing, PersonData("和谷雨", region_code), actor=SYSTEM)
        member = MemberData(head.id, HouseholdRelation.HEAD)
        opened = household_files.open_household(
            writing, region_code=region_code, members=[member], actor=SYSTEM
        )
    return opened.code


def _change_of_a_number() -> str:
    """Return the code of a proposed number."""
    with db.transaction() as writing:
        row = ParameterValue(
            key="project.review",
            value=8,
            valid_from=clock.today() + timedelta(days=30),
            article="示例〔2026〕1号",
            proposed_at=clock.now(),
        )
        writing.add(row)
    return row.code


def _shown_to_all(region_code: str) -> dict[str, str]:
    """Return the codes of something shown to everybody, of an objection to it, and of a proposed approval tier."""
    today = clock.today()
    with db.transaction() as writing:
        shown = Publicity(
            subject_kind="project",
            subject_id=new_id(),
            round=1,
            region_code=region_code,
            title="示例公示",
            body="示例",
            days=7,
            days_left=7,
            starts_on=today,
            counted_from=today,
            ends_on=today + timedelta(days=7),
            provisional=False,
        )
        tier = ApprovalTier(
            thing=TierThing.PROJECT,
            level=TierLevel.TOWN,
            up_to_fen=1_000_000,
            valid_from=today + timedelta(days=30),
            basis="示例〔2026〕1号",
            proposed_at=clock.now(),
        )
        writing.add_all([shown, tier])
        writing.flush()
        objection = PublicityObjection(
            publicity_id=shown.id, words=OBJECTED, received_at=clock.now(), state=ObjectionState.OPEN
        )
        writing.add(objection)
    return {
        "publicity_public": shown.code,
        "objections_public": objection.code,
        "objections_staff": objection.code,
        "tiers_staff": tier.code,
    }


def _upload(session: Session, **scope: Any) -> ImportUpload:
    """Return an upload of somebody else's county or organisation."""
    with db.transaction() as writing:
        upload = ImportUpload(
            code=new_code(),
            state=UploadState.ACCEPTED,
            name="别处的名册.xlsx",
            sha256="0" * 64,
            size_bytes=1,
            registers="volunteers",
            headings_hash=bytes(32),
            uploaded_by=new_id(),
            uploader_name="别处的经办",
            uploaded_at=clock.now(),
            **scope,
        )
        writing.add(upload)
    return upload
