"""The organisations of the demo city: those of a list, more of them for a large city. Pure."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from app.identity.synthetic import synthetic_uscc
from app.identity.uscc import RegistrationClass
from app.parties.kinds import OrganisationKind
from app.permissions import Role
from portal.demo.people import Human, Register

LIST = Path(__file__).parent / "data" / "organisations.csv"
_CLASSES = {
    OrganisationKind.SOCIAL_GROUP: RegistrationClass.SOCIAL_GROUP,
    OrganisationKind.SOCIAL_SERVICE_INSTITUTION: RegistrationClass.SOCIAL_SERVICE_INSTITUTION,
    OrganisationKind.FOUNDATION: RegistrationClass.FOUNDATION,
    OrganisationKind.PEOPLES_ORGANISATION: RegistrationClass.PEOPLES_ORGANISATION,
    OrganisationKind.ENTERPRISE: RegistrationClass.ENTERPRISE,
    OrganisationKind.PUBLIC_INSTITUTION: RegistrationClass.PUBLIC_INSTITUTION,
    OrganisationKind.VILLAGE_COMMITTEE: RegistrationClass.VILLAGE_COMMITTEE,
}
_MORE = "more-"
_NOT_ADMITTED = 3
"""Organisations of the list that only ask to be admitted."""


@dataclass(frozen=True, slots=True)
class OrganisationPlan:
    """An organisation of the demo city."""

    slug: str
    name: str
    kind: OrganisationKind
    is_charity: bool
    region_code: str
    uscc: str
    founded_on: date
    member_count: int
    weight: int
    profile: str
    users: tuple[Role, ...]
    introduction: str
    head: Human
    contact_phone: str
    registered_on: date
    outcome: str = "approved"
    by_list: bool = False
    """Admitted with others of its county from an official list, not one by one."""


def make_organisations(
    random: Random, register: Register, first_on: date, last_on: date, count: int, towns: list[str]
) -> list[OrganisationPlan]:
    """Return so many organisations; those of the list first."""
    with LIST.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows = _fewer(rows, count) + _more(random, towns, count - len(rows) + _NOT_ADMITTED)
    made = []
    for index, row in enumerate(rows):
        kind = OrganisationKind(row["kind"])
        made.append(
            OrganisationPlan(
                slug=row["slug"],
                name=row["name"],
                kind=kind,
                is_charity=row["charity"] == "yes",
                region_code=row["town"],
                uscc=synthetic_uscc(_CLASSES[kind], index, region_prefix=row["town"][:6])
                if kind in _CLASSES
                else "",
                founded_on=date(int(row["founded"]), random.randint(1, 12), random.randint(1, 28)),
                member_count=int(row["members"]),
                weight=int(row["weight"]),
                profile=row["profile"],
                users=_roles(row["users"]),
                introduction=row["introduction"],
                head=register.human(youngest=35, oldest=66, on=last_on),
                contact_phone=register.phone(),
                registered_on=(
                    first_on - timedelta(days=random.randint(12, 40))
                    if row["outcome"] == "approved"
                    else last_on - timedelta(days=random.randint(2, 5))
                ),
                outcome=row["outcome"],
                by_list=row["slug"].startswith(_MORE),
            )
        )
    return made


def _fewer(rows: list[dict[str, str]], count: int) -> list[dict[str, str]]:
    """Return so many admitted organisations, those with users first, and those that still wait for admission."""
    admitted = [row for row in rows if row["outcome"] == "approved"]
    waiting = [row for row in rows if row["outcome"] != "approved"]
    chosen = (
        sorted(admitted, key=lambda row: row["users"] == "none")[:count]
        if count < len(admitted)
        else admitted
    )
    return chosen + waiting


def _more(random: Random, towns: list[str], count: int) -> list[dict[str, str]]:
    """Return further organisations with made-up names, for a large city."""
    kinds = (
        ("social_group", "team", "志愿者协会"),
        ("social_service_institution", "care", "社会工作服务中心"),
        ("village_committee", "village", "幸福村村民委员会"),
        ("social_group", "giver", "爱心联谊会"),
        ("enterprise", "company", "农产品有限公司"),
    )
    first = "和同惠仁德明春秋清泉福康安宁兴盛丰禾松柏云岭"
    made = []
    for index in range(max(0, count)):
        kind, profile, ending = kinds[index % len(kinds)]
        name = random.choice(first) + random.choice(first)
        made.append(
            {
                "slug": f"{_MORE}{index}", "name": f"{name}{index + 1}号{ending}", "kind": kind, "charity": "no",
                "town": random.choice(towns), "founded": str(random.randint(2000, 2023)),
                "members": str(random.randint(5, 60)), "weight": str(random.randint(1, 6)), "profile": profile,
                "users": "none", "introduction": "为演示大城市而生成的单位。", "outcome": "approved",
            }
        )  # fmt: skip
    return made


def _roles(text: str) -> tuple[Role, ...]:
    manager, clerk = (Role.ORGANISATION_MANAGER,), (Role.ORGANISATION_CLERK,)
    return {"both": manager + clerk, "clerk": clerk}.get(text, ())
