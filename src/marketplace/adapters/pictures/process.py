"""Runs a program of this folder as a process of its own, which can be limited and killed."""

import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
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
    pipe = asyncio.subprocess.PIPE
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(program),
        json.dumps(order),
        stdin=pipe,
        stdout=pipe,
        stderr=asyncio.subprocess.DEVNULL,
        # the kernel shares cores among sessions, so that a nice program counts only against others of its session
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(TIMEOUT):
            output, _ = await running.communicate(data)
    except TimeoutError:
        raise PicturesBusy from None
    finally:
        if running.returncode is None:
            with suppress(ProcessLookupError):
                running.kill()
            await running.wait()
    if running.returncode != 0:
        return None
    head, _, bodies = output.partition(b"\n")
    return json.loads(head), bodies
