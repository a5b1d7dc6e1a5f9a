"""Slots over HTTP."""

from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, post
from litestar.params import FromPath

from marketplace.core.errors import NotFound, NotYours, TooLate
from marketplace.core.services.bookings import BookingService
from marketplace.http.auth import Access, caller_of, opt
from marketplace.http.bookings import BookingOut
from marketplace.http.fields import Reason, SlotStart
from marketplace.http.idempotency import answer_all, key_faults, key_of
from marketplace.http.wire import read_body


class SlotCancellationIn(msgspec.Struct, kw_only=True):
    """Which slot, and why, in words for those who booked it."""

    starts_at: SlotStart
    reason: Reason = ""


class SlotController(Controller):
    """Slots."""

    path = "/api/sessions/{session_id:uuid}/slots"
    tags = ["schedules"]  # noqa: RUF012 - Litestar reads a plain list

    @post(
        "/cancel",
        status_code=200,
        operation_id="cancel_slot",
        summary="Cancel every booking of one start",
        opt=opt(Access.CREATOR, body=SlotCancellationIn, is_keyed=True, errors=(NotFound, NotYours, TooLate)),
    )
    async def cancel(
        self, request: Request[Any, Any, Any], session_id: FromPath[UUID], bookings: FromDishka[BookingService]
    ) -> Response[list[BookingOut]]:
        """By the session's creator, until the end: all of them or none. Answers with what was cancelled."""
        draft = await read_body(request, SlotCancellationIn)
        data, key = draft.checked(key_faults(request)), key_of(request, draft)
        caller = caller_of(request)
        cancelled = await bookings.cancel_slot(caller, session_id, data.starts_at, data.reason, key=key)
        return answer_all(cancelled, BookingOut)
