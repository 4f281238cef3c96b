"""What village covenants bring to the house."""

from app.feature import Feature
from points.covenants import source, tasks, views_member, views_public, views_records, views_staff
from points.covenants.lines import SUBJECT

COVENANTS = Feature(
    "covenants",
    blueprints=(views_public.bp, views_member.bp, views_staff.bp, views_records.bp),
    navigation=(
        *views_public.NAVIGATION,
        *views_member.NAVIGATION,
        *views_staff.NAVIGATION,
        *views_records.NAVIGATION,
    ),
    file_readers={SUBJECT: source.may_read},
    sources={SUBJECT: source.tell},
    tasks=tasks.TASKS,
)
