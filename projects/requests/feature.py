"""What requests for aid bring to the house."""

from app.feature import Feature
from projects.publicity.handlers import Publicised
from projects.requests import assessments, clocks, files, household_news, notices  # noqa: F401
from projects.requests.documents import APPROVAL, REFUSAL
from projects.requests.steps import THING

PUBLICISED = Publicised(
    THING,
    notices.LABEL,
    ended=assessments.after_publicity,
    upheld=assessments.after_objection,
    hands=notices.hands,
    staff_url=notices.staff_url,
    indexed=False,
)

REQUESTS = Feature(
    "requests",
    papers=(APPROVAL, REFUSAL),
    file_readers={THING: files.may_read},
    deadlines=clocks.KINDS,
    deadline_subjects={THING: clocks.shown},
    publicised=(PUBLICISED,),
)
