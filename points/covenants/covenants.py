"""Opening a village's programme of points."""

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.audit import events
from app.errors import Conflict, InvalidInput
from app.ids import new_code
from app.permissions import Actor, Permission, ensure_may
from app.regions import queries as regions
from app.regions.models import RegionLevel
from points.covenants.models import Covenant
from points.rulesets.kinds import ProgrammeScope
from points.rulesets.models import Programme

THING = "covenant"


def open_covenant(session: Session, *, region_code: str, name: str, actor: Actor) -> Covenant:
    """Open a village's programme, with accounts of its own; its rules come with the assembly's decision.

    Raises InvalidInput when the place is no village, Conflict when it has a programme already.
    """
    ensure_may(actor, Permission.MANAGE_COVENANTS, region_code=region_code)
    region = regions.find(session, region_code)
    if region is None or region.level is not RegionLevel.VILLAGE:
        raise InvalidInput(_("请选择一个村（社区）。"), field="region_code")
    if session.scalar(select(Covenant.id).where(Covenant.region_code == region_code)) is not None:
        raise Conflict(_("%(village)s已经有村规民约积分方案。", village=region.name), field="region_code")
    moment = clock.now()
    programme = Programme(
        code=f"covenant-{new_code().lower()}",
        name=name,
        scope=ProgrammeScope.VILLAGE,
        region_code=region_code,
        created_at=moment,
    )
    session.add(programme)
    session.flush()
    covenant = Covenant(programme_id=programme.id, region_code=region_code, name=name, opened_at=moment)
    session.add(covenant)
    session.flush()
    events.record(
        session, "covenant.open", THING, covenant.id, actor=actor, after={"region_code": region_code}
    )
    return covenant
