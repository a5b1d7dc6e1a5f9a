"""Sessions of bookings, kept by row version: PostgreSQL says in each list which versions it has."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import NamedTuple
from uuid import UUID

from marketplace.core.domain.sessions import SessionDetails
from marketplace.core.ports.announcements import AnswerKeeper

MAX_SESSIONS = 1_000
"""Kept by one process, a few kilobytes each."""
KEPT_FOR = 3600.0
"""Seconds. A version number may return, after four billion transactions."""


class BookedVersion(NamedTuple):
    """A session and the transactions that wrote it and its creator. Locks and freezing leave them."""

    id: UUID
    session: int
    creator: int


class KeptSessions:
    """One version of each session, the least recently used of which leaves first; none until it is resumed."""

    def __init__(self) -> None:
        self.is_on = False
        """Whether the primary is known to be the same. Another server gives its own numbers to transactions."""
        self._kept: OrderedDict[BookedVersion, tuple[SessionDetails, float]] = OrderedDict()

    def find(self, versions: Iterable[BookedVersion]) -> dict[BookedVersion, SessionDetails]:
        """Return those that are kept of exactly these versions."""
        found, oldest = {}, monotonic() - KEPT_FOR
        for version in versions:
            kept = self._kept.get(version)
            if kept is not None and kept[1] > oldest:
                self._kept.move_to_end(version)
                found[version] = kept[0]
        return found

    def keep(self, found: Mapping[BookedVersion, SessionDetails]) -> None:
        """Keep these versions."""
        if not self.is_on:
            return
        now = monotonic()
        for version, session in found.items():
            self._kept[version] = session, now
            self._kept.move_to_end(version)
        while len(self._kept) > MAX_SESSIONS:
            self._kept.popitem(last=False)

    def resume(self) -> None:
        self._kept.clear()
        self.is_on = True

    def suspend(self) -> None:
        self.is_on = False
        self._kept.clear()


class KeptTogether:
    """An `AnswerKeeper` that has sessions suspended with the answers of another."""

    def __init__(self, keeper: AnswerKeeper, sessions: KeptSessions) -> None:
        self._keeper = keeper
        self._sessions = sessions

    def resume(self) -> None:
        self._sessions.resume()
        self._keeper.resume()

    def suspend(self) -> None:
        self._sessions.suspend()
        self._keeper.suspend()

    def drop(self, creator_id: UUID | None = None) -> None:
        """Drop answers only: a session's version says whether it has changed."""
        self._keeper.drop(creator_id)
