"""Helpers shared by commands: error messages, output, and the origin recorded in the audit log."""

import asyncio
import getpass
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from socket import gaierror

import asyncpg
import click

from marketplace.adapters.postgres.embedded.server import EmbeddedPostgresError
from marketplace.adapters.postgres.schema.revisions import MigrationError
from marketplace.bootstrap.container import make_container
from marketplace.bootstrap.environment import prepared_settings
from marketplace.core.domain.principals import Origin
from marketplace.core.errors import Invalid, MarketplaceError
from marketplace.core.ports.storage import Storage
from marketplace.core.services.users import UserService
from marketplace.demo.seed import RealDataPresent
from marketplace.entrypoints.server import migrate_configured_database
from marketplace.settings import Settings, SettingsError
from marketplace.telemetry.logs import writes_json

LOG = logging.getLogger(__name__)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn errors that an operator can fix into one-line messages; other exceptions keep their traceback."""
    try:
        yield
    except Invalid as error:
        for field, sentences in error.errors.items():
            click.echo(f"{field}: {' '.join(sentences)}", err=True)
        raise click.ClickException(error.detail) from None
    except (SettingsError, EmbeddedPostgresError, MigrationError, RealDataPresent, MarketplaceError) as error:
        raise click.ClickException(str(error)) from None
    except (ConnectionError, TimeoutError, gaierror) as error:
        raise click.ClickException(f"Can't reach the database: {error}") from None
    except asyncpg.PostgresError as error:
        raise click.ClickException(f"The database reported an error: {error}") from None
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None


def announce(settings: Settings, sentence: str) -> None:
    """Print a message, or log it if logs are JSON."""
    if writes_json(settings):
        LOG.info(sentence)
    else:
        click.echo(sentence)


def command_origin(command: str) -> Origin:
    """Return the audit log's origin of a command: its name and the operating system user."""
    return Origin(agent=f"marketplace {command}, by {_operator()}")


def _operator() -> str:
    try:
        return getpass.getuser()
    except OSError:
        return "an unknown user"  # in a container the user id may have no name


def with_users(act: Callable[[UserService, Storage], Awaitable[str]]) -> None:
    """Run `act` against the migrated database and print the message it returns."""

    async def run(settings: Settings) -> str:
        container = make_container(settings)
        try:
            return await act(await container.get(UserService), await container.get(Storage))
        finally:
            await container.close()

    with plain_errors(), prepared_settings() as settings:
        migrate_configured_database(settings)
        click.echo(asyncio.run(run(settings)))
