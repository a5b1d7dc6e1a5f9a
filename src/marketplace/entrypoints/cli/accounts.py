"""`marketplace activate` and `marketplace deactivate`."""

import click

from marketplace.core.ports.storage import Storage
from marketplace.core.services.users import UserService
from marketplace.entrypoints.cli.console import command_origin, with_users


@click.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """Deactivate an account: its logins end within a second and its sessions leave the catalog."""
    with_users(lambda users, storage: _set_active(users, storage, email, is_active=False))


@click.command()
@click.argument("email")
def activate(email: str) -> None:
    """Activate an account again."""
    with_users(lambda users, storage: _set_active(users, storage, email, is_active=True))


async def _set_active(users: UserService, storage: Storage, email: str, *, is_active: bool) -> str:
    user = await storage.users.find_by_email(email)
    if user is None:
        raise click.ClickException(f"No account has the email address {email}.")
    await users.set_active(
        user.id, is_active=is_active, actor=command_origin("activate" if is_active else "deactivate")
    )
    return f"{user.username} is now {'active' if is_active else 'inactive'}."
