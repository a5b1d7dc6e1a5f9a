"""A session that clients watch, and what was last read of it."""

import asyncio
from secrets import token_hex
from uuid import UUID

from marketplace.core.domain.live_seats import PublicStarts
from marketplace.http.api.slots import starts_out
from marketplace.http.live.messages import event_message
from marketplace.http.live.stream import Stream


class Topic:
    """Streams of one session. `known` is `None` until the first read."""

    def __init__(self, session_id: UUID) -> None:
        self.session_id = session_id
        self.streams: set[Stream] = set()
        self.known: PublicStarts | None = None
        self.first_read = asyncio.Lock()
        self.read_at = 0.0
        """By `monotonic`."""
        self.has_gap = False
        """Whether changes may have been missed since."""
        self._origin = token_hex(4)
        self._number = 0

    @property
    def version(self) -> str:
        """Number of the last message, of this process only: another has other numbers."""
        return f"{self._origin}-{self._number}"

    @property
    def reread(self) -> bytes:
        """The message after which clients read the starts again."""
        return event_message("reread", self.session_id, self.version)

    def update(self, later: PublicStarts) -> bytes | None:
        """Take a later read, and return what clients must hear, if anything."""
        changed = None if self.known is None or self.has_gap else self.known.changes(later)
        self.known, self.has_gap = later, False
        if changed is not None and not changed.runs:
            return None
        self._number += 1
        if changed is None:
            return self.reread
        return event_message("seats", self.session_id, self.version, starts=starts_out(changed))

    def end(self) -> bytes:
        """Take note that the session is no longer public, and return what clients must hear."""
        self._number += 1
        return event_message("gone", self.session_id, self.version)
