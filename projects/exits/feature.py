"""What exits bring to the house."""

from app.feature import Feature
from app.parties.signals import household_changed
from projects.exits import changes, clocks, file_part, jobs, views_staff
from projects.visits.visits import visit_made

EXITS = Feature(
    "exits",
    blueprints=(views_staff.bp,),
    navigation=views_staff.NAVIGATION,
    jobs=jobs.JOBS,
    household_parts=(file_part.PART,),
    deadlines=clocks.KINDS,
    deadline_subjects={clocks.SUBJECT: clocks.shown},
)
household_changed.connect(changes.hear)
visit_made.connect(changes.after_visit)
