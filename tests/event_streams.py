"""Clients of event streams: of an ASGI application, and over HTTP."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

SOON = 20
"""Seconds in which an event arrives on a machine that runs other tests; how soon it does is measured elsewhere."""


@dataclass(frozen=True, slots=True)
class Event:
    """A dispatched event, and when it arrived by `monotonic`."""

    name: str
    id: str
    data: Any
    at: float


@dataclass(slots=True)
class EventParser:
    """Reads an event stream as a browser does (WHATWG HTML, 9.2.6), without fields that the product does not use."""

    retry: int | None = None
    comments: int = 0
    last_id: str = ""
    _rest: str = ""
    _name: str = ""
    _data: list[str] = field(default_factory=list)

    def feed(self, chunk: bytes) -> list[Event]:
        *lines, self._rest = (self._rest + chunk.decode()).split("\n")
        return [event for line in lines if (event := self._read(line)) is not None]

    def _read(self, line: str) -> Event | None:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            name, data, self._name, self._data = self._name, "\n".join(self._data), "", []
            return Event(name, self.last_id, json.loads(data), time.monotonic()) if data else None
        if not name:
            self.comments += 1
        elif name == "retry":
            self.retry = int(value)
        elif name == "id":
            self.last_id = value
        elif name == "event":
            self._name = value
        else:
            assert name == "data", line
            self._data.append(value)
        return None


class Listening:
    """Events of an open stream as they arrive."""

    def __init__(self) -> None:
        self.parser = EventParser()
        self.status = 0
        self.headers: dict[str, str] = {}
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self.ended = asyncio.Event()

    async def next(self, *names: str, within: float = SOON) -> Event:
        """Wait for an event of one of these names and forget the others."""
        async with asyncio.timeout(within):
            while True:
                event = await self.events.get()
                if event.name in names:
                    return event


@asynccontextmanager
async def listening_over_http(
    client: httpx.AsyncClient, session_id: UUID | str, **headers: str
) -> AsyncIterator[Listening]:
    """Open a stream by HTTP, and read it until the end of the block."""
    listener, address = Listening(), f"/api/sessions/{session_id}/live/"
    async with client.stream("GET", address, headers=headers, timeout=None) as response:
        listener.status, listener.headers = response.status_code, dict(response.headers)

        async def read() -> None:
            try:
                async for chunk in response.aiter_raw():
                    for event in listener.parser.feed(chunk):
                        listener.events.put_nowait(event)
            except httpx.TransportError:
                pass
            listener.ended.set()

        reading = asyncio.create_task(read())
        try:
            yield listener
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)


@dataclass
class AsgiStream:
    """A stream of an application in this process. `sends` is cleared while its client reads nothing."""

    path: str
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    client: str = "203.0.113.5"
    listener: Listening = field(default_factory=Listening)
    has_left: asyncio.Event = field(default_factory=asyncio.Event)
    reads: asyncio.Event = field(default_factory=asyncio.Event)
    body: bytes = b""
    chunks: list[bytes] = field(default_factory=list)
    starts: int = 0
    _is_asked: bool = False

    def __post_init__(self) -> None:
        self.reads.set()

    async def run(self, app: Any) -> None:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(b"host", b"testserver"), *self.headers],
            "client": (self.client, 40_000),
            "server": ("testserver", 80),
            "state": {},
        }
        await app(scope, self._receive, self._send)
        self.listener.ended.set()

    async def _receive(self) -> Any:
        if not self._is_asked:
            self._is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.has_left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.listener.status = message["status"]
            self.listener.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            return
        await self.reads.wait()
        chunk = message["body"]
        self.chunks.append(chunk)
        if self.listener.status == httpx.codes.OK:
            for event in self.listener.parser.feed(chunk):
                self.listener.events.put_nowait(event)


@asynccontextmanager
async def asgi_stream(app: Any, session_id: UUID | str, **options: Any) -> AsyncIterator[AsgiStream]:
    """Open a stream of an application in this process, whose client leaves at the end of the block."""
    stream = AsgiStream(f"/api/sessions/{session_id}/live/", **options)
    task = asyncio.create_task(stream.run(app))
    try:
        async with asyncio.timeout(SOON):
            while not stream.chunks and not task.done():  # noqa: ASYNC110 - the application sets no event
                await asyncio.sleep(0.005)
        yield stream
    finally:
        stream.has_left.set()
        stream.reads.set()
        async with asyncio.timeout(SOON):
            await task
