"""Bookings over HTTP, for the staff: on somebody's behalf, and always with a reason."""

from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from marketplace.core.entities.bookings import BookingAction
from marketplace.core.errors import (
    AlreadyBooked,
    CreatorUnavailable,
    IllegalTransition,
    MarketplaceError,
    NotBookable,
    NotFound,
    NotYours,
    OwnSession,
    SoldOut,
    TooLate,
)
from marketplace.core.services.admin.bookings import BookingAdminService
from marketplace.core.services.bookings import BookingService
from marketplace.http.admin.audit import AuditEntryOut
from marketplace.http.admin.users import ReasonIn
from marketplace.http.auth import Access, caller_of, opt
from marketplace.http.bookings import BookingHistoryOut
from marketplace.http.fields import Start
from marketplace.http.idempotency import answer, key_faults, key_of
from marketplace.http.wire import read_body


class MoveIn(ReasonIn, kw_only=True):
    """Another start of the same session, and why."""

    booking_date: Start


class BookingRecordOut(
    BookingHistoryOut, rename={"session_id": "session", "user_id": "user", "starts_at": "booking_date"}
):
    """A booking with its history, oldest step first, and what the staff last did about it, newest first."""

    log: list[AuditEntryOut]


def _step(action: BookingAction, summary: str, description: str, *errors: type[MarketplaceError]) -> HTTPRouteHandler:
    """The route of a step that the staff takes for somebody: it wants a reason, and answers with the booking."""

    @post(
        f"/{action}",
        status_code=200,
        operation_id=f"admin_{action}_booking",
        summary=summary,
        description=description,
        opt=opt(Access.STAFF, body=ReasonIn, is_keyed=True, errors=(NotFound, IllegalTransition, *errors)),
    )
    async def act(
        self: Controller,
        request: Request[Any, Any, Any],
        booking_id: FromPath[UUID],
        bookings: FromDishka[BookingService],
    ) -> Response[BookingHistoryOut]:
        _ = self
        draft = await read_body(request, ReasonIn)
        data, key = draft.checked(key_faults(request)), key_of(request, draft)
        done = await bookings.act(caller_of(request), booking_id, action, data.reason, key=key)
        return answer(done, BookingHistoryOut)

    # a name of its own: the framework lists routes of one name in another order at every start
    act.fn.__qualname__ = f"{_step.__name__}.{action}"
    return act


class BookingAdminController(Controller):
    """Bookings."""

    path = "/api/admin/bookings/{booking_id:uuid}"
    tags = ["administration"]  # noqa: RUF012 - Litestar reads a plain list

    @get("/", operation_id="admin_get_booking", summary="Read a booking", opt=opt(Access.STAFF, errors=(NotFound,)))
    async def retrieve(self, booking_id: FromPath[UUID], bookings: FromDishka[BookingAdminService]) -> BookingRecordOut:
        """Whosever it is, with its history."""
        found = await bookings.get(booking_id)
        shown = msgspec.convert(found, BookingHistoryOut, from_attributes=True)
        log = msgspec.convert(await bookings.log(booking_id), list[AuditEntryOut], from_attributes=True)
        return BookingRecordOut(**msgspec.structs.asdict(shown), log=log)

    cancel = _step(
        "cancel",
        "Cancel a booking for somebody",
        "Until the end of the session, whatever notice it asks for. The seats can be booked again at once.",
        TooLate,
    )
    confirm = _step(
        "confirm",
        "Confirm a pending booking for its creator",
        "Until `answer_by`. Not what one booked oneself.",
        NotYours,
        TooLate,
    )
    decline = _step(
        "decline",
        "Decline a pending booking for its creator",
        "Until `answer_by`. Not what one booked oneself.",
        NotYours,
        TooLate,
    )
    complete = _step(
        "complete",
        "Complete a booking for its creator",
        "Once it has ended. Not what one booked oneself.",
        NotYours,
    )

    @post(
        "/reschedule",
        status_code=200,
        operation_id="admin_reschedule_booking",
        summary="Move a booking to another start for somebody",
        opt=opt(
            Access.STAFF,
            body=MoveIn,
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
        """It has the new seats, or keeps the old."""
        draft = await read_body(request, MoveIn)
        further = {} if draft.is_good else bookings.faults(draft.given)
        data, key = draft.checked(further, key_faults(request)), key_of(request, draft)
        moved = await bookings.reschedule(caller_of(request), booking_id, data.booking_date, data.reason, key=key)
        return answer(moved, BookingHistoryOut)
