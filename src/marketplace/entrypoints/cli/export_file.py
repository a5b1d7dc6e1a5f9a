"""Writes an export to standard output, or to a file that appears only once complete."""

import contextlib
import os
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import BinaryIO

from dishka import AsyncContainer

Parts = Callable[[AsyncContainer], Awaitable[AsyncGenerator[bytes, None]]]


async def write_out(container: AsyncContainer, export: Parts, output: Path | None) -> None:
    """Write all parts, then close the container, even after an error."""
    try:
        with _complete_file(output) if output else _standard_output() as file:
            async with aclosing(await export(container)) as parts:
                async for part in parts:
                    file.write(part)
            file.flush()
    finally:
        await container.close()


@contextlib.contextmanager
def _complete_file(path: Path) -> Iterator[BinaryIO]:
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def _standard_output() -> Iterator[BinaryIO]:
    try:
        yield sys.stdout.buffer
    except BrokenPipeError:
        # The reader, such as `head`, closed the pipe. Redirect stdout, or Python reports the error again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
