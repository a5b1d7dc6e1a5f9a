"""Bookings: seats held by a learner, their transitions, and who may perform them."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from marketplace.core.domain.booking_moments import SEATS_UNPAID, Moment, move_refusal, refusal, status_after
from marketplace.core.domain.booking_steps import (
    LIVE,
    REQUEST_ANSWERS,
    BookingAction,
    BookingStatus,
    BookingStep,
    StepAction,
)
from marketplace.core.domain.fields import Whole, field_names
from marketplace.core.domain.money import keep_places
from marketplace.core.domain.places import Address
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import MAX_PARTICIPANTS
from marketplace.core.domain.spans import hours, minutes
from marketplace.core.domain.terms import Terms
from marketplace.core.domain.wall_time import local_time
from marketplace.core.domain.zone_names import known_zone
from marketplace.core.errors import IllegalTransition, MarketplaceError, NotFound

Seats = Annotated[int, Whole(1, MAX_PARTICIPANTS, example=2)]

PENDING_HOLD = timedelta(hours=48)
"""How long a pending booking holds its seats, at most until its start."""


def response_deadline(requested_at: datetime, starts_at: datetime) -> datetime:
    """Return the deadline for the creator's response: 48 hours, or the start if that is earlier."""
    return min(requested_at + PENDING_HOLD, starts_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Seats at one start of one session. `amount` is the price as sold times the seats."""

    id: UUID
    session_id: UUID
    creator_id: UUID
    user_id: UUID
    starts_at: datetime
    seats: Seats
    amount: Decimal
    status: BookingStatus
    created_at: datetime
    terms: Terms
    """As sold; later edits of the session do not change them."""
    respond_by: datetime | None = None
    """Deadline for the creator's response; set while pending, or while another start is requested."""
    pay_by: datetime | None = None
    """Deadline to pay; set until the booking, or what was added to it, is paid, and kept if it ends unpaid."""
    local_start: datetime | None = None
    """The start as agreed: the wall time in `time_zone`. Missing in bookings from before it was recorded."""
    time_zone: str | None = None
    requested_start: datetime | None = None
    """The start that the learner of a confirmed booking asks to move to."""
    held_seats: int = 0
    """Seats held there; none if the booking's own seats keep others out."""
    address: Address = field(default=None, repr=False)
    """Where the creator comes to, if the session's format is `at_yours`."""

    def __post_init__(self) -> None:
        keep_places(self, "amount")

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + minutes(self.terms.duration)

    @property
    def last_cancellation(self) -> datetime:
        """When it becomes too late for the learner to cancel or reschedule."""
        return self.starts_at - hours(self.terms.cancellation_notice)

    def has_party(self, user_id: UUID) -> bool:
        return user_id in {self.user_id, self.creator_id}

    def promised_in(self, time_zone: str) -> Self:
        """Return the booking with its local start in this zone, or in UTC if the zone data no longer has the zone."""
        zone = known_zone(time_zone)
        return replace(self, local_start=local_time(self.starts_at, zone), time_zone=zone)

    def held_at(self, starts_at: datetime, time_zone: str) -> Self:
        """Return the booking as it would be at a start for which seats are held, of a session in this zone."""
        return replace(self, starts_at=starts_at).promised_in(time_zone)

    def awaits_creator(self) -> bool:
        """Return whether the creator has to answer: a pending booking, or a request for another start."""
        return (self.status == "pending" and self.pay_by is None) or self.requested_start is not None

    def awaits_payment(self) -> bool:
        """Return whether the booking only holds its seats until it is paid."""
        return self.status == "pending" and self.pay_by is not None

    def owes_seats(self) -> bool:
        """Return whether seats were added to a paid booking that are not paid yet."""
        return self.status == "confirmed" and self.pay_by is not None

    def asks_payment(self) -> bool:
        """Return whether the learner has to pay: for the booking, or for seats added to it."""
        return self.status in LIVE and self.pay_by is not None

    def require_requested(self, answered: datetime | None, actor: Principal) -> None:
        """Require that the start answered, if one is given, is still requested. Raises `NotFound`, `IllegalTransition`.

        `NotFound` if the actor is neither party nor staff.
        """
        if answered is not None and answered != self.requested_start:
            if not (self.has_party(actor.user_id) or actor.is_staff):
                raise NotFound
            raise IllegalTransition("The requested time has changed. Look at the booking again.")

    def due(self, now: datetime) -> "BookingAction | None":
        """Return the automatic action that is due now, if any."""
        if self.awaits_payment() and self.pay_by is not None:
            return "expire" if now >= self.pay_by else None
        if self.awaits_creator() and now >= (self.respond_by or self.starts_at):
            return "expire"
        if self.status == "confirmed" and now >= self.ends_at:
            return "complete"
        return None

    def next_due(self) -> datetime | None:
        """Return when an automatic action becomes due, or `None`."""
        if self.awaits_payment():
            return self.pay_by
        if self.awaits_creator():
            return self.respond_by or self.starts_at
        return (self.pay_by or self.ends_at) if self.status == "confirmed" else None

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
        reason: str = "",
        batch_id: UUID | None = None,
    ) -> tuple[Self, BookingStep]:
        """Return the booking after an action, and its history step. `actor` is `None` for automatic actions.

        `batch_id` marks steps that one request takes together. Raises `NotFound` if the actor is neither party nor
        staff, `NotYours` for actions of the creator or the marketplace, `IllegalTransition`, `TooLate`.
        """
        refused = self.refusal(action, actor, now)
        if refused is not None:
            raise refused
        to_status = status_after(action, self.status, is_requested=self.requested_start is not None) or self.status
        step = replace(self._step(action, to_status, actor, now, reason), batch_id=batch_id)
        starts_at, requested = self.starts_at, self.requested_start
        if requested is not None and action in REQUEST_ANSWERS:
            starts_at = requested if action == "confirm" else starts_at
            step = replace(step, from_start=self.starts_at if action == "confirm" else None, to_start=requested)
        pay_by = None if self.owes_seats() else self.pay_by
        ended = replace(self, status=to_status, starts_at=starts_at, respond_by=None, pay_by=pay_by)
        return replace(ended, requested_start=None, held_seats=0), step

    def without_request(self, actor: Principal, now: datetime, reason: str) -> tuple[Self, BookingStep]:
        """Return the booking with its request declined, or expired if it is too late for an answer, and the step."""
        return self.after("expire", None, now) if self.due(now) else self.after("decline", actor, now, reason=reason)

    def with_request_expired(self, now: datetime) -> tuple[Self, BookingStep]:
        """Return the booking without its request, which ends early since the clocks change, and the step."""
        return replace(self, respond_by=now).after("expire", None, now)

    def asks_creator(self, actor: Principal, *, requires_confirmation: bool) -> bool:
        """Return whether moving only requests the new start, since the creator has to confirm it."""
        return requires_confirmation and actor.user_id == self.user_id and self.status == "confirmed"

    def rescheduled(
        self, starts_at: datetime, actor: Principal, now: datetime, *, requires_confirmation: bool, reason: str = ""
    ) -> tuple[Self, BookingStep]:
        """Return the booking moved to another start of its session, on the same terms, and its history step.

        With `requires_confirmation`, the learner of a confirmed booking only requests the start, for which seats may be
        held; a later request replaces an earlier one. Raises as `after` does for `cancel`.
        """
        refused = self.reschedule_refusal(actor, now, starts_at=starts_at)
        if refused is not None:
            raise refused
        if self.asks_creator(actor, requires_confirmation=requires_confirmation):
            if self.owes_seats():
                raise IllegalTransition(SEATS_UNPAID)
            until = response_deadline(now, min(self.starts_at, starts_at))
            step = replace(self._step("reschedule", self.status, actor, now, reason), to_start=starts_at)
            return replace(self, requested_start=starts_at, held_seats=self.seats, respond_by=until), step
        step = self._step("reschedule", self.status, actor, now, reason)
        step = replace(step, from_start=self.starts_at, to_start=starts_at)
        respond_by, pay_by = self._respond_by_at(starts_at, actor, now), self.pay_by and min(self.pay_by, starts_at)
        moved = replace(self, starts_at=starts_at, respond_by=respond_by, pay_by=pay_by)
        return replace(moved, requested_start=None, held_seats=0), step

    def _respond_by_at(self, starts_at: datetime, actor: Principal, now: datetime) -> datetime | None:
        """Return the deadline for the creator's response once the booking is moved to another start."""
        if self.status != "pending" or self.pay_by is not None:
            return None
        if self.respond_by and actor.user_id != self.user_id:
            return min(self.respond_by, starts_at)  # the person who has to respond cannot extend the deadline
        return min(response_deadline(now, starts_at), self.authorized_until or starts_at)

    @property
    def is_paid(self) -> bool:
        """Whether the learner has paid through the marketplace, as far as the history is known."""
        return False

    @property
    def authorized_until(self) -> datetime | None:
        """Until when the payment is sure to be held for the creator's answer, as far as the history is known."""
        return None

    def moved_with_clocks(
        self, starts_at: datetime, local_start: datetime, time_zone: str, now: datetime
    ) -> tuple[Self, BookingStep]:
        """Return the booking at the instant that its local start is by newer zone data, and its step.

        The step has no actor, which no other `reschedule` lacks. The deadline to respond is never extended. A
        request for another start has ended before.
        """
        step = self._step("reschedule", self.status, None, now, "")
        step = replace(step, from_start=self.starts_at, to_start=starts_at)
        respond_by, pay_by = (each and min(each, starts_at) for each in (self.respond_by, self.pay_by))
        agreed = replace(self, local_start=local_start, time_zone=time_zone)
        return replace(agreed, starts_at=starts_at, respond_by=respond_by, pay_by=pay_by), step

    def moment(self, actor: Principal | None, now: datetime) -> Moment:
        """Return what the rules read of this booking, for an action of this actor now."""
        is_learner = actor is not None and actor.user_id == self.user_id
        starts_at = self.starts_at
        return Moment(
            self.status,
            self.requested_start is not None,
            actor is None,
            is_learner,
            is_learner or (actor is not None and actor.user_id == self.creator_id),
            actor is not None and actor.is_staff,
            now >= (self.respond_by or starts_at),
            now >= starts_at - hours(self.terms.cancellation_notice),
            now >= starts_at,
            now >= starts_at + minutes(self.terms.duration),
            self.awaits_payment(),
            self.pay_by is not None and now >= self.pay_by,
            self.is_paid,
            self.owes_seats(),
        )

    def refusal(self, action: BookingAction, actor: Principal | None, now: datetime) -> MarketplaceError | None:
        """Return the error that refuses this action now for this actor, or `None`. See `after`."""
        return refusal(action, self.moment(actor, now))

    def reschedule_refusal(self, actor: Principal, now: datetime, *, starts_at: datetime) -> MarketplaceError | None:
        """Return the error that refuses rescheduling to `starts_at` by this actor now, or `None`."""
        illegal = None
        if self.status not in LIVE or starts_at == self.starts_at:
            illegal = f"The booking is {self.status}, at {self.starts_at:%Y-%m-%d %H:%M} UTC."
        elif starts_at == self.requested_start:
            illegal = "This start is already requested."
        return move_refusal(self.moment(actor, now), illegal)

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
    Booking,
    *("id", "session_id", "creator_id", "user_id", "seats", "amount", "created_at", "terms", "held_seats"),
    *("local_start", "time_zone", "address"),
)
"""Fields recorded in the audit log."""
