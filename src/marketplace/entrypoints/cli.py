"""The command line: one command each, thin."""

import asyncio
import getpass
import json
import logging
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import gaierror
from typing import get_args

import asyncpg
import click
from dishka import AsyncContainer

from marketplace import __version__
from marketplace.adapters.postgres.embedded.server import EmbeddedPostgresError
from marketplace.adapters.postgres.schema.migrate import MigrationError
from marketplace.adapters.postgres.schema.migrate import migrate as migrate_database
from marketplace.bootstrap.container import make_container
from marketplace.bootstrap.environment import prepared_settings
from marketplace.core.domain.admin_lists import ListName
from marketplace.core.domain.audit import Origin
from marketplace.core.domain.exports import ExportFormat
from marketplace.core.errors import Invalid, MarketplaceError
from marketplace.core.ports.storage import Storage
from marketplace.core.services.admin.lists import AdminListService
from marketplace.core.services.users import UserService
from marketplace.demo.people import DEMO_ACCOUNTS
from marketplace.demo.seed import RealDataPresent
from marketplace.entrypoints.doctor import findings
from marketplace.entrypoints.export_command import write_out
from marketplace.entrypoints.server import await_database, check_metrics_port, check_ports, migrate_settings, seed
from marketplace.entrypoints.server import serve as serve_http
from marketplace.entrypoints.worker import meter_of, work_until_signalled
from marketplace.http.api.admin.exports import QUERIES, read_export
from marketplace.http.api.users import RegistrationIn
from marketplace.http.openapi.document import document
from marketplace.http.validation.parsing import read_values
from marketplace.settings import PREFIX, Settings, SettingsError, provided_secret
from marketplace.telemetry.logs import configure_logs, writes_json
from marketplace.telemetry.metrics_exporter import exported_metrics

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
        raise click.ClickException(f"The database cannot be reached: {error}") from None
    except asyncpg.PostgresError as error:
        raise click.ClickException(f"The database refused: {error}") from None
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from None


@click.group()
@click.version_option(__version__)
@click.pass_context
def main(context: click.Context) -> None:
    """The sessions marketplace. Settings are MARKETPLACE_* variables: see .env.example."""
    if context.invoked_subcommand == create_admin.name:
        with plain_errors():
            password = provided_secret(os.environ, "admin_password")
        if password:
            os.environ[f"{PREFIX}ADMIN_PASSWORD"] = password


@main.command()
@click.option("--host", help="Address to listen on (MARKETPLACE_HOST).")
@click.option("--port", help="Port to listen on (MARKETPLACE_PORT).")
@click.option("--workers", help="Processes (MARKETPLACE_WORKERS).")
@click.option("--migrate/--no-migrate", default=True, help="Migrate first (the default), or not.")
@click.option("--demo", is_flag=True, help="Fill an empty database with demo data first (MARKETPLACE_DEMO).")
def serve(host: str | None, port: str | None, workers: str | None, *, migrate: bool, demo: bool) -> None:
    """Serve the API."""
    demo_word = "on" if demo else None
    with plain_errors(), prepared_settings(host=host, port=port, workers=workers, demo=demo_word) as settings:
        check_ports(settings)
        configure_logs(settings)
        await_database(settings)
        if migrate:
            migrate_settings(settings)
        if settings.demo:
            _print_demo_accounts(settings)
        _announce(settings, f"Serving on http://{settings.host}:{settings.port} (API page: /api/docs/)")
        with exported_metrics(settings):
            serve_http(settings)


@main.command()
def worker() -> None:
    """Do the background work: let bookings lapse and complete them. Start as many as you like."""
    with plain_errors(), prepared_settings() as settings:
        if settings.database_url is None:
            raise SettingsError(f"{PREFIX}STORAGE is 'memory', where `serve` does the background work itself.")
        check_metrics_port(settings)
        configure_logs(settings)
        migrate_settings(settings)
        _announce(settings, "Working.")
        with exported_metrics(settings):
            asyncio.run(work_until_signalled(settings, make_container(settings), meter_of(settings)))


@main.command()
@click.option("--revision", default="head", show_default=True, help="head, base, or a revision.")
def migrate(revision: str) -> None:
    """Bring the database to this program's schema, or to another revision."""
    with plain_errors(), prepared_settings() as settings:
        if settings.database_url is None:
            raise SettingsError(f"{PREFIX}STORAGE is 'memory', which has nothing to migrate.")
        configure_logs(settings)
        await_database(settings)
        reached = asyncio.run(migrate_database(settings.database_url, revision))
        click.echo(f"The database is at {reached}.")


def _announce(settings: Settings, sentence: str) -> None:
    """To a person as it is, to a program as a line of the log."""
    if writes_json(settings):
        LOG.info(sentence)
    else:
        click.echo(sentence)


@main.command("seed-demo")
def seed_demo() -> None:
    """Fill a database that holds no accounts yet with a believable marketplace."""
    with plain_errors(), prepared_settings() as settings:
        migrate_settings(settings)
        _print_demo_accounts(settings)


def _print_demo_accounts(settings: Settings) -> None:
    report = seed(settings)
    if report.already_there:
        click.echo("The demo data is there already.")
    else:
        click.echo(f"Made {report.users} accounts, {report.sessions} sessions and {report.bookings} bookings.")
    click.echo("Sign in as one of these:")
    for account in DEMO_ACCOUNTS:
        click.echo(f"  {account.email:22} password {account.password}   {account.name} ({account.role})")


@main.command("create-admin")
@click.option("--email", envvar=f"{PREFIX}ADMIN_EMAIL", help="MARKETPLACE_ADMIN_EMAIL")
@click.option("--username", envvar=f"{PREFIX}ADMIN_USERNAME", help="MARKETPLACE_ADMIN_USERNAME")
@click.option(
    "--password",
    envvar=f"{PREFIX}ADMIN_PASSWORD",
    help="MARKETPLACE_ADMIN_PASSWORD; asked for when absent, which keeps it out of the shell's history.",
)
def create_admin(email: str | None, username: str | None, password: str | None) -> None:
    """Make an account that is staff and superuser. What is neither given nor in the environment is asked for."""
    email = email or _requested("E-mail", "EMAIL")
    username = username or _requested("Username", "USERNAME")
    password = password or _requested("Password", "PASSWORD", is_secret=True)

    async def act(users: UserService, _: Storage) -> str:
        parsed = read_values(RegistrationIn, {"email": email, "username": username, "password": password})
        data = parsed.checked(users.validate_registration(parsed.values))
        admin = await users.register(
            email=data.email,
            username=data.username,
            password=data.password,
            is_staff=True,
            is_superuser=True,
            origin=_command_origin("create-admin"),
        )
        return f"Made the administrator {admin.username}."

    _with_users(act)


def _requested(what: str, variable: str, *, is_secret: bool = False) -> str:
    try:
        return str(click.prompt(what, hide_input=is_secret, confirmation_prompt=is_secret))
    except click.Abort:
        if sys.stdin.isatty():
            raise
        raise click.ClickException(
            f"{what} is not given and there is nobody to ask. Set {PREFIX}ADMIN_{variable} or --{variable.lower()}."
        ) from None


@main.command()
@click.argument("email")
def deactivate(email: str) -> None:
    """Switch an account off: its logins end within a second, its sessions leave the catalog."""
    _with_users(lambda users, storage: _set_active(users, storage, email, is_active=False))


@main.command()
@click.argument("email")
def activate(email: str) -> None:
    """Switch an account on again."""
    _with_users(lambda users, storage: _set_active(users, storage, email, is_active=True))


async def _set_active(users: UserService, storage: Storage, email: str, *, is_active: bool) -> str:
    user = await storage.users.find_by_email(email)
    if user is None:
        raise click.ClickException(f"There is no account with the e-mail address {email}.")
    await users.set_active(user.id, is_active=is_active, who=_command_origin("activate" if is_active else "deactivate"))
    return f"{user.username} is {'active' if is_active else 'inactive'} now."


def _command_origin(command: str) -> Origin:
    """What the audit log has of a command: which, and whose shell it was typed into."""
    return Origin(agent=f"marketplace {command}, by {_operator()}")


def _operator() -> str:
    try:
        return getpass.getuser()
    except OSError:
        return "somebody"  # a container may run as a number that has no name


@main.command()
@click.argument("name", type=click.Choice(list(QUERIES)), metavar="[users|sessions|bookings|audit]")
@click.option("--format", "form", type=click.Choice(get_args(ExportFormat)), default="csv", show_default=True)
@click.option(
    "--filter", "filters", multiple=True, metavar="NAME=VALUE", help="As the list's query has it; ordering too."
)
@click.option("--columns", help="Names with commas between them; all by default.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file; else standard output.")
def export(
    name: ListName, form: ExportFormat, filters: tuple[str, ...], columns: str | None, output: Path | None
) -> None:
    """Write a list to a file: `marketplace export bookings --filter status=pending --filter ordering=booking_date`."""
    with plain_errors(), prepared_settings() as settings:
        requested = [*(each.partition("=")[::2] for each in filters), *([("columns", columns)] if columns else [])]
        filters_of_list, chosen = read_export(name, requested)
        if form == "xlsx" and output is None and sys.stdout.isatty():
            raise SettingsError("A workbook is nothing to look at in a terminal: give --output, or redirect.")
        migrate_settings(settings)

        async def parts(container: AsyncContainer) -> AsyncGenerator[bytes, None]:
            lists = await container.get(AdminListService)
            return await lists.export(_command_origin("export"), filters_of_list, form, chosen)

        asyncio.run(write_out(make_container(settings), parts, output))


def _with_users(act: Callable[[UserService, Storage], Awaitable[str]]) -> None:
    async def run(settings: Settings) -> str:
        container = make_container(settings)
        try:
            return await act(await container.get(UserService), await container.get(Storage))
        finally:
            await container.close()

    with plain_errors(), prepared_settings() as settings:
        migrate_settings(settings)
        click.echo(asyncio.run(run(settings)))


@main.command("shell")
@click.option("-c", "--code", help="Run this instead of asking for input; exits with 1 when it fails.")
def open_ipython(code: str | None) -> None:
    """Open IPython with the services wired, where `await` works."""
    # half a second that no other command needs
    from marketplace.entrypoints.shell import open_shell  # noqa: PLC0415

    with plain_errors(), prepared_settings() as settings:
        migrate_settings(settings)
        open_shell(settings, _command_origin("shell"), code)


@main.command()
def check() -> None:
    """Say what is installed, configured and reachable, and what to do about what is not."""
    is_good = True
    for finding in findings():
        is_good = is_good and finding.is_good
        click.echo(f"{'ok ' if finding.is_good else 'NO '} {finding.subject}: {finding.seen}")
        if not finding.is_good and finding.advice:
            click.echo(f"    {finding.advice}")
    sys.exit(0 if is_good else 1)


@main.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    click.echo(json.dumps(document(Settings().categories), indent=2, ensure_ascii=False))
