"""Encoded sessions of lists, kept by version: PostgreSQL says in each page which versions it has."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.catalog import SessionVersion
from marketplace.core.ports.system import Clock

MAX_BYTES = 8 * 1024 * 1024
"""Bytes kept by one process."""
OVERHEAD = 512
"""Bytes counted for each session in addition to its text."""
NO_TIME = timedelta(0)
KEPT_FOR = timedelta(hours=1)
"""A version number may return, after four billion transactions."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """The JSON of a session before and after its next slot, which is not part of the version."""

    head: bytes
    tail: bytes

    def with_next_slot(self, next_slot: bytes) -> bytes:
        return self.head + next_slot + self.tail

    @property
    def size(self) -> int:
        return len(self.head) + len(self.tail) + OVERHEAD


class Fragments:
    """One fragment for each session, the least recently used of which leaves first."""

    def __init__(self, clock: Clock, max_bytes: int = MAX_BYTES) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self._kept: OrderedDict[UUID, tuple[SessionVersion, Fragment, datetime]] = OrderedDict()
        self._bytes = 0

    def find(self, versions: Iterable[SessionVersion]) -> dict[UUID, Fragment]:
        """Return the fragments that are kept of exactly these versions."""
        found, now = {}, self._clock.now()
        for version in versions:
            kept = self._kept.get(version.id)
            if kept is not None and kept[0] == version and NO_TIME <= now - kept[2] < KEPT_FOR:
                self._kept.move_to_end(version.id)
                found[version.id] = kept[1]
        return found

    def keep(self, version: SessionVersion, fragment: Fragment) -> None:
        """Keep a fragment in place of one of another version."""
        self._forget(version.id)
        self._kept[version.id] = version, fragment, self._clock.now()
        self._bytes += fragment.size
        while self._bytes > self._max_bytes:
            self._forget(next(iter(self._kept)))

    def _forget(self, session_id: UUID) -> None:
        kept = self._kept.pop(session_id, None)
        if kept is not None:
            self._bytes -= kept[1].size

    def clear(self) -> None:
        """Forget all fragments, since another server may answer, which gives its own numbers to transactions."""
        self._kept.clear()
        self._bytes = 0
