"""Calendar files of bookings, and calendar feeds."""

from uuid import UUID

from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.calendars import (
    CalendarEvent,
    CalendarFeed,
    FeedCalendar,
    FeedWindow,
    Subscription,
    new_feed_token,
)
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.slot_events import feed_events
from marketplace.core.errors import ImpersonatedReadOnly, NotFound
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.calendars import Calendars, FeedDirectory
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_own


class CalendarService:
    """Calendars. A booking is readable by its two parties, a feed by anyone who has its token."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        bookings: BookingLists,
        feeds: FeedDirectory,
        calendars: Calendars,
        clock: Clock,
        addresses: SiteAddresses,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._bookings = bookings
        self._feeds = feeds
        self._calendars = calendars
        self._clock = clock
        self._addresses = addresses

    async def of_booking(self, principal: Principal, booking_id: UUID) -> bytes:
        """Return the calendar file of a booking, to its two parties. Raises `NotFound` for others."""
        found = await self._bookings.find(booking_id)
        if found is None or not found.has_party(principal.user_id):
            raise NotFound
        shown = found.seen_by(principal.private_reader_id)
        event = CalendarEvent.of(shown, self._addresses, principal.time_zone)
        return await self._calendars.render([event], self._clock.now())

    async def of_token(self, token: str) -> FeedCalendar:
        """Return the calendar of a feed's owner. Raises `NotFound` if the token is unknown."""
        window = FeedWindow.at(self._clock.now())
        found = await self._feeds.find_bookings(token, window)
        if found is None:
            raise NotFound
        return FeedCalendar(
            events=feed_events(found, window, self._addresses),
            subscription=Subscription(url=self._addresses.own_bookings()),
            made_at=window.now,
        )

    async def render(self, feed: FeedCalendar) -> bytes:
        """Return the feed as a file."""
        return await self._calendars.render(feed.events, feed.made_at, feed.subscription)

    async def feed(self, principal: Principal) -> CalendarFeed:
        """Return the principal's feed, created on first use; concurrent calls get the same one.

        Raises `ImpersonatedReadOnly`: the feed's address is a secret that would outlast the impersonation.
        """
        if principal.impersonator_id is not None:
            raise ImpersonatedReadOnly
        feed = await self._feeds.find(principal.user_id)
        if feed is not None:
            return feed

        async def operation() -> CalendarFeed:
            async with self._unit_of_work() as tx:
                await acquire_own(tx, principal)
                return await tx.feeds.add(self._new_feed(principal))

        return await with_retries(operation)

    async def renew(self, principal: Principal) -> CalendarFeed:
        """Replace the address of the principal's feed; the old one stops working immediately."""

        async def operation() -> CalendarFeed:
            async with self._unit_of_work() as tx:
                await acquire_own(tx, principal)
                feed = self._new_feed(principal)
                await tx.feeds.save(feed)
                return feed

        return await with_retries(operation)

    def _new_feed(self, principal: Principal) -> CalendarFeed:
        return CalendarFeed(user_id=principal.user_id, token=new_feed_token(), created_at=self._clock.now())
