"""Booking endpoints."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from marketplace.core.domain.booking_details import BookingDetails, BookingFilters, BookingOrdering
from marketplace.core.domain.bookings import Seats
from marketplace.core.domain.fields import Reason
from marketplace.core.domain.pages import Page
from marketplace.core.domain.places import Address
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.terms import ExpectedPrice
from marketplace.core.errors import (
    AlreadyBooked,
    CreatorUnavailable,
    EmailUnverified,
    NotBookable,
    NotFound,
    NotYours,
    OwnSession,
    PriceChanged,
    SoldOut,
    TooLate,
    TooManyBookings,
)
from marketplace.core.services.bookings import BookingService
from marketplace.http.answers import Answer, Ask, json_answer
from marketplace.http.api.booking_routes import CONFIRM_CONFLICTS, BookingRoutes
from marketplace.http.api.booking_views import BookingHistoryOut, BookingOut, BookingViews
from marketplace.http.api.offsets import ViewerQuery, ViewerZone, viewer_zone_of, zone_or_profile
from marketplace.http.api.requested_starts import StartIn, requested_start
from marketplace.http.idempotency import key_of, replayed_header
from marketplace.http.kept import KeptAnswers
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.fields import AnsweredStart, AwaitingResponse, StartsFrom, StartsTo, Statuses
from marketplace.http.validation.parsing import parse_body, read_query


class BookingIn(StartIn, kw_only=True):
    """Seats at one start of a session: `booking_date`, or `local_start` with `time_zone`.

    A local time that occurs twice, because the clocks are set back, means the first; book the second by `booking_date`.
    `address` is required where the format is `at_yours`, and refused elsewhere.
    """

    session: UUID
    seats: Seats = 1
    expected_price: ExpectedPrice = None
    address: Address = None


class BookingsQuery(PageQuery, kw_only=True):
    """Filters of booking lists, and the viewer's time zone. All filters must match."""

    status: Statuses = frozenset()
    session: UUID | None = None
    starts_from: StartsFrom | None = None
    starts_to: StartsTo | None = None
    awaiting_response: AwaitingResponse = False
    ordering: BookingOrdering = "-created_at"
    time_zone: ViewerZone | None = None


class StepIn(msgspec.Struct, kw_only=True):
    """The reason. The other party sees it. Required from staff who are not a party."""

    reason: Reason = ""


class AnswerIn(StepIn, kw_only=True):
    """The reason, as in cancelling, and what is answered."""

    requested_start: AnsweredStart = None


class RescheduleIn(StartIn, kw_only=True):
    """Another start of the same session, as in booking, and the reason. The other party sees it."""

    reason: Reason = ""


PARTY_ROUTES = BookingRoutes(
    access=Access.SIGNED_IN,
    scope="bookings:write",
    prefix="/{booking_id:uuid}",
    operation="{}_booking",
    step=StepIn,
    answer=AnswerIn,
    is_step_optional=True,
    move=RescheduleIn,
)


async def list_own_bookings(
    ask: Ask, bookings: BookingService, cursors: Cursors, views: BookingViews, kept: KeptAnswers
) -> Answer:
    """Answer with a page of the caller's bookings."""
    return await _list(ask, cursors, views, kept, bookings.list_own)


async def list_bookings_of_creator(
    ask: Ask, bookings: BookingService, cursors: Cursors, views: BookingViews, kept: KeptAnswers
) -> Answer:
    """Answer with a page of the bookings of the caller's sessions."""
    return await _list(ask, cursors, views, kept, bookings.list_of_creator)


async def _list(
    ask: Ask,
    cursors: Cursors,
    views: BookingViews,
    kept: KeptAnswers,
    read: Callable[[Principal, int, str | None, BookingFilters], Awaitable[Page[BookingDetails]]],
) -> Answer:
    parsed = read_query(ask, BookingsQuery)
    query = parsed.checked(cursors.validate(ask, parsed.values))
    filters = BookingFilters(
        statuses=query.status,
        session=query.session,
        starts_from=query.starts_from,
        starts_to=query.starts_to,
        awaits_creator=query.awaiting_response,
        ordering=query.ordering,
    )
    principal = principal_of(ask)
    page = await read(principal, query.limit, cursors.open(ask, query.cursor), filters)
    zone = zone_or_profile(ask, query.time_zone)
    encoded = kept.encoded if kept.is_on else None
    shown = tuple(views.shown(principal, zone, booking, BookingOut, encoded) for booking in page.items)
    return cursors.answer(ask, Page(shown, page.next))


async def create_booking(ask: Ask, bookings: BookingService, views: BookingViews) -> Answer:
    """Book seats, and answer with the booking."""
    parsed = parse_body(ask, ask.body, BookingIn)
    start, data = requested_start(ask, parsed, bookings)
    key = key_of(ask, parsed)
    principal = principal_of(ask)
    with start.errors_named():
        created = await bookings.book(
            principal,
            data.session,
            start.at,
            data.seats,
            expected_price=data.expected_price,
            address=data.address,
            key=key,
        )
    booking, is_new = created.resource, not created.is_replay
    shown = await views.with_payment(principal, principal.time_zone, booking, BookingOut, is_new=is_new)
    return json_answer(shown, 201, replayed_header(created))


class BookingController(Controller):
    """Bookings."""

    path = "/api/bookings"
    tags = ["bookings"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_bookings",
        summary="List your bookings",
        opt=opt(Access.SIGNED_IN, scope="read", query=BookingsQuery, headers=LINK),
    )
    async def list_own(
        self,
        request: Request[Any, Any, Any],
        bookings: FromDishka[BookingService],
        cursors: FromDishka[Cursors],
        views: FromDishka[BookingViews],
        kept: FromDishka[KeptAnswers],
    ) -> Response[list[BookingOut]]:
        """The caller's bookings, newest first or by `ordering`."""
        return (await list_own_bookings(Ask(request.scope), bookings, cursors, views, kept)).response()

    @get(
        "/my_bookings",
        operation_id="list_my_bookings",
        summary="List your bookings (older path)",
        opt=opt(Access.SIGNED_IN, scope="read", query=BookingsQuery, headers=LINK),
    )
    async def list_mine(
        self,
        request: Request[Any, Any, Any],
        bookings: FromDishka[BookingService],
        cursors: FromDishka[Cursors],
        views: FromDishka[BookingViews],
        kept: FromDishka[KeptAnswers],
    ) -> Response[list[BookingOut]]:
        """Same as `GET /api/bookings/`."""
        return (await list_own_bookings(Ask(request.scope), bookings, cursors, views, kept)).response()

    @get(
        "/creator_bookings",
        operation_id="list_creator_bookings",
        summary="List bookings of your sessions",
        opt=opt(Access.CREATOR, scope="read", query=BookingsQuery, headers=LINK),
    )
    async def list_of_creator(
        self,
        request: Request[Any, Any, Any],
        bookings: FromDishka[BookingService],
        cursors: FromDishka[Cursors],
        views: FromDishka[BookingViews],
        kept: FromDishka[KeptAnswers],
    ) -> Response[list[BookingOut]]:
        """Bookings of the caller's sessions, newest first or by `ordering`. For creators only."""
        return (await list_bookings_of_creator(Ask(request.scope), bookings, cursors, views, kept)).response()

    @post(
        "/",
        operation_id="create_booking",
        summary="Book seats",
        opt=opt(
            Access.SIGNED_IN,
            scope="bookings:write",
            body=BookingIn,
            is_keyed=True,
            errors=(
                *(NotFound, OwnSession, EmailUnverified, SoldOut, AlreadyBooked),
                *(CreatorUnavailable, NotBookable, PriceChanged, TooManyBookings),
            ),
        ),
    )
    async def create(
        self, request: Request[Any, Any, Any], bookings: FromDishka[BookingService], views: FromDishka[BookingViews]
    ) -> Response[BookingOut]:
        """If several users request the same seat at once, exactly one gets it; the others get 409.

        With `expected_price`, a price that has changed since is 409 with the new `price`, and nothing is booked.
        """
        return (await create_booking(await Ask.with_body(request), bookings, views)).response()

    @get(
        "/{booking_id:uuid}",
        operation_id="get_booking",
        summary="Get a booking",
        opt=opt(Access.SIGNED_IN, scope="read", query=ViewerQuery, errors=(NotFound,)),
    )
    async def retrieve(
        self,
        request: Request[Any, Any, Any],
        booking_id: FromPath[UUID],
        bookings: FromDishka[BookingService],
        views: FromDishka[BookingViews],
    ) -> BookingHistoryOut:
        """For its learner and creator, with its history."""
        principal, zone = principal_of(request), viewer_zone_of(request)
        booking = await bookings.get(principal, booking_id)
        return await views.with_payment(principal, zone, booking, BookingHistoryOut)

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
        "confirm",
        "Confirm a pending booking or a requested start",
        "For the creator, until `respond_by`. A booking with a `requested_start` moves there.",
        NotYours,
        *CONFIRM_CONFLICTS,
    )
    decline = PARTY_ROUTES.step_route(
        "decline",
        "Decline a pending booking or a requested start",
        (
            "For the creator, until `respond_by`. The seats become available right away. A booking with a "
            "`requested_start` stays as it is; its learner can withdraw the request with this, too."
        ),
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
            "new seats or keeps the old ones.\n\nIf the session requires confirmation, a confirmed "
            "booking rescheduled by the learner stays as it is until the creator confirms the new time: it has a "
            "`requested_start`, and seats are held at both. The time it has ends the request."
        ),
    )
