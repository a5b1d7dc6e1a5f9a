"""`marketplace serve`."""

import click

from marketplace.bootstrap.environment import prepared_settings
from marketplace.bootstrap.payments import check_payments
from marketplace.entrypoints.cli.console import announce, plain_errors
from marketplace.entrypoints.cli.seed_demo import print_demo_accounts
from marketplace.entrypoints.demo_issuer import running_issuer
from marketplace.entrypoints.payment_simulator import running_simulator
from marketplace.entrypoints.server import (
    check_breached_passwords,
    check_database,
    check_ports,
    check_texts,
    migrate_configured_database,
    wait_for_configured_database,
    warn_without_pages,
)
from marketplace.entrypoints.server import serve as serve_http
from marketplace.telemetry.logs import configure_logs
from marketplace.telemetry.metrics_exporter import exported_metrics


@click.command()
@click.option("--host", help="Address to listen on (MARKETPLACE_HOST).")
@click.option("--port", help="Port to listen on (MARKETPLACE_PORT).")
@click.option("--workers", help="Number of worker processes (MARKETPLACE_WORKERS).")
@click.option("--migrate/--no-migrate", default=True, help="Migrate the database first (the default).")
@click.option("--demo", is_flag=True, help="Fill an empty database with demo data first (MARKETPLACE_DEMO).")
def serve(host: str | None, port: str | None, workers: str | None, *, migrate: bool, demo: bool) -> None:
    """Serve the API and the web application."""
    demo_value = "on" if demo else None
    with plain_errors(), prepared_settings(host=host, port=port, workers=workers, demo=demo_value) as settings:
        check_ports(settings)
        configure_logs(settings)
        warn_without_pages(settings)
        check_texts(settings)
        check_breached_passwords(settings)
        check_payments(settings)
        wait_for_configured_database(settings)
        if migrate:
            migrate_configured_database(settings)
        check_database(settings)
        if settings.demo:
            print_demo_accounts(settings)
        with running_simulator(settings) as paid, running_issuer(paid) as running:
            announce(settings, f"Serving on http://{settings.host}:{settings.port} (API page: /api/docs/)")
            if running.payments == "simulator":
                announce(settings, f"Test payments at {running.simulator_url}/dashboard: no real money moves")
            if running.oidc_providers != settings.oidc_providers:
                announce(settings, f"Demo sign-in at {running.oidc_providers[0].issuer}: it asks for no password")
            with exported_metrics(running):
                serve_http(running)
