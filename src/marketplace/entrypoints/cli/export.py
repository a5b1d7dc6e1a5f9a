"""`marketplace export`."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import get_args

import click
from dishka import AsyncContainer

from marketplace.bootstrap.container import make_container
from marketplace.bootstrap.environment import prepared_settings
from marketplace.core.domain.admin_lists import ListName
from marketplace.core.domain.exports import ExportFormat
from marketplace.core.services.admin.lists import AdminListService
from marketplace.entrypoints.cli.console import command_origin, plain_errors
from marketplace.entrypoints.cli.export_file import write_out
from marketplace.entrypoints.server import migrate_configured_database
from marketplace.http.api.admin.exports import QUERIES, read_export
from marketplace.settings import SettingsError


@click.command()
@click.argument("name", type=click.Choice(list(QUERIES)), metavar="[users|sessions|bookings|audit]")
@click.option("--format", "form", type=click.Choice(get_args(ExportFormat)), default="csv", show_default=True)
@click.option("--filter", "filters", multiple=True, metavar="NAME=VALUE", help="A filter of the list, or ordering.")
@click.option("--columns", help="Column names, separated by commas (default: all).")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="The file to write (default: standard output)."
)
def export(
    name: ListName, form: ExportFormat, filters: tuple[str, ...], columns: str | None, output: Path | None
) -> None:
    """Export a list: `marketplace export bookings --filter status=pending --filter ordering=booking_date`."""
    with plain_errors(), prepared_settings() as settings:
        requested = [*(each.partition("=")[::2] for each in filters), *([("columns", columns)] if columns else [])]
        list_filters, chosen = read_export(name, requested)
        if form == "xlsx" and output is None and sys.stdout.isatty():
            raise SettingsError("A workbook can't be shown in a terminal. Use --output, or redirect the output.")
        migrate_configured_database(settings)

        async def parts(container: AsyncContainer) -> AsyncGenerator[bytes, None]:
            lists = await container.get(AdminListService)
            return await lists.export(command_origin("export"), list_filters, form, chosen)

        asyncio.run(write_out(make_container(settings), parts, output))
