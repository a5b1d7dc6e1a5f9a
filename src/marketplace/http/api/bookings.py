"""Bookings over HTTP."""

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
from marketplace.core.domain.tokens import Principal
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
    made_for,
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
    """What a list of bookings can be asked. All filters must hold."""

    status: Statuses = frozenset()
    session: UUID | None = None
    starts_from: StartsFrom | None = None
    starts_to: StartsTo | None = None
    ordering: BookingOrdering = "-created_at"


class StepIn(msgspec.Struct, kw_only=True):
    """Why, in words for the other party."""

    reason: Reason = ""


class RescheduleIn(StepIn, kw_only=True):
    """Another start of the same session, and why."""

    booking_date: Start


PARTIES = BookingRoutes(
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
        summary="List one's own bookings",
        opt=opt(Access.SIGNED_IN, query=BookingsQuery, headers=LINK),
    )
    async def list_own(
        self,
        request: Request[Any, Any, Any],
        bookings: FromDishka[BookingService],
        cursors: FromDishka[Cursors],
        clock: FromDishka[Clock],
    ) -> Response[list[BookingOut]]:
        """What the caller booked, newest first or by `ordering`."""
        return await _listed(request, cursors, clock, bookings.list_own)

    @get(
        "/my_bookings",
        operation_id="list_my_bookings",
        summary="List one's own bookings, by its older name",
        opt=opt(Access.SIGNED_IN, query=BookingsQuery, headers=LINK),
    )
    async def list_mine(
        self,
        request: Request[Any, Any, Any],
        bookings: FromDishka[BookingService],
        cursors: FromDishka[Cursors],
        clock: FromDishka[Clock],
    ) -> Response[list[BookingOut]]:
        """The same as `GET /api/bookings/`."""
        return await _listed(request, cursors, clock, bookings.list_own)

    @get(
        "/creator_bookings",
        operation_id="list_creator_bookings",
        summary="List bookings of one's sessions",
        opt=opt(Access.CREATOR, query=BookingsQuery, headers=LINK),
    )
    async def list_of_creator(
        self,
        request: Request[Any, Any, Any],
        bookings: FromDishka[BookingService],
        cursors: FromDishka[Cursors],
        clock: FromDishka[Clock],
    ) -> Response[list[BookingOut]]:
        """What was booked of the caller's sessions, newest first or by `ordering`. Creators only."""
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
        """However many people ask for the same seat at once, one has it and the others are told so."""
        parsed = await read_body(request, BookingIn)
        data = parsed.checked(validate_further(request, parsed, bookings))
        key = key_of(request, parsed)
        principal = principal_of(request)
        created = await bookings.book(principal, data.session, data.booking_date, data.seats, key=key)
        return made_for(principal, clock, created, BookingOut)

    @get(
        "/{booking_id:uuid}",
        operation_id="get_booking",
        summary="Read a booking",
        opt=opt(Access.SIGNED_IN, errors=(NotFound,)),
    )
    async def retrieve(
        self,
        request: Request[Any, Any, Any],
        booking_id: FromPath[UUID],
        bookings: FromDishka[BookingService],
        clock: FromDishka[Clock],
    ) -> BookingHistoryOut:
        """For its two parties, with its history."""
        principal = principal_of(request)
        return shown_to(principal, clock.now(), await bookings.get(principal, booking_id), BookingHistoryOut)

    cancel = PARTIES.step_route(
        "cancel",
        "Cancel a booking",
        "By the learner until `cancellation_notice` hours before the start, by the creator and staff until the end. "
        "The seats can be booked again at once.",
        TooLate,
    )
    confirm = PARTIES.step_route(
        "confirm", "Confirm a pending booking", "By the creator, until `respond_by`.", NotYours, TooLate
    )
    decline = PARTIES.step_route(
        "decline",
        "Decline a pending booking",
        "By the creator, until `respond_by`. The seats can be booked again at once.",
        NotYours,
        TooLate,
    )
    complete = PARTIES.step_route("complete", "Complete a booking", "By the creator, once it has ended.", NotYours)

    reschedule = PARTIES.move_route(
        "Move a booking to another start",
        "By either party, as long as they may cancel. It has the new seats, or keeps the old.\n\n"
        "What a learner moves is pending again where the session asks for confirmation.",
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
