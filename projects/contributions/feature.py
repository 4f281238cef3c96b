"""What contributions bring to the house."""

from app.feature import Feature
from projects.contributions import evidence, source, tasks, views_member, views_staff
from projects.contributions.documents import DONATION_CERTIFICATE
from projects.contributions.register import CONTRIBUTIONS as REGISTER

CONTRIBUTIONS = Feature(
    "contributions",
    blueprints=(views_member.bp, views_staff.bp),
    navigation=(*views_member.NAVIGATION, *views_staff.NAVIGATION),
    file_readers={evidence.SUBJECT: evidence.may_read},
    papers=(DONATION_CERTIFICATE,),
    sources={"contribution": source.tell},
    dossiers={"contribution": source.dossier},
    registers=(REGISTER,),
    tasks=tasks.TASKS,
)
