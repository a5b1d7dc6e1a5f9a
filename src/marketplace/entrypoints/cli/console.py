"""What commands share: errors as sentences, output for people and programs, and who ran the command."""

import asyncio
import getpass
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from socket import gaierror

import asyncpg
import click

from marketplace.adapters.postgres.embedded.server import EmbeddedPostgresError
from marketplace.adapters.postgres.schema.migrate import MigrationError
from marketplace.bootstrap.container import make_container
from marketplace.bootstrap.environment import prepared_settings
from marketplace.core.domain.principals import Origin
from marketplace.core.errors import Invalid, MarketplaceError
from marketplace.core.ports.storage import Storage
from marketplace.core.services.users import UserService
from marketplace.demo.seed import RealDataPresent
from marketplace.entrypoints.server import migrate_settings
from marketplace.settings import Settings, SettingsError
from marketplace.telemetry.logs import writes_json

LOG = logging.getLogger(__name__)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Say what an operator can do something about in a sentence, and keep traces for bugs."""
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
    """To a person as it is, to a program as a line of the log."""
    if writes_json(settings):
        LOG.info(sentence)
    else:
        click.echo(sentence)


def command_origin(command: str) -> Origin:
    """What the audit log has of a command: which, and whose shell it was typed into."""
    return Origin(agent=f"marketplace {command}, by {_operator()}")


def _operator() -> str:
    try:
        return getpass.getuser()
    except OSError:
        return "an unknown user"  # a container may run as a number that has no name


def with_users(act: Callable[[UserService, Storage], Awaitable[str]]) -> None:
    async def run(settings: Settings) -> str:
        container = make_container(settings)
        try:
            return await act(await container.get(UserService), await container.get(Storage))
        finally:
            await container.close()

    with plain_errors(), prepared_settings() as settings:
        migrate_settings(settings)
        click.echo(asyncio.run(run(settings)))
