"""Calendars: how a booking reads in one, and the private address of a person's feed."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Self
from uuid import UUID

from marketplace.core.domain.bookings import BookingHistory, BookingStatus
from marketplace.core.domain.users import PublicUser

EventStatus = Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]

FEED_PAST = timedelta(days=90)
"""How long a feed keeps what is over."""
MAX_FEED = 1_000
"""Events."""

STATUSES: dict[BookingStatus, EventStatus] = {
    "pending": "TENTATIVE",
    "confirmed": "CONFIRMED",
    "completed": "CONFIRMED",
    "cancelled": "CANCELLED",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """A booking as a calendar shows it, the same to both parties. It names people and never their e-mail address.

    There is one event per booking, for creators too: `uid` and `sequence` belong to one booking, while those of a
    slot would begin anew whenever a booking moved in or out of it. `sequence` rises with every step of the booking and
    every revision of its session (RFC 5545, 3.8.7.4).
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
        """The event of a booking."""
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
    """The feed of a person. Who knows its token may read it: calendars ask for it without signing in.

    The token is kept as it is, not as a hash, for the person is shown it again whenever they ask; that is why it opens
    nothing but the feed, is never logged, and can be replaced.
    """

    user_id: UUID
    token: str = field(repr=False)
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedWindow:
    """Which bookings a feed shows: those that start from `since` on, and of too many the `most` nearest to `now`.

    What is still to come is nearer than what is over.
    """

    now: datetime
    since: datetime
    maximum: int

    @classmethod
    def at(cls, now: datetime) -> Self:
        """The window of every feed at this moment."""
        return cls(now=now, since=now - FEED_PAST, maximum=MAX_FEED)


def name_of(person: PublicUser) -> str:
    """How a person is called."""
    return f"{person.first_name} {person.last_name}".strip() or person.username


def new_feed_token() -> str:
    """256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)
