"""`marketplace create-admin`."""

import sys

import click

from marketplace.core.ports.storage import Storage
from marketplace.core.services.users import UserService
from marketplace.entrypoints.cli.console import command_origin, with_users
from marketplace.http.api.users import RegistrationIn
from marketplace.http.validation.parsing import read_values
from marketplace.settings import PREFIX


@click.command("create-admin")
@click.option("--email", envvar=f"{PREFIX}ADMIN_EMAIL", help="MARKETPLACE_ADMIN_EMAIL")
@click.option("--username", envvar=f"{PREFIX}ADMIN_USERNAME", help="MARKETPLACE_ADMIN_USERNAME")
@click.option(
    "--password",
    envvar=f"{PREFIX}ADMIN_PASSWORD",
    help="MARKETPLACE_ADMIN_PASSWORD. Leave it out to be prompted, which keeps it out of the shell's history.",
)
def create_admin(email: str | None, username: str | None, password: str | None) -> None:
    """Create a superuser account. Prompts for whatever is missing."""
    email = email or _prompt("Email", "EMAIL")
    username = username or _prompt("Username", "USERNAME")
    password = password or _prompt("Password", "PASSWORD", is_secret=True)

    async def act(users: UserService, _: Storage) -> str:
        parsed = read_values(RegistrationIn, {"email": email, "username": username, "password": password})
        data = parsed.checked(users.validate_registration(parsed.values))
        admin = await users.register(
            email=data.email,
            username=data.username,
            password=data.password,
            is_staff=True,
            is_superuser=True,
            origin=command_origin("create-admin"),
        )
        return f"Created the administrator {admin.username}."

    with_users(act)


def _prompt(what: str, variable: str, *, is_secret: bool = False) -> str:
    try:
        return str(click.prompt(what, hide_input=is_secret, confirmation_prompt=is_secret))
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise click.ClickException(
            f"{what} is missing and can't be prompted for. Set {PREFIX}ADMIN_{variable} or use --{variable.lower()}."
        ) from None
