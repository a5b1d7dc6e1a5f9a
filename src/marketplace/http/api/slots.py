"""Slot endpoints."""

import asyncio
from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath
from msgspec import UNSET

from marketplace.core.domain.bookable_starts import BookableStarts, Closing
from marketplace.core.domain.fields import Reason
from marketplace.core.errors import NotACreator, NotFound, NotSignedIn, NotYours, Overloaded, TooLate
from marketplace.core.ports.system import Clock
from marketplace.core.services.idempotency import Outcome
from marketplace.core.services.slots import SlotService
from marketplace.http.answers import Answer, Ask, HasScope, first_parameter
from marketplace.http.api.booking_views import BookingOut, BookingViews
from marketplace.http.api.offsets import Offsets, OffsetsOut, ViewerQuery, zone_or_profile
from marketplace.http.heavy_work import HeavyWork
from marketplace.http.idempotency import answer_all, key_of, validate_key
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.pagination import LINK, next_link
from marketplace.http.public_answers import ETAG, public_answer
from marketplace.http.security.authorization import Access, creator_of, opt, optional_principal_of, principal_of
from marketplace.http.validation.fields import SlotStart, Window
from marketplace.http.validation.parsing import read_body, read_query

DEFAULT_WINDOW = timedelta(days=14)
MANY = 250
"""Starts, after which other requests have their turn: a month of them, as most ask for, is made at once."""


class SlotsQuery(ViewerQuery, kw_only=True, rename={"begin": "from", "end": "to"}):
    """A window of at most 62 days, by default the next 14."""

    begin: Window | None = None
    end: Window | None = None
    explain: bool = False


class SlotCancellationIn(msgspec.Struct, kw_only=True):
    """The start and a reason. The learners see the reason."""

    starts_at: SlotStart
    reason: Reason = ""


class SlotOut(OffsetsOut, gc=False):
    """A start and its UTC offsets. With `explain`, `reason` says why it can't be booked; otherwise it's `null`."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    seats_left: int
    reason: Closing | None


SlotRow = msgspec.defstruct(
    "SlotRow",
    [(each.name, each.type, *([UNSET] if each.default is UNSET else [])) for each in msgspec.structs.fields(SlotOut)],
    gc=False,
)
"""`SlotOut` with all fields by position: a month has hundreds of starts."""
OFFSETS = OffsetsOut.__struct_fields__


async def list_slots(
    ask: Ask, session_id: UUID, slots: SlotService, clock: Clock, kept: KeptAnswers, heavy: HeavyWork
) -> Answer:
    """Answer with the starts of a session."""

    async def read() -> PublicAnswer:
        async with heavy.answers.turn(ask, "slots"):
            return PublicAnswer(await _starts(ask, session_id, slots, clock))

    # the creator and holders of bookings see starts that others do not
    return await public_answer(ask, kept, read, common=None if optional_principal_of(ask) else "anyone")


async def _starts(ask: Ask, session_id: UUID, slots: SlotService, clock: Clock) -> Answer:
    if first_parameter(ask, "explain").lower() == "true":
        await creator_of(ask)
    parsed = read_query(ask, SlotsQuery)
    begin = parsed.values.get("begin") or clock.now()
    end = parsed.values.get("end") or begin + DEFAULT_WINDOW
    query = parsed.checked(slots.validate(begin, end) if parsed.is_valid_for("from", "to") else {})
    if query.explain:
        found = await slots.explain(principal_of(ask), session_id, begin, end)
    else:
        found = await slots.list(optional_principal_of(ask), session_id, begin, end)
    return await slots_answer(ask, found, zone_or_profile(ask, query.time_zone), ("from", "to"), end)


class SlotController(Controller):
    """Slots."""

    path = "/api/sessions/{session_id:uuid}/slots"
    tags = ["schedules"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/",
        operation_id="list_slots",
        summary="List bookable starts",
        opt=opt(
            Access.ANYONE,
            scope="read",
            query=SlotsQuery,
            errors=(NotSignedIn, NotACreator, NotFound, NotYours, Overloaded),
            headers=LINK | ETAG,
        ),
    )
    async def list_slots(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        slots: FromDishka[SlotService],
        clock: FromDishka[Clock],
        kept: FromDishka[KeptAnswers],
        heavy: FromDishka[HeavyWork],
    ) -> Response[list[SlotOut]]:
        """All starts that can be booked right now; none for an open session. At most 2,000: follow `Link` to the rest.

        With `explain=true`, the creator also gets closed starts, with the reason.
        """
        return (await list_slots(Ask(request.scope), session_id, slots, clock, kept, heavy)).response()

    @post(
        "/cancel",
        status_code=200,
        operation_id="cancel_slot",
        summary="Cancel all bookings of a start",
        opt=opt(
            Access.CREATOR,
            scope="bookings:write",
            body=SlotCancellationIn,
            is_keyed=True,
            errors=(NotFound, NotYours, TooLate),
        ),
    )
    async def cancel(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        slots: FromDishka[SlotService],
        views: FromDishka[BookingViews],
    ) -> Response[list[BookingOut]]:
        """For the session's creator, until the end. Cancels all of them or none, and returns the cancelled bookings."""
        parsed = await read_body(request, SlotCancellationIn)
        data, key = parsed.checked(validate_key(request)), key_of(request, parsed)
        principal = principal_of(request)
        cancelled = await slots.cancel(principal, session_id, data.starts_at, data.reason, key=key)
        shown = [views.shown(principal, principal.time_zone, booking, BookingOut) for booking in cancelled.resource]
        return answer_all(Outcome(shown, is_replay=cancelled.is_replay), BookingOut)


async def slots_answer(
    request: HasScope, found: BookableStarts, viewer_zone: str | None, names: tuple[str, str], end: datetime
) -> Answer:
    """Answer with the starts of a window; `names` are those of its parameters, for the `Link` to the rest."""
    headers = {}
    if found.next is not None:
        window = (msgspec.to_builtins(instant.astimezone(UTC)) for instant in (found.next, end))
        headers = next_link(request, **dict(zip(names, window, strict=True)))
    parts = list[bytes]()
    for part in _parts(found, viewer_zone):
        if parts:
            await asyncio.sleep(0)
        parts.append(msgspec.json.encode(part)[1:-1])
    return Answer(b"[" + b",".join(parts) + b"]", headers=headers)


def starts_out(found: BookableStarts, viewer_zone: str | None = None) -> list[msgspec.Struct]:
    """Return the `SlotOut` of each start."""
    return [*chain.from_iterable(_parts(found, viewer_zone))]


def _parts(found: BookableStarts, viewer_zone: str | None) -> Iterator[list[msgspec.Struct]]:
    """Yield the `SlotOut` of each start, at least `MANY` at a time but the last, and less than twice as many."""
    if not found.runs:
        return
    length = timedelta(minutes=found.duration)
    first, last = found.runs[0].starts.first, found.runs[-1].starts.last
    offsets = Offsets(found.time_zone, viewer_zone, first, last + length)
    cuts = [cut for cut in offsets.cuts(length) if cut > first]
    found_between = (offsets.of(start, start + length) for start in (first, *cuts))
    offsets_between = [tuple(each.get(name, UNSET) for name in OFFSETS) for each in found_between]
    capacity, shown = found.capacity, list[msgspec.Struct]()
    for starts, seats_left, reason in found.runs:
        for part in starts.cut(cuts) if cuts else (starts,):
            own, own_end, viewer, viewer_end = offsets_between[bisect_right(cuts, part.first)]
            for begin in range(0, part.count, MANY):
                shown += [
                    SlotRow(at, at + length, capacity, seats_left, reason, own, own_end, viewer, viewer_end)
                    for at in part.part(begin, min(begin + MANY, part.count))
                ]
                if len(shown) >= MANY:
                    yield shown
                    shown = []
    if shown:
        yield shown
