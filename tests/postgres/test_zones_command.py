"""`marketplace zones`, as operators use it after an upgrade of tzdata."""

from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import tzdata

from builders import stored_booking, stored_session
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from postgres.servers import run_command

RIGHT = datetime(2030, 1, 14, 16, tzinfo=UTC)
NINE = datetime(2030, 1, 14, 9)  # noqa: DTZ001 - a wall time


def folder_with_the_rules_before(folder: Path) -> Path:
    """Return zone files in which Vancouver is eight hours behind UTC in winter, as by 2025b."""
    (folder / "America").mkdir()
    los_angeles = files(tzdata) / "zoneinfo" / "America" / "Los_Angeles"
    (folder / "America" / "Vancouver").write_bytes(los_angeles.read_bytes())
    return folder


async def test_operator_moves_what_was_sold_by_other_rules_whatever_zone_files_the_machine_has(
    empty_database: str, tmp_path: Path
) -> None:
    machine = {"PYTHONTZPATH": str(folder_with_the_rules_before(tmp_path))}
    database = await connect(empty_database, PoolLimits())
    try:
        storage = postgres_storage(database)
        session = await stored_session(storage)
        sold = await stored_booking(
            storage, session, starts_at=RIGHT + timedelta(hours=1), local_start=NINE, time_zone="America/Vancouver"
        )

        printed = await run_command(empty_database, "zones", "--apply", provided=machine)
        moved = await storage.booking_lists.find(sold.id)
    finally:
        await database.close()

    agreed = "2030-01-14 09:00 America/Vancouver  2030-01-14 17:00Z -> 2030-01-14 16:00Z"
    assert printed == (
        "Sold slots at another time than was agreed, by tzdata 2026f: 1\n"
        f"  {agreed}  seats 1  session {session.id} Morning yoga  moved\n"
    )
    assert moved is not None
    assert moved.starts_at == RIGHT
