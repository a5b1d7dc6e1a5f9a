"""Booking structs, and the action routes shared by users and staff."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import UNSET, UnsetType

from marketplace.core.domain.booking_details import BookingDetails, BookingHistory
from marketplace.core.domain.booking_steps import (
    REQUEST_ANSWERS,
    AllowedAction,
    BookingAction,
    BookingStatus,
    BookingStep,
    StepAction,
)
from marketplace.core.domain.bookings import Seats
from marketplace.core.domain.fields import Reason
from marketplace.core.domain.money import Amount
from marketplace.core.domain.places import Address, JoinLink
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import CancellationNotice, Duration, Price, Title
from marketplace.core.domain.utc_offsets import utc_offset
from marketplace.core.errors import (
    AlreadyBooked,
    CreatorUnavailable,
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
from marketplace.http.api.offsets import OffsetsOut, UtcOffset, offsets_of
from marketplace.http.api.requested_starts import StartIn, requested_start
from marketplace.http.api.session_structs import SessionBaseOut
from marketplace.http.api.users import ContactOut
from marketplace.http.conversions import converted
from marketplace.http.idempotency import answer, key_of, validate_key
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_body, read_optional_body

MOVE_CONFLICTS = (TooLate, SoldOut, AlreadyBooked, CreatorUnavailable)
"""Errors of confirming a requested start."""
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
    """A session as the parties of its bookings see it."""

    creator_details: ContactOut


BOOKING_NAMES = {"session_id": "session", "user_id": "user", "starts_at": "booking_date"}
"""Field names that differ between the API and the core."""


class TermsOut(msgspec.Struct):
    """What was sold, whatever was edited since: title, minutes, price per seat, and hours of cancellation notice."""

    title: Title
    duration: Duration
    price: Price
    cancellation_notice: CancellationNotice


class BookingOut(OffsetsOut, rename=BOOKING_NAMES):
    """A booking. `booking_date` is the start; `amount` is the price in its `terms` times its seats.

    `session_details` is the session as it stands; `terms` are as sold. The creator comes to `address`. `join_url` is
    the session's, while the booking is confirmed.

    A `pending` booking is cancelled automatically if the creator hasn't responded by `respond_by`. A `confirmed` one
    with a `requested_start` moves there if the creator confirms by then; otherwise it keeps its time. The learner can
    cancel or reschedule until `cancellable_until`. All are `null` if they don't apply. `allowed_actions` are what the
    caller can do now. Both parties can write messages until `messages_until`.
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
    amount: Amount
    terms: TermsOut
    created_at: datetime
    address: Address
    join_url: JoinLink
    respond_by: datetime | None
    requested_start: datetime | None
    cancellable_until: datetime | None
    allowed_actions: list[AllowedAction]
    messages_until: datetime


class BookingStepOut(msgspec.Struct, rename={"actor_id": "by", "from_status": "from", "to_status": "to"}):
    """A step in a booking's history. `by` is `null` if the marketplace did it.

    `reason` is what a person wrote. Starts and seats are `null` unless the step changed them, and the UTC offsets of
    the starts are absent. Only `to_start` is set if the step requested that start, or declined, withdrew or expired the
    request.
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
    from_utc_offset: UtcOffset | UnsetType = UNSET
    to_utc_offset: UtcOffset | UnsetType = UNSET
    viewer_from_utc_offset: UtcOffset | UnsetType = UNSET
    viewer_to_utc_offset: UtcOffset | UnsetType = UNSET


class BookingHistoryOut(BookingOut, rename=BOOKING_NAMES):
    """A booking with its history, oldest step first."""

    history: list[BookingStepOut]


Shown = TypeVar("Shown", bound=BookingOut)
NO_EMAIL = {"email": None}


def _offsets_of_step(step: BookingStep, own_zone: str, viewer_zone: str | None) -> dict[str, str]:
    starts = {"from_utc_offset": step.from_start, "to_utc_offset": step.to_start}
    zones = {"": own_zone, "viewer_": viewer_zone}
    return {
        f"{viewpoint}{name}": utc_offset(start, zone)
        for viewpoint, zone in zones.items()
        for name, start in starts.items()
        if start is not None and zone is not None
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingViews:
    """Converts bookings to what a viewer sees of them now; during impersonation, the impersonated user.

    The parties see no e-mail addresses unless `share_email`. Staff see them in the back office.
    """

    clock: Clock
    share_email: bool

    def shown(
        self,
        viewer: Principal,
        zone: str | None,
        booking: BookingDetails,
        kind: type[Shown],
        *,
        for_staff: bool = False,
    ) -> Shown:
        """Convert a booking for this viewer, in this zone."""
        booking = booking.seen_by(viewer.private_reader_id)
        own_zone = booking.session_details.time_zone
        attributes: dict[str, object] = dict(offsets_of(booking.starts_at, booking.ends_at, own_zone, zone))
        attributes["allowed_actions"] = booking.allowed_actions(viewer, self.clock.now())
        if not (self.share_email or for_staff):
            attributes["user_details"] = converted(booking.user_details, ContactOut, NO_EMAIL)
            creator = converted(booking.session_details.creator_details, ContactOut, NO_EMAIL)
            session = converted(booking.session_details, BookedSessionOut, {"creator_details": creator})
            attributes["session_details"] = session
        if isinstance(booking, BookingHistory):
            attributes["history"] = [
                converted(step, BookingStepOut, _offsets_of_step(step, own_zone, zone)) for step in booking.history
            ]
        return converted(booking, kind, attributes)

    def response(
        self, viewer: Principal, created: Outcome[Any], kind: type[Shown], *, for_staff: bool = False
    ) -> Response[Shown]:
        """Return the response for a created or changed booking."""
        shown = self.shown(viewer, viewer.time_zone, created.resource, kind, for_staff=for_staff)
        return answer(replace(created, resource=shown), kind)


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
    answer: type[msgspec.Struct]
    """Body of confirming and declining: that of an action, and the `requested_start` that the caller saw."""
    is_step_optional: bool
    move: type[StartIn]
    """Body of rescheduling, with a `reason`."""

    def step_route(
        self, action: BookingAction, summary: str, description: str, *errors: type[MarketplaceError]
    ) -> HTTPRouteHandler:
        """Return the route of an action; it responds with the booking."""
        is_answer, for_staff = action in REQUEST_ANSWERS, self.access is Access.STAFF
        body = self.answer if is_answer else self.step
        read = read_optional_body if self.is_step_optional else read_body

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
            views: FromDishka[BookingViews],
        ) -> Response[BookingHistoryOut]:
            _ = self
            parsed = await read(request, body)
            data: Any = parsed.checked(validate_key(request))
            key = key_of(request, parsed)
            principal = principal_of(request)
            answered = data.requested_start if is_answer else None
            done = await bookings.act(principal, booking_id, action, data.reason, answered=answered, key=key)
            return views.response(principal, done, BookingHistoryOut, for_staff=for_staff)

        return _named(act, action)

    def move_route(self, summary: str, description: str) -> HTTPRouteHandler:
        """Return the route that reschedules; it responds with the booking."""
        body, for_staff = self.move, self.access is Access.STAFF

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
            views: FromDishka[BookingViews],
        ) -> Response[BookingHistoryOut]:
            _ = self
            parsed = await read_body(request, body)
            start, data = requested_start(request, parsed, bookings)
            key = key_of(request, parsed)
            principal = principal_of(request)
            with start.errors_named():
                rescheduled = await bookings.reschedule(principal, booking_id, start.at, data.reason, key=key)
            return views.response(principal, rescheduled, BookingHistoryOut, for_staff=for_staff)

        return _named(move, "reschedule")


def _named(route: HTTPRouteHandler, action: str) -> HTTPRouteHandler:
    # unique names: the framework orders routes with equal names differently at every start
    route.fn.__qualname__ = f"{_named.__name__}.{action}"
    return route
