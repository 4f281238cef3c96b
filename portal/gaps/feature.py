"""What the gap map brings to the house."""

from app.feature import Feature
from portal.gaps import views_public, views_staff

GAPS = Feature(
    "gaps",
    blueprints=(views_public.bp, views_staff.bp),
    navigation=(*views_public.NAVIGATION, *views_staff.NAVIGATION),
)
