"""Runs a program of this folder as a process of its own, which can be limited and killed."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from marketplace.core.errors.pictures import PicturesBusy

TIMEOUT = 40
"""Seconds, after which an order is given up."""


async def run_program(program: Path, order: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], bytes] | None:
    """Run `program ORDER < data`; return the line of JSON that it writes and the bytes after it.

    `None` if it failed: it was killed at its limit of memory or time, or crashed. Raises `PicturesBusy` if it takes too
    long.
    """
    started: list[subprocess.Popen[bytes]] = []
    try:
        # in a thread, since uvloop forks: 20 ms in which a worker of 130 MB answers nothing
        code, output = await asyncio.to_thread(
            _talk, [sys.executable, "-I", str(program), json.dumps(order)], data, started
        )
    except asyncio.CancelledError:
        for running in started:
            running.kill()
        raise
    if code != 0:
        return None
    head, _, bodies = output.partition(b"\n")
    return json.loads(head), bodies


def _talk(command: Sequence[str], data: bytes, started: list[subprocess.Popen[bytes]]) -> tuple[int, bytes]:
    """Return the exit code of a program and what it wrote. `started` receives it, for others to kill."""
    pipe, null = subprocess.PIPE, subprocess.DEVNULL
    # the kernel shares cores among sessions, so that a nice program counts only against others of its session
    with subprocess.Popen(  # noqa: S603 - a program of this folder
        command, stdin=pipe, stdout=pipe, stderr=null, start_new_session=True
    ) as running:
        started.append(running)
        try:
            output, _ = running.communicate(data, TIMEOUT)
        except subprocess.TimeoutExpired:
            running.kill()
            raise PicturesBusy from None
        return running.returncode, output
