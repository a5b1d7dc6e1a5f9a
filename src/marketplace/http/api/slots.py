"""Slot endpoints."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from marketplace.core.domain.availability import Closing
from marketplace.core.domain.fields import Reason
from marketplace.core.errors import NotFound, NotYours, TooLate
from marketplace.core.ports.system import Clock
from marketplace.core.services.idempotency import Outcome
from marketplace.core.services.slots import SlotService
from marketplace.http.api.booking_routes import BookingOut, shown_to
from marketplace.http.idempotency import answer_all, key_of, validate_key
from marketplace.http.security.authorization import Access, creator_of, opt, optional_principal_of, principal_of
from marketplace.http.validation.fields import SlotStart, Window
from marketplace.http.validation.parsing import read_body, read_query

DEFAULT_WINDOW = timedelta(days=14)


class SlotsQuery(msgspec.Struct, kw_only=True, rename={"begin": "from", "end": "to"}):
    """A window of at most 62 days, by default the next 14."""

    begin: Window | None = None
    end: Window | None = None
    explain: bool = False


class SlotCancellationIn(msgspec.Struct, kw_only=True):
    """The start and a reason. The learners see the reason."""

    starts_at: SlotStart
    reason: Reason = ""


class SlotOut(msgspec.Struct):
    """A start. With `explain`, `reason` says why it can't be booked; otherwise it's `null`."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    seats_left: int
    reason: Closing | None


class SlotController(Controller):
    """Slots."""

    path = "/api/sessions/{session_id:uuid}/slots"
    tags = ["schedules"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_slots",
        summary="List bookable starts",
        opt=opt(Access.ANYONE, query=SlotsQuery, errors=(NotFound, NotYours)),
    )
    async def list_slots(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        slots: FromDishka[SlotService],
        clock: FromDishka[Clock],
    ) -> list[SlotOut]:
        """All starts that can be booked right now; none for an open session.

        With `explain=true`, the creator also gets closed starts, with the reason.
        """
        if request.query_params.get("explain", "").lower() == "true":
            await creator_of(request)
        parsed = read_query(request, SlotsQuery)
        begin = parsed.values.get("begin") or clock.now()
        end = parsed.values.get("end") or begin + DEFAULT_WINDOW
        query = parsed.checked(slots.validate(begin, end) if parsed.is_valid_for("from", "to") else {})
        if query.explain:
            found = await slots.explain(principal_of(request), session_id, begin, end)
        else:
            found = await slots.list(optional_principal_of(request), session_id, begin, end)
        return msgspec.convert(found, list[SlotOut], from_attributes=True)

    @post(
        "/cancel",
        status_code=200,
        operation_id="cancel_slot",
        summary="Cancel all bookings of a start",
        opt=opt(Access.CREATOR, body=SlotCancellationIn, is_keyed=True, errors=(NotFound, NotYours, TooLate)),
    )
    async def cancel(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        slots: FromDishka[SlotService],
        clock: FromDishka[Clock],
    ) -> Response[list[BookingOut]]:
        """For the session's creator, until the end. Cancels all of them or none, and returns the cancelled bookings."""
        parsed = await read_body(request, SlotCancellationIn)
        data, key = parsed.checked(validate_key(request)), key_of(request, parsed)
        principal = principal_of(request)
        cancelled = await slots.cancel(principal, session_id, data.starts_at, data.reason, key=key)
        shown = [shown_to(principal, clock.now(), booking, BookingOut) for booking in cancelled.resource]
        return answer_all(Outcome(shown, is_replay=cancelled.is_replay), BookingOut)
