"""One open stream: the messages that wait until its client has read the earlier ones."""

import asyncio

from marketplace.http.live.messages import HEARTBEAT

MAX_PENDING = 8
"""Messages. A client that is further behind reads everything again instead."""


class Stream:
    """Messages to one client. Bytes are shared by all streams of a session, so a waiting message takes a pointer."""

    __slots__ = ("_is_over", "_pending", "_wake", "network", "turn")

    def __init__(self, network: str, turn: int) -> None:
        self.network = network
        self.turn = turn
        """Which of the parts of a round of heartbeats has its own."""
        self._pending: list[bytes] = []
        self._is_over = False
        self._wake: asyncio.Future[None] | None = None

    def push(self, message: bytes, reread: bytes) -> None:
        """Send a message; `reread` takes the place of all that wait, if they are too many."""
        if len(self._pending) >= MAX_PENDING:
            self._pending = [reread]
        else:
            self._pending.append(message)
        self._resume()

    def beat(self) -> None:
        """Send a heartbeat, unless something waits."""
        if not self._pending:
            self._pending.append(HEARTBEAT)
            self._resume()

    def end(self) -> None:
        """End the stream after what waits."""
        self._is_over = True
        self._resume()

    def leave(self) -> None:
        """End the stream at once: its client has left."""
        self._pending.clear()
        self.end()

    async def next(self) -> bytes | None:
        """Wait for messages and return them joined; `None` once the stream is over."""
        if not self._pending and not self._is_over:
            self._wake = asyncio.get_running_loop().create_future()
            await self._wake
            self._wake = None
        if not self._pending:
            return None
        [*messages], self._pending = self._pending, []
        return messages[0] if len(messages) == 1 else b"".join(messages)

    def _resume(self) -> None:
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)
