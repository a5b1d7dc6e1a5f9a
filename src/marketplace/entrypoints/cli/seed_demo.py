"""`marketplace seed-demo`."""

import click

from marketplace.bootstrap.environment import prepared_settings
from marketplace.demo.people import DEMO_ACCOUNTS
from marketplace.entrypoints.cli.console import plain_errors
from marketplace.entrypoints.server import migrate_configured_database, seed
from marketplace.settings import Settings


@click.command("seed-demo")
def seed_demo() -> None:
    """Fill an empty database with demo data."""
    with plain_errors(), prepared_settings() as settings:
        migrate_configured_database(settings)
        print_demo_accounts(settings)


def print_demo_accounts(settings: Settings) -> None:
    """Seed the demo data and print its accounts."""
    report = seed(settings)
    if report.already_there:
        click.echo("The demo data is already there.")
    else:
        click.echo(f"Created {report.users} accounts, {report.sessions} sessions and {report.bookings} bookings.")
    click.echo("Sign in as one of these:")
    for account in DEMO_ACCOUNTS:
        click.echo(f"  {account.email:22} password {account.password}   {account.name} ({account.role})")
