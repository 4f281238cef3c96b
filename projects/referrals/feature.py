"""What referrals bring to the house."""

from app.feature import Feature
from app.parties.signals import household_changed, naming_changed
from projects.referrals import changes, clocks, jobs, views_member, views_staff
from projects.referrals.documents import HAND_OVER

REFERRALS = Feature(
    "referrals",
    blueprints=(views_member.bp, views_staff.bp),
    navigation=(*views_member.NAVIGATION, *views_staff.NAVIGATION),
    jobs=jobs.JOBS,
    papers=(HAND_OVER,),
    deadlines=clocks.KINDS,
    deadline_subjects={clocks.SUBJECT: clocks.shown},
    tasks=views_staff.TASKS,
)
naming_changed.connect(changes.hear_naming)
household_changed.connect(changes.hear_household)
