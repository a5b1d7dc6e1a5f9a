"""Booking endpoints."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from marketplace.core.domain.bookings import BookingDetails, BookingFilters, BookingOrdering, Seats
from marketplace.core.domain.fields import Reason
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import (
    AlreadyBooked,
    CreatorUnavailable,
    NotBookable,
    NotFound,
    NotYours,
    OwnSession,
    SoldOut,
    TooLate,
)
from marketplace.core.ports.system import Clock
from marketplace.core.services.bookings import BookingService
from marketplace.http.api.booking_routes import (
    BookingHistoryOut,
    BookingOut,
    BookingRoutes,
    response_for,
    shown_to,
    validate_further,
)
from marketplace.http.idempotency import key_of
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.fields import Start, StartsFrom, StartsTo, Statuses
from marketplace.http.validation.parsing import read_body, read_query


class BookingIn(msgspec.Struct, kw_only=True):
    """Seats at one start of a session."""

    session: UUID
    booking_date: Start
    seats: Seats = 1


class BookingsQuery(PageQuery, kw_only=True):
    """Filters of booking lists. All must match."""

    status: Statuses = frozenset()
    session: UUID | None = None
    starts_from: StartsFrom | None = None
    starts_to: StartsTo | None = None
    ordering: BookingOrdering = "-created_at"


class StepIn(msgspec.Struct, kw_only=True):
    """The reason. The other party sees it."""

    reason: Reason = ""


class RescheduleIn(StepIn, kw_only=True):
    """Another start of the same session, and the reason."""

    booking_date: Start


PARTY_ROUTES = BookingRoutes(
    access=Access.SIGNED_IN,
    prefix="/{booking_id:uuid}",
    operation="{}_booking",
    step=StepIn,
    is_step_optional=True,
    move=RescheduleIn,
)


class BookingController(Controller):
    """Bookings."""

    path = "/api/bookings"
    tags = ["bookings"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_bookings",
        summary="List your bookings",
        opt=opt(Access.SIGNED_IN, query=BookingsQuery, headers=LINK),
    )
    async def list_own(
        self,
        request: Request[Any, Any, Any],
        bookings: FromDishka[BookingService],
        cursors: FromDishka[Cursors],
        clock: FromDishka[Clock],
    ) -> Response[list[BookingOut]]:
        """The caller's bookings, newest first or by `ordering`."""
        return await _listed(request, cursors, clock, bookings.list_own)

    @get(
        "/my_bookings",
        operation_id="list_my_bookings",
        summary="List your bookings (older path)",
        opt=opt(Access.SIGNED_IN, query=BookingsQuery, headers=LINK),
    )
    async def list_mine(
        self,
        request: Request[Any, Any, Any],
        bookings: FromDishka[BookingService],
        cursors: FromDishka[Cursors],
        clock: FromDishka[Clock],
    ) -> Response[list[BookingOut]]:
        """Same as `GET /api/bookings/`."""
        return await _listed(request, cursors, clock, bookings.list_own)

    @get(
        "/creator_bookings",
        operation_id="list_creator_bookings",
        summary="List bookings of your sessions",
        opt=opt(Access.CREATOR, query=BookingsQuery, headers=LINK),
    )
    async def list_of_creator(
        self,
        request: Request[Any, Any, Any],
        bookings: FromDishka[BookingService],
        cursors: FromDishka[Cursors],
        clock: FromDishka[Clock],
    ) -> Response[list[BookingOut]]:
        """Bookings of the caller's sessions, newest first or by `ordering`. For creators only."""
        return await _listed(request, cursors, clock, bookings.list_of_creator)

    @post(
        "/",
        operation_id="create_booking",
        summary="Book seats",
        opt=opt(
            Access.SIGNED_IN,
            body=BookingIn,
            is_keyed=True,
            errors=(NotFound, OwnSession, SoldOut, AlreadyBooked, CreatorUnavailable, NotBookable),
        ),
    )
    async def create(
        self, request: Request[Any, Any, Any], bookings: FromDishka[BookingService], clock: FromDishka[Clock]
    ) -> Response[BookingOut]:
        """If several users request the same seat at once, exactly one gets it; the others get 409."""
        parsed = await read_body(request, BookingIn)
        data = parsed.checked(validate_further(request, parsed, bookings))
        key = key_of(request, parsed)
        principal = principal_of(request)
        created = await bookings.book(principal, data.session, data.booking_date, data.seats, key=key)
        return response_for(principal, clock, created, BookingOut)

    @get(
        "/{booking_id:uuid}",
        operation_id="get_booking",
        summary="Get a booking",
        opt=opt(Access.SIGNED_IN, errors=(NotFound,)),
    )
    async def retrieve(
        self,
        request: Request[Any, Any, Any],
        booking_id: FromPath[UUID],
        bookings: FromDishka[BookingService],
        clock: FromDishka[Clock],
    ) -> BookingHistoryOut:
        """For its learner and creator, with its history."""
        principal = principal_of(request)
        return shown_to(principal, clock.now(), await bookings.get(principal, booking_id), BookingHistoryOut)

    cancel = PARTY_ROUTES.step_route(
        "cancel",
        "Cancel a booking",
        (
            "For the learner until `cancellation_notice` hours before the start; for the creator "
            "and staff until the end. The seats become available right away."
        ),
        TooLate,
    )
    confirm = PARTY_ROUTES.step_route(
        "confirm", "Confirm a pending booking", "For the creator, until `respond_by`.", NotYours, TooLate
    )
    decline = PARTY_ROUTES.step_route(
        "decline",
        "Decline a pending booking",
        "For the creator, until `respond_by`. The seats become available right away.",
        NotYours,
        TooLate,
    )
    complete = PARTY_ROUTES.step_route(
        "complete", "Complete a booking", "For the creator, once the session has ended.", NotYours
    )

    reschedule = PARTY_ROUTES.move_route(
        "Reschedule a booking",
        (
            "For the learner and the creator, as long as they can cancel. The booking gets the "
            "new seats or keeps the old ones.\n\nIf the session requires confirmation, a booking "
            "rescheduled by the learner is pending again."
        ),
    )


async def _listed(
    request: Request[Any, Any, Any],
    cursors: Cursors,
    clock: Clock,
    read: Callable[[Principal, int, str | None, BookingFilters], Awaitable[Page[BookingDetails]]],
) -> Response[list[BookingOut]]:
    parsed = read_query(request, BookingsQuery)
    query = parsed.checked(cursors.validate(request, parsed.values))
    filters = BookingFilters(
        statuses=query.status,
        session=query.session,
        starts_from=query.starts_from,
        starts_to=query.starts_to,
        ordering=query.ordering,
    )
    principal = principal_of(request)
    page = await read(principal, query.limit, cursors.open(request, query.cursor), filters)
    now = clock.now()
    shown = tuple(shown_to(principal, now, booking, BookingOut) for booking in page.items)
    return cursors.answer(request, Page(shown, page.next), BookingOut)
