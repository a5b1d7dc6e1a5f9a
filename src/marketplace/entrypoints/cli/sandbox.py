"""`marketplace sandbox`."""

import os
import re
from datetime import UTC, datetime, timedelta

import click

from marketplace.adapters.system import ahead_of
from marketplace.entrypoints.cli.console import plain_errors
from marketplace.settings import read_settings

UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
MAX_AHEAD = timedelta(days=3650)


class Span(click.ParamType[timedelta]):
    """A span such as `90m`, `24h` or `7d`."""

    name = "span"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        found = re.fullmatch(r"(\d{1,6})([mhd])", str(value))
        if found is None:
            self.fail("Use minutes, hours or days, such as 90m, 24h or 7d.", param, ctx)
        return int(found[1]) * UNITS[found[2]]


@click.command()
@click.option("--forward", type=Span(), help="Move the clock by this much more, such as 24h.")
@click.option("--reset", is_flag=True, help="Set the clock back to the present.")
def sandbox(forward: timedelta | None, *, reset: bool) -> None:
    """Move the clock of a demo, to see reminders, expiry and completion at once.

    Running programs with MARKETPLACE_INBOX=on, such as `make run`, follow within a second. Logins may end.
    """
    if (forward is None) != reset:
        raise click.UsageError("Use either --forward or --reset.")
    with plain_errors():
        settings = read_settings(os.environ)
        ahead = timedelta() if forward is None else ahead_of(settings.clock_file) + forward
        if ahead > MAX_AHEAD:
            raise click.UsageError("The clock can be at most ten years ahead.")
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        written = settings.clock_file.with_suffix(".new")
        written.write_text(str(int(ahead.total_seconds())), encoding="utf-8")
        written.replace(settings.clock_file)
    click.echo(f"The clock of the demo shows {datetime.now(UTC) + ahead:%Y-%m-%d %H:%M} UTC, {ahead} ahead.")
