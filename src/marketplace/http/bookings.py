"""Bookings over HTTP."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from marketplace.core.entities.bookings import BookingAction, BookingDetails, BookingFilters, BookingStatus
from marketplace.core.entities.pages import Page
from marketplace.core.entities.tokens import Caller
from marketplace.core.errors import (
    AlreadyBooked,
    CreatorUnavailable,
    Faults,
    IllegalTransition,
    MarketplaceError,
    NotBookable,
    NotFound,
    NotYours,
    OwnSession,
    SoldOut,
    TooLate,
)
from marketplace.core.services.bookings import BookingService
from marketplace.http.auth import Access, caller_of, opt
from marketplace.http.fields import BookingOrderingWord, Id, Reason, Seats, Start, StartsFrom, StartsTo, Statuses
from marketplace.http.idempotency import answer, key_faults, key_of
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.sessions import SessionFactsOut
from marketplace.http.users import ContactOut
from marketplace.http.wire import Draft, read_body, read_optional_body, read_query


class BookingIn(msgspec.Struct, kw_only=True):
    """Seats at one start of a session."""

    session: Id
    booking_date: Start
    seats: Seats = 1


class BookingsQuery(PageQuery, kw_only=True):
    """What a list of bookings can be asked. All filters must hold."""

    status: Statuses = frozenset()
    session: Id | None = None
    starts_from: StartsFrom | None = None
    starts_to: StartsTo | None = None
    ordering: BookingOrderingWord = "-created_at"


class StepIn(msgspec.Struct, kw_only=True):
    """Why, in words for the other party."""

    reason: Reason = ""


class RescheduleIn(StepIn, kw_only=True):
    """Another start of the same session, and why."""

    booking_date: Start


class BookedSessionOut(SessionFactsOut, rename={"creator_id": "creator"}):
    """A session as the parties of its bookings see it: with its creator's e-mail address."""

    creator_details: ContactOut


class BookingOut(msgspec.Struct, rename={"session_id": "session", "user_id": "user", "starts_at": "booking_date"}):
    """A booking. `booking_date` is the start; `amount` = price times seats when it was booked.

    A `pending` one is cancelled by itself if the creator has not answered by `answer_by`.
    """

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
    answer_by: datetime | None


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


def _step(action: BookingAction, summary: str, description: str, *errors: type[MarketplaceError]) -> HTTPRouteHandler:
    """The route of a step of a booking's life: it takes a reason, and answers with the booking."""

    @post(
        f"/{{booking_id:uuid}}/{action}",
        status_code=200,
        operation_id=f"{action}_booking",
        summary=summary,
        description=description,
        opt=opt(
            Access.SIGNED_IN,
            body=StepIn,
            is_body_optional=True,
            is_keyed=True,
            errors=(NotFound, IllegalTransition, *errors),
        ),
    )
    async def act(
        self: Controller,
        request: Request[Any, Any, Any],
        booking_id: FromPath[UUID],
        bookings: FromDishka[BookingService],
    ) -> Response[BookingHistoryOut]:
        _ = self
        draft = await read_optional_body(request, StepIn)
        step, key = draft.checked(key_faults(request)), key_of(request, draft)
        return answer(
            await bookings.act(caller_of(request), booking_id, action, step.reason, key=key), BookingHistoryOut
        )

    # a name of its own: the framework lists routes of one name in another order at every start
    act.fn.__qualname__ = f"{_step.__name__}.{action}"
    return act


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
        self, request: Request[Any, Any, Any], bookings: FromDishka[BookingService], cursors: FromDishka[Cursors]
    ) -> Response[list[BookingOut]]:
        """What the caller booked, newest first or by `ordering`."""
        return await _listed(request, cursors, bookings.list_own)

    @get(
        "/my_bookings",
        operation_id="list_my_bookings",
        summary="List one's own bookings, by its older name",
        opt=opt(Access.SIGNED_IN, query=BookingsQuery, headers=LINK),
    )
    async def list_mine(
        self, request: Request[Any, Any, Any], bookings: FromDishka[BookingService], cursors: FromDishka[Cursors]
    ) -> Response[list[BookingOut]]:
        """The same as `GET /api/bookings/`."""
        return await _listed(request, cursors, bookings.list_own)

    @get(
        "/creator_bookings",
        operation_id="list_creator_bookings",
        summary="List bookings of one's sessions",
        opt=opt(Access.CREATOR, query=BookingsQuery, headers=LINK),
    )
    async def list_of_creator(
        self, request: Request[Any, Any, Any], bookings: FromDishka[BookingService], cursors: FromDishka[Cursors]
    ) -> Response[list[BookingOut]]:
        """What was booked of the caller's sessions, newest first or by `ordering`. Creators only."""
        return await _listed(request, cursors, bookings.list_of_creator)

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
        self, request: Request[Any, Any, Any], bookings: FromDishka[BookingService]
    ) -> Response[BookingOut]:
        """However many people ask for the same seat at once, one has it and the others are told so."""
        draft = await read_body(request, BookingIn)
        data = draft.checked(_further(draft, bookings), key_faults(request))
        key = key_of(request, draft)
        made = await bookings.book(caller_of(request), data.session, data.booking_date, data.seats, key=key)
        return answer(made, BookingOut)

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

    cancel = _step(
        "cancel",
        "Cancel a booking",
        "By the learner until `cancellation_notice` hours before the start, by the creator and staff until the end. "
        "The seats can be booked again at once.",
        TooLate,
    )
    confirm = _step("confirm", "Confirm a pending booking", "By the creator, until `answer_by`.", NotYours, TooLate)
    decline = _step(
        "decline",
        "Decline a pending booking",
        "By the creator, until `answer_by`. The seats can be booked again at once.",
        NotYours,
        TooLate,
    )
    complete = _step("complete", "Complete a booking", "By the creator, once it has ended.", NotYours)

    @post(
        "/{booking_id:uuid}/reschedule",
        status_code=200,
        operation_id="reschedule_booking",
        summary="Move a booking to another start",
        opt=opt(
            Access.SIGNED_IN,
            body=RescheduleIn,
            is_keyed=True,
            errors=(
                NotFound,
                OwnSession,
                IllegalTransition,
                TooLate,
                SoldOut,
                AlreadyBooked,
                CreatorUnavailable,
                NotBookable,
            ),
        ),
    )
    async def reschedule(
        self, request: Request[Any, Any, Any], booking_id: FromPath[UUID], bookings: FromDishka[BookingService]
    ) -> Response[BookingHistoryOut]:
        """By either party, as long as they may cancel. It has the new seats, or keeps the old.

        What a learner moves is pending again where the session asks for confirmation.
        """
        draft = await read_body(request, RescheduleIn)
        data = draft.checked(_further(draft, bookings), key_faults(request))
        key = key_of(request, draft)
        moved = await bookings.reschedule(caller_of(request), booking_id, data.booking_date, data.reason, key=key)
        return answer(moved, BookingHistoryOut)


async def _listed(
    request: Request[Any, Any, Any],
    cursors: Cursors,
    read: Callable[[Caller, int, str | None, BookingFilters], Awaitable[Page[BookingDetails]]],
) -> Response[list[BookingOut]]:
    draft = read_query(request, BookingsQuery)
    query = draft.checked(cursors.faults(request, draft.given))
    filters = BookingFilters(
        statuses=query.status,
        session=query.session,
        starts_from=query.starts_from,
        starts_to=query.starts_to,
        ordering=query.ordering,
    )
    page = await read(caller_of(request), query.limit, cursors.open(request, query.cursor), filters)
    return cursors.answer(request, page, BookingOut)


def _further(draft: Draft[Any], bookings: BookingService) -> Faults:
    """What the clock says of the start, where the body is refused anyway; else the service asks, after the key."""
    return {} if draft.is_good else bookings.faults(draft.given)
