"""What papers bring to the house."""

from app.feature import Feature
from app.papers import jobs, queries, rendering, views_member, views_public, views_staff

PAPERS = Feature(
    "papers",
    blueprints=(views_public.bp, views_member.bp, views_staff.bp),
    navigation=(*views_public.NAVIGATION, *views_member.NAVIGATION, *views_staff.NAVIGATION),
    jobs=jobs.JOBS,
    file_readers={rendering.SUBJECT: queries.may_read_file},
)
