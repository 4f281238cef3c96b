"""flask users appoint · reset-password: what only the operator of the server may do."""

import click
from flask import current_app
from flask.cli import AppGroup

from app.config import Settings
from app.db import transaction
from app.errors import Refused
from app.permissions import SYSTEM, Role
from app.users import grants, passwords, sign_ins, staff, users
from app.users.users import NewUser

users_group = AppGroup("users", help="Users, where no page may do it.")
_ROLES = sorted(role.value for role in grants.OF_REGION)


@users_group.command("appoint")
@click.argument("name")
@click.argument("role", type=click.Choice(_ROLES))
@click.option("--person", required=True, help="Name of the person.")
@click.option("--phone", required=True, help="Mobile number of the person.")
@click.option("--region", help="12-digit code of the division; the city when left out.")
@click.password_option(help="First password; it must be changed at the first sign-in.")
def appoint(name: str, role: str, person: str, phone: str, region: str | None, password: str) -> None:
    """Make the first administrators of a new city: NAME signs in, ROLE is what the person may do."""
    settings: Settings = current_app.extensions["zhongli"]
    try:
        passwords.ensure_good(password, names=(name, person, phone))
        new = NewUser(name, passwords.hashed(password), phone)
        with transaction() as session:
            user = staff.enter(
                session,
                name=person,
                identity_number="",
                region_code=settings.city_region,
                new=new,
                actor=SYSTEM,
            )
            where = region or settings.city_region
            grants.grant_role(session, user.id, Role(role), region_code=where, actor=SYSTEM)
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"{user.name} may sign in as {role} for {where}.")


@users_group.command("reset-password")
@click.argument("name")
@click.password_option(help="First password; it must be changed at the next sign-in.")
def reset_password(name: str, password: str) -> None:
    """Set a first password for anybody, also for the administrators whom no other one may reset."""
    try:
        passwords.ensure_good(password, names=(name,))
        password_hash = passwords.hashed(password)
        with transaction() as session:
            user = sign_ins.find_user(session, name)
            if user is None:
                raise click.ClickException(f"There is no user {name}.")
            users.reset_password(session, user.id, password_hash, actor=SYSTEM)
            sign_ins.forgive(session, user)
    except Refused as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"{user.name} has a new first password.")
