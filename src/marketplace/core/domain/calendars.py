"""Calendar events of bookings, and private calendar feeds."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Self
from uuid import UUID

from marketplace.core.domain.bookings import BookingHistory, BookingStatus
from marketplace.core.domain.users import PublicUser

EventStatus = Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]

FEED_PAST = timedelta(days=90)
"""How long feeds keep past bookings."""
MAX_FEED = 1_000
"""Maximum number of events."""

STATUSES: dict[BookingStatus, EventStatus] = {
    "pending": "TENTATIVE",
    "confirmed": "CONFIRMED",
    "completed": "CONFIRMED",
    "cancelled": "CANCELLED",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """The calendar event of a booking, identical for both parties. Contains names, never e-mail addresses.

    There is one event per booking, for creators too: the `uid` and `sequence` of an event per slot would have to
    restart whenever a booking is moved. `sequence` increases with every step of the booking and every revision of its
    session (RFC 5545, 3.8.7.4).
    """

    uid: str
    sequence: int
    status: EventStatus
    summary: str
    description: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    changed_at: datetime
    organizer_id: UUID
    organizer_name: str

    @classmethod
    def of(cls, booking: BookingHistory) -> Self:
        session = booking.session_details
        creator, learner = name_of(session.creator_details), name_of(booking.user_details)
        return cls(
            uid=f"{booking.id}@marketplace",
            sequence=len(booking.history) - 1 + session.revision,
            status=STATUSES[booking.status],
            summary=session.title,
            description=f"Creator: {creator}\nBooked by: {learner}\nSeats: {booking.seats}\nStatus: {booking.status}",
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            created_at=booking.created_at,
            changed_at=max(booking.history[-1].at, session.revised_at or booking.created_at),
            organizer_id=booking.creator_id,
            organizer_name=creator,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFeed:
    """A user's calendar feed. Anyone who has its token can read it, since calendar clients do not sign in.

    The token is stored in plain text because the user can display it again. It therefore grants access to the feed
    only, is never logged, and can be replaced.
    """

    user_id: UUID
    token: str = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedWindow:
    """Bookings in a feed: those that start at or after `since`; if too many, the `maximum` nearest to `now`.

    Upcoming bookings count as nearer than past ones.
    """

    now: datetime
    since: datetime
    maximum: int

    @classmethod
    def at(cls, now: datetime) -> Self:
        return cls(now=now, since=now - FEED_PAST, maximum=MAX_FEED)


def name_of(person: PublicUser) -> str:
    """Return the full name, or the username if there is none."""
    return f"{person.first_name} {person.last_name}".strip() or person.username


def new_feed_token() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)
