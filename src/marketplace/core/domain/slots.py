"""Slots: one start of one session, with its seats."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import (
    CreatorUnavailable,
    HasUpcomingBookings,
)

MAX_NAMED = 5
LATEST_START = datetime(2200, 1, 1, tzinfo=UTC)


def validate_start(starts_at: datetime, now: datetime) -> list[str]:
    """Return error messages for the start of a new booking."""
    if starts_at <= now:
        return ["Choose a time in the future."]
    if starts_at >= LATEST_START:
        return ["Choose a time before the year 2200."]
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One start of one session. Times are half-open: `[starts_at, ends_at)`.

    `[blocked_from, blocked_until)` is the creator's blocked time, buffers included. `seats_taken` includes the seats
    that offers of the waitlist hold.
    """

    session_id: UUID
    creator_id: UUID
    starts_at: datetime
    ends_at: datetime
    capacity: int
    seats_taken: int
    blocked_from: datetime
    blocked_until: datetime
    waiting: int = 0
    """Open entries of its waitlist, those with an offer too."""
    seats_on_offer: int = 0
    offers_until: datetime | None = None
    """No offer expires before; `None` without offers."""

    @classmethod
    def of(
        cls,
        session: Session,
        starts_at: datetime,
        seats_taken: int = 0,
        schedule: Schedule | None = None,
        *,
        sold_duration: int = 0,
    ) -> "Slot":
        """Create the slot of a session at a start; the schedule's buffers extend its blocked time.

        It is never shorter than `sold_duration`, the longest that a booking in it was sold for.
        """
        duration = max(session.duration, sold_duration)
        ends_at = starts_at + timedelta(minutes=duration)
        blocked = (starts_at, ends_at) if schedule is None else schedule.blocked(starts_at, duration)
        return cls(
            session_id=session.id,
            creator_id=session.creator_id,
            starts_at=starts_at,
            ends_at=ends_at,
            capacity=session.max_participants,
            seats_taken=seats_taken,
            blocked_from=blocked[0],
            blocked_until=blocked[1],
        )

    @property
    def key(self) -> tuple[UUID, datetime]:
        """Session and start."""
        return self.session_id, self.starts_at

    @property
    def seats_booked(self) -> int:
        """Seats of bookings, pending ones and held ones too."""
        return self.seats_taken - self.seats_on_offer

    @property
    def seats_left(self) -> int:
        return max(self.capacity - self.seats_taken, 0)

    def has_due_offers(self, now: datetime) -> bool:
        """Return whether an offer may have expired."""
        return self.offers_until is not None and self.offers_until <= now

    def with_line_of(self, other: "Slot") -> "Slot":
        """Return the slot with the waitlist and the seats of another one at its start."""
        return replace(
            self,
            seats_taken=other.seats_taken,
            waiting=other.waiting,
            seats_on_offer=other.seats_on_offer,
            offers_until=other.offers_until,
        )

    def moved_to(self, starts_at: datetime) -> "Slot":
        """Return the slot, with its seats, at another start."""
        shift = starts_at - self.starts_at
        return replace(
            self,
            starts_at=starts_at,
            ends_at=self.ends_at + shift,
            blocked_from=self.blocked_from + shift,
            blocked_until=self.blocked_until + shift,
        )

    @property
    def duration(self) -> int:
        """Minutes from start to end."""
        return (self.ends_at - self.starts_at) // timedelta(minutes=1)

    def is_same_slot(self, other: "Slot") -> bool:
        """Return whether both are the same start of the same session."""
        return self.key == other.key

    def excludes(self, other: "Slot") -> bool:
        """Return whether a booked seat here blocks `other`: both need the same creator at overlapping times."""
        return (
            self.creator_id == other.creator_id
            and not self.is_same_slot(other)
            and self.blocked_from < other.blocked_until
            and other.blocked_from < self.blocked_until
        )

    def covering(self, other: "Slot") -> "Slot":
        """Return this slot, at least as long as `other`, which has the same start, and blocking its time too."""
        return replace(
            self,
            ends_at=max(self.ends_at, other.ends_at),
            blocked_from=min(self.blocked_from, other.blocked_from),
            blocked_until=max(self.blocked_until, other.blocked_until),
        )

    def reaches_beyond(self, other: "Slot") -> bool:
        """Return whether it blocks time that `other` does not."""
        return self.blocked_from < other.blocked_from or other.blocked_until < self.blocked_until


def require_no_overlap(resized: Iterable[Slot], others: Iterable[Slot]) -> None:
    """Raise `CreatorUnavailable`, with the starts, if occupied slots of one creator would overlap.

    `others` are unchanged and do not overlap each other.
    """
    overlapping: list[tuple[Slot, Slot]] = []
    furthest: Slot | None = None
    for slot in sorted((*resized, *others), key=lambda slot: slot.blocked_from):
        if furthest is not None and furthest.excludes(slot):
            overlapping.append((furthest, slot))
        if furthest is None or furthest.blocked_until < slot.blocked_until:
            furthest = slot
    if overlapping:
        pairs = (sorted(slot.starts_at for slot in pair) for pair in overlapping)
        named = summarize_names([f"{early:%Y-%m-%d %H:%M} with {late:%Y-%m-%d %H:%M} UTC" for early, late in pairs])
        starts = [slot.starts_at for pair in overlapping for slot in pair]
        raise CreatorUnavailable(f"Existing bookings would overlap: {named}.", starts=starts)


def require_capacity(session: Session, upcoming: Iterable[Slot]) -> None:
    """Raise `HasUpcomingBookings` if an upcoming slot has more booked seats than the session's capacity."""
    short = [slot for slot in upcoming if slot.seats_booked > session.max_participants]
    if short:
        sold = summarize_names([f"{slot.seats_booked} at {slot.starts_at:%Y-%m-%d %H:%M} UTC" for slot in short])
        starts = [slot.starts_at for slot in short]
        raise HasUpcomingBookings(f"More seats than that are already booked: {sold}.", starts=starts)


def require_no_upcoming_bookings(upcoming: Iterable[Slot]) -> None:
    """Raise `HasUpcomingBookings` if an upcoming slot has a booked seat."""
    booked = [slot.starts_at for slot in upcoming if slot.seats_booked]
    if booked:
        raise HasUpcomingBookings(starts=booked)


def summarize_names(items: Sequence[str]) -> str:
    """Join the first `MAX_NAMED` items, and say how many more there are."""
    named, more = ", ".join(items[:MAX_NAMED]), len(items) - MAX_NAMED
    return f"{named} and {more} more" if more > 0 else named
