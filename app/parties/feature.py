"""What the register of parties brings to the house."""

from app.feature import Feature
from app.parties import file_part, jobs, tasks, views_desk, views_households, views_member, views_staff
from app.parties.registers import enterprises, households, organisations, social_workers, volunteers

PARTIES = Feature(
    "parties",
    blueprints=(views_member.bp, views_staff.bp, views_desk.bp, views_households.bp),
    navigation=(
        *views_member.NAVIGATION,
        *views_staff.NAVIGATION,
        *views_desk.NAVIGATION,
        *views_households.NAVIGATION,
    ),
    jobs=jobs.JOBS,
    tasks=tasks.TASKS,
    household_parts=(file_part.PART,),
    registers=(
        organisations.REGISTER,
        social_workers.REGISTER,
        volunteers.REGISTER,
        enterprises.REGISTER,
        households.REGISTER,
    ),
)
