"""`marketplace shell`."""

import click

from marketplace.bootstrap.environment import prepared_settings
from marketplace.entrypoints.cli.console import command_origin, plain_errors
from marketplace.entrypoints.server import migrate_configured_database


@click.command()
@click.option("-c", "--code", help="Run this code instead of opening a prompt; exit with 1 if it fails.")
def shell(code: str | None) -> None:
    """Open a Python prompt with the services and top-level `await`."""
    # Imported here: a system without readline has the other commands.
    from marketplace.entrypoints.shell import open_shell  # noqa: PLC0415

    with plain_errors(), prepared_settings() as settings:
        migrate_configured_database(settings)
        open_shell(settings, command_origin("shell"), code)
