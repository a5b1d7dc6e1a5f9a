"""Which zone data decides: the locked package, whatever the machine has."""

import os
import subprocess
import sys
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path

import pytest
import tzdata
from dateutil import tz

from core.schedule_builders import a_schedule, every_day, hours
from marketplace.adapters.system import MachineZones
from marketplace.core.domain.zone_names import time_zones
from marketplace.entrypoints.zone_data import LOCKED, MAX_AGE, RELEASED, describe_differences, judge_age, offsets

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
PACKAGE = Path(str(files(tzdata))) / "zoneinfo"
FIRST, LAST = date(2026, 11, 29), date(2028, 11, 28)
WALL_TIMES = (time(0, 30), time(2, 30), time(9))
NINE_ON_MONDAYS = """
from datetime import UTC, datetime, time
from marketplace.entrypoints import asgi
from marketplace.core.domain.schedules import Schedule, TimeRange, WeeklyHours

hours = TimeRange(starts=time(9), ends=time(10), step=None)
schedule = Schedule(time_zone="America/Vancouver", weekly=(WeeklyHours(weekday=1, hours=hours),), extras=(),
    exceptions=(), buffer_before=0, buffer_after=0, notice=0, horizon=60, valid_from=None, valid_until=None)
print(*schedule.starts(datetime(2026, 12, 7, tzinfo=UTC), datetime(2026, 12, 8, tzinfo=UTC), 60))
"""
CHANGED = (
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "America/Edmonton",
    "America/Havana",
    "America/Inuvik",
    "America/Rainy_River",
    "America/Vancouver",
    "America/Winnipeg",
    "America/Yellowknife",
    "Canada/Central",
    "Canada/Mountain",
    "Canada/Pacific",
    "Cuba",
    "Europe/Chisinau",
    "Europe/Tiraspol",
)
"""The names on which 2025b, which Debian 12 has, and 2026f disagree in these two years."""


def test_server_process_ignores_older_zone_files_of_the_machine(tmp_path: Path) -> None:
    (tmp_path / "America").mkdir()
    # Vancouver with the clocks of 2025b: an hour later in winter than by the locked data, as New York's minus three
    (tmp_path / "America" / "Vancouver").write_bytes((PACKAGE / "America" / "Los_Angeles").read_bytes())
    process = subprocess.run(
        [sys.executable, "-c", NINE_ON_MONDAYS],
        env=os.environ | {"PYTHONTZPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (process.stdout, process.stderr) == ("2026-12-07 16:00:00+00:00\n", "")


def test_zones_of_earlier_releases_are_the_first_files_on_the_search_path(tmp_path: Path) -> None:
    empty, machine = tmp_path / "empty", tmp_path / "machine"
    (machine / "America").mkdir(parents=True)
    (machine / "America" / "Vancouver").write_bytes((PACKAGE / "America" / "Los_Angeles").read_bytes())
    zones = MachineZones(os.pathsep.join([str(empty), str(machine)]))
    noon = datetime(2026, 12, 15, 12, tzinfo=UTC)

    found = zones.find("America/Vancouver")

    assert found is not None
    assert noon.astimezone(found).utcoffset() == timedelta(hours=-8)
    assert zones.find("Europe/Madrid") is None
    assert zones.find("America") is None


def test_tests_read_the_locked_zone_data() -> None:
    assert zoneinfo.TZPATH == ()


def test_day_of_publication_is_that_of_the_locked_release() -> None:
    assert tzdata.IANA_VERSION == LOCKED, "say in zone_data.py when this release was published: see decision 0031"
    for lock in ("requirements.lock", "requirements-runtime.lock"):
        assert f"\ntzdata=={tzdata.__version__} " in (ROOT / lock).read_text()


@pytest.mark.parametrize(
    ("version", "age", "newest", "expected"),
    [
        ("2026f", MAX_AGE - timedelta(days=1), None, (True, "tzdata 2026f of 2026-10-28, 59 days old")),
        ("2026f", MAX_AGE, "2026f", (True, "tzdata 2026f of 2026-10-28, 60 days old")),
        ("2026f", MAX_AGE, "2027a", (False, "tzdata 2026f of 2026-10-28, 60 days old; 2027a is out")),
        ("2025b", timedelta(), None, (False, "tzdata 2025b is older than 2026f, with which this program was released")),
        ("2027a", timedelta(), None, (True, "tzdata 2027a, newer than this program's 2026f")),
    ],
)
def test_zone_data_is_judged_by_its_age_and_the_newest_release(
    version: str, age: timedelta, newest: str | None, expected: tuple[bool, str]
) -> None:
    assert judge_age(version, RELEASED + age, newest) == expected


def test_old_zone_data_is_a_warning_when_no_index_says_whether_it_is_the_newest() -> None:
    is_recent, seen = judge_age("2026f", RELEASED + MAX_AGE, None)

    assert not is_recent
    assert "unknown, since no package index answered" in seen


def test_zones_in_which_postgresql_differs_are_named_up_to_ten() -> None:
    days = [datetime(2026, 12, 1, 12, tzinfo=UTC), datetime(2027, 7, 1, 12, tzinfo=UTC)]
    same = {name: offsets(zoneinfo.ZoneInfo(name), days) for name in time_zones()}
    changed = {name: [0, 1] for name in sorted(same)[:12]}

    assert describe_differences(same, days) == "agree with tzdata 2026f until 2027-07"
    seen = describe_differences({**same, "America/Havana": [-18000, -14400]}, days)
    assert seen.startswith("differ from tzdata 2026f before 2027-07 in 1: America/Havana. ")
    missing = {name: offset for name, offset in same.items() if name != "Europe/Kyiv"}
    assert " in 1: Europe/Kyiv. " in describe_differences(missing, days)
    assert "Africa/Bissau and 2 more. " in describe_differences({**same, **changed}, days)


def expected_starts(name: str) -> list[datetime]:
    """Return the instants of the wall times by dateutil, which reads the files of the package itself."""
    zone = tz.tzfile(str(PACKAGE / name))
    days = (FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1))
    walls = [datetime.combine(day, wall, zone) for day in days for wall in WALL_TIMES]
    return sorted(wall.astimezone(UTC) for wall in walls if tz.datetime_exists(wall))


@pytest.mark.parametrize("name", CHANGED)
def test_starts_in_zones_with_new_rules_match_an_independent_reading(name: str) -> None:
    ranges = (hours(f"{wall:%H:%M}", f"{wall.replace(hour=wall.hour + 1):%H:%M}") for wall in WALL_TIMES)
    schedule = a_schedule(time_zone=name, weekly=every_day(*ranges), valid_from=FIRST, valid_until=LAST)
    begin, end = (datetime.combine(day, time(), UTC) for day in (FIRST - timedelta(days=2), LAST + timedelta(days=3)))

    assert list(schedule.starts(begin, end, 60)) == expected_starts(name)


@pytest.mark.parametrize(
    ("name", "hour"),
    [("America/Winnipeg", 15), ("America/Havana", 14), ("America/Vancouver", 17), ("Africa/Casablanca", 10)],
)
def test_ten_o_clock_on_15_december_2026_follows_the_rules_of_2026f(name: str, hour: int) -> None:
    schedule = a_schedule(time_zone=name, weekly=every_day(hours("10:00", "11:00")))
    day = datetime(2026, 12, 15, tzinfo=UTC)

    assert schedule.starts(day, day + timedelta(days=1), 60) == (day.replace(hour=hour),)
