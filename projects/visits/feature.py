"""What visits bring to the house."""

from app.feature import Feature
from app.parties.signals import household_changed
from projects.visits import changes, clocks, file_part, jobs, queries, tasks, views_staff

VISITS = Feature(
    "visits",
    blueprints=(views_staff.bp,),
    navigation=views_staff.NAVIGATION,
    jobs=jobs.JOBS,
    file_readers={clocks.SUBJECT: queries.may_read},
    deadlines=clocks.KINDS,
    tasks=tasks.TASKS,
    household_parts=(file_part.PART,),
    deadline_subjects={clocks.SUBJECT: clocks.shown, clocks.FOLLOW_UP: clocks.shown_follow_ups},
)
household_changed.connect(changes.hear)
