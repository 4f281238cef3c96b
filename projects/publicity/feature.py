"""What publicity brings to the house."""

from app.feature import Feature
from projects.publicity import jobs, objections, queries, tasks, views_public, views_staff

PUBLICITY = Feature(
    "publicity",
    blueprints=(views_public.bp, views_public.receipts, views_staff.bp),
    navigation=(*views_public.NAVIGATION, *views_staff.NAVIGATION),
    jobs=jobs.JOBS,
    deadlines=(objections.DECIDE,),
    deadline_subjects={objections.SUBJECT: queries.tell_objections},
    tasks=tasks.TASKS,
)
