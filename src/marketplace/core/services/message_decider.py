"""Deciding messages from events."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.events import BookingEvent, Delivery, SessionEvent, WaitlistEvent
from marketplace.core.domain.message_causes import (
    SOLD_FIELDS,
    UNREAD_HISTORY,
    Decision,
    decisions,
    edits_end,
    informed_until,
    review_decision,
    version_at,
    waitlist_decisions,
)
from marketplace.core.domain.messages import DAY, Message, MessageKind, Topic
from marketplace.core.errors import NotFound
from marketplace.core.ports.messages import LAST_ID, SEATS_BATCH, BookedSeat
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.new_messages import NewMessages


class MessageDecider:
    """A `Subscriber` that turns events into messages, in the transaction that marks the events as delivered.

    It costs one statement per batch, one to read the bookings of events that can happen to them more than once, or
    before their payment, and one to read each new review. A change of a session costs two statements for each batch of
    its bookings to come.
    """

    def __init__(self, *, new_messages: NewMessages, clock: Clock, seats_at_a_time: int = SEATS_BATCH) -> None:
        self._new_messages = new_messages
        self._clock = clock
        self._seats_at_a_time = seats_at_a_time

    async def handle(self, tx: Transaction, deliveries: Sequence[Delivery]) -> None:
        """Decide the messages of events. What is worthless by now, as after a long stop of the relay, is left out."""
        messages, events = list[Message](), [delivery.event for delivery in deliveries]
        histories = await _histories(tx, [each for each in events if isinstance(each, BookingEvent)])
        for event in events:
            if isinstance(event, SessionEvent):
                messages += await self._of_review(tx, event)
                await self._announce(tx, event)
            elif isinstance(event, BookingEvent):
                version, is_unpaid = _told_by(event, histories)
                messages += self._decided(event.at, decisions(event, version, is_unpaid=is_unpaid))
            elif isinstance(event, WaitlistEvent):
                messages += self._decided(event.at, waitlist_decisions(event))
            elif event.kind == "user.registered":
                topic = Topic(subject=str(event.user_id))
                verification = Decision(kind=MessageKind.VERIFY_EMAIL, user_id=event.user_id, topic=topic)
                messages += self._decided(event.at, [verification])
        await tx.messages.add(messages)

    def _decided(self, at: datetime, decided: Iterable[Decision]) -> list[Message]:
        now = self._clock.now()
        messages = [
            self._new_messages.decide(each.kind, each.user_id, each.topic, now, each.due_at or at) for each in decided
        ]
        return [message for message in messages if now < message.expires_at]

    async def _of_review(self, tx: Transaction, event: SessionEvent) -> list[Message]:
        if event.kind != "session.reviewed" or event.review_id is None:
            return []
        review = await tx.reviews.find(event.review_id)
        decision = None if review is None else review_decision(review)
        return [] if decision is None else self._decided(event.at, [decision])

    async def _announce(self, tx: Transaction, event: SessionEvent) -> None:
        """Decide a message to each learner with a booking to come, in batches, from the soonest start on."""
        if event.kind != "session.changed" or not SOLD_FIELDS.intersection(event.changed):
            return
        position, informed, since, booked_by = (event.at, LAST_ID), set[UUID](), event.at - DAY, informed_until(event)
        while seats := await tx.messages.booked_seats(
            event.session_id, position, self._seats_at_a_time, booked_by=booked_by, announced_after=since
        ):
            first_seats = {seat.user_id: seat for seat in reversed(seats) if seat.user_id not in informed}
            announcements = filter(None, (_announcement(event, seat) for seat in first_seats.values()))
            await tx.messages.add(self._decided(event.at, announcements))
            informed |= first_seats.keys()
            position = seats[-1].position


def _is_history_read(event: BookingEvent) -> bool:
    return event.kind not in UNREAD_HISTORY or event.may_be_unpaid


async def _histories(tx: Transaction, events: Iterable[BookingEvent]) -> dict[UUID, BookingHistory]:
    ids = sorted({each.booking_id for each in events if _is_history_read(each)})
    return {each.id: each for each in await tx.bookings.histories(ids)} if ids else {}


def _told_by(event: BookingEvent, histories: Mapping[UUID, BookingHistory]) -> tuple[int, bool]:
    """Return the version after the step of an event, and whether it came before the payment. Raises `NotFound`."""
    if not _is_history_read(event):
        return 0, False
    booking = histories.get(event.booking_id)
    if booking is None:
        raise NotFound
    version = 0 if event.kind in UNREAD_HISTORY else version_at(event, booking.history)
    return version, event.is_unpaid(booking)


def _announcement(event: SessionEvent, seat: BookedSeat) -> Decision | None:
    end = edits_end(event.at, seat.starts_at, seat.announced)
    if end is None:
        return None
    return Decision(
        kind=MessageKind.SESSION_CHANGED,
        user_id=seat.user_id,
        due_at=end if end < seat.starts_at else event.at,
        topic=Topic(
            subject=str(event.session_id),
            version=int(end.timestamp()),
            booking_id=seat.booking_id,
            session_id=event.session_id,
            starts_at=seat.last_start,  # it is worth sending as long as any of the bookings is to come
        ),
    )
