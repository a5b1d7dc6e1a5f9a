"""What is handed to the process for heavy work is answered, whatever the order in which both ends are done."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest_asyncio

from marketplace.http.heavy_process import answer_connection, with_heavy_process

PART = b"x" * 400_000
LATE = 0.02
"""Seconds for which the loop of a worker is busy before it passes on the body: the other end is done by then."""


class Client:
    """A client that sends a body in parts, and then waits for its answer."""

    def __init__(self, parts: int) -> None:
        self.parts = [{"type": "http.request", "body": PART, "more_body": left > 1} for left in range(parts, 0, -1)]
        self.sent: list[Any] = []

    async def receive(self) -> Any:
        if not self.parts:
            await asyncio.Event().wait()
        time.sleep(LATE)  # noqa: ASYNC251 - a busy loop
        return self.parts.pop(0)

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @property
    def status(self) -> int | None:
        return self.sent[0]["status"] if self.sent else None


def scope() -> dict[str, Any]:
    return {"type": "http", "method": "GET", "path": "/api/auth/export/", "headers": [], "client": ("127.0.0.1", 1)}


@pytest_asyncio.fixture
async def path(tmp_path: Path) -> Path:
    return tmp_path / "heavy"


@contextmanager
def process_for(app: Any, path: Path) -> Iterator[None]:
    """Answer at a Unix socket in a loop of its own, as the process does."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await answer_connection(app, reader, writer)

    async def serve() -> None:
        async with await asyncio.start_unix_server(answer, path):
            is_ready.set()
            await asyncio.to_thread(is_over.wait)

    is_ready, is_over = threading.Event(), threading.Event()
    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    try:
        assert is_ready.wait(10)
        yield
    finally:
        is_over.set()
        thread.join()


async def ask(path: Path, app: Any, clients: list[Client]) -> None:
    with process_for(app, path):
        relayed = with_heavy_process(app, {"heavy_socket": str(path)})
        for each in clients:
            await relayed(scope(), each.receive, each.send)  # type: ignore[arg-type]


async def refuse(_: Any, __: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 401, "headers": []})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def break_off(_: Any, __: Any, ___: Any) -> None:
    raise ValueError


async def test_answer_that_comes_before_the_body_was_read_arrives(path: Path) -> None:
    clients = [Client(parts) for parts in range(4)]

    await ask(path, refuse, clients)

    assert {each.status for each in clients} == {401}


async def test_work_that_ends_without_an_answer_is_busy(path: Path) -> None:
    clients = [Client(parts) for parts in range(4)]

    await ask(path, break_off, clients)

    assert {each.status for each in clients} == {503}
