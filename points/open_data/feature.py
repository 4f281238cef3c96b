"""What the open data brings to the house."""

from app.feature import Feature
from points.open_data import cli, jobs, views_public

OPEN_DATA = Feature(
    "open data",
    blueprints=(views_public.bp,),
    navigation=views_public.NAVIGATION,
    jobs=jobs.JOBS,
    commands=(cli.open_data,),
)
