"""What rules, their simulation and their adoption bring to the house."""

from app.feature import Feature
from points.adjustments import checking, jobs, views_staff
from points.rulesets import views_staff as rules_staff
from points.simulation import jobs as simulations_jobs
from points.simulation import views_staff as simulations_staff

RULES = Feature(
    "rules",
    blueprints=(rules_staff.bp, simulations_staff.bp, views_staff.bp),
    navigation=(*rules_staff.NAVIGATION, *views_staff.NAVIGATION),
    jobs=(*simulations_jobs.JOBS, *jobs.JOBS),
    checks={"adjustment_decision": checking.check},
)
