"""What help plans bring to the house."""

from app.feature import Feature
from app.parties.signals import household_changed
from projects.plans import changes, clocks, file_part, views_staff

PLANS = Feature(
    "plans",
    blueprints=(views_staff.bp,),
    navigation=views_staff.NAVIGATION,
    household_parts=(file_part.PART,),
    deadlines=clocks.KINDS,
    deadline_subjects={clocks.SUBJECT: clocks.shown},
)
household_changed.connect(changes.hear)
