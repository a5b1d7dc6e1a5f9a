"""Bookings: seats held by a learner, their transitions, and who may perform them."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from marketplace.core.domain.fields import Whole, field_names
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import MAX_PARTICIPANTS, SessionDetails
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.users import Contact
from marketplace.core.errors import IllegalTransition, MarketplaceError, NotFound, NotYours, TooLate

BookingStatus = Literal["pending", "confirmed", "cancelled", "completed"]
BookingAction = Literal["confirm", "decline", "cancel", "complete", "expire"]
StepAction = Literal["book", "confirm", "decline", "cancel", "complete", "expire", "reschedule", "seats"]
"""Action of a history step. `expire`: the creator did not respond in time, so the booking was cancelled."""
AllowedAction = Literal["confirm", "decline", "cancel", "complete", "reschedule", "seats", "pay"]
"""Actions a viewer can be offered on a booking; `seats` and `pay` are not implemented yet."""
BookingOrdering = Literal["-created_at", "booking_date", "-booking_date"]
LIVE: frozenset[BookingStatus] = frozenset({"pending", "confirmed"})
"""Statuses that can still change. Every status but `cancelled` holds its seats."""

TRANSITIONS: dict[BookingAction, dict[BookingStatus, BookingStatus]] = {
    "confirm": {"pending": "confirmed"},
    "decline": {"pending": "cancelled"},
    "cancel": {"pending": "cancelled", "confirmed": "cancelled"},
    "complete": {"confirmed": "completed"},
    "expire": {"pending": "cancelled"},
}
"""The resulting status of each action; an action not listed for a status is illegal."""
MANUAL_ACTIONS: tuple[Literal["confirm", "decline", "cancel", "complete"], ...] = (
    "confirm",
    "decline",
    "cancel",
    "complete",
)
"""Actions taken by people, except rescheduling."""
CREATOR_ACTIONS: frozenset[BookingAction] = frozenset({"confirm", "decline", "complete"})
"""Actions the learner cannot take, even as staff; other staff can."""
AUTOMATIC_ACTIONS: frozenset[BookingAction] = frozenset({"expire"})
"""Actions taken by the settlement job only."""

Seats = Annotated[int, Whole(1, MAX_PARTICIPANTS, example=2)]

PENDING_HOLD = timedelta(hours=48)
"""How long a pending booking holds its seats, at most until its start."""


def response_deadline(requested_at: datetime, starts_at: datetime) -> datetime:
    """Return the deadline for the creator's response: 48 hours, or the start if that is earlier."""
    return min(requested_at + PENDING_HOLD, starts_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingStep:
    """One step in a booking's history. `actor_id` is `None` for automatic steps.

    Starts and seats are set only if the step changed them, before and after. `reason` holds only text written by a
    person.
    """

    booking_id: UUID
    at: datetime
    actor_id: UUID | None
    action: StepAction
    from_status: BookingStatus | None
    to_status: BookingStatus
    reason: str
    batch_id: UUID | None = None
    """Shared by all steps taken by one request."""
    from_start: datetime | None = None
    to_start: datetime | None = None
    from_seats: int | None = None
    to_seats: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Seats at one start of one session. `amount` is price times seats at the time of booking."""

    id: UUID
    session_id: UUID
    creator_id: UUID
    user_id: UUID
    starts_at: datetime
    ends_at: datetime
    seats: Seats
    amount: Decimal
    status: BookingStatus
    created_at: datetime
    respond_by: datetime | None = None
    """Deadline for the creator's response; set while pending."""

    def has_party(self, user_id: UUID) -> bool:
        return user_id in {self.user_id, self.creator_id}

    def due(self, now: datetime) -> "BookingAction | None":
        """Return the automatic action that is due now, if any."""
        if self.status == "pending" and now >= (self.respond_by or self.starts_at):
            return "expire"
        if self.status == "confirmed" and now >= self.ends_at:
            return "complete"
        return None

    def next_due(self) -> datetime | None:
        """Return when an automatic action becomes due, or `None`."""
        if self.status == "pending":
            return self.respond_by or self.starts_at
        return self.ends_at if self.status == "confirmed" else None

    def created(self) -> BookingStep:
        """Return the first step of the history."""
        return BookingStep(
            booking_id=self.id,
            at=self.created_at,
            actor_id=self.user_id,
            action="book",
            from_status=None,
            to_status=self.status,
            reason="",
        )

    def after(
        self,
        action: BookingAction,
        actor: Principal | None,
        now: datetime,
        *,
        notice: timedelta = timedelta(),
        reason: str = "",
        batch_id: UUID | None = None,
    ) -> tuple[Self, BookingStep]:
        """Return the booking after an action, and its history step. `actor` is `None` for automatic actions.

        `notice` is the learner's cancellation notice; `batch_id` marks steps that one request takes together. Raises
        `NotFound` if the actor is neither party nor staff, `NotYours` for actions of the creator or the marketplace,
        `IllegalTransition`, `TooLate`.
        """
        refusal = self.refusal(action, actor, now, notice=notice)
        if refusal is not None:
            raise refusal
        to_status = TRANSITIONS[action][self.status]
        step = self._step(action, to_status, actor, now, reason)
        return replace(self, status=to_status, respond_by=None), replace(step, batch_id=batch_id)

    def rescheduled(
        self,
        slot: Slot,
        actor: Principal,
        now: datetime,
        *,
        notice: timedelta,
        requires_confirmation: bool,
        reason: str = "",
    ) -> tuple[Self, BookingStep]:
        """Return the booking moved to another start of its session, and its history step.

        With `requires_confirmation`, a booking moved by the learner is pending again. Raises as `after` does for
        `cancel`.
        """
        refusal = self.reschedule_refusal(actor, now, notice=notice, starts_at=slot.starts_at)
        if refusal is not None:
            raise refusal
        becomes_pending = requires_confirmation and actor.user_id == self.user_id
        to_status: BookingStatus = "pending" if becomes_pending else self.status
        rescheduled = replace(self, starts_at=slot.starts_at, ends_at=slot.ends_at)
        respond_by = response_deadline(now, slot.starts_at) if to_status == "pending" else None
        if respond_by and self.respond_by and actor.user_id != self.user_id:
            respond_by = min(
                self.respond_by, slot.starts_at
            )  # the person who has to respond cannot extend the deadline
        step = self._step("reschedule", to_status, actor, now, reason)
        step = replace(step, from_start=self.starts_at, to_start=slot.starts_at)
        return replace(rescheduled, status=to_status, respond_by=respond_by), step

    def refusal(
        self, action: BookingAction, actor: Principal | None, now: datetime, *, notice: timedelta = timedelta()
    ) -> MarketplaceError | None:
        """Return the error that refuses this action now for this actor, or `None`. See `after`."""
        return (
            self._actor_refusal(action, actor)
            or (None if self.status in TRANSITIONS[action] else IllegalTransition(f"The booking is {self.status}."))
            or self._time_refusal(action, actor, now, notice)
        )

    def reschedule_refusal(
        self, actor: Principal, now: datetime, *, notice: timedelta, starts_at: datetime | None = None
    ) -> MarketplaceError | None:
        """Return the error that refuses rescheduling (to `starts_at`, if given) by this actor now, or `None`."""
        refusal = self._actor_refusal("cancel", actor)
        if refusal is None and (self.status not in LIVE or starts_at == self.starts_at):
            refusal = IllegalTransition(f"The booking is {self.status}, at {self.starts_at:%Y-%m-%d %H:%M} UTC.")
        if refusal is None:
            refusal = self._time_refusal("cancel", actor, now, notice)
        if refusal is None and self.due(now) == "expire":
            refusal = TooLate("The time to respond has passed.")
        return refusal

    def _actor_refusal(self, action: BookingAction, actor: Principal | None) -> MarketplaceError | None:
        if actor is None:
            return None
        if not (self.has_party(actor.user_id) or actor.is_staff):
            return NotFound()
        if action in AUTOMATIC_ACTIONS:
            return NotYours("This happens automatically.")
        if action in CREATOR_ACTIONS and actor.user_id == self.user_id:
            return NotYours("Only the creator can do this.")
        return None

    def _time_refusal(
        self, action: BookingAction, actor: Principal | None, now: datetime, notice: timedelta
    ) -> MarketplaceError | None:
        respond_by = self.respond_by or self.starts_at
        if action in {"confirm", "decline"} and now >= respond_by:
            return TooLate("The time to respond has passed.")
        if action == "expire" and now < respond_by:
            return IllegalTransition("The creator can still respond.")
        if action == "complete" and now < self.ends_at:
            return IllegalTransition("The session hasn't ended yet.")
        is_learner = actor is not None and actor.user_id == self.user_id
        if action == "cancel" and now >= (self.starts_at - notice if is_learner else self.ends_at):
            return TooLate()
        return None

    def _step(
        self, action: StepAction, to_status: BookingStatus, actor: Principal | None, now: datetime, reason: str
    ) -> BookingStep:
        return BookingStep(
            booking_id=self.id,
            at=now,
            actor_id=actor.user_id if actor else None,
            action=action,
            from_status=self.status,
            to_status=to_status,
            reason=reason,
        )


BOOKING_FIELDS = field_names(
    Booking, "id", "session_id", "creator_id", "user_id", "ends_at", "seats", "amount", "created_at"
)
"""Fields recorded in the audit log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDetails(Booking):
    """A booking with the contact details that its two parties see."""

    session_details: SessionDetails
    user_details: Contact

    @property
    def cancellation_notice(self) -> timedelta:
        return timedelta(hours=self.session_details.cancellation_notice)

    @property
    def cancellable_until(self) -> datetime | None:
        """Deadline for the learner to cancel or reschedule; `None` once settled."""
        return self.starts_at - self.cancellation_notice if self.status in LIVE else None

    def allowed_actions(self, viewer: Principal, now: datetime) -> tuple[AllowedAction, ...]:
        """Return the actions this viewer may take now, by the same rules as the actions themselves.

        `reschedule` also needs an available start, which is checked when rescheduling.
        """
        notice = self.cancellation_notice
        steps: tuple[AllowedAction, ...] = tuple(
            action for action in MANUAL_ACTIONS if self.refusal(action, viewer, now, notice=notice) is None
        )
        is_movable = self.session_details.is_bookable() and self.reschedule_refusal(viewer, now, notice=notice) is None
        return (*steps, "reschedule") if is_movable else steps


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingHistory(BookingDetails):
    """A booking with its history, oldest step first."""

    history: tuple[BookingStep, ...]

    def is_in_batch(self, batch_id: UUID) -> bool:
        """Return whether any step belongs to this batch."""
        return any(step.batch_id == batch_id for step in self.history)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFilters:
    """Filters of booking lists. Empty `statuses` match any; starts lie in `[starts_from, starts_to)`."""

    statuses: frozenset[BookingStatus] = frozenset()
    session: UUID | None = None
    starts_from: datetime | None = None
    starts_to: datetime | None = None
    ordering: BookingOrdering = "-created_at"

    def is_contradictory(self) -> bool:
        """Return whether the filters exclude every booking, so that no query is needed."""
        return self.starts_from is not None and self.starts_to is not None and self.starts_from >= self.starts_to

    def matches(self, booking: Booking) -> bool:
        return (
            (not self.statuses or booking.status in self.statuses)
            and self.session in {None, booking.session_id}
            and (self.starts_from is None or self.starts_from <= booking.starts_at)
            and (self.starts_to is None or booking.starts_at < self.starts_to)
        )


ANY_BOOKING = BookingFilters()
