#!/usr/bin/env bash
# What is surprising: before Python 3.12, `asyncio.wait_for` ignores a cancellation that arrives in the same turn of the
#   event loop in which what it awaits completes: it returns the result, and the task goes on as if it was not
#   cancelled. `asyncio.timeout` around the same `await` raises `CancelledError`.
# Whom it hurts: a task that waits for messages in a loop, each time with a limit, and is cancelled at shutdown while a
#   message arrives: it waits for the next one, and the program that awaits its end does not end.
# What we do: the listener for changes uses `asyncio.timeout`, and is cancelled again until it is done.
# How it is shown: a future is completed and the task that waits for it cancelled by two lines, so it needs no race.
# Versions: Python 3.11 (the behaviour), 3.12 or later (its end, if a `python3.12` runs here). No packages.
set -euo pipefail
source "$(dirname "$0")/lib.bash"

cat >"$WORK/cancelled.py" <<'PY'
import asyncio, sys

async def by_wait_for(message):
    return await asyncio.wait_for(message, 60)

async def by_timeout(message):
    async with asyncio.timeout(60):
        return await message

async def outcome(wait):
    message = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(wait(message))
    await asyncio.sleep(0)
    message.set_result("a message")
    task.cancel()
    await asyncio.wait([task])
    return "cancelled" if task.cancelled() else f"returns {task.result()}"

version = sys.version.split()[0]
seen = [asyncio.run(outcome(wait)) for wait in (by_wait_for, by_timeout)]
print(f"Python {version}: asyncio.wait_for {seen[0]}, asyncio.timeout {seen[1]}")
if seen != ["returns a message" if sys.version_info < (3, 12) else "cancelled", "cancelled"]:
    sys.exit(f"Changed: Python {version} {seen}")
PY
"${PYTHON:-python3}" "$WORK/cancelled.py"
if python3.12 --version >/dev/null 2>&1; then python3.12 "$WORK/cancelled.py"; fi
echo "As described."
