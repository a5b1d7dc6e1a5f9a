"""`marketplace zones`."""

import asyncio

import click

from marketplace.bootstrap.container import make_container
from marketplace.bootstrap.environment import prepared_settings
from marketplace.bootstrap.zones import zones_version
from marketplace.core.domain.zone_changes import KeptReason, ZoneChange
from marketplace.core.services.zones import ZoneService
from marketplace.entrypoints.cli.console import plain_errors
from marketplace.entrypoints.server import migrate_configured_database
from marketplace.settings import PREFIX, Settings, SettingsError

REASONS: dict[KeptReason, str] = {
    "no_such_time": "kept: the clocks skip this time",
    "past": "kept: the new time is over",
    "occupied": "kept: the creator has another booked slot then",
}


@click.command()
@click.option("--compare", "mode", flag_value="compare", help="List sold slots at another time than was agreed.")
@click.option("--apply", "mode", flag_value="apply", help="Move them to the time that was agreed, and list them.")
def zones(mode: str | None) -> None:
    """Compare what was sold with the present time zone data, after an upgrade of tzdata.

    Both first migrate the database, and record when bookings of earlier releases were agreed to start.
    """
    if mode is None:
        raise click.UsageError("Use --compare or --apply.")
    with plain_errors(), prepared_settings() as settings:
        if settings.database_url is None:
            raise SettingsError(f"{PREFIX}STORAGE is 'memory', which no other process can read.")
        migrate_configured_database(settings)
        changes = asyncio.run(_run(settings, is_applied=mode == "apply"))
    click.echo(f"Sold slots at another time than was agreed, by tzdata {zones_version()}: {len(changes)}")
    for change in changes:
        click.echo(_line(change, done="moved" if mode == "apply" else "would move"))


async def _run(settings: Settings, *, is_applied: bool) -> tuple[ZoneChange, ...]:
    container = make_container(settings)
    try:
        service = await container.get(ZoneService)
        # complete the list, if no worker has finished since the upgrade that began to record
        await service.record_all()
        return await (service.apply() if is_applied else service.compare())
    finally:
        await container.close()


def _line(change: ZoneChange, *, done: str) -> str:
    slot, instant = change.slot, "%Y-%m-%d %H:%MZ"
    agreed = f"{slot.local_start:%Y-%m-%d %H:%M} {slot.time_zone}"
    instants = f"{slot.starts_at:{instant}} -> {f'{change.starts_at:{instant}}' if change.starts_at else '-'}"
    outcome = REASONS[change.kept] if change.kept else done
    return f"  {agreed}  {instants}  seats {slot.seats}  session {slot.session_id} {slot.title}  {outcome}"
