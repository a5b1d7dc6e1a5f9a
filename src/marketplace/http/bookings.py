"""Bookings over HTTP."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from marketplace.core.entities.bookings import BookingStatus
from marketplace.core.errors import (
    AlreadyBooked,
    CreatorUnavailable,
    IllegalTransition,
    NotBookable,
    NotFound,
    OwnSession,
    SoldOut,
    TooLate,
)
from marketplace.core.services.bookings import BookingService
from marketplace.http.auth import Access, caller_of, opt
from marketplace.http.fields import Id, Seats, Start
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.sessions import SessionOut
from marketplace.http.users import ContactOut
from marketplace.http.wire import read_body, read_nothing, read_query


class BookingIn(msgspec.Struct, kw_only=True):
    """Seats at one start of a session."""

    session: Id
    booking_date: Start
    seats: Seats = 1


class BookedSessionOut(SessionOut, rename={"creator_id": "creator"}):
    """A session as the parties of its bookings see it: with its creator's e-mail address."""

    creator_details: ContactOut


class BookingOut(msgspec.Struct, rename={"session_id": "session", "user_id": "user", "starts_at": "booking_date"}):
    """A booking. `booking_date` is the start; `amount` = price times seats when it was booked."""

    id: UUID
    session_id: UUID
    session_details: BookedSessionOut
    user_id: UUID
    user_details: ContactOut
    starts_at: datetime
    ends_at: datetime
    seats: int
    status: BookingStatus
    amount: Decimal
    created_at: datetime


class BookingStepOut(msgspec.Struct, rename={"actor_id": "by", "from_status": "from", "to_status": "to"}):
    """One step of a booking's life. `by` is `null` where the marketplace itself took it."""

    at: datetime
    actor_id: UUID | None
    from_status: BookingStatus | None
    to_status: BookingStatus
    reason: str


class BookingHistoryOut(BookingOut, rename={"session_id": "session", "user_id": "user", "starts_at": "booking_date"}):
    """A booking with its history, oldest step first."""

    history: list[BookingStepOut]


class BookingController(Controller):
    """Bookings."""

    path = "/api/bookings"
    tags = ["bookings"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_bookings",
        summary="List one's own bookings",
        opt=opt(Access.SIGNED_IN, query=PageQuery, headers=LINK),
    )
    async def list_own(
        self, request: Request[Any, Any, Any], bookings: FromDishka[BookingService], cursors: FromDishka[Cursors]
    ) -> Response[list[BookingOut]]:
        """What the caller booked, newest first."""
        return await _own(request, bookings, cursors)

    @get(
        "/my_bookings",
        operation_id="list_my_bookings",
        summary="List one's own bookings, by its older name",
        opt=opt(Access.SIGNED_IN, query=PageQuery, headers=LINK),
    )
    async def list_mine(
        self, request: Request[Any, Any, Any], bookings: FromDishka[BookingService], cursors: FromDishka[Cursors]
    ) -> Response[list[BookingOut]]:
        """The same as `GET /api/bookings/`."""
        return await _own(request, bookings, cursors)

    @get(
        "/creator_bookings",
        operation_id="list_creator_bookings",
        summary="List bookings of one's sessions",
        opt=opt(Access.CREATOR, query=PageQuery, headers=LINK),
    )
    async def list_of_creator(
        self, request: Request[Any, Any, Any], bookings: FromDishka[BookingService], cursors: FromDishka[Cursors]
    ) -> Response[list[BookingOut]]:
        """What was booked of the caller's sessions, newest first. Creators only."""
        draft = read_query(request, PageQuery)
        query = draft.checked(cursors.faults(request, draft.given))
        position = cursors.open(request, query.cursor)
        page = await bookings.list_of_creator(caller_of(request), query.limit, position)
        return cursors.answer(request, page, BookingOut)

    @post(
        "/",
        operation_id="create_booking",
        summary="Book seats",
        opt=opt(
            Access.SIGNED_IN,
            body=BookingIn,
            errors=(NotFound, OwnSession, SoldOut, AlreadyBooked, CreatorUnavailable, NotBookable),
        ),
    )
    async def create(self, request: Request[Any, Any, Any], bookings: FromDishka[BookingService]) -> BookingOut:
        """However many people ask for the same seat at once, one has it and the others are told so."""
        draft = await read_body(request, BookingIn)
        data = draft.checked(bookings.faults(draft.given))
        booking = await bookings.book(caller_of(request), data.session, data.booking_date, data.seats)
        return msgspec.convert(booking, BookingOut, from_attributes=True)

    @get(
        "/{booking_id:uuid}",
        operation_id="get_booking",
        summary="Read a booking",
        opt=opt(Access.SIGNED_IN, errors=(NotFound,)),
    )
    async def retrieve(
        self, request: Request[Any, Any, Any], booking_id: FromPath[UUID], bookings: FromDishka[BookingService]
    ) -> BookingHistoryOut:
        """For its two parties, with its history."""
        found = await bookings.get(caller_of(request), booking_id)
        return msgspec.convert(found, BookingHistoryOut, from_attributes=True)

    @post(
        "/{booking_id:uuid}/cancel",
        status_code=200,
        operation_id="cancel_booking",
        summary="Cancel a booking",
        opt=opt(Access.SIGNED_IN, errors=(NotFound, IllegalTransition, TooLate)),
    )
    async def cancel(
        self, request: Request[Any, Any, Any], booking_id: FromPath[UUID], bookings: FromDishka[BookingService]
    ) -> BookingHistoryOut:
        """By the learner until the start, by the creator and staff until the end. The seats are free at once."""
        await read_nothing(request)
        cancelled = await bookings.cancel(caller_of(request), booking_id)
        return msgspec.convert(cancelled, BookingHistoryOut, from_attributes=True)


async def _own(
    request: Request[Any, Any, Any], bookings: BookingService, cursors: Cursors
) -> Response[list[BookingOut]]:
    draft = read_query(request, PageQuery)
    query = draft.checked(cursors.faults(request, draft.given))
    page = await bookings.list_own(caller_of(request), query.limit, cursors.open(request, query.cursor))
    return cursors.answer(request, page, BookingOut)
