"""`marketplace worker`."""

import click
import uvloop

from marketplace.bootstrap.container import make_container
from marketplace.bootstrap.environment import prepared_settings
from marketplace.entrypoints.cli.console import announce, plain_errors
from marketplace.entrypoints.server import check_database, check_metrics_port, migrate_configured_database
from marketplace.entrypoints.worker import make_meter, work_until_signalled
from marketplace.settings import PREFIX, SettingsError
from marketplace.telemetry.logs import configure_logs
from marketplace.telemetry.metrics_exporter import exported_metrics


@click.command()
def worker() -> None:
    """Run background jobs, such as expiring and completing bookings. Start as many workers as you like."""
    with plain_errors(), prepared_settings() as settings:
        if settings.database_url is None:
            raise SettingsError(f"{PREFIX}STORAGE is 'memory', where `serve` runs the background jobs itself.")
        check_metrics_port(settings)
        configure_logs(settings)
        migrate_configured_database(settings)
        check_database(settings)
        announce(settings, "Worker started.")
        with exported_metrics(settings):
            uvloop.run(work_until_signalled(settings, make_container(settings), make_meter(settings)))
