"""Lines of a log, written together."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress
from select import PIPE_BUF
from typing import TextIO

MAX_AGE = 0.05
"""Seconds that a line waits for others."""
MAX_BYTES = 32 * 1024
"""Bytes that wait."""


class GatheredLines:
    """Writes lines after `MAX_AGE`, or at once if `MAX_BYTES` wait, a line is urgent, or no event loop runs.

    To be used in the thread of the event loop.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lines: list[bytes] = []
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None
        self._has_ended = False

    def add(self, line: bytes, *, is_urgent: bool = False) -> None:
        """Write the line, which ends with a line break, after those that wait."""
        self._lines.append(line)
        self._size += len(line)
        if is_urgent or self._has_ended or self._size >= MAX_BYTES:
            self.flush()
        elif self._timer is None:
            self._flush_later()

    def _flush_later(self) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
        else:
            self._timer = loop.call_later(MAX_AGE, self.flush)

    def flush(self) -> None:
        """Write what waits. Lines are lost with their stream, so that no request fails for it."""
        if self._timer is not None:
            self._timer.cancel()
        lines, self._lines, self._size, self._timer = self._lines, [], 0, None
        for piece in _pieces(lines):
            with suppress(OSError, ValueError):
                self._stream.write(piece.decode())
                self._stream.flush()

    def end(self) -> None:
        """Write what waits, and every later line at once."""
        self._has_ended = True
        self.flush()


def _pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join lines into pieces of at most `PIPE_BUF` bytes, so that those of several processes do not mix in a pipe."""
    piece, size = list[bytes](), 0
    for line in lines:
        if piece and size + len(line) > PIPE_BUF:
            yield b"".join(piece)
            piece, size = [], 0
        piece.append(line)
        size += len(line)
    if piece:
        yield b"".join(piece)
