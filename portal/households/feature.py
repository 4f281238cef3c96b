"""What household files bring to the house."""

from app.feature import Feature
from portal.households import views_member, views_staff

HOUSEHOLD_FILES = Feature(
    "household files", blueprints=(views_staff.bp, views_member.bp), navigation=views_member.NAVIGATION
)
