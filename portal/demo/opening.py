"""The acts that open the city: staff, rules, catalogue, organisations, clerks, volunteers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from itertools import groupby
from pathlib import Path

from sqlalchemy.orm import Session

from app import clock
from app.imports.vocabulary import editing as vocabulary
from app.parties import admissions, affiliations, organisations, persons, registrations
from app.parties.kinds import AffiliationKind, ConsentPurpose
from app.parties.organisations import OrganisationData
from app.parties.persons import SocialWorkerData, VolunteerData
from app.permissions import ANYONE, Role
from app.users import registering
from app.users.users import NewUser
from points.rulesets import document, publication
from points.rulesets.kinds import ProgrammeScope
from portal.demo.bodies import OrganisationPlan
from portal.demo.places import CITY, COUNTIES
from portal.demo.staffing import Administrators, Appoint, Join, OwnUser, person_data
from portal.demo.stage import Stage
from portal.demo.volunteers import PersonPlan
from projects.catalogue import items

RULESET = Path(publication.__file__).with_name("social_force_v1.toml")
_BATCH = 1_000
_CONSENTS = (ConsentPurpose.PUBLISH_NAME, ConsentPurpose.MESSAGES)
_AFFILIATED_FROM = 30
"""In a large city only those who do so much are entered as their organisation's volunteers one by one."""


@dataclass(frozen=True)
class DraftRules:
    """City staff open the programme, draft its first rules and take in catalogue and vocabulary."""

    at: datetime

    def perform(self, stage: Stage, session: Session) -> None:
        """Open, draft, load."""
        city = stage.user(session, "city")
        publication.open_programme(
            session, code=publication.CITY_PROGRAMME, name="宝鸡市社会力量参与救助帮扶积分", scope=ProgrammeScope.CITY,
            region_code=CITY, actor=city,
        )  # fmt: skip
        items.load(session, items.read_list(), actor=city)
        vocabulary.load(session, actor=city)
        rules = document.read(RULESET.read_text(encoding="utf-8"))
        # The file's first day is a real city's; this one lives a year that ends whenever it is loaded.
        first_day = clock.civil_date(self.at) + timedelta(days=14)
        rules = replace(rules, columns={**rules.columns, "effective_from": first_day})
        draft = publication.draft_ruleset(session, rules, actor=city)
        publication.publish_ruleset(session, draft.id, actor=stage.user(session, "legal"))


@dataclass(frozen=True)
class Register:
    """An organisation registers: at the public door, or entered by the county's handler."""

    at: datetime
    body: OrganisationPlan

    def perform(self, stage: Stage, session: Session) -> None:
        """Register and hand in."""
        body = self.body
        data = organisation_data(body)
        if Role.ORGANISATION_MANAGER in body.users:
            new = NewUser(f"manager-{body.slug}", stage.password_hash, phone=body.head.phone)
            registering.register_organisation(
                session, data, person_data(body.head, body.region_code), new, actor=ANYONE
            )
        else:
            handler = stage.staff(session, "handler", body.region_code)
            party = organisations.register(session, data, actor=handler)
            registrations.submit(session, party.id, actor=handler)


@dataclass(frozen=True)
class AdmitBodies:
    """A county admits a list of organisations that its handler prepared."""

    at: datetime
    county: str
    bodies: tuple[OrganisationPlan, ...]

    def perform(self, stage: Stage, session: Session) -> None:
        """Admit by the bulk verb."""
        admitted = admissions.admit_organisations(
            session,
            [organisation_data(one) for one in self.bodies],
            actor=stage.staff(session, "reviewer", self.county),
            prepared_by=stage.staff(session, "handler", self.county).person_id,
        )
        assert not admitted.refused, admitted.refused


@dataclass(frozen=True)
class JudgeOrganisation:
    """The county's reviewer admits an organisation, or sends its form back."""

    at: datetime
    body: OrganisationPlan

    def perform(self, stage: Stage, session: Session) -> None:
        """Judge by the plan."""
        party_id = stage.party(session, self.body.slug)
        reviewer = stage.staff(session, "reviewer", self.body.region_code)
        if self.body.outcome == "approved":
            registrations.approve(session, party_id, revision=1, actor=reviewer)
        else:
            reason = "登记证书照片看不清有效期，请补充一份清晰的扫描件。"
            registrations.send_back(session, party_id, reason=reason, revision=1, actor=reviewer)


@dataclass(frozen=True)
class Admit:
    """A county admits a list of volunteers that its handler prepared."""

    at: datetime
    county: str
    people: tuple[PersonPlan, ...]

    def perform(self, stage: Stage, session: Session) -> None:
        """Admit by the bulk verb, then enter who serves with whom and who is a social worker."""
        reviewer = stage.staff(session, "reviewer", self.county)
        handler = stage.staff(session, "handler", self.county)
        admitted = admissions.admit_volunteers(
            session,
            [volunteer_data(one) for one in self.people],
            actor=reviewer,
            prepared_by=handler.person_id,
            consents=_CONSENTS,
            consenting=lambda index: self.people[index].agrees,
        )
        assert not admitted.refused, admitted.refused
        many = len(stage.plan.cast.persons) > 2 * _BATCH
        for one, party_id in zip(self.people, admitted.party_ids, strict=True):
            assert party_id is not None
            if one.organisation and one.weight >= (_AFFILIATED_FROM if many else 1):
                body = stage.party(session, one.organisation)
                affiliations.affiliate(session, party_id, body, AffiliationKind.VOLUNTEER, actor=handler)
            if one.level is not None:
                data = SocialWorkerData(
                    level=one.level,
                    certificate_number=f"610399{clock.today():%Y}{one.slug.removeprefix('person-'):0>6}",
                    registered_until=clock.today() + timedelta(days=3 * 365),
                    employer_id=stage.party(session, one.organisation) if one.organisation else None,
                )
                persons.grant_role(session, party_id, data, actor=reviewer)


@dataclass(frozen=True)
class SignUp:
    """A volunteer registers at the public door; some are sent back or refused."""

    at: datetime
    person: PersonPlan

    def perform(self, stage: Stage, session: Session) -> None:
        """Register, and judge where the plan says so."""
        one = self.person
        agreed = frozenset(_CONSENTS) if one.agrees else frozenset()
        new = NewUser(f"new-{one.slug}", stage.password_hash)
        party, _user = registering.register_volunteer(
            session, volunteer_data(one), new, agreed=agreed, actor=ANYONE
        )
        reviewer = stage.staff(session, "reviewer", one.region_code)
        if one.outcome == "sent_back":
            reason = (
                "监护人电话打不通，请核对后再提交。" if one.guardian else "联系电话打不通，请核对后再提交。"
            )
            registrations.send_back(session, party.id, reason=reason, revision=party.revision, actor=reviewer)
        elif one.outcome == "rejected":
            reason = "本人来电说明不是自己登记的，按本人意愿不予登记。"
            registrations.reject(session, party.id, reason=reason, revision=party.revision, actor=reviewer)


Opening = (
    Administrators
    | Appoint
    | DraftRules
    | Register
    | AdmitBodies
    | JudgeOrganisation
    | Join
    | Admit
    | SignUp
    | OwnUser
)


def opening_acts(stage: Stage) -> Iterator[Opening]:
    """Yield the acts by which everybody comes into the city, each with its moment."""
    plan = stage.plan
    day = clock.civil_date(plan.opens_at)
    yield Administrators(plan.opens_at)
    for index, user in enumerate(plan.cast.users):
        moment = plan.opens_at + timedelta(minutes=20 + 2 * index)
        if user.role in (Role.SYSTEM_ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.ORGANISATION_MANAGER):
            continue
        if user.organisation is not None:
            joined = plan.cast.by_slug[user.organisation].registered_on + timedelta(days=4)
            yield Join(clock.instant(joined, 15, index % 60), user)
        elif user.person is not None:
            yield OwnUser(clock.instant(plan.first_on + timedelta(days=1), 15, index % 60), user)
        else:
            yield Appoint(moment, user)
    yield DraftRules(clock.instant(day + timedelta(days=3), 10))
    for county in COUNTIES:
        listed = tuple(
            one for one in plan.cast.organisations if one.by_list and one.region_code.startswith(county)
        )
        if listed:
            yield AdmitBodies(clock.instant(day + timedelta(days=10), 11), f"{county}000000", listed)
    for index, body in enumerate(plan.cast.organisations):
        if body.by_list:
            continue
        yield Register(clock.instant(body.registered_on, 9 + index % 8, index % 60), body)
        if body.outcome != "waiting":
            yield JudgeOrganisation(
                clock.instant(body.registered_on + timedelta(days=2), 10, index % 60), body
            )
    yield from _lists(plan.cast.persons)
    for index, person in enumerate(plan.cast.persons):
        if person.outcome != "approved":
            yield SignUp(clock.instant(person.registered_on, 9 + index % 10, index % 60), person)


def _lists(people: tuple[PersonPlan, ...]) -> Iterator[Admit]:
    def which(one: PersonPlan) -> tuple[object, str]:
        return one.registered_on, one.region_code[:6]

    approved = sorted((one for one in people if one.outcome == "approved"), key=which)
    for (_day, county), group in groupby(approved, which):
        listed = list(group)
        for start in range(0, len(listed), _BATCH):
            moment = datetime.combine(listed[0].registered_on, time(10, 30), clock.CITY_ZONE)
            yield Admit(moment, f"{county}000000", tuple(listed[start : start + _BATCH]))


def organisation_data(body: OrganisationPlan) -> OrganisationData:
    """Return the form of an organisation as it is filled in."""
    return OrganisationData(
        name=body.name,
        organisation_kind=body.kind,
        region_code=body.region_code,
        uscc=body.uscc,
        is_charity=body.is_charity,
        founded_on=body.founded_on,
        member_count=body.member_count,
        introduction=body.introduction,
        responsible_person=body.head.name,
        contact_name=body.head.name,
        contact_phone=body.contact_phone,
    )


def volunteer_data(one: PersonPlan) -> VolunteerData:
    """Return the form of a volunteer as it is filled in."""
    return VolunteerData(
        person=person_data(one.human, one.region_code),
        skills=one.skills,
        service_kinds=one.service_kinds,
        available_times=one.available_times,
        guardian_name=one.guardian.name if one.guardian else None,
        guardian_phone=one.guardian.phone if one.guardian else "",
    )
