"""`marketplace reconcile`."""

import asyncio
from datetime import datetime, timedelta

import click

from marketplace.bootstrap.container import make_container
from marketplace.bootstrap.environment import prepared_settings
from marketplace.core.domain.money import Currency
from marketplace.core.ports.system import Clock
from marketplace.core.services.reconciliation import Drift, Reconciliation
from marketplace.entrypoints.cli.console import plain_errors
from marketplace.entrypoints.server import migrate_configured_database
from marketplace.settings import PREFIX, Settings, SettingsError

DEFAULT_DAYS = 30


@click.command()
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d"]),
    help=f"The first day that is compared, in UTC; without it, {DEFAULT_DAYS} days ago.",
)
def reconcile(since: datetime | None) -> None:
    """Compare payments and the ledger with the payment provider.

    What notices were lost for is settled; every other difference waits for staff, and ends this with status 1.
    """
    with plain_errors(), prepared_settings() as settings:
        if settings.database_url is None:
            raise SettingsError(f"{PREFIX}STORAGE is 'memory', which no other process can read.")
        if settings.payments == "off":
            raise SettingsError(f"{PREFIX}PAYMENTS is 'off'.")
        migrate_configured_database(settings)
        drifts = asyncio.run(_run(settings, since))
    click.echo(f"Differences between the payments here and at the provider: {len(drifts)}")
    for drift in drifts:
        click.echo(_line(drift))
    if drifts:
        raise SystemExit(1)


async def _run(settings: Settings, since: datetime | None) -> tuple[Drift, ...]:
    container = make_container(settings)
    try:
        now = (await container.get(Clock)).now()
        begin = now - timedelta(days=DEFAULT_DAYS) if since is None else since.replace(tzinfo=now.tzinfo)
        return await (await container.get(Reconciliation)).compare(begin)
    finally:
        await container.close()


def _line(drift: Drift) -> str:
    amounts = [_amount(each, drift.currency) for each in (drift.expected, drift.found)]
    return (
        f"  {drift.reason.value}  payment {drift.payment_id or '-'}  provider {drift.provider_id or '-'}"
        f"  here {amounts[0]}  there {amounts[1]}"
    )


def _amount(amount: int | None, currency: str | None) -> str:
    return "-" if amount is None or currency is None else f"{Currency.of(currency).of_minor(amount)} {currency}"
