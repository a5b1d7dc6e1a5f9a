"""The waitlist of a start: who waits for seats, and the offers of seats that became free.

The entries of one start are its line. An offer holds its seats: they are part of `Slot.seats_taken`, so the constraint
that prevents overselling counts them. The first in line who fits gets it, so a person who waits for three seats does
not keep one free seat from a person who waits for one.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Self
from uuid import UUID

from marketplace.core.domain.bookings import Seats
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import SessionDetails
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.users import Contact

WaitlistStatus = Literal["waiting", "offered", "booked", "left", "expired", "closed"]
"""`left`: by the person, also with an offer. `expired`: an offer was not accepted in time. `closed`: the start, or its
line, came to an end. Stored: never rename one."""
OPEN = frozenset[WaitlistStatus]({"waiting", "offered"})

OFFER_HOLD = timedelta(hours=2)
"""How long an offer holds its seats, if the line is open long enough: it never lasts longer than half of that time, so
that another person has a chance if it is not accepted."""
MIN_OFFER_HOLD = timedelta(minutes=1)
"""Shorter offers are not made: the line closes."""
MAX_OPEN = 20
"""Open entries of one person."""
MAX_LINE = 1_000
"""Open entries of one start."""
KEPT_FOR = timedelta(days=180)
"""How long entries are kept after they ended."""


def closing_of(starts_at: datetime, schedule: Schedule | None) -> datetime:
    """Return the instant from which a start can no longer be booked, by the minimum notice."""
    return starts_at - timedelta(minutes=schedule.notice if schedule else 0)


def last_offer_before(closes_at: datetime) -> datetime:
    """Return when a line closes whose start can be booked until `closes_at`."""
    return closes_at - 2 * MIN_OFFER_HOLD


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitlistEntry:
    """A person who waits for seats of one start. `number` gives the order of the line, and is set when it is stored."""

    id: UUID
    session_id: UUID
    creator_id: UUID
    user_id: UUID
    starts_at: datetime
    seats: Seats
    status: WaitlistStatus
    created_at: datetime
    closes_at: datetime
    """Until when the start can be booked."""
    number: int = 0
    offered_at: datetime | None = None
    offer_until: datetime | None = None
    """Until when the offer holds its seats; kept after it ended."""
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def slot_key(self) -> tuple[UUID, datetime]:
        """Session and start."""
        return self.session_id, self.starts_at

    @property
    def held_seats(self) -> int:
        """Seats that its offer holds."""
        return self.seats if self.status == "offered" else 0

    @property
    def last_offer_at(self) -> datetime:
        """When the line closes, unless an offer that was made before lasts longer."""
        return last_offer_before(self.closes_at)

    def is_offered(self, now: datetime) -> bool:
        """Return whether its offer can be accepted."""
        return self.status == "offered" and self.offer_until is not None and now < self.offer_until

    def is_due(self, now: datetime) -> bool:
        """Return whether it has to end: its offer expired, or the line is closed."""
        return self.next_due() <= now if self.is_open else False

    def next_due(self) -> datetime:
        """Return when it has to end, unless something else happens before."""
        return self.offer_until if self.status == "offered" and self.offer_until else self.last_offer_at

    def offered(self, now: datetime) -> Self:
        """Return the entry with an offer; `last_offer_at` must be later."""
        until = now + min(OFFER_HOLD, (self.closes_at - now) / 2)
        return replace(self, status="offered", offered_at=now, offer_until=until)

    def numbered(self, number: int) -> Self:
        return replace(self, number=number)

    def ended(self, status: WaitlistStatus, now: datetime) -> Self:
        return replace(self, status=status, ended_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitlistDetails(WaitlistEntry):
    """An entry with its session as it stands, its person, and its place: 1 is next; `None` unless it waits."""

    session_details: SessionDetails
    user_details: Contact
    place: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FullStarts:
    """Starts of a session that have too few seats left, and the zone of its schedule."""

    time_zone: str
    slots: tuple[Slot, ...]


def with_entry(slot: Slot) -> Slot:
    """Return the slot after a person joined its line."""
    return replace(slot, waiting=slot.waiting + 1)


def with_offer(slot: Slot, offer: WaitlistEntry) -> Slot:
    """Return the slot after seats were offered."""
    until = [each for each in (slot.offers_until, offer.offer_until) if each is not None]
    return replace(
        slot,
        seats_taken=slot.seats_taken + offer.seats,
        seats_on_offer=slot.seats_on_offer + offer.seats,
        offers_until=min(until, default=None),
    )


def without_entry(slot: Slot, entry: WaitlistEntry, booked: int = 0) -> Slot:
    """Return the slot after an open entry ended, with this many seats booked in place of those that it held."""
    on_offer = slot.seats_on_offer - entry.held_seats
    return replace(
        slot,
        seats_taken=slot.seats_taken - entry.held_seats + booked,
        seats_on_offer=on_offer,
        waiting=slot.waiting - 1,
        offers_until=slot.offers_until if on_offer else None,
    )
