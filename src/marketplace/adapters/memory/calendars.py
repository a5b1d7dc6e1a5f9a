"""Calendar feeds."""

import asyncio
from datetime import timedelta
from uuid import UUID

from marketplace.adapters.memory.bookings import booking_history
from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.calendars import CalendarFeed, FeedBookings, FeedWindow


class MemoryFeedDirectory:
    """`FeedDirectory` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def find(self, user_id: UUID) -> CalendarFeed | None:
        await asyncio.sleep(0)
        return self._database.feeds.rows.get(user_id)

    async def find_bookings(self, token: str, window: FeedWindow) -> FeedBookings | None:
        await asyncio.sleep(0)
        user_id = self._database.feed_tokens.rows.get(token)
        owner = self._database.users.rows[user_id] if user_id is not None else None
        if user_id is None or owner is None or not owner.is_active:
            return None

        def distance(booking: Booking) -> tuple[bool, timedelta, UUID]:
            return booking.starts_at < window.now, abs(booking.starts_at - window.now), booking.id

        bookings = self._database.bookings.rows.values()
        candidates = (b for b in bookings if b.has_party(user_id) and b.starts_at >= window.since)
        nearest = sorted(candidates, key=distance)[: window.maximum]
        rows = Rows(self._database)
        found = tuple(booking_history(rows, booking) for booking in sorted(nearest, key=lambda b: b.id))
        return FeedBookings(owner_id=user_id, bookings=found, time_zone=owner.time_zone)


class MemoryFeeds:
    """`Feeds` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._database = rows.database

    async def add(self, feed: CalendarFeed) -> CalendarFeed:
        existing = await self._rows.acquire_key(self._database.feeds, feed.user_id)
        return existing or self._put(feed)

    async def save(self, feed: CalendarFeed) -> None:
        before = await self._rows.acquire_key(self._database.feeds, feed.user_id)
        if before is not None:
            self._rows.drop(self._database.feed_tokens, before.token)
        self._put(feed)

    def _put(self, feed: CalendarFeed) -> CalendarFeed:
        self._rows.put(self._database.feeds, feed.user_id, feed)
        self._rows.put(self._database.feed_tokens, feed.token, feed.user_id)
        return feed
