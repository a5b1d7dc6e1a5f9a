"""`marketplace migrate`."""

import asyncio

import click

from marketplace.bootstrap.environment import prepared_settings
from marketplace.entrypoints.cli.console import plain_errors
from marketplace.entrypoints.server import owner_url, program_url, wait_for_configured_database
from marketplace.settings import PREFIX, SettingsError
from marketplace.telemetry.logs import configure_logs


@click.command()
@click.option("--revision", default="head", show_default=True, help="head, base, or a revision.")
def migrate(revision: str) -> None:
    """Migrate the database to this program's schema, or to another revision."""
    from marketplace.adapters.postgres.schema.migrate import migrate as migrate_database  # noqa: PLC0415 - as in server

    with plain_errors(), prepared_settings() as settings:
        if (owner := owner_url(settings)) is None:
            raise SettingsError(f"{PREFIX}STORAGE is 'memory', which has nothing to migrate.")
        configure_logs(settings)
        wait_for_configured_database(settings)
        reached = asyncio.run(migrate_database(owner, revision, program=program_url(settings)))
        click.echo(f"The database is at {reached}.")
