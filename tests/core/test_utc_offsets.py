from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from core.clock_changes import changes_of, offset
from marketplace.core.domain.utc_offsets import ZoneOffsets, utc_offset

SECOND = timedelta(seconds=1)
BEGIN, END = datetime(2020, 1, 1, 0, 0, 0, 123456, tzinfo=UTC), datetime(2037, 1, 1, tzinfo=UTC)
ZONES = (
    *("UTC", "Asia/Kolkata", "Europe/Berlin", "Atlantic/Azores", "Africa/Casablanca", "America/Havana"),
    *("Australia/Lord_Howe", "Antarctica/Troll", "America/Nuuk"),
)


@pytest.mark.parametrize("zone", ZONES)
def test_offsets_of_zone_change_at_the_second_of_every_clock_change(zone: str) -> None:
    offsets = ZoneOffsets(zone, BEGIN, END)

    expected = [change for change in changes_of(zone) if BEGIN < change.at < END]
    assert [change.at for change in offsets.changes] == [BEGIN, *(change.at for change in expected)]
    for change in expected:
        for at in (change.at - SECOND, change.at):
            assert offsets.at(at) == utc_offset(at, zone) == at.astimezone(ZoneInfo(zone)).isoformat()[-6:]


def test_offset_of_instant_in_the_zone_itself_is_that_of_its_fold() -> None:
    zone = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=zone)

    assert [utc_offset(first.replace(fold=fold), "Europe/Berlin") for fold in (0, 1)] == ["+02:00", "+01:00"]
    assert offset(first, zone) == timedelta(hours=2)


def test_offsets_have_sign_minutes_and_seconds_of_old_zones() -> None:
    summer, long_ago = datetime(2026, 7, 1, tzinfo=UTC), datetime(1971, 1, 1, tzinfo=UTC)

    assert utc_offset(summer, "America/St_Johns") == "-02:30"
    assert utc_offset(summer, "Asia/Kathmandu") == "+05:45"
    assert utc_offset(long_ago, "Africa/Monrovia") == "-00:44:30"


def test_stored_zone_without_zone_data_counts_as_utc() -> None:
    assert utc_offset(BEGIN, "Mars/Olympus_Mons") == "+00:00"
