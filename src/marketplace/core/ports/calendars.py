"""Rendering calendars, and calendar feeds."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.calendars import (
    CalendarEvent,
    CalendarFeed,
    FeedBookings,
    FeedWindow,
    Parties,
    Subscription,
)
from marketplace.core.ports.mailer import CalendarMethod


class Calendars(Protocol):
    """Rendering of calendars, off the event loop."""

    async def render(
        self, events: Iterable[CalendarEvent], made_at: datetime, subscription: Subscription | None = None
    ) -> bytes:
        """Return an iCalendar object (RFC 5545) with these events in order, to whole seconds of UTC.

        `made_at` is the current time: of two versions with one sequence number the later one wins (RFC 5546, 2.1.5),
        for example after a user was renamed. A file to import has no `subscription`, or it would create a new calendar.
        Texts are preserved, with line breaks as line feeds; only in the organizer's name a backslash becomes a slash.
        """
        ...

    async def invite(self, event: CalendarEvent, method: CalendarMethod, parties: Parties, made_at: datetime) -> bytes:
        """Return an iTIP object (RFC 5546) of one event, for the mail to one person.

        The recipient is its only attendee, accepted already: no answer is asked for, since none is read.
        """
        ...


class FeedDirectory(Protocol):
    """Reads of feeds, one statement each, outside a transaction."""

    async def find(self, user_id: UUID) -> CalendarFeed | None:
        """Return the user's feed, or `None`."""
        ...

    async def find_bookings(self, token: str, window: FeedWindow) -> FeedBookings | None:
        """Return the bookings of the token's owner.

        `None` if the token is unknown or its owner inactive.
        """
        ...


class Feeds(Protocol):
    """Feeds within a transaction. A user has at most one."""

    async def add(self, feed: CalendarFeed) -> CalendarFeed:
        """Insert the feed unless the user has one, and return theirs. Waits for a concurrent insert."""
        ...

    async def save(self, feed: CalendarFeed) -> None:
        """Insert or replace the user's feed. The old token becomes invalid."""
        ...
