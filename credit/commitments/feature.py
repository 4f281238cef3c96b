"""What commitments, and the standing of those who break them, bring to the house."""

from app.feature import Feature
from credit.commitments import views_staff

COMMITMENTS = Feature("commitments", blueprints=(views_staff.bp,), navigation=views_staff.NAVIGATION)
