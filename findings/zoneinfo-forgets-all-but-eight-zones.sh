#!/usr/bin/env bash
# What is surprising: `ZoneInfo(name)` reads its file again, each time, once a program uses nine zones in turn: its
#   cache keeps only the last eight that nothing else refers to. With eight zones no file is read twice.
# Whom it hurts: a server whose requests make zones from stored names, as soon as its people live in nine zones: every
#   request then opens and parses a file in its event loop, some thirty times as slow as the cache.
# What we do: `zone_named` in `core/domain/zone_names.py` keeps every zone (`functools.cache`); there are some 600.
# How it is shown: opens of files are counted, so nothing depends on the machine's speed; times are printed only.
# Versions: tzdata 2026.6.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages tzdata==2026.6

"$PY" - <<'PY'
import sys, time, zoneinfo

zoneinfo.reset_tzpath(())
NAMES = sorted(name for name in zoneinfo.available_timezones() if name.startswith("America/"))
ROUNDS = 100
opened = 0

def count(event, arguments):
    global opened
    opened += event == "open" and "tzdata" in str(arguments[0])

sys.addaudithook(count)

def measured(number):
    global opened
    zoneinfo.ZoneInfo.clear_cache()
    for name in NAMES[:number]:
        zoneinfo.ZoneInfo(name)
    opened, started = 0, time.perf_counter()
    for _ in range(ROUNDS):
        for name in NAMES[:number]:
            zoneinfo.ZoneInfo(name)
    return opened, (time.perf_counter() - started) / ROUNDS / number * 1e6

seen = {}
for number in (8, 9):
    seen[number], took = measured(number)
    print(f"{number} zones in turn, {ROUNDS} times: {seen[number]} files opened, {took:.1f} us a zone")
if seen != {8: 0, 9: 9 * ROUNDS}:
    sys.exit(f"Changed: {seen}")
PY
echo "As described."
