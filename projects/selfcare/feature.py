"""What self-care brings to the house."""

from app.feature import Feature
from app.parties.signals import household_changed
from projects.selfcare import (
    changes,
    clocks,
    file_part,
    jobs,
    queries,
    views_agreements,
    views_scales,
    views_staff,
)
from projects.visits.visits import visit_made

SELF_CARE = Feature(
    "self-care",
    blueprints=(views_staff.bp, views_agreements.bp, views_scales.bp),
    navigation=views_staff.NAVIGATION,
    jobs=jobs.JOBS,
    file_readers={clocks.AGREEMENT: queries.may_read},
    household_parts=(file_part.PART,),
    deadlines=clocks.KINDS,
    deadline_subjects={
        clocks.ASSESSMENT: clocks.shown_assessments,
        clocks.AGREEMENT: clocks.shown_agreements,
    },
)
household_changed.connect(changes.hear)
visit_made.connect(changes.after_visit)
