"""Processes whose parent is gone."""

import asyncio
import os
import signal
import sys

import pytest

from postgres.servers import becomes_true, is_alive

# The child watches its parent only once that is gone: while the program was still loading.
STARTS = """
import multiprocessing, os, signal, sys, time
from marketplace.entrypoints import parent

def child(first):
    signal.signal(signal.SIGTERM, {handler})
    {before}
    parent.watch_parent(1.0)
    print(os.getpid(), flush=True)
    {after}
    time.sleep(120)

process = multiprocessing.get_context("fork").Process(target=child, args=(os.getpid(),))
process.start()
if {before!r} != "pass":
    print(process.pid, flush=True)
process.join()
"""
WAITS = "while os.getppid() == first: time.sleep(0.02)"


@pytest.mark.parametrize(
    ("handler", "before", "after"),
    [
        ("signal.SIG_DFL", "pass", "pass"),
        ("signal.SIG_DFL", WAITS, "pass"),
        ("lambda *_: None", "pass", "time.sleep(0.8); signal.signal(signal.SIGTERM, signal.SIG_DFL)"),
        ("signal.SIG_IGN", "pass", "pass"),
    ],
    ids=["watching", "gone before", "handler of the parent", "hanging"],
)
async def test_process_ends_after_its_parent(handler: str, before: str, after: str) -> None:
    code = STARTS.format(handler=handler, before=before, after=after)
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    assert parent.stdout is not None
    child = int(await parent.stdout.readline())
    parent.kill()
    try:
        assert await becomes_true(lambda: not is_alive(child), 15)
    finally:
        if is_alive(child):
            os.kill(child, signal.SIGKILL)
        await parent.wait()
