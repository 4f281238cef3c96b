"""Where a row of a register belongs: county, town and village, and whether that is the uploader's to enter."""

from flask_babel import gettext as _

from app.imports.faults import found
from app.imports.kinds import Decision, Reason
from app.imports.places import county_of, town_of, village_of
from app.imports.registers import Row
from app.imports.world import World


class _Understood:
    """The shelf of places that rows named before: a list names the same few over and over."""

    def __init__(self, _world: World) -> None:
        self.places: dict[tuple[str | None, ...], tuple[str, str]] = {}


def region_of(row: Row, world: World) -> tuple[str, str]:
    """Return the 12-digit codes of the row's county and of the smallest place that it names.

    Where the table has no column for the county, the city stands for it. Raises Found REGION_UNKNOWN, OUT_OF_SCOPE.
    """
    if "county" not in row.readings:
        county = region = world.city
    else:
        names = (row.need("county"), row.get("town"), row.get("village"))
        understood = world.shelf(_Understood).places
        if names not in understood:
            code = county_of(row, world) or world.city
            town = town_of(row, world, code)
            understood[names] = (code, village_of(row, world, town) or town or code)
        county, region = understood[names]
    if world.scope.regions is not None and not world.scope.covers(region):
        raise found(
            Reason.OUT_OF_SCOPE,
            _("这一行不在您的辖区内，请交给所在地的工作人员录入。"),
            field="county",
            decision=Decision.REJECT,
        )
    return county, region
