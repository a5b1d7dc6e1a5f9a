"""Notifications: what happened to a person's bookings by others."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

from marketplace.core.domain.events import (
    BookingEvent,
    BookingEventKind,
    SessionEvent,
    SessionEventKind,
    WaitlistEventKind,
)
from marketplace.core.domain.message_causes import SOLD_FIELDS
from marketplace.core.domain.users import PublicUser

NotificationKind = Literal[
    "booked",
    "requested",
    "confirmed",
    "declined",
    "withdrawn",
    "expired",
    "moved",
    "move_requested",
    "cancelled",
    "seats_changed",
    "session_changed",
    "message",
    "paid",
    "refunded",
    "earning_returned",
    "reviewed",
    "review_answered",
    "seat_offered",
    "offer_expired",
    "waitlist_closed",
]
"""`withdrawn`: the learner ended their own request for another start. `paid` and `refunded` are the learner's;
`earning_returned` tells the creator what a refund took of what they had earned. `reviewed` is the creator's,
`review_answered` the author's. The last three are about a waitlist."""
KEPT_FOR = timedelta(days=90)
NEWS_FOR = timedelta(days=3)
"""What is delivered longer after it happened, as after a stop of the relay or in a new demo, is listed as read."""
CHANGES_TOGETHER = timedelta(days=1)
"""How long an unread notification of a changed session stands for further changes of it."""
MAX_UNREAD = 100
"""Unread notifications that are counted."""

KINDS: dict[BookingEventKind, NotificationKind] = {
    "booking.created": "booked",
    "booking.confirmed": "confirmed",
    "booking.declined": "declined",
    "booking.expired": "expired",
    "booking.cancelled": "cancelled",
    "booking.rescheduled": "moved",
    "booking.seats_changed": "seats_changed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """One thing that happened to a booking, or to what a person waits for, for one person.

    `source` is the event or message; one per person each.
    """

    id: UUID
    user_id: UUID
    kind: NotificationKind
    booking_id: UUID | None
    created_at: datetime
    source: str
    read_at: datetime | None = None
    amount: Decimal | None = None
    """What was paid or returned, in `currency` (ISO 4217), if it is about that."""
    currency: str | None = None
    waitlist_id: UUID | None = None
    """What the person waited for, if it is about that and no booking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationDetails(Notification):
    """A notification with the booking as it stands: the title as sold, the start, and the other party."""

    session_id: UUID
    title: str
    starts_at: datetime
    as_creator: bool
    """Whether the person is the creator of the booked session, not the learner."""
    other: PublicUser

    @property
    def is_read(self) -> bool:
        return self.read_at is not None


def kind_of(event: BookingEvent) -> NotificationKind | None:
    """Return the kind of a step's notification, if it has one."""
    if event.pays_seats:
        return "seats_changed"
    if event.pays or event.kind == "booking.created":
        return "requested" if event.to_status == "pending" else "booked"
    if event.kind == "booking.confirmed" and event.from_start is not None:
        return "moved"
    if event.kind == "booking.declined" and event.actor_id == event.user_id:
        return "withdrawn"
    if event.kind == "booking.rescheduled" and event.from_start is None:
        return "move_requested"
    return KINDS.get(event.kind)


WAITLIST_KINDS: dict[WaitlistEventKind, NotificationKind] = {
    "waitlist.offered": "seat_offered",
    "waitlist.expired": "offer_expired",
    "waitlist.closed": "waitlist_closed",
}
REVIEW_KINDS: dict[SessionEventKind, NotificationKind] = {
    "session.reviewed": "reviewed",
    "session.review_answered": "review_answered",
}


def recipients_of(event: BookingEvent, *, is_unpaid: bool = False) -> Iterator[UUID]:
    """Yield the parties except the one who did it; before the payment only the learner, of what other people did."""
    actor_id = event.user_id if event.pays or event.pays_seats else event.actor_id
    for party in (event.user_id,) if is_unpaid else (event.user_id, event.creator_id):
        if party != actor_id and not (is_unpaid and actor_id is None):
            yield party


def changes_what_was_sold(event: SessionEvent) -> bool:
    return event.kind == "session.changed" and not SOLD_FIELDS.isdisjoint(event.changed)
