"""Runs a program of this folder as a process of its own, which can be limited and killed."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from marketplace.core.domain.pictures import Upload
from marketplace.core.errors.pictures import PicturesBusy

TIMEOUT = 40
"""Seconds, after which an order is given up."""


async def run_program(
    program: Path, order: Mapping[str, Any], data: Upload, *, seconds: float = TIMEOUT
) -> tuple[dict[str, Any], bytes] | None:
    """Run `program ORDER < data`; return the line of JSON that it writes and the bytes after it.

    `None` if it failed: it was killed at its limit of memory or time, or crashed. Raises `PicturesBusy` if it takes
    longer than `seconds`.
    """
    started: list[subprocess.Popen[bytes]] = []
    command = [sys.executable, "-I", str(program), json.dumps(order)]
    try:
        async with asyncio.timeout(seconds):
            # in a thread, since uvloop forks: 20 ms in which a worker of 130 MB answers nothing
            code, output = await asyncio.to_thread(_talk, command, data, started)
    except TimeoutError:
        _kill(started)
        raise PicturesBusy from None
    except asyncio.CancelledError:
        _kill(started)
        raise
    if code != 0:
        return None
    head, _, bodies = output.partition(b"\n")
    return json.loads(head), bodies


def _kill(started: list[subprocess.Popen[bytes]]) -> None:
    for running in started:
        running.kill()


def _talk(command: Sequence[str], data: Upload, started: list[subprocess.Popen[bytes]]) -> tuple[int, bytes]:
    """Return the exit code of a program and what it wrote. `started` receives it, for others to kill.

    Programs read everything before they write. `Popen.communicate` would write 4 KiB at a time, and the event loop
    would wait for this thread thousands of times.
    """
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    # the kernel shares cores among sessions, so that a nice program counts only against others of its session
    with subprocess.Popen(  # noqa: S603 - a program of this folder
        command, stdin=pipe, stdout=pipe, stderr=null, start_new_session=True
    ) as running:
        started.append(running)
        assert running.stdin is not None  # noqa: S101 - for mypy
        assert running.stdout is not None  # noqa: S101 - for mypy
        with suppress(BrokenPipeError), running.stdin as stdin:  # it may end before it has read everything
            stdin.write(data)
        output = running.stdout.read()
        return running.wait(), output
