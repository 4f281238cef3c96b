"""A village for the tests: its place, staff who each act for themselves, a list in force, two households."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from app import clock
from app.ids import new_id
from app.parties.models import PartyKind
from app.permissions import Actor, Grant, Role
from app.regions.models import Region, RegionLevel
from points.covenants import covenants, households, versions
from points.covenants.households import Householder
from points.covenants.kinds import Assembly
from points.covenants.models import Covenant, CovenantHousehold, CovenantItem
from points.covenants.queries import version_of
from points.covenants.rules import Meeting
from points.covenants.versions import Draft
from tests.points import city

VILLAGE, TOWN = "610302101200", "610302101000"
LIST = "参加义务劳动 +2 次 半天以上\n庭院整洁评比 +5\n乱倒垃圾 -2 次"
JOINED = datetime(2026, 10, 12, 4, tzinfo=UTC)
"""When the two households joined: after the list came into force."""
MEETING = Meeting(Assembly.HOUSEHOLDS, date(2026, 10, 8), 90, 70, 61)


@dataclass(frozen=True)
class Village:
    """The village and who works for it."""

    covenant: Covenant
    items: dict[str, CovenantItem]
    households: list[CovenantHousehold]
    worker: Actor
    town: Actor
    leader: Actor


def decided(**changes: object) -> Draft:
    """Return what the assembly decided."""
    values: dict[str, object] = {
        "effective_from": date(2026, 10, 10),
        "basis_title": "村民会议决议",
        "basis_number": "2026年第3号",
        "summary": "第一版",
        "meeting": MEETING,
        "items": LIST,
    }
    return Draft(**(values | changes))  # type: ignore[arg-type]


def staff(session: Session, name: str, role: Role, region: str = TOWN) -> Actor:
    """Return somebody of the staff."""
    person = city.party(session, name, kind=PartyKind.PERSON, region_code=TOWN)
    return Actor(new_id(), person, name, (Grant(role, region),))


def place(session: Session) -> None:
    """Write the divisions down to two villages."""
    parent = None
    for code, name, level in (
        ("610000000000", "陕西省", RegionLevel.PROVINCE),
        ("610300000000", "宝鸡市", RegionLevel.CITY),
        ("610302000000", "渭滨区", RegionLevel.COUNTY),
        (TOWN, "石鼓镇", RegionLevel.TOWN),
    ):
        session.add(Region(code=code, name=name, level=level, parent_code=parent))
        session.flush()
        parent = code
    for code, name in ((VILLAGE, "石坝河村"), ("610302101202", "茵香河村")):
        session.add(Region(code=code, name=name, level=RegionLevel.VILLAGE, parent_code=TOWN))
    session.flush()


def make(session: Session) -> Village:
    """Make the village, with a list in force and two households."""
    place(session)
    worker = staff(session, "村协理员", Role.VILLAGE_WORKER, VILLAGE)
    town, leader = staff(session, "镇干部", Role.TOWN_STAFF), staff(session, "镇长", Role.TOWN_LEADER)
    covenant = covenants.open_covenant(session, region_code=VILLAGE, name="石坝河村文明积分", actor=town)
    draft = versions.draft(session, covenant.id, decided(), actor=town)
    versions.publish(session, draft.id, actor=leader)
    with clock.at(JOINED):
        made = [
            households.enter(
                session, covenant.id, Householder("一组-01", "贾大山", agrees=True), actor=worker
            ),
            households.enter(session, covenant.id, Householder("一组-02", "欧阳小河"), actor=worker),
        ]
    items = {one.name: one for one in version_of(session, draft).items}
    return Village(covenant, items, made, worker, town, leader)
