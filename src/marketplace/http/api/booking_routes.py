"""Action routes of bookings, shared by users and staff."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from marketplace.core.domain.api_keys import KeyScope
from marketplace.core.domain.booking_steps import REQUEST_ANSWERS, BookingAction
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
from marketplace.core.errors.payments import PaymentUnconfirmed
from marketplace.core.services.bookings import BookingService
from marketplace.http.api.booking_views import BookingHistoryOut, BookingViews
from marketplace.http.api.requested_starts import StartIn, requested_start
from marketplace.http.idempotency import key_of, validate_key
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_body, read_optional_body

CONFIRM_CONFLICTS = (TooLate, SoldOut, AlreadyBooked, CreatorUnavailable, PaymentUnconfirmed)
"""Errors of confirming a booking, or the start that it requests."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingRoutes:
    """Builds the action routes for one kind of caller. The service decides whether they may act."""

    access: Access
    scope: KeyScope | None
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
                scope=self.scope,
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
            return await views.response(principal, done, BookingHistoryOut, for_staff=for_staff)

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
            opt=opt(self.access, scope=self.scope, body=body, is_keyed=True, errors=RESCHEDULE_ERRORS),
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
            return await views.response(principal, rescheduled, BookingHistoryOut, for_staff=for_staff)

        return _named(move, "reschedule")


def _named(route: HTTPRouteHandler, action: str) -> HTTPRouteHandler:
    # unique names: the framework orders routes with equal names differently at every start
    route.fn.__qualname__ = f"{_named.__name__}.{action}"
    return route
