"""What held points and closed months bring to the house."""

from app.feature import Feature
from points.closing import views_staff as closing_staff
from points.closing.check import check
from points.ledger import views_staff as holds_staff

HOLDS_AND_CLOSING = Feature(
    "holds and closing",
    blueprints=(holds_staff.bp, closing_staff.bp),
    navigation=(*holds_staff.NAVIGATION, *closing_staff.NAVIGATION),
    checks={"period_close": check},
)
