"""Calendar endpoints: one booking, and the private feed."""

import re
from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, post
from litestar.params import FromPath

from marketplace.core.domain.calendars import CalendarFeed
from marketplace.core.errors import ImpersonatedReadOnly, NotFound
from marketplace.core.services.calendars import CalendarService
from marketplace.http.security.authorization import Access, opt, principal_of
from marketplace.http.validation.parsing import read_nothing

CALENDAR = "text/calendar"
FEED = r"([\w-]{43})\.ics"
"""Last segment of a feed's path: a token of 256 bits."""


class CalendarFeedOut(msgspec.Struct):
    """The feed's URL, relative to this server's root. Anyone who knows it can read the feed."""

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
        opt=opt(Access.SIGNED_IN, errors=(NotFound,)),
    )
    async def of_booking(
        self, request: Request[Any, Any, Any], booking_id: FromPath[UUID], calendars: FromDishka[CalendarService]
    ) -> Response[bytes]:
        """For its learner and creator: one event, which replaces earlier imports of this booking."""
        return _calendar(await calendars.of_booking(principal_of(request), booking_id), "booking")

    @get(
        "/calendar",
        operation_id="get_calendar_feed",
        summary="Get your calendar feed URL",
        opt=opt(Access.SIGNED_IN, errors=(ImpersonatedReadOnly,)),
    )
    async def feed(self, request: Request[Any, Any, Any], calendars: FromDishka[CalendarService]) -> CalendarFeedOut:
        """Created on the first request; stays the same until you renew it."""
        return _address(await calendars.feed(principal_of(request)))

    @post(
        "/calendar/renew",
        status_code=200,
        operation_id="renew_calendar_feed",
        summary="Renew your calendar feed URL",
        opt=opt(Access.SIGNED_IN),
    )
    async def renew(self, request: Request[Any, Any, Any], calendars: FromDishka[CalendarService]) -> CalendarFeedOut:
        """The old URL returns 404 from now on."""
        await read_nothing(request)
        return _address(await calendars.renew(principal_of(request)))

    @get(
        "/calendar/{feed:str}",
        operation_id="read_calendar_feed",
        summary="Get a calendar feed",
        media_type=CALENDAR,
        opt=opt(Access.PUBLIC, errors=(NotFound,)),
    )
    async def of_token(self, feed: FromPath[str], calendars: FromDishka[CalendarService]) -> Response[bytes]:
        """All bookings of a user, as learner and as creator, one event each: from 90 days ago, at most 1,000.

        `feed` is the token followed by `.ics`, as in the feed's URL. No sign-in needed.
        """
        token = re.fullmatch(FEED, feed, re.ASCII)
        if token is None:
            raise NotFound
        return _calendar(await calendars.of_token(token[1]), "bookings")


def _address(feed: CalendarFeed) -> CalendarFeedOut:
    return CalendarFeedOut(url=f"/api/calendar/{feed.token}.ics")


def _calendar(rendered: bytes, name: str) -> Response[bytes]:
    return Response(
        rendered,
        media_type=CALENDAR,
        headers={"Content-Disposition": f'attachment; filename="{name}.ics"', "Cache-Control": "private, no-store"},
    )
