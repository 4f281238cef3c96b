"""What users and signing in bring to the house."""

from app.feature import Feature
from app.users import cli, jobs, views_member, views_public, views_staff

USERS = Feature(
    "users",
    blueprints=(views_public.bp, views_member.bp, views_staff.bp),
    navigation=(*views_public.NAVIGATION, *views_member.NAVIGATION, *views_staff.NAVIGATION),
    jobs=jobs.JOBS,
    commands=(cli.users_group,),
)
