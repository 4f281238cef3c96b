"""What commitments, and the standing of those who break them, bring to the house."""

from app.feature import Feature
from credit.commitments import file_part, views_staff

COMMITMENTS = Feature(
    "commitments",
    blueprints=(views_staff.bp,),
    navigation=views_staff.NAVIGATION,
    household_parts=(file_part.PART,),
)
