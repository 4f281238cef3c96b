"""What projects bring to the house."""

from app.feature import Feature
from projects.portfolio import clocks, decisions, notices, tasks, views_member, views_public, views_staff
from projects.publicity.handlers import Publicised

PUBLICISED = Publicised(
    notices.SUBJECT,
    notices.LABEL,
    ended=decisions.open_after_publicity,
    upheld=decisions.look_again,
    hands=notices.hands,
    staff_url=notices.staff_url,
    indexed=True,
)

PROJECTS = Feature(
    "projects",
    blueprints=(views_public.bp, views_member.bp, views_staff.bp),
    navigation=(*views_public.NAVIGATION, *views_member.NAVIGATION, *views_staff.NAVIGATION),
    deadlines=clocks.KINDS,
    deadline_subjects={clocks.SUBJECT: clocks.shown},
    publicised=(PUBLICISED,),
    tasks=tasks.TASKS,
)
