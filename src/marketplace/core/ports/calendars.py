"""Calendars: writing them, and the feeds that people subscribe to."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.bookings import BookingHistory
from marketplace.core.domain.calendars import CalendarEvent, CalendarFeed, FeedWindow


class Calendars(Protocol):
    """Writing calendars, off the event loop."""

    async def render(self, events: Iterable[CalendarEvent], made_at: datetime, name: str | None = None) -> bytes:
        """An iCalendar object (RFC 5545) with these events in their order, to whole seconds of UTC.

        `made_at` is now: of two with one sequence the one made later counts (RFC 5546, 2.1.5), as after a person took
        another name. `name` is what a subscribed calendar is called. Texts are kept, line breaks as line feeds,
        whatever is in them; only in the organizer's name a backslash becomes a slash.
        """
        ...


class FeedDirectory(Protocol):
    """Feeds as they are read, one statement each, outside a transaction."""

    async def find(self, user_id: UUID) -> CalendarFeed | None:
        """The person's feed, if they ever asked for one."""
        ...

    async def find_bookings(self, token: str, window: FeedWindow) -> tuple[BookingHistory, ...] | None:
        """What the person of this token booked and what was booked of their sessions, by id.

        `None` when nobody has this token, or somebody who is not active.
        """
        ...


class Feeds(Protocol):
    """Feeds within a transaction. A person has one at most."""

    async def add(self, feed: CalendarFeed) -> CalendarFeed:
        """Insert, unless the person has a feed, and return the one they have; a twin under way is waited for."""
        ...

    async def save(self, feed: CalendarFeed) -> None:
        """Insert, or put it in the place of the one that the person has, whose token then is nobody's."""
        ...
