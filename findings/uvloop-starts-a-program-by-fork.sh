#!/usr/bin/env bash
# What is surprising: `asyncio.create_subprocess_exec` of uvloop copies the page tables of the whole process before it
#   starts a program, and holds the event loop until that program runs. The same call of asyncio's own loop does not copy
#   them (`vfork`): the larger the process, the longer uvloop answers nothing, and asyncio does not care.
# Whom it hurts: everyone whose request meets the start of a converter or a compressor in the same worker.
# What we do: programs of pictures are started by `subprocess` in a thread (`adapters/pictures/process.py`).
# Versions: uvloop 0.23.0, Python 3.11 or later, Linux.
set -euo pipefail
source "$(dirname "$0")/lib.bash"
python_packages uvloop==0.23.0

cat > "$WORK/held.py" <<'PY'
import asyncio
import statistics
import sys
import time

import uvloop

kept = []


async def held() -> float:
    """Return the median number of milliseconds that the start of a program holds the loop."""
    found = []
    for _ in range(15):
        begun = time.perf_counter()
        started = asyncio.create_task(asyncio.create_subprocess_exec("/bin/true"))
        await asyncio.sleep(0)  # the task runs up to its first pause
        found.append((time.perf_counter() - begun) * 1000)
        await (await started).wait()
    return statistics.median(found)


small = {run: run.run(held()) for run in (uvloop, asyncio)}
kept.append(bytearray(b"x" * 4096) * 250_000)  # a gigabyte of pages that are in use
for run, before in small.items():
    after = run.run(held())
    print(f"{run.__name__:8}: held {before:5.1f} ms by a small process, {after:5.1f} ms by one with a gigabyte", file=sys.stderr)
    print(run.__name__, "grows with the process" if after > before + 3 else "does not care")
PY

found=$("$PY" "$WORK/held.py")
echo "$found"
[ "$found" = "uvloop grows with the process
asyncio does not care" ] || { echo "It changed." >&2; exit 1; }
