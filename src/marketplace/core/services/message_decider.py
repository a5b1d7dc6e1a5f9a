"""Deciding messages from events."""

from marketplace.core.domain.events import BookingEvent, Delivery, SessionEvent, UserEvent
from marketplace.core.domain.message_causes import (
    EDITS_TOGETHER,
    SOLD_FIELDS,
    UNREAD_HISTORY,
    Decision,
    decisions,
    version_at,
)
from marketplace.core.domain.messages import MessageKind, Topic
from marketplace.core.errors import NotFound
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.new_messages import NewMessages


class MessageDecider:
    """A `Subscriber` that turns events into messages, in the transaction that marks the event as delivered.

    It costs one statement per event, and reads the booking of an event that can happen to it more than once.
    """

    def __init__(self, *, new_messages: NewMessages, clock: Clock) -> None:
        self._new_messages = new_messages
        self._clock = clock

    async def handle(self, tx: Transaction, delivery: Delivery) -> None:
        """Decide the messages of an event. What is worthless by now, as after a long stop of the relay, is left out."""
        now, event = self._clock.now(), delivery.event
        decided = [
            self._new_messages.decide(each.kind, each.user_id, each.topic, now, each.due_at or event.at)
            for each in await self._decisions(tx, event)
        ]
        await tx.messages.add([message for message in decided if now < message.expires_at])

    async def _decisions(self, tx: Transaction, event: BookingEvent | SessionEvent | UserEvent) -> list[Decision]:
        if isinstance(event, BookingEvent):
            return [*decisions(event, await self._version(tx, event))]
        if isinstance(event, SessionEvent):
            return await self._of_session(tx, event)
        if event.kind == "user.registered":
            topic = Topic(subject=str(event.user_id))
            return [Decision(kind=MessageKind.VERIFY_EMAIL, user_id=event.user_id, topic=topic)]
        return []

    async def _version(self, tx: Transaction, event: BookingEvent) -> int:
        if event.kind in UNREAD_HISTORY:
            return 0
        booking = await tx.bookings.find(event.booking_id)
        if booking is None:
            raise NotFound
        return version_at(event, booking.history)

    async def _of_session(self, tx: Transaction, event: SessionEvent) -> list[Decision]:
        if event.kind != "session.changed" or not SOLD_FIELDS.intersection(event.changed):
            return []
        window = int(event.at.timestamp() // EDITS_TOGETHER.total_seconds())
        due_at = event.at.fromtimestamp((window + 1) * EDITS_TOGETHER.total_seconds(), event.at.tzinfo)
        return [
            Decision(
                kind=MessageKind.SESSION_CHANGED,
                user_id=seat.user_id,
                due_at=due_at,
                topic=Topic(
                    subject=str(seat.booking_id),
                    version=window,
                    booking_id=seat.booking_id,
                    session_id=event.session_id,
                    starts_at=seat.starts_at,
                ),
            )
            for seat in await tx.messages.booked_seats(event.session_id, event.at)
        ]
