"""Notifications: written for each event, read and marked by their person."""

from collections.abc import Sequence
from uuid import UUID

from marketplace.core.domain.events import BookingEvent, Delivery, EventId, SessionEvent, WaitlistEvent
from marketplace.core.domain.message_causes import informed_until
from marketplace.core.domain.notifications import (
    KEPT_FOR,
    MAX_UNREAD,
    NEWS_FOR,
    REVIEW_KINDS,
    WAITLIST_KINDS,
    Notification,
    NotificationDetails,
    changes_what_was_sold,
    kind_of,
    recipients_of,
)
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import NotFound
from marketplace.core.ports.notifications import NotificationFeeds
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.purging import purge_hourly
from marketplace.core.services.retries import with_retries


class NotificationService:
    """A subscriber of the event relay, and the feed of what it wrote."""

    def __init__(self, *, unit_of_work: UnitOfWork, feeds: NotificationFeeds, clock: Clock, ids: Ids) -> None:
        self._unit_of_work = unit_of_work
        self._feeds = feeds
        self._clock = clock
        self._ids = ids

    async def handle(self, tx: Transaction, deliveries: Sequence[Delivery]) -> None:
        """Write the notifications of events, those of bookings in one statement. Idempotent by event."""
        found, unpaid = list[Notification](), await self._unpaid(tx, deliveries)
        for delivery in deliveries:
            event = delivery.event
            if isinstance(event, SessionEvent) and changes_what_was_sold(event):
                booked_by = informed_until(event)
                await tx.notifications.add_of_session(event.session_id, event.at, booked_by, str(delivery.id))
            elif isinstance(event, SessionEvent):
                found += await self._of_review(tx, event, str(delivery.id))
            elif isinstance(event, BookingEvent):
                found += self._of_booking(event, str(delivery.id), is_unpaid=delivery.id in unpaid)
            elif isinstance(event, WaitlistEvent) and event.kind in WAITLIST_KINDS:
                found.append(self._of_entry(event, str(delivery.id)))
        if found:
            await tx.notifications.add(found)

    def _of_booking(self, event: BookingEvent, source: str, *, is_unpaid: bool) -> Sequence[Notification]:
        kind, now = kind_of(event), self._clock.now()
        if kind is None:
            return ()
        return [
            Notification(
                id=self._ids.new(),
                user_id=user_id,
                kind=kind,
                booking_id=event.booking_id,
                created_at=event.at,
                source=source,
                read_at=now if now - event.at > NEWS_FOR else None,
            )
            for user_id in recipients_of(event, is_unpaid=is_unpaid)
        ]

    def _of_entry(self, event: WaitlistEvent, source: str) -> Notification:
        now = self._clock.now()
        return Notification(
            id=self._ids.new(),
            user_id=event.user_id,
            kind=WAITLIST_KINDS[event.kind],
            booking_id=None,
            waitlist_id=event.entry_id,
            created_at=event.at,
            source=source,
            read_at=now if now - event.at > NEWS_FOR else None,
        )

    async def _of_review(self, tx: Transaction, event: SessionEvent, source: str) -> Sequence[Notification]:
        """Notify the creator of a new review and its author of the answer, unless it is hidden."""
        kind, now = REVIEW_KINDS.get(event.kind), self._clock.now()
        review = None if kind is None or event.review_id is None else await tx.reviews.find(event.review_id)
        if kind is None or review is None or review.hidden_at is not None:
            return ()
        return [
            Notification(
                id=self._ids.new(),
                user_id=review.creator_id if kind == "reviewed" else review.author_id,
                kind=kind,
                booking_id=review.booking_id,
                created_at=event.at,
                source=source,
                read_at=now if now - event.at > NEWS_FOR else None,
            )
        ]

    @staticmethod
    async def _unpaid(tx: Transaction, deliveries: Sequence[Delivery]) -> set[EventId]:
        """Return which steps came before the payment of their booking, reading all of these bookings at once."""
        asked = {
            each.id: each.event
            for each in deliveries
            if isinstance(each.event, BookingEvent) and each.event.may_be_unpaid and kind_of(each.event) is not None
        }
        ids = sorted({each.booking_id for each in asked.values()})
        found = {each.id: each for each in await tx.bookings.histories(ids)} if ids else {}
        return {
            number
            for number, event in asked.items()
            if event.booking_id in found and event.is_unpaid(found[event.booking_id])
        }

    async def list_own(self, principal: Principal, limit: int, after: str | None) -> Page[NotificationDetails]:
        """Return a page of the principal's notifications, newest first."""
        return await self._feeds.of_user(principal.user_id, limit, after)

    async def count_unread(self, principal: Principal) -> int:
        """Count the principal's unread notifications, up to `MAX_UNREAD`."""
        return await self._feeds.count_unread(principal.user_id, MAX_UNREAD)

    async def mark_read(self, principal: Principal, last_id: UUID) -> None:
        """Mark the principal's notifications as read, up to the one with this ID. Idempotent. Raises `NotFound`."""
        last = await self._feeds.find(last_id)
        if last is None or last.user_id != principal.user_id:
            raise NotFound

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                await tx.notifications.mark_read(last, self._clock.now())

        await with_retries(operation)

    async def purge(self, _: UUID | None = None) -> None:
        """Delete old notifications, and enqueue the next purge."""
        now = self._clock.now()

        async def purge() -> int:
            async with self._unit_of_work() as tx:
                return await tx.notifications.purge(now - KEPT_FOR)

        await purge_hourly(self._unit_of_work, "sweep_notifications", now, purge)
