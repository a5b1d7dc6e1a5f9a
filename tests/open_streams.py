"""Many open streams of one server, read with as little as possible: one buffer for each connection."""

import asyncio
import time
from collections import Counter
from pathlib import Path
from types import TracebackType
from typing import Self

OPENED_TOGETHER = 100
OPENS_WITHIN = 60
"""Seconds for each group that is opened together."""


def resident(processes: list[int]) -> int:
    """Return the bytes of memory that belong to these processes alone, or that they have written to since a fork."""
    total = 0
    for pid in processes:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, value = line.partition(":")
            if name in {"Private_Clean", "Private_Dirty"}:
                total += int(value.split()[0]) * 1024
    return total


class _Client(asyncio.Protocol):
    """One stream. Counts what it hears, and keeps no more than the end of the last chunk."""

    def __init__(self, path: str, *, is_deaf: bool) -> None:
        self._is_deaf = is_deaf
        self._request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n".encode()
        self._rest = b""
        self.status = 0
        self.heard: dict[str, float] = {}
        """When an event of this name was last heard, by `monotonic`."""
        self.is_over = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if self.status and self._is_deaf:
            return
        self._rest += data
        if not self.status and b"\r\n" in self._rest:
            self.status = int(self._rest.split(b" ", 2)[1])
        for line in self._rest.split(b"\n"):
            if line.startswith(b"event: "):
                self.heard[line.removeprefix(b"event: ").decode()] = time.monotonic()
        self.is_over = self.is_over or self._rest.endswith(b"0\r\n\r\n")
        # the end of a message, so the next begins with a line of its own
        self._rest = self._rest[-5:] if self._rest.endswith(b"\n") else self._rest

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's
        self.is_over = True


class OpenStreams:
    """Clients of the streams of one session at one port; all leave at the end of the block.

    Deaf ones read what they are sent, and do not look at it.
    """

    def __init__(self, port: int, session_id: object, *, are_deaf: bool = False) -> None:
        self._are_deaf = are_deaf
        self._port = port
        self._path = f"/api/sessions/{session_id}/live/"
        self.clients: list[_Client] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for client in self.clients:
            if client.transport is not None:
                client.transport.close()
        # the loop closes each socket in a turn of its own
        await asyncio.sleep(0.1)

    async def open(self, number: int) -> None:
        """Open more, and wait until each is answered."""
        loop = asyncio.get_running_loop()
        for first in range(0, number, OPENED_TOGETHER):
            group = [_Client(self._path, is_deaf=self._are_deaf) for _ in range(min(OPENED_TOGETHER, number - first))]
            self.clients += group
            connecting = (loop.create_connection(lambda each=each: each, "127.0.0.1", self._port) for each in group)  # type: ignore[misc]
            await asyncio.gather(*connecting)
            async with asyncio.timeout(OPENS_WITHIN):
                while not all(client.status for client in group):  # noqa: ASYNC110 - thousands of events would cost more
                    await asyncio.sleep(0.01)

    def statuses(self) -> Counter[int]:
        return Counter(client.status for client in self.clients)

    def open_clients(self) -> list[_Client]:
        return [client for client in self.clients if client.status == 200 and not client.is_over]

    async def heard(self, name: str, within: float, since: float = 0) -> list[float]:
        """Wait until every open client has heard such an event since then. Return when, by `monotonic`."""
        waiting = self.open_clients()
        async with asyncio.timeout(within):
            while not all(client.heard.get(name, -1) > since for client in waiting):  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.005)
        return [client.heard[name] for client in waiting]

    async def ended(self, within: float) -> None:
        """Wait until every stream has ended."""
        async with asyncio.timeout(within):
            while self.open_clients():  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.01)
