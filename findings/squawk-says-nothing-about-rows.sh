#!/usr/bin/env bash
# What is surprising: squawk, the linter of migrations, warns of a VARCHAR that should be text, and finds nothing to
#   say about an UPDATE or DELETE of every row in one transaction, or about VACUUM FULL and CLUSTER, which lock
#   readers out for as long as they copy the table: of the last two it only asks for timeouts, and is silent where
#   these are set.
# Whom it hurts: teams that take "no findings" for "safe on a large table".
# What we do: decision 0025: three rules of our own stand next to squawk's (rows, locks, a second try).
# Versions: squawk-cli 2.70.0.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages squawk-cli==2.70.0

"$PY" - "$WORK" <<'PY'
import json, pathlib, subprocess, sys

SQUAWK = pathlib.Path(sys.executable).with_name("squawk")
FILE = pathlib.Path(sys.argv[1], "migration.sql")
TIMEOUTS = "SET lock_timeout = '2s';\nSET statement_timeout = '60s';\n"
EXPECTED = {
    "ALTER TABLE bookings ADD COLUMN note varchar(20);": {"prefer-text-field"},
    "CREATE INDEX bookings_starts_at ON bookings (starts_at);": {"require-concurrent-index-creation"},
    "UPDATE bookings SET currency = 'EUR';": set(),
    "DELETE FROM bookings;": set(),
    "CLUSTER bookings USING bookings_pkey;": set(),
    "VACUUM FULL bookings;": set(),
}
seen = {}
for statement in EXPECTED:
    FILE.write_text(TIMEOUTS + statement + "\n")
    found = subprocess.run([SQUAWK, "--reporter", "json", FILE], capture_output=True, text=True).stdout
    seen[statement] = {each["rule_name"] for each in json.loads(found)} - {"prefer-robust-stmts"}
    print(statement, "->", ", ".join(sorted(seen[statement])) or "nothing found")
if seen != EXPECTED:
    sys.exit(f"Changed: {seen}")
PY
echo "As described."
