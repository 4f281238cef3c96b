"""What publicity brings to the house."""

from app.feature import Feature
from projects.publicity import jobs, objections, queries

PUBLICITY = Feature(
    "publicity",
    jobs=jobs.JOBS,
    deadlines=(objections.DECIDE,),
    deadline_subjects={objections.SUBJECT: queries.tell_objections},
)
