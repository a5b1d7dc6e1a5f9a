"""Waitlists: the full starts of a session, and what a person waits for."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, delete, get, post
from litestar.params import FromPath

from marketplace.core.domain.bookings import Seats
from marketplace.core.domain.money import Amount
from marketplace.core.domain.pages import Page
from marketplace.core.domain.places import Address, SessionFormat
from marketplace.core.domain.sessions import Title
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.terms import ExpectedPrice
from marketplace.core.domain.waitlist import WaitlistDetails, WaitlistStatus
from marketplace.core.errors import (
    AlreadyBooked,
    CreatorUnavailable,
    EmailUnverified,
    NotBookable,
    NotFound,
    OwnSession,
    PriceChanged,
    SoldOut,
    TooManyBookings,
)
from marketplace.core.errors.waitlist import (
    AlreadyWaiting,
    NotOffered,
    OfferExpired,
    SeatsFree,
    WaitlistClosed,
    WaitlistFull,
)
from marketplace.core.ports.system import Clock
from marketplace.core.services.slots import SlotService
from marketplace.core.services.waitlist import WaitlistService
from marketplace.http.answers import json_answer
from marketplace.http.api.booking_views import BookingOut, BookingViews
from marketplace.http.api.offsets import OffsetsOut, ViewerQuery, ViewerZone, offsets_of, zone_or_profile
from marketplace.http.api.slots import DEFAULT_WINDOW
from marketplace.http.api.users import PublicUserOut
from marketplace.http.conversions import converted
from marketplace.http.idempotency import key_of, replayed_header, validate_key
from marketplace.http.pagination import LINK, Cursors, PageQuery
from marketplace.http.security.authorization import Access, opt, optional_principal_of, principal_of
from marketplace.http.validation.fields import SlotStart, Window
from marketplace.http.validation.parsing import read_body, read_optional_body, read_query

BOOKING_ERRORS = (NotFound, OwnSession, AlreadyBooked, SoldOut, NotBookable, EmailUnverified)
JOIN_ERRORS = (*BOOKING_ERRORS, CreatorUnavailable, SeatsFree, AlreadyWaiting, WaitlistFull, WaitlistClosed)
ACCEPT_ERRORS = (*BOOKING_ERRORS, NotOffered, OfferExpired, PriceChanged, TooManyBookings)


class FullStartsQuery(ViewerQuery, kw_only=True, rename={"begin": "from", "end": "to"}):
    """A window of at most 62 days, by default the next 14, and the seats that are wanted."""

    begin: Window | None = None
    end: Window | None = None
    seats: Seats = 1


class FullStartOut(OffsetsOut, kw_only=True):
    """A start with too few seats left, and how many people wait for it or have an offer. Offered seats are taken."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    seats_left: int
    waiting: int


class WaitIn(msgspec.Struct, kw_only=True):
    """The start to wait for, and how many seats."""

    starts_at: SlotStart
    seats: Seats = 1


class AcceptIn(msgspec.Struct, kw_only=True):
    """As in booking."""

    expected_price: ExpectedPrice = None
    address: Address = None


class CreatorWaitlistQuery(PageQuery, kw_only=True):
    """Page of the people who wait for your sessions, or for one session."""

    session: UUID | None = None
    time_zone: ViewerZone | None = None


class WaitlistEntryOut(OffsetsOut, kw_only=True):
    """A person who waits for seats of a start.

    `place` is the place in line, 1 is next; `null` once seats are offered. `offer_until` is when the offer expires;
    until then its seats are held. `price` is that of a seat as it stands. Only a repeated request finds an ended entry.
    """

    id: UUID
    session: UUID
    title: Title
    format: SessionFormat
    creator: PublicUserOut
    user: PublicUserOut
    starts_at: datetime
    ends_at: datetime
    seats: Seats
    price: Amount
    status: WaitlistStatus
    place: int | None
    offer_until: datetime | None
    created_at: datetime


class SlotWaitlistController(Controller):
    """Waitlists of a session."""

    path = "/api/sessions/{session_id:uuid}/slots/waitlist"
    tags = ["waitlist"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_full_starts",
        summary="List full starts that you can wait for",
        opt=opt(Access.ANYONE, scope="read", query=FullStartsQuery, errors=(NotFound,)),
    )
    async def list_full(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        slots: FromDishka[SlotService],
        waitlist: FromDishka[WaitlistService],
        clock: FromDishka[Clock],
    ) -> list[FullStartOut]:
        """Starts that could be booked if they had `seats` left, also of an open session."""
        parsed = read_query(request, FullStartsQuery)
        begin = parsed.values.get("begin") or clock.now()
        end = parsed.values.get("end") or begin + DEFAULT_WINDOW
        query = parsed.checked(slots.validate(begin, end) if parsed.is_valid_for("from", "to") else {})
        principal = optional_principal_of(request)
        found = await waitlist.list_full(principal, session_id, begin, end, query.seats)
        zone = zone_or_profile(request, query.time_zone)
        return [_full_start(slot, found.time_zone, zone) for slot in found.slots]

    @post(
        "/",
        status_code=201,
        operation_id="join_waitlist",
        summary="Wait for seats of a full start",
        opt=opt(Access.SIGNED_IN, scope="bookings:write", body=WaitIn, is_keyed=True, errors=JOIN_ERRORS),
    )
    async def join(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], waitlist: FromDishka[WaitlistService]
    ) -> Response[WaitlistEntryOut]:
        """You wait for `seats` at once. Freed seats are offered to the first in line whom they are enough for."""
        parsed = await read_body(request, WaitIn)
        starts_at = parsed.values.get("starts_at")
        data = parsed.checked({**validate_key(request), **(waitlist.validate(starts_at) if starts_at else {})})
        key, principal = key_of(request, parsed), principal_of(request)
        joined = await waitlist.join(principal, session_id, data.starts_at, data.seats, key=key)
        shown = entry_out(joined.resource, principal.time_zone)
        return json_answer(shown, 201, replayed_header(joined)).response()


class WaitlistController(Controller):
    """What the caller waits for, and who waits for their sessions."""

    path = "/api/waitlist"
    tags = ["waitlist"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_waitlist",
        summary="List what you wait for",
        opt=opt(Access.SIGNED_IN, scope="read", query=ViewerQuery),
    )
    async def list_own(
        self, request: Request[Any, Any, Any], waitlist: FromDishka[WaitlistService]
    ) -> list[WaitlistEntryOut]:
        """By start, with the offers to you. At most 20."""
        zone = zone_or_profile(request, read_query(request, ViewerQuery).checked().time_zone)
        return [entry_out(each, zone) for each in await waitlist.list_own(principal_of(request))]

    @get(
        "/creator",
        operation_id="list_waitlist_of_creator",
        summary="List who waits for your sessions",
        opt=opt(Access.CREATOR, scope="read", query=CreatorWaitlistQuery, headers=LINK),
    )
    async def list_of_creator(
        self, request: Request[Any, Any, Any], waitlist: FromDishka[WaitlistService], cursors: FromDishka[Cursors]
    ) -> Response[list[WaitlistEntryOut]]:
        """By start, in the order of each line. For creators only."""
        parsed = read_query(request, CreatorWaitlistQuery)
        query = parsed.checked(cursors.validate(request, parsed.values))
        position, zone = cursors.open(request, query.cursor), zone_or_profile(request, query.time_zone)
        page = await waitlist.list_of_creator(principal_of(request), query.limit, position, query.session)
        shown = tuple(entry_out(each, zone) for each in page.items)
        return cursors.answer(request, Page(shown, page.next)).response()

    @delete(
        "/{entry_id:uuid}",
        operation_id="leave_waitlist",
        summary="Leave a waitlist, or let an offer go",
        opt=opt(Access.SIGNED_IN, scope="bookings:write", errors=(NotFound,)),
    )
    async def leave(
        self, request: Request[Any, Any, Any], entry_id: FromPath[UUID], waitlist: FromDishka[WaitlistService]
    ) -> None:
        """The seats of an offer go to the next in line at once."""
        await waitlist.leave(principal_of(request), entry_id)

    @post(
        "/{entry_id:uuid}/accept",
        status_code=201,
        operation_id="accept_offer",
        summary="Accept an offer",
        opt=opt(
            Access.SIGNED_IN,
            scope="bookings:write",
            body=AcceptIn,
            is_body_optional=True,
            is_keyed=True,
            errors=ACCEPT_ERRORS,
        ),
    )
    async def accept(
        self,
        request: Request[Any, Any, Any],
        entry_id: FromPath[UUID],
        waitlist: FromDishka[WaitlistService],
        views: FromDishka[BookingViews],
    ) -> Response[BookingOut]:
        """Books the offered seats, and answers as booking does: what is paid online has `pay_by`."""
        parsed = await read_optional_body(request, AcceptIn)
        data, key, principal = parsed.checked(validate_key(request)), key_of(request, parsed), principal_of(request)
        accepted = await waitlist.accept(
            principal, entry_id, expected_price=data.expected_price, address=data.address, key=key
        )
        booking, is_new = accepted.resource, not accepted.is_replay
        shown = await views.with_payment(principal, principal.time_zone, booking, BookingOut, is_new=is_new)
        return json_answer(shown, 201, replayed_header(accepted)).response()


def _full_start(slot: Slot, time_zone: str, viewer_zone: str | None) -> FullStartOut:
    return converted(slot, FullStartOut, offsets_of(slot.starts_at, slot.ends_at, time_zone, viewer_zone))


def entry_out(entry: WaitlistDetails, viewer_zone: str | None) -> WaitlistEntryOut:
    """Convert an entry to JSON, with the offset of a viewer's zone if there is one."""
    session = entry.session_details
    ends_at = entry.starts_at + timedelta(minutes=session.duration)
    known: dict[str, Any] = {
        "session": session.id,
        "title": session.title,
        "format": session.format,
        "creator": converted(session.creator_details, PublicUserOut),
        "user": converted(entry.user_details, PublicUserOut),
        "ends_at": ends_at,
        "price": session.price,
    }
    return converted(
        entry, WaitlistEntryOut, known | dict(offsets_of(entry.starts_at, ends_at, session.time_zone, viewer_zone))
    )
