"""Calendar events of bookings, and private calendar feeds."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal, Self
from uuid import UUID

from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import BookingStatus
from marketplace.core.domain.places import Coordinates
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.utc_offsets import local_text

EventStatus = Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]

FEED_PAST = timedelta(days=90)
"""How long feeds keep past bookings."""
MAX_FEED = 1_000
"""Maximum number of bookings."""
FEED_NAME = "Sessions marketplace"
FEED_REFRESH = timedelta(hours=1)
"""How often calendar programs are asked to fetch a feed."""

STATUSES: dict[BookingStatus, EventStatus] = {
    "pending": "TENTATIVE",
    "confirmed": "CONFIRMED",
    "completed": "CONFIRMED",
    "cancelled": "CANCELLED",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Venue:
    """Where an event is, as far as its reader may know: text, a point if it is exact, and a link to join by."""

    location: str | None = None
    point: Coordinates | None = None
    join_url: str | None = None

    @classmethod
    def of(cls, session: Session, visited: str | None = None) -> Self:
        """Return the venue of a session as its reader sees it; `visited` is the address that the creator comes to."""
        if session.format == "at_yours":
            return cls(location=visited or session.place)
        if session.format == "online":
            return cls(location=session.join_url or "Online", join_url=session.join_url)
        parts = [part for part in (session.address, session.place) if part]
        point = session.coordinates
        # who may not know the address has a rounded one
        is_exact = session.address is not None or (point is not None and point != point.rounded())
        return cls(
            location=", ".join(parts) or session.join_url,
            point=point if is_exact else None,
            join_url=session.join_url,
        )


UNKNOWN_VENUE = Venue()


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent:
    """The calendar event of a booking, for both parties, or of a slot, for its creator (`slot_events`).

    Contains names, never e-mail addresses. Instants are UTC; the description has the wall time of the creator and of
    the viewer, since calendar programs have zone data of other ages. `sequence` increases with every step of the
    booking and every revision of its session (RFC 5545, 3.8.7.4). `url` is the page about it.
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
    url: str
    venue: Venue = UNKNOWN_VENUE

    @classmethod
    def of(cls, booking: BookingHistory, addresses: SiteAddresses, viewer_zone: str | None = None) -> Self:
        """Create the event of a booking as its reader sees it; see `BookingDetails.seen_by`."""
        session = booking.session_details
        creator, learner = session.creator_details.display_name, booking.user_details.display_name
        return cls(
            uid=f"{booking.id}@marketplace",
            sequence=len(booking.history) - 1 + session.revision,
            status=STATUSES[booking.status],
            summary=booking.terms.title,
            description="\n".join(
                [
                    *wall_times(booking.starts_at, session.time_zone, viewer_zone),
                    f"Creator: {creator}",
                    f"Booked by: {learner}",
                    f"Seats: {booking.seats}",
                    f"Status: {booking.status}",
                ]
            ),
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            created_at=booking.created_at,
            changed_at=max(booking.history[-1].at, session.revised_at or booking.created_at),
            organizer_id=booking.creator_id,
            organizer_name=creator,
            # an archived session has no page
            url=addresses.booking(booking.id) if session.archived_at else addresses.session(booking.session_id),
            venue=Venue.of(session, booking.address),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Whom an invitation is from and to. The organizer has the address of the installation and the creator's name."""

    organizer: str = field(repr=False)
    attendee: str = field(repr=False)
    attendee_name: str = field(repr=False)


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
class FeedBookings:
    """Bookings of a feed's owner, as learner and as creator, by ID."""

    owner_id: UUID
    bookings: tuple[BookingHistory, ...]
    time_zone: str | None = None
    """The owner's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Properties that a calendar has only if programs subscribe to it: its title, its page, how often to fetch it."""

    name: str = FEED_NAME
    url: str
    refresh: timedelta = FEED_REFRESH


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCalendar:
    """A feed that is not rendered yet."""

    events: tuple[CalendarEvent, ...]
    subscription: Subscription
    made_at: datetime

    @property
    def version(self) -> str:
        """Return a digest of everything in the feed except `made_at`."""
        return sha256(repr((self.events, self.subscription)).encode()).hexdigest()[:24]


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

    def farthest(self, bookings: Iterable[BookingHistory]) -> datetime:
        """Return the start of the booking that the feed would leave out first."""
        return max((b.starts_at < self.now, abs(b.starts_at - self.now), b.starts_at) for b in bookings)[2]


def wall_times(starts_at: datetime, time_zone: str, viewer_zone: str | None) -> list[str]:
    """Return lines with a start in the session's time zone, and in the viewer's if that is another."""
    lines = [f"Starts: {local_text(starts_at, time_zone)}"]
    return lines if viewer_zone in {None, time_zone} else [*lines, f"Your time: {local_text(starts_at, viewer_zone)}"]


def new_feed_token() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)
