"""Domain events of bookings, sessions and users.

Events hold IDs, timestamps, amounts and titles. They never hold names, addresses or text written by a person:
subscribers read those when needed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import BookingStatus, BookingStep, StepAction
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.seat_changes import changes_only_owed_seats
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import PublicUser, User
from marketplace.core.domain.waitlist import WaitlistEntry

BookingEventKind = Literal[
    "booking.created",
    "booking.confirmed",
    "booking.declined",
    "booking.expired",
    "booking.cancelled",
    "booking.rescheduled",
    "booking.completed",
    "booking.seats_changed",
]
SessionEventKind = Literal[
    "session.created", "session.changed", "session.archived", "session.reviewed", "session.review_answered"
]
UserEventKind = Literal["user.registered", "user.changed"]
WaitlistEventKind = Literal["waitlist.offered", "waitlist.expired", "waitlist.closed", "waitlist.ended"]
"""`expired`: an offer was not accepted in time. `closed`: others ended it. `ended`: the person let an offer go."""
EventKind = Literal[BookingEventKind, SessionEventKind, UserEventKind, WaitlistEventKind]

STEP_EVENTS: dict[StepAction, BookingEventKind] = {
    "book": "booking.created",
    "confirm": "booking.confirmed",
    "decline": "booking.declined",
    "expire": "booking.expired",
    "cancel": "booking.cancelled",
    "reschedule": "booking.rescheduled",
    "complete": "booking.completed",
    "seats": "booking.seats_changed",
}
EVENTS_KEPT_FOR = timedelta(days=90)
"""How long delivered session and user events are kept. Booking steps are kept with their booking."""
RETRY_FIRST, RETRY_MAX = timedelta(seconds=1), timedelta(hours=1)
MAX_DOUBLINGS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingEvent:
    """A booking step. Start and seats are the values after the step; the title is the one that was sold."""

    kind: BookingEventKind
    at: datetime
    actor_id: UUID | None
    booking_id: UUID
    session_id: UUID
    creator_id: UUID
    user_id: UUID
    title: str
    from_status: BookingStatus | None
    to_status: BookingStatus
    starts_at: datetime
    seats: int
    amount: Decimal
    from_start: datetime | None
    to_start: datetime | None
    from_seats: int | None
    to_seats: int | None
    batch_id: UUID | None

    @classmethod
    def of(cls, step: BookingStep, booking: Booking) -> "BookingEvent":
        """Create the event of a step. `booking` must have the start and seats as of that step."""
        return cls(
            kind=STEP_EVENTS[step.action],
            at=step.at,
            actor_id=step.actor_id,
            booking_id=booking.id,
            session_id=booking.session_id,
            creator_id=booking.creator_id,
            user_id=booking.user_id,
            title=booking.terms.title,
            from_status=step.from_status,
            to_status=step.to_status,
            starts_at=booking.starts_at,
            seats=booking.seats,
            amount=booking.amount,
            from_start=step.from_start,
            to_start=step.to_start,
            from_seats=step.from_seats,
            to_seats=step.to_seats,
            batch_id=step.batch_id,
        )

    @property
    def subject_id(self) -> UUID:
        """ID of the subject; events of one subject are delivered in order."""
        return self.booking_id

    @property
    def pays(self) -> bool:
        """Whether it is the payment of the booking."""
        return self.kind == "booking.confirmed" and self.actor_id is None and self.from_status != "confirmed"

    @property
    def pays_seats(self) -> bool:
        """Whether it is the payment of seats that were added to a paid booking."""
        return self.kind == "booking.confirmed" and self.actor_id is None and self.from_status == "confirmed"

    @property
    def may_be_unpaid(self) -> bool:
        """Whether the step may have come before a payment that the booking, or seats added to it, ask for."""
        is_held = "pending" in {self.from_status, self.to_status} or self.kind == "booking.seats_changed"
        return is_held and not self.pays

    def is_unpaid(self, booking: BookingHistory) -> bool:
        """Return whether the step came before the payment that the booking, or the seats it changed, ask or asked for.

        Seats that were added to a paid booking and given back unpaid count as unpaid, too.
        """
        if not self.may_be_unpaid:
            return False
        place = self.place_in(booking.history)
        return booking.was_paid_after(place) or changes_only_owed_seats(booking, place)

    def place_in(self, history: Sequence[BookingStep]) -> int:
        """Return the number of steps of a history up to this one, or of all if it has no such step."""
        for place, step in enumerate(history, 1):
            same_step = (step.at, STEP_EVENTS[step.action]) == (self.at, self.kind)
            if same_step and (step.to_start, step.to_seats) == (self.to_start, self.to_seats):
                return place
        return len(history)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEvent:
    """A change of a session. `changed` names the changed fields, and `schedule`."""

    kind: SessionEventKind
    at: datetime
    actor_id: UUID | None
    session_id: UUID
    creator_id: UUID
    title: str
    changed: tuple[str, ...] = ()
    review_id: UUID | None = None
    """The review that was written or answered, if that is what happened."""

    @classmethod
    def of(
        cls, kind: SessionEventKind, session: Session, actor_id: UUID, at: datetime, changed: Iterable[str] = ()
    ) -> "SessionEvent":
        """Create the event from the session's current state."""
        return cls(
            kind=kind,
            at=at,
            actor_id=actor_id,
            session_id=session.id,
            creator_id=session.creator_id,
            title=session.title,
            changed=tuple(changed),
        )

    @property
    def subject_id(self) -> UUID:
        """ID of the subject; events of one subject are delivered in order."""
        return self.session_id


@dataclass(frozen=True, slots=True, kw_only=True)
class UserEvent:
    """A change of an account. `changed` names the changed fields, of those that public answers depend on."""

    kind: UserEventKind
    at: datetime
    actor_id: UUID | None
    user_id: UUID
    changed: tuple[str, ...] = ()

    @property
    def subject_id(self) -> UUID:
        """ID of the subject; events of one subject are delivered in order."""
        return self.user_id

    @property
    def creator_id(self) -> UUID:
        """ID of the creator whose sessions' public answers depend on the subject."""
        return self.user_id


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitlistEvent:
    """An entry of a waitlist got an offer, or ended after one or by others."""

    kind: WaitlistEventKind
    at: datetime
    entry_id: UUID
    session_id: UUID
    creator_id: UUID
    user_id: UUID
    starts_at: datetime
    seats: int
    actor_id: UUID | None = None

    @classmethod
    def of(cls, kind: WaitlistEventKind, entry: WaitlistEntry, at: datetime) -> "WaitlistEvent":
        return cls(
            kind=kind,
            at=at,
            entry_id=entry.id,
            session_id=entry.session_id,
            creator_id=entry.creator_id,
            user_id=entry.user_id,
            starts_at=entry.starts_at,
            seats=entry.seats,
        )

    @property
    def subject_id(self) -> UUID:
        """ID of the subject; events of one subject are delivered in order."""
        return self.entry_id


RecordedEvent = SessionEvent | UserEvent | WaitlistEvent
"""An event stored in its own row, since it has no booking step."""
Event = BookingEvent | RecordedEvent


@dataclass(frozen=True, slots=True)
class EventId:
    """Permanent ID of an event. Subscribers use it to detect redelivery."""

    source: Literal["step", "event"]
    number: int

    def __str__(self) -> str:
        return f"{self.source}-{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event to deliver; `attempts` counts failed deliveries."""

    id: EventId
    event: Event
    attempts: int = 0

    def retry_at(self, now: datetime) -> datetime:
        """Return when to retry: exponential backoff, at most one hour."""
        return now + min(RETRY_FIRST * (1 << min(self.attempts, MAX_DOUBLINGS)), RETRY_MAX)


def changed_fields(before: Session, after: Session) -> tuple[str, ...]:
    """Return the names of changed fields, except the revision counters."""
    names = [field.name for field in fields(Session) if field.name not in {"revision", "revised_at"}]
    return _changed(before, after, names)


def changed_public_fields(before: User, after: User) -> tuple[str, ...]:
    """Return the names of changed fields that public answers about a creator depend on."""
    public = (field.name for field in fields(PublicUser))
    return _changed(before, after, [*public, "bio", "languages", "time_zone", "is_active"])


def _changed(before: object, after: object, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def as_of_step(booking: Booking, later: Iterable[BookingStep]) -> Booking:
    """Return the booking with the start and seats it had before these steps (oldest first)."""
    for step in reversed(list(later)):
        booking = as_it_was(booking, step.from_start or booking.starts_at, step.from_seats or booking.seats)
    return booking


def as_it_was(booking: Booking, starts_at: datetime, seats: int) -> Booking:
    """Return the booking with an earlier start and number of seats, and the amount of these."""
    amount = booking.amount if seats == booking.seats else booking.terms.price * seats
    return replace(booking, starts_at=starts_at, seats=seats, amount=amount)
