"""What approval tiers bring to the house."""

from app.feature import Feature
from projects.tiers import tasks, views_staff

TIERS = Feature("tiers", blueprints=(views_staff.bp,), navigation=views_staff.NAVIGATION, tasks=tasks.TASKS)
