"""What requests for aid bring to the house."""

from app.feature import Feature
from projects.publicity.handlers import Publicised
from projects.requests import (
    assessments,
    clocks,
    file_part,
    files,
    household_news,  # noqa: F401  (hears what happens to households)
    notices,
    tasks,
    views_intake,
    views_member,
    views_staff,
)
from projects.requests.documents import APPROVAL, REFUSAL
from projects.requests.steps import THING

PUBLICISED = Publicised(
    THING,
    notices.LABEL,
    ended=assessments.after_publicity,
    upheld=assessments.after_objection,
    hands=notices.hands,
    staff_url=notices.staff_url,
    indexed=False,
)

REQUESTS = Feature(
    "requests",
    blueprints=(views_member.bp, views_intake.bp, views_staff.bp),
    navigation=(*views_member.NAVIGATION, *views_staff.NAVIGATION),
    papers=(APPROVAL, REFUSAL),
    file_readers={THING: files.may_read},
    deadlines=clocks.KINDS,
    deadline_subjects={THING: clocks.shown},
    publicised=(PUBLICISED,),
    household_parts=(file_part.PART,),
    tasks=tasks.TASKS,
)
