"""What assistance received brings to the house."""

from app.feature import Feature
from projects.assistance import guard, views_staff  # noqa: F401
from projects.assistance.register import ASSISTANCE as REGISTER

ASSISTANCE = Feature(
    "assistance", blueprints=(views_staff.bp,), navigation=views_staff.NAVIGATION, registers=(REGISTER,)
)
