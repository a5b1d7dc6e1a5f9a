"""All streams of one process: reads what an announced change concerns, and sends what differs.

What changed is read once for each session that is watched, however many clients watch it, and the event has the seats,
so that clients read nothing. It is an `AnswerKeeper` and hears the announcements that kept answers hear.
"""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import count
from time import monotonic
from uuid import UUID

from marketplace.core.domain.rate_limits import Quota, RateLimit
from marketplace.core.errors import Busy, RateLimited
from marketplace.core.services.slots import SlotService
from marketplace.http.live.messages import retry_message
from marketplace.http.live.stream import Stream
from marketplace.http.live.topics import Topic

LOG = logging.getLogger(__name__)

READ_INTERVAL = 0.7
"""Seconds after which a session is read again; half of them if others are: changes that come meanwhile are one."""
READ_TOGETHER = 50
"""Sessions that are read by one statement."""
RETRY_PAUSE = 1.0
"""Seconds until a read that failed is tried again."""
TICK = 0.5
"""Seconds between looks for the end of the program, and parts of a round of heartbeats."""
HEARTBEAT_TICKS = 40
"""A stream has a heartbeat every 20 s: proxies end a response that is silent for longer (60 s by default in nginx)."""
TOGETHER = 100
"""Streams that are sent to before other requests have their turn."""
FULL_PAUSE = timedelta(minutes=1)
"""How long a client is told to wait that has too many streams."""


class LiveSeats:
    """Topics by session, and the streams of this process."""

    def __init__(self, slots: SlotService, *, max_streams: int, max_per_network: int) -> None:
        self._slots = slots
        self._max_streams = max_streams
        self._limit = RateLimit(name="streams", maximum=max_per_network, span=FULL_PAUSE, is_concurrent=True)
        self.is_leaving: Callable[[], bool] = bool
        """Whether the program is about to end. Asked every `TICK`."""
        self._topics: dict[UUID, Topic] = {}
        self._of_creator: defaultdict[UUID, set[Topic]] = defaultdict(set)
        self._of_network: Counter[str] = Counter()
        self.turns: list[set[Stream]] = [set() for _ in range(HEARTBEAT_TICKS)]
        self._numbers = count()
        self._due: set[Topic] = set()
        self._has_due = asyncio.Event()
        self._was_suspended = False
        self._has_left = False
        self.open = 0
        """Streams."""
        self.sent = 0
        """Events since the process started, one for each stream that they went to."""

    async def join(self, session_id: UUID, network: str, known_version: str = "") -> tuple[Topic, Stream]:
        """Open a stream, which `leave` ends. A client that does not know the latest version is told to read.

        Raises `Busy`, `RateLimited`, and `NotFound` if the session is not public.
        """
        if self._has_left or self.open >= self._max_streams:
            raise Busy
        if not self.quota_of(network).remaining:
            raise RateLimited(FULL_PAUSE)
        topic = self._topics.get(session_id)
        if topic is None:
            topic = self._topics[session_id] = Topic(session_id)
        stream = Stream(network, next(self._numbers) % HEARTBEAT_TICKS)
        # before the read: a change that is announced meanwhile has the session read again
        topic.streams.add(stream)
        self.turns[stream.turn].add(stream)
        self._of_network[network] += 1
        self.open += 1
        try:
            await self._read_first(topic)
        except BaseException:
            self.leave(topic, stream)
            raise
        stream.push(retry_message(), b"")
        if known_version != topic.version:
            stream.push(topic.reread, b"")
            self.sent += 1
        return topic, stream

    def quota_of(self, network: str) -> Quota:
        """Return how many more streams a client network may open."""
        remaining = self._limit.maximum - self._of_network.get(network, 0)
        return Quota(limit=self._limit, remaining=remaining, resets_in=FULL_PAUSE)

    def leave(self, topic: Topic, stream: Stream) -> None:
        """Forget a stream whose client has left, or that is over."""
        stream.leave()
        topic.streams.discard(stream)
        self.turns[stream.turn].discard(stream)
        self._of_network[stream.network] -= 1
        if not self._of_network[stream.network]:
            del self._of_network[stream.network]
        self.open -= 1
        if not topic.streams:
            self._forget(topic)

    async def _read_first(self, topic: Topic) -> None:
        """Read a new topic, once for all streams that wait for it."""
        async with topic.first_read:
            if topic.known is None:
                topic.known = await self._slots.public(topic.session_id)
                self._of_creator[topic.known.creator_id].add(topic)

    def _forget(self, topic: Topic) -> None:
        if self._topics.get(topic.session_id) is topic:
            del self._topics[topic.session_id]
        self._due.discard(topic)
        if topic.known is not None:
            topics = self._of_creator[topic.known.creator_id]
            topics.discard(topic)
            if not topics:
                del self._of_creator[topic.known.creator_id]

    def drop(self, creator_id: UUID | None = None) -> None:
        """Read the sessions of a creator again; all by default."""
        if creator_id is None:
            self._read_again(self._topics.values())
        elif creator_id in self._of_creator:
            self._read_again(self._of_creator[creator_id])

    def resume(self) -> None:
        """Read everything again, and have all clients do so: changes may have been missed."""
        if self._was_suspended:
            self._was_suspended = False
            for topic in self._topics.values():
                topic.has_gap = True
            self._read_again(self._topics.values())

    def suspend(self) -> None:
        self._was_suspended = True

    def _read_again(self, topics: Iterable[Topic]) -> None:
        self._due.update(topics)
        if self._due:
            self._has_due.set()

    async def run(self) -> None:
        """Read what has changed, send it, and keep streams alive, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._keep_reading())
            tasks.create_task(self._keep_alive())

    async def _keep_reading(self) -> None:
        """Read what is due, round by round; one read at a time, so that the last is the latest."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._wait() if self._due else None):
                    await self._has_due.wait()
            self._has_due.clear()
            if self._due and self._wait() <= 0:
                # before the reads: a change that is announced meanwhile makes its sessions due again
                now = monotonic()
                due = [topic for topic in self._due if topic.read_at + READ_INTERVAL / 2 <= now]
                self._due.difference_update(due)
                for first in range(0, len(due), READ_TOGETHER):
                    await self._read([topic for topic in due[first : first + READ_TOGETHER] if topic.streams])

    def _wait(self) -> float:
        """Return the seconds until the next round. It has what is due soon after, too, so that these stay together."""
        return min(topic.read_at for topic in self._due) + READ_INTERVAL - monotonic()

    async def _read(self, topics: Sequence[Topic]) -> None:
        """Read topics and send what differs."""
        for topic in topics:
            topic.read_at = monotonic()
        try:
            found = await self._slots.public_of([topic.session_id for topic in topics])
        except Exception as error:
            LOG.warning("Live seats are read again: %s", type(error).__name__, exc_info=not isinstance(error, Busy))
            await asyncio.sleep(RETRY_PAUSE)
            self._read_again(topic for topic in topics if topic.streams)
            return
        for topic in topics:
            later = found.get(topic.session_id)
            if later is None:
                await self._end(topic)
            elif (message := topic.update(later)) is not None:
                await self._send(topic, message)
            # other requests have their turn
            await asyncio.sleep(0)

    async def _end(self, topic: Topic) -> None:
        """End the streams of a session that is no longer public."""
        await self._send(topic, topic.end())
        for stream in topic.streams:
            stream.end()
        self._forget(topic)

    async def _send(self, topic: Topic, message: bytes) -> None:
        reread = topic.reread
        self.sent += len(topic.streams)
        for place, stream in enumerate([*topic.streams], 1):
            stream.push(message, reread)
            if not place % TOGETHER:
                await asyncio.sleep(0)

    async def _keep_alive(self) -> None:
        for turn in count():
            await asyncio.sleep(TICK)
            for stream in self.turns[turn % HEARTBEAT_TICKS]:
                stream.beat()
            if not self._has_left and self.is_leaving():
                await self._end_all()

    async def _end_all(self) -> None:
        """End all streams; their clients reconnect, each after a time of its own, to another process or the next."""
        self._has_left = True
        for topic in [*self._topics.values()]:
            for place, stream in enumerate([*topic.streams], 1):
                stream.push(retry_message(), topic.reread)
                stream.end()
                if not place % TOGETHER:
                    await asyncio.sleep(0)
