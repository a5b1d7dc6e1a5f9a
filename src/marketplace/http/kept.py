"""Public answers, kept as bytes for a second, and dropped when a change is announced."""

import asyncio
import hashlib
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from marketplace.core.domain.pages import Page
from marketplace.core.ports.system import Clock
from marketplace.http.answers import Answer
from marketplace.http.compression import compress, is_worth_compressing
from marketplace.http.encoded_once import EncodedOnce
from marketplace.http.fragments import Fragments
from marketplace.http.shared_reads import SharedReads

KEPT_FOR = timedelta(seconds=1)
"""From the start of the read. What goes by the clock, such as `next_slot`, is never older."""
MAX_BYTES = 16 * 1024 * 1024
"""Bytes kept by one process."""
MAX_ANSWER = 256 * 1024
"""Bytes of one answer; a longer one is not kept."""
OVERHEAD = 2048
"""Bytes counted for each answer in addition to its content: key, headers and objects."""


class Representation(NamedTuple):
    """The bytes of one content coding with their strong entity tag (RFC 9110, 8.8.3)."""

    body: bytes
    etag: str
    is_gzipped: bool = False

    @classmethod
    def of(cls, body: bytes, *, is_gzipped: bool = False) -> "Representation":
        # processors have instructions for SHA-256, so it takes half as long as BLAKE2
        return cls(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"', is_gzipped)


@dataclass(slots=True, eq=False)
class PublicAnswer:
    """A successful answer to anyone.

    `creator_id` is the only creator whose data it depends on; `None` if it may be any. `may_lag`: it was read from a
    standby, if there is one. `kept_for` is longer than usual if nothing in it goes by the clock: announced changes drop
    it.
    """

    answer: Answer
    creator_id: UUID | None = None
    may_lag: bool = False
    kept_for: timedelta = KEPT_FOR
    _identity: Representation | None = None
    _gzipped: Representation | None = None

    @property
    def body(self) -> bytes:
        return self.answer.body

    def representation(self, *, takes_gzip: bool) -> Representation:
        """Return the bytes for a client: gzip if it accepts that and the content is long. Made once."""
        if takes_gzip and is_worth_compressing(self.body):
            if self._gzipped is None:
                self._gzipped = Representation.of(compress(self.body), is_gzipped=True)
            return self._gzipped
        if self._identity is None:
            self._identity = Representation.of(self.body)
        return self._identity

    @property
    def size(self) -> int:
        """Bytes counted: gzip adds no more than a few to what cannot be compressed."""
        return 2 * len(self.body) + OVERHEAD


class _Reading:
    """A read under way, which later requests for the same answer wait for. Its result is `None` if it failed."""

    def __init__(self, started_at: datetime) -> None:
        self.started_at = started_at
        self.result: asyncio.Future[PublicAnswer | None] = asyncio.get_running_loop().create_future()


class KeptAnswers:
    """Public answers of this process, by key. An `AnswerKeeper`; suspended until it is resumed.

    What was read before a change and arrives after its announcement is not kept: dropping also detaches the reads
    under way, so no later request waits for them. With a standby, which may not have
    the change yet, answers that may lag are only shared while they are read.
    """

    def __init__(
        self, clock: Clock, *, has_standby: bool = False, max_bytes: int = MAX_BYTES, max_answer: int = MAX_ANSWER
    ) -> None:
        self._clock = clock
        self._has_standby = has_standby
        self.fragments = Fragments(clock)
        self.encoded = EncodedOnce()
        self.shared = SharedReads[PublicAnswer]()
        self.pages = SharedReads[Page[Any]]()
        """Of the catalog, by filters, limit and position."""
        self._max_bytes = max_bytes
        self._max_answer = max_answer
        self.is_on = False
        """Whether changes are heard. Otherwise nothing is kept."""
        self._answers: OrderedDict[Hashable, tuple[PublicAnswer, datetime]] = OrderedDict()
        self._by_creator: defaultdict[UUID | None, set[Hashable]] = defaultdict(set)
        self._readings: dict[Hashable, _Reading] = {}
        self._bytes = 0
        self.hits = 0
        self.misses = 0
        self.drops = 0

    async def get(
        self, key: Hashable, read: Callable[[], Awaitable[PublicAnswer]], *, is_common: bool = False
    ) -> PublicAnswer:
        """Return the kept answer, that of a read under way, or else read it and keep it.

        While nothing is kept, requests that come at the same time share what is common to them. A read that fails or
        is cancelled leaves the requests that waited for it to read for themselves. Raises what `read` raises.
        """
        if not self.is_on:
            self.misses += 1
            return await (self.shared.get(key, read) if is_common else read())
        found = self.find(key)
        if found is not None:
            return found
        self.misses += 1
        now, reading = self._clock.now(), self._readings.get(key)
        if reading is not None and _is_fresh(reading.started_at, now):
            shared = await asyncio.shield(reading.result)
            return await read() if shared is None else shared
        return await self._lead(key, _Reading(now), read)

    def find(self, key: Hashable) -> PublicAnswer | None:
        """Return a kept answer, if there is one."""
        kept = self._answers.get(key)
        if kept is None or not _is_fresh(kept[1], self._clock.now(), kept[0].kept_for):
            return None
        self._answers.move_to_end(key)
        self.hits += 1
        return kept[0]

    async def _lead(
        self, key: Hashable, reading: _Reading, read: Callable[[], Awaitable[PublicAnswer]]
    ) -> PublicAnswer:
        self._readings[key] = reading
        answer = None
        try:
            answer = await read()
        finally:
            reading.result.set_result(answer)
            if self._readings.get(key) is reading:
                del self._readings[key]
                if answer is not None:
                    self._keep(key, answer, reading.started_at)
        return answer

    def _keep(self, key: Hashable, answer: PublicAnswer, read_at: datetime) -> None:
        self._forget(key)
        if len(answer.body) > self._max_answer or (answer.may_lag and self._has_standby):
            return
        self._answers[key] = answer, read_at
        self._by_creator[answer.creator_id].add(key)
        self._bytes += answer.size
        while self._bytes > self._max_bytes:
            self._forget(next(iter(self._answers)))

    def _forget(self, key: Hashable) -> None:
        kept = self._answers.pop(key, None)
        if kept is None:
            return
        answer, _ = kept
        self._bytes -= answer.size
        keys = self._by_creator[answer.creator_id]
        keys.discard(key)
        if not keys:
            del self._by_creator[answer.creator_id]

    def drop(self, creator_id: UUID | None = None) -> None:
        """Drop what may depend on this creator's data; everything by default."""
        self.drops += 1
        self._readings.clear()
        if creator_id is None:
            self._answers.clear()
            self._by_creator.clear()
            self._bytes = 0
            return
        for key in [*self._by_creator.get(creator_id, ()), *self._by_creator.get(None, ())]:
            self._forget(key)

    def resume(self) -> None:
        self.fragments.clear()
        self.drop()
        self.is_on = True

    def suspend(self) -> None:
        self.is_on = False
        self.encoded.clear()
        self.fragments.clear()
        self.drop()


def _is_fresh(read_at: datetime, now: datetime, kept_for: timedelta = KEPT_FOR) -> bool:
    # a clock that was set back makes it old, too
    return timedelta(0) <= now - read_at < kept_for
