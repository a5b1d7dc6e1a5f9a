"""Old names of zones, which browsers report, and the present names of the same cities."""

import gc
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from weakref import ref
from zoneinfo import ZoneInfo

import pytest
import tzdata

from builders import a_user
from core.schedule_builders import a_schedule
from marketplace.core.domain.time_zone_names import TimeZoneName
from marketplace.core.domain.zone_names import RENAMED_ZONES, time_zones, zone_named

REPORTED_BY_BROWSERS = (
    "Africa/Asmera",
    "America/Buenos_Aires",
    "America/Catamarca",
    "America/Coral_Harbour",
    "America/Cordoba",
    "America/Godthab",
    "America/Indianapolis",
    "America/Jujuy",
    "America/Louisville",
    "America/Mendoza",
    "Asia/Calcutta",
    "Asia/Katmandu",
    "Asia/Rangoon",
    "Asia/Saigon",
    "Atlantic/Faeroe",
    "Europe/Kiev",
    "Pacific/Enderbury",
    "Pacific/Ponape",
    "Pacific/Truk",
)
"""What `Intl` of Chromium 156 and Node 20 answers in these zones."""
KEPT = (
    "Europe/Oslo",
    "Europe/Amsterdam",
    "Europe/Stockholm",
    "America/Montreal",
    "Asia/Chongqing",
    "US/Pacific",
    "UTC",
)
"""Links to other zones in the zone data, each a name of its own."""


def linked() -> set[str]:
    lines = (files(tzdata) / "zoneinfo" / "tzdata.zi").read_text().splitlines()
    return {line.split()[2] for line in lines if line.startswith("L ")}


@pytest.mark.parametrize("name", REPORTED_BY_BROWSERS)
def test_old_name_that_browsers_report_is_read_as_the_present_one(name: str) -> None:
    assert TimeZoneName().read(name) == RENAMED_ZONES[name]


@pytest.mark.parametrize("name", KEPT)
def test_name_of_another_city_is_kept_although_its_clocks_agree(name: str) -> None:
    assert TimeZoneName().read(name) == name


def test_renames_lead_from_links_to_present_names_in_one_step() -> None:
    assert RENAMED_ZONES.keys() <= linked()
    assert set(RENAMED_ZONES.values()) <= time_zones() - RENAMED_ZONES.keys()


def test_renamed_zone_keeps_its_clock() -> None:
    now = datetime(2026, 11, 29, tzinfo=UTC)
    moments = [now + timedelta(days=day) for day in range(730)]
    for before, after in RENAMED_ZONES.items():
        old, present = ZoneInfo(before), ZoneInfo(after)
        assert [each.astimezone(old).utcoffset() for each in moments] == [
            each.astimezone(present).utcoffset() for each in moments
        ], before


def test_accounts_and_schedules_are_stored_with_present_names_only() -> None:
    expected = {"time_zone": ["This time zone is now called Asia/Kolkata."]}
    assert a_user(time_zone="Asia/Calcutta").validate() == expected
    assert a_schedule(time_zone="Asia/Calcutta").validate() == expected


def test_zones_in_use_are_read_once_however_many_they_are() -> None:
    references = [ref(zone_named(name)) for name in sorted(time_zones())[:30]]
    gc.collect()

    assert all(reference() is not None for reference in references)
