"""Zone data for `marketplace check`: its release and age, and where PostgreSQL's own data differs (decision 0031)."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg

from marketplace.bootstrap.zones import zones_version
from marketplace.core.domain.zone_names import time_zones

LOCKED, RELEASED = "2026f", date(2026, 10, 28)
"""The release in the lock files, and the day it was published, which the package does not say."""
MAX_AGE = timedelta(days=60)
INDEX_TIMEOUT = 10
"""Seconds."""
PERIOD, STEP = timedelta(days=730), timedelta(days=3)
"""How far ahead, and how often, the two are compared; other rules differ for longer."""
MAX_LISTED = 10

OFFSETS = """
    SELECT z.name, ARRAY(SELECT extract(epoch FROM at AT TIME ZONE z.name - at AT TIME ZONE 'UTC')::int
        FROM unnest($2::timestamptz[]) WITH ORDINALITY AS days (at, place) ORDER BY place) AS offsets
    FROM unnest($1::text[]) AS z (name) WHERE z.name IN (SELECT name FROM pg_timezone_names)
"""


def judge_age(version: str, today: date, newest: str | None) -> tuple[bool, str]:
    """Return whether the release is recent enough, and what to say. `newest` is `None` if no index has answered."""
    if version < LOCKED:
        return False, f"tzdata {version} is older than {LOCKED}, with which this program was released"
    if version > LOCKED:
        return True, f"tzdata {version}, newer than this program's {LOCKED}"
    age = today - RELEASED
    seen = f"tzdata {version} of {RELEASED}, {age.days} days old"
    if age < MAX_AGE or newest == version:
        return True, seen
    if newest is None:
        return False, f"{seen}; whether a newer one is out is unknown, since no package index answered"
    return False, f"{seen}; {newest} is out"


def release_age() -> tuple[bool, str]:
    """Judge the installed release; asks the package index only when it is old enough to matter."""
    version, today = zones_version(), datetime.now(UTC).date()
    is_old = version == LOCKED and today - RELEASED >= MAX_AGE
    return judge_age(version, today, newest_release() if is_old else None)


def newest_release() -> str | None:
    """Return the newest release that the configured index lists, if uv is installed and gets an answer."""
    if find_spec("uv") is None:
        return None
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "-"]
    try:
        answer = subprocess.run(  # noqa: S603 - constant arguments
            command, input="tzdata", capture_output=True, text=True, check=True, timeout=INDEX_TIMEOUT
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    year, _, number = answer.partition("==")[2].strip().partition(".")
    return year + chr(ord("a") + int(number) - 1) if number.isdecimal() else None


def days_ahead() -> list[datetime]:
    """Return noon of the days to compare."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return [noon + STEP * number for number in range(PERIOD // STEP)]


def offsets(zone: tzinfo, days: Sequence[datetime]) -> list[int]:
    """Return the zone's UTC offset on each day, in seconds."""
    return [int((day.astimezone(zone).utcoffset() or timedelta()).total_seconds()) for day in days]


async def offsets_of_server(connection: asyncpg.Connection, days: Sequence[datetime]) -> dict[str, list[int]]:
    """Return the offsets of all zones that this PostgreSQL knows, in one statement."""
    rows = await connection.fetch(OFFSETS, sorted(time_zones()), days)
    return {row["name"]: row["offsets"] for row in rows}


def offsets_of_files(binaries: Path, days: Sequence[datetime]) -> dict[str, list[int]] | None:
    """Return the same from the zone files of binaries that are not running, or `None` if they have none."""
    folder = binaries.parent / "share" / "timezone"
    if not folder.is_dir():
        return None
    return {name: offsets(zone, days) for name, zone in _zones_in(folder)}


def _zones_in(folder: Path) -> Iterator[tuple[str, tzinfo]]:
    for name in sorted(time_zones()):
        path = folder / name
        if path.is_file():
            with path.open("rb") as file:
                yield name, ZoneInfo.from_file(file)


def describe_differences(theirs: Mapping[str, Sequence[int]], days: Sequence[datetime]) -> str:
    """Say in which zones PostgreSQL's data differs from the locked data on one of these days."""
    differing = [name for name in sorted(time_zones()) if theirs.get(name) != offsets(ZoneInfo(name), days)]
    if not differing:
        return f"agree with tzdata {zones_version()} until {days[-1]:%Y-%m}"
    more = len(differing) - MAX_LISTED
    named = ", ".join(differing[:MAX_LISTED]) + (f" and {more} more" if more > 0 else "")
    return (
        f"differ from tzdata {zones_version()} before {days[-1]:%Y-%m} in {len(differing)}: {named}."
        " No statement of the marketplace uses them; queries of your own should not either."
    )
