"""Booking structs, and the action routes shared by users and staff."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from marketplace.core.domain.bookings import (
    AllowedAction,
    BookingAction,
    BookingDetails,
    BookingStatus,
    Seats,
    StepAction,
)
from marketplace.core.domain.fields import Reason
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import (
    AlreadyBooked,
    CreatorUnavailable,
    FieldErrors,
    IllegalTransition,
    MarketplaceError,
    NotBookable,
    NotFound,
    OwnSession,
    SoldOut,
    TooLate,
)
from marketplace.core.ports.system import Clock
from marketplace.core.services.bookings import BookingService
from marketplace.core.services.idempotency import Outcome
from marketplace.http.api.sessions import SessionBaseOut
from marketplace.http.api.users import ContactOut
from marketplace.http.idempotency import answer, key_of, validate_key
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import ParsedBody, read_body, read_optional_body

RESCHEDULE_ERRORS = (
    NotFound,
    OwnSession,
    IllegalTransition,
    TooLate,
    SoldOut,
    AlreadyBooked,
    CreatorUnavailable,
    NotBookable,
)
"""Errors of rescheduling."""


class BookedSessionOut(SessionBaseOut, rename={"creator_id": "creator"}):
    """A session as the parties of its bookings see it, with its creator's email address."""

    creator_details: ContactOut


BOOKING_NAMES = {"session_id": "session", "user_id": "user", "starts_at": "booking_date"}
"""Field names that differ between the API and the core."""


class BookingOut(msgspec.Struct, rename=BOOKING_NAMES):
    """A booking. `booking_date` is the start; `amount` is price times seats when it was booked.

    A `pending` booking is cancelled automatically if the creator hasn't responded by `respond_by`. The learner can
    cancel or reschedule until `cancellable_until`. Both are `null` if they don't apply. `allowed_actions` are what
    the caller can do now.
    """

    id: UUID
    session_id: UUID
    session_details: BookedSessionOut
    user_id: UUID
    user_details: ContactOut
    starts_at: datetime
    ends_at: datetime
    seats: Seats
    status: BookingStatus
    amount: Decimal
    created_at: datetime
    respond_by: datetime | None
    cancellable_until: datetime | None
    allowed_actions: list[AllowedAction]


class BookingStepOut(msgspec.Struct, rename={"actor_id": "by", "from_status": "from", "to_status": "to"}):
    """A step in a booking's history. `by` is `null` if the marketplace did it.

    `reason` is what a person wrote. Starts and seats are `null` unless the step changed them.
    """

    at: datetime
    actor_id: UUID | None
    action: StepAction
    from_status: BookingStatus | None
    to_status: BookingStatus
    from_start: datetime | None
    to_start: datetime | None
    from_seats: int | None
    to_seats: int | None
    reason: Reason


class BookingHistoryOut(BookingOut, rename=BOOKING_NAMES):
    """A booking with its history, oldest step first."""

    history: list[BookingStepOut]


Shown = TypeVar("Shown", bound=BookingOut)


@dataclass(frozen=True, slots=True)
class _ViewedBooking:
    """A booking as one viewer sees it at one time, with their allowed actions."""

    booking: BookingDetails
    viewer: Principal
    now: datetime

    @property
    def allowed_actions(self) -> tuple[AllowedAction, ...]:
        return self.booking.allowed_actions(self.viewer, self.now)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.booking, name)


def shown_to(viewer: Principal, now: datetime, booking: BookingDetails, kind: type[Shown]) -> Shown:
    """Convert a booking for this viewer; during impersonation, the impersonated user."""
    return msgspec.convert(_ViewedBooking(booking, viewer, now), kind, from_attributes=True)


def response_for(viewer: Principal, clock: Clock, created: Outcome[Any], kind: type[Shown]) -> Response[Shown]:
    """Return the response for a created or changed booking, as its viewer sees it."""
    return answer(replace(created, resource=shown_to(viewer, clock.now(), created.resource, kind)), kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRoutes:
    """Builds the action routes for one kind of caller. The service decides whether they may act."""

    access: Access
    prefix: str
    """Prefix of the paths."""
    operation: str
    """Operation ID, with `{}` for the action."""
    step: type[msgspec.Struct]
    """Body of an action, with a `reason`."""
    is_step_optional: bool
    move: type[msgspec.Struct]
    """Body of rescheduling, with a `booking_date` and a `reason`."""

    def step_route(
        self, action: BookingAction, summary: str, description: str, *errors: type[MarketplaceError]
    ) -> HTTPRouteHandler:
        """Return the route of an action; it responds with the booking."""
        body, read = self.step, read_optional_body if self.is_step_optional else read_body

        @post(
            f"{self.prefix}/{action}",
            status_code=200,
            operation_id=self.operation.format(action),
            summary=summary,
            description=description,
            opt=opt(
                self.access,
                body=body,
                is_body_optional=self.is_step_optional,
                is_keyed=True,
                errors=(NotFound, IllegalTransition, *errors),
            ),
        )
        async def act(
            self: Controller,
            request: Request[Any, Any, Any],
            booking_id: FromPath[UUID],
            bookings: FromDishka[BookingService],
            clock: FromDishka[Clock],
        ) -> Response[BookingHistoryOut]:
            _ = self
            parsed = await read(request, body)
            data: Any = parsed.checked(validate_key(request))
            key = key_of(request, parsed)
            principal = principal_of(request)
            done = await bookings.act(principal, booking_id, action, data.reason, key=key)
            return response_for(principal, clock, done, BookingHistoryOut)

        return _named(act, action)

    def move_route(self, summary: str, description: str) -> HTTPRouteHandler:
        """Return the route that reschedules; it responds with the booking."""
        body = self.move

        @post(
            f"{self.prefix}/reschedule",
            status_code=200,
            operation_id=self.operation.format("reschedule"),
            summary=summary,
            description=description,
            opt=opt(self.access, body=body, is_keyed=True, errors=RESCHEDULE_ERRORS),
        )
        async def move(
            self: Controller,
            request: Request[Any, Any, Any],
            booking_id: FromPath[UUID],
            bookings: FromDishka[BookingService],
            clock: FromDishka[Clock],
        ) -> Response[BookingHistoryOut]:
            _ = self
            parsed = await read_body(request, body)
            data: Any = parsed.checked(validate_further(request, parsed, bookings))
            key = key_of(request, parsed)
            principal = principal_of(request)
            rescheduled = await bookings.reschedule(principal, booking_id, data.booking_date, data.reason, key=key)
            return response_for(principal, clock, rescheduled, BookingHistoryOut)

        return _named(move, "reschedule")


def validate_further(request: Request[Any, Any, Any], parsed: ParsedBody[Any], bookings: BookingService) -> FieldErrors:
    """Validate the idempotency key and, if anything is invalid, also the start.

    Otherwise the service checks the start, after it has looked up the key.
    """
    errors = validate_key(request)
    return {**errors, **bookings.validate(parsed.values)} if errors or not parsed.is_valid else {}


def _named(route: HTTPRouteHandler, action: str) -> HTTPRouteHandler:
    # unique names: the framework orders routes with equal names differently at every start
    route.fn.__qualname__ = f"{_named.__name__}.{action}"
    return route
