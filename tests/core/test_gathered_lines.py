"""Lines of the log are written together, whole, and none is left behind."""

import asyncio
import io
from select import PIPE_BUF

import pytest

from marketplace.telemetry.gathered_lines import MAX_AGE, MAX_BYTES, GatheredLines


class Stream(io.StringIO):
    """Keeps what each call writes."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[str] = []

    def write(self, text: str) -> int:
        self.written.append(text)
        return len(text)


@pytest.fixture
def stream() -> Stream:
    return Stream()


async def test_lines_wait_for_others_for_fifty_milliseconds_at_most(stream: Stream) -> None:
    lines = GatheredLines(stream)
    for number in range(3):
        lines.add(b"%d\n" % number)
    assert stream.written == []

    await asyncio.sleep(2 * MAX_AGE)
    assert stream.written == ["0\n1\n2\n"]

    lines.add(b"3\n")
    await asyncio.sleep(2 * MAX_AGE)
    assert stream.written == ["0\n1\n2\n", "3\n"]


async def test_urgent_line_is_written_at_once_after_those_before_it(stream: Stream) -> None:
    lines = GatheredLines(stream)
    lines.add(b"first\n")
    lines.add(b"failed\n", is_urgent=True)
    assert stream.written == ["first\nfailed\n"]

    await asyncio.sleep(2 * MAX_AGE)
    assert stream.written == ["first\nfailed\n"]


async def test_many_bytes_do_not_wait_and_no_line_is_cut(stream: Stream) -> None:
    """Several processes share a pipe: a write of more than `PIPE_BUF` bytes could mix with those of another."""
    lines, line, long = GatheredLines(stream), "é" * 150 + "\n", "x" * (PIPE_BUF + 1) + "\n"
    number = MAX_BYTES // len(line.encode())
    for _ in range(number):
        lines.add(line.encode())
    assert stream.written == []
    lines.add(long.encode())

    assert "".join(stream.written) == number * line + long
    assert all(piece.endswith("\n") for piece in stream.written)
    assert all(len(piece.encode()) <= PIPE_BUF for piece in stream.written if piece != long)
    assert len(stream.written) < number // 8


async def test_shutdown_writes_what_waits_and_later_lines_at_once(stream: Stream) -> None:
    lines = GatheredLines(stream)
    lines.add(b"last request\n")
    lines.end()
    lines.add(b"after it\n")

    assert stream.written == ["last request\n", "after it\n"]


def test_line_is_written_at_once_where_no_event_loop_runs(stream: Stream) -> None:
    GatheredLines(stream).add(b"line\n")

    assert stream.written == ["line\n"]


class LostStream(Stream):
    """A pipe whose reader has ended."""

    def write(self, text: str) -> int:
        super().write(text)
        raise BrokenPipeError


def test_lost_stream_fails_no_request_as_with_the_standard_handlers() -> None:
    stream = LostStream()
    lines = GatheredLines(stream)
    for number in range(2):
        lines.add(b"%d\n" % number, is_urgent=True)
    lines.end()
    assert stream.written == ["0\n", "1\n"]
