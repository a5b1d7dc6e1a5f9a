"""Calendar endpoints: one booking, and the private feed."""

import asyncio
import gzip
import re
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.calendars import CalendarFeed
from marketplace.core.errors import ImpersonatedReadOnly, NotFound, Overloaded
from marketplace.core.services.calendars import CalendarService
from marketplace.http.heavy_work import HeavyWork
from marketplace.http.public_answers import ETAG
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.static.files import accepted_codings, matches_etag
from marketplace.http.validation.parsing import read_nothing

CALENDAR = "text/calendar"
FEED = r"([\w-]{43})\.ics"
"""Last segment of a feed's path: a token of 256 bits."""
FEED_CACHING = "private, max-age=60"
MIN_COMPRESSED = 1024
"""Bytes."""
FEED_HEADERS = {
    **ETAG,
    "Cache-Control": "A minute, in private caches only.",
}


class CalendarFeedOut(msgspec.Struct):
    """The feed's absolute URL. Anyone who knows it can read the feed."""

    url: str


class CalendarController(Controller):
    """Calendars."""

    path = "/api"
    tags = ["calendars"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/bookings/{booking_id:uuid}/calendar.ics",
        operation_id="get_booking_calendar",
        summary="Download a booking as a calendar file",
        media_type=CALENDAR,
        opt=opt(Access.SIGNED_IN, scope="read", errors=(NotFound,)),
    )
    async def of_booking(
        self, request: Request[Any, Any, Any], booking_id: FromPath[UUID], calendars: FromDishka[CalendarService]
    ) -> Response[bytes]:
        """For its learner and creator: one event, which replaces earlier imports of this booking."""
        rendered = await calendars.of_booking(principal_of(request), booking_id)
        return _calendar(rendered, "booking", {"Cache-Control": "private, no-store"})

    @get(
        "/calendar",
        operation_id="get_calendar_feed",
        summary="Get your calendar feed URL",
        opt=opt(Access.SIGNED_IN, errors=(ImpersonatedReadOnly,)),
    )
    async def feed(
        self,
        request: Request[Any, Any, Any],
        calendars: FromDishka[CalendarService],
        addresses: FromDishka[SiteAddresses],
    ) -> CalendarFeedOut:
        """Created on the first request; stays the same until you renew it."""
        return _address(await calendars.feed(principal_of(request)), addresses)

    @post(
        "/calendar/renew",
        status_code=200,
        operation_id="renew_calendar_feed",
        summary="Renew your calendar feed URL",
        opt=opt(Access.SIGNED_IN),
    )
    async def renew(
        self,
        request: Request[Any, Any, Any],
        calendars: FromDishka[CalendarService],
        addresses: FromDishka[SiteAddresses],
    ) -> CalendarFeedOut:
        """The old URL returns 404 from now on."""
        await read_nothing(request)
        return _address(await calendars.renew(principal_of(request)), addresses)

    @get(
        "/calendar/{feed:str}",
        operation_id="read_calendar_feed",
        summary="Get a calendar feed",
        media_type=CALENDAR,
        opt=opt(Access.PUBLIC, errors=(NotFound, Overloaded), headers=FEED_HEADERS),
    )
    async def of_token(
        self,
        request: Request[Any, Any, Any],
        feed: FromPath[str],
        calendars: FromDishka[CalendarService],
        heavy: FromDishka[HeavyWork],
    ) -> Response[bytes]:
        """One event per booking of a user as learner, and one per slot as creator, with its attendees.

        From 90 days ago, at most 1,000 bookings. `feed` is the token followed by `.ics`, as in the feed's URL. No
        sign-in needed.
        """
        token = re.fullmatch(FEED, feed, re.ASCII)
        if token is None:
            raise NotFound
        async with heavy.answers.turn(request, "feed"):
            return await _feed(request, calendars, token[1])


async def _feed(request: Request[Any, Any, Any], calendars: CalendarService, token: str) -> Response[bytes]:
    calendar = await calendars.of_token(token)
    # weak: the time of creation in the file is not part of it, nor is the content coding
    etag = f'"{calendar.version}"'
    headers = {"ETag": f"W/{etag}", "Cache-Control": FEED_CACHING, "Vary": "Accept-Encoding"}
    if matches_etag(etag, ",".join(request.headers.getall("if-none-match", []))):
        return Response(b"", status_code=304, media_type=CALENDAR, headers=headers)
    rendered = await calendars.render(calendar)
    codings = accepted_codings(",".join(request.headers.getall("accept-encoding", [])))
    if "gzip" in codings and len(rendered) >= MIN_COMPRESSED:
        rendered = await asyncio.to_thread(gzip.compress, rendered, 3)
        headers["Content-Encoding"] = "gzip"
    return _calendar(rendered, "bookings", headers)


def _address(feed: CalendarFeed, addresses: SiteAddresses) -> CalendarFeedOut:
    return CalendarFeedOut(url=addresses.calendar_feed(feed.token))


def _calendar(rendered: bytes, name: str, headers: dict[str, str]) -> Response[bytes]:
    disposition = {"Content-Disposition": f'attachment; filename="{name}.ics"'}
    return Response(rendered, media_type=CALENDAR, headers=disposition | headers)
