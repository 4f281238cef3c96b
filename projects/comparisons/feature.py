"""What comparisons bring to the house."""

from app.feature import Feature
from app.parties.signals import household_changed
from projects.comparisons import alerts, clocks, jobs, registers, views_staff

COMPARISONS = Feature(
    "comparisons",
    blueprints=(views_staff.bp,),
    navigation=views_staff.NAVIGATION,
    jobs=jobs.JOBS,
    registers=registers.REGISTERS,
    deadlines=(clocks.HANDLE,),
    deadline_subjects={clocks.SUBJECT: clocks.shown},
    tasks=views_staff.TASKS,
)
household_changed.connect(alerts.hear_household)
