"""Booking quotes: what a buyer can book at one start; and booked slots of a creator."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from marketplace.core.domain.booking_details import BookingDetails
from marketplace.core.domain.bookings import Booking, response_deadline
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import SessionDetails
from marketplace.core.domain.slots import Slot, validate_start
from marketplace.core.domain.terms import Terms
from marketplace.core.domain.users import Contact
from marketplace.core.domain.wall_time import local_time
from marketplace.core.domain.zone_names import known_zone
from marketplace.core.errors import (
    AlreadyBooked,
    EmailUnverified,
    Invalid,
    NotBookable,
    NotFound,
    NotSignedIn,
    OwnSession,
    PriceChanged,
    SoldOut,
    StaleRead,
)

_FIELDS = tuple(each.name for each in fields(Booking))
_values_of = attrgetter(*_FIELDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedSlot:
    """An upcoming start with its live bookings and their seats, pending ones included."""

    session_id: UUID
    title: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    booking_ids: tuple[UUID, ...]


def by_slot(booking: Booking) -> tuple[datetime, UUID]:
    """Sort key that groups bookings by slot; slots are locked in this order."""
    return booking.starts_at, booking.session_id


def seats_of(bookings: Iterable[Booking], *, only_held: bool = False) -> list[tuple[datetime, UUID, int]]:
    """Return start, session and number of the seats of bookings, held ones too or only those, by slot."""
    seats = Counter[tuple[datetime, UUID]]()
    for booking in bookings:
        if booking.requested_start is not None and booking.held_seats:
            seats[booking.requested_start, booking.session_id] += booking.held_seats
        if not only_held:
            seats[booking.starts_at, booking.session_id] += booking.seats
    return sorted((*slot, number) for slot, number in seats.items())


def booked_slots_of(bookings: Iterable[BookingDetails]) -> tuple[BookedSlot, ...]:
    """Group bookings into slots, ordered by start."""
    found = []
    for _, grouped in groupby(sorted(bookings, key=by_slot), by_slot):
        of_slot = sorted(grouped, key=lambda booking: booking.id)
        first = of_slot[0]
        found.append(
            BookedSlot(
                session_id=first.session_id,
                title=first.session_details.title,
                starts_at=first.starts_at,
                ends_at=max(booking.ends_at for booking in of_slot),
                seats=sum(booking.seats for booking in of_slot),
                booking_ids=tuple(booking.id for booking in of_slot),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingQuote:
    """The state of one start for one buyer: session, slot (`None` if never opened), and their own booking."""

    session: SessionDetails
    buyer: Contact
    starts_at: datetime
    slot: Slot | None
    already_booked: bool
    schedule: Schedule | None = None
    buyer_is_active: bool = True
    buyer_is_verified: bool = True
    """Whether the buyer's e-mail address is verified."""
    version: object = field(default=None, compare=False)
    """What the adapter compares to find out whether session, creator and buyer are still as quoted."""

    def require_active_buyer(self) -> None:
        """Raise `NotSignedIn` if the buyer is deactivated."""
        if not self.buyer_is_active:
            raise NotSignedIn

    def new_slot(self, sold_duration: int = 0) -> Slot:
        """Return the slot that a first booking would open, as long as the booking was sold for."""
        return Slot.of(self.session, self.starts_at, schedule=self.schedule, sold_duration=sold_duration)

    def is_occupied(self) -> bool:
        """Return whether any seat is taken, which already excludes overlapping slots."""
        return self.slot is not None and self.slot.seats_taken > 0

    def check(self, seats: int, now: datetime, expected_price: Decimal | None = None) -> None:
        """Check, as far as was read, that this many seats can be booked, for the price that the buyer saw, if given.

        Raises `NotFound`, `OwnSession`, `AlreadyBooked`, `NotBookable`, `SoldOut`, `PriceChanged`, and `StaleRead` if
        session and slot were read at different times.
        """
        session, taken = self.session, self.slot.seats_taken if self.slot else 0
        if session.archived_at is not None:
            raise NotFound
        if session.creator_id == self.buyer.id:
            raise OwnSession
        if not session.is_bookable():
            raise NotFound
        if validate_start(self.starts_at, now):
            raise NotBookable
        if self.schedule is not None and not self.schedule.is_bookable(self.starts_at, session.duration, now):
            raise NotBookable
        if self.already_booked:
            raise AlreadyBooked
        if self.slot is not None and taken and self.slot.capacity != session.max_participants:
            raise StaleRead  # the slot was read before the session edit this transaction waited for
        if taken + seats > session.max_participants:
            raise SoldOut
        if expected_price not in {None, session.price}:
            raise PriceChanged(session.price)

    def book(  # noqa: PLR0913 - one argument per fact
        self,
        booking_id: UUID,
        seats: int,
        now: datetime,
        expected_price: Decimal | None = None,
        address: str | None = None,
        *,
        only_verified: bool = False,
        pay_within: timedelta | None = None,
    ) -> Booking:
        """Create the booking: confirmed, or pending if it has to be paid first, or the creator has to confirm.

        `pay_within` is the time to pay, if the marketplace takes payments. `address` is where the creator comes to.
        Raises as `check` and `require_active_buyer`, `Invalid` if the address is missing, or if the session is not held
        at the learner's, and with `only_verified` `EmailUnverified`.
        """
        self.require_active_buyer()
        self.check(seats, now, expected_price)
        if only_verified and not self.buyer_is_verified:
            raise EmailUnverified
        self._check_address(address)
        session, zone = self.session, known_zone(self.session.time_zone)
        is_paid_first = pay_within is not None and session.payment_method == "online" and session.price > 0
        is_asked = session.requires_confirmation and not is_paid_first
        return Booking(
            id=booking_id,
            session_id=session.id,
            creator_id=session.creator_id,
            user_id=self.buyer.id,
            starts_at=self.starts_at,
            seats=seats,
            amount=session.price * seats,
            status="pending" if is_asked or is_paid_first else "confirmed",
            created_at=now,
            terms=Terms.of(session),
            respond_by=response_deadline(now, self.starts_at) if is_asked else None,
            pay_by=min(now + pay_within, self.starts_at) if is_paid_first and pay_within is not None else None,
            local_start=local_time(self.starts_at, zone),
            time_zone=zone,
            address=address,
        )

    def details(self, booking: Booking) -> BookingDetails:
        """Return the booking of this quote with its session and its learner."""
        values = zip(_FIELDS, _values_of(booking), strict=True)
        return BookingDetails(**dict(values), session_details=self.session, user_details=self.buyer)

    def _check_address(self, address: str | None) -> None:
        is_at_learners = self.session.format == "at_yours"
        if is_at_learners and address is None:
            raise Invalid({"address": ["Enter the address that the creator comes to."]})
        if address is not None and not is_at_learners:
            raise Invalid({"address": ["Leave this out: the creator doesn't come to you in this session."]})
