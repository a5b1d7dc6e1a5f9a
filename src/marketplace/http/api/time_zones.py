"""Time zones: the names the server knows, and their UTC offsets for clients that show wall times."""

import asyncio
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get

from marketplace.core.domain.time_zone_names import TimeZone
from marketplace.core.domain.utc_offsets import ZoneOffsets, utc_offset
from marketplace.core.domain.zone_names import RENAMED_ZONES, time_zones
from marketplace.core.ports.system import Clock
from marketplace.http.answers import Ask, json_answer
from marketplace.http.api.offsets import UtcOffset
from marketplace.http.kept import KeptAnswers, PublicAnswer
from marketplace.http.public_answers import public_answer
from marketplace.http.security.authorization import Access, opt
from marketplace.http.validation.parsing import read_query

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
"""Before the first booking of any marketplace."""
YEARS_AHEAD = 10
QUARTER = timedelta(minutes=15)
"""All clock changes are at a quarter of an hour."""
CACHE_CONTROL = f"public, max-age={QUARTER // timedelta(seconds=1)}"


class TimeZoneQuery(msgspec.Struct, kw_only=True):
    """A time zone."""

    time_zone: TimeZone = "UTC"


class TimeZoneOut(msgspec.Struct):
    """A time zone and its UTC offset now."""

    time_zone: TimeZone
    utc_offset: UtcOffset


class OffsetChangeOut(msgspec.Struct):
    """The UTC offset from an instant on, until the next."""

    at: datetime
    utc_offset: UtcOffset


class ZoneOffsetsOut(msgspec.Struct):
    """The UTC offsets of a time zone, oldest first. They are known until `until`."""

    time_zone: TimeZone
    offsets: list[OffsetChangeOut]
    until: datetime


class TimeZoneController(Controller):
    """Time zones."""

    path = "/api/time-zones"
    tags = ["system"]  # noqa: RUF012 - Litestar reads a plain list

    @get("/", operation_id="list_time_zones", summary="List time zones", opt=opt(Access.PUBLIC))
    async def list_all(
        self, request: Request[Any, Any, Any], clock: FromDishka[Clock], kept: FromDishka[KeptAnswers]
    ) -> Response[list[TimeZoneOut]]:
        """IANA names, by name, with their UTC offsets up to 15 minutes ago.

        Without names that were replaced, such as `Asia/Calcutta`; other old ones, such as `US/Pacific`, are listed.
        """

        async def read() -> PublicAnswer:
            now = clock.now()
            return _cacheable(await asyncio.to_thread(_zones_at, now - (now - FIRST) % QUARTER))

        return (await public_answer(Ask(request.scope), kept, read)).response()

    @get(
        "/offsets",
        operation_id="get_time_zone_offsets",
        summary="Get the UTC offsets of a time zone",
        opt=opt(Access.PUBLIC, query=TimeZoneQuery),
    )
    async def offsets(
        self, request: Request[Any, Any, Any], clock: FromDishka[Clock], kept: FromDishka[KeptAnswers]
    ) -> Response[ZoneOffsetsOut]:
        """From 2020 to ten years ahead, to show instants as the server would, whatever the client's zone data."""

        async def read() -> PublicAnswer:
            name = read_query(request, TimeZoneQuery).checked().time_zone
            return _cacheable(_offsets_until(name, datetime(clock.now().year + YEARS_AHEAD, 1, 1, tzinfo=UTC)))

        return (await public_answer(Ask(request.scope), kept, read)).response()


@lru_cache(maxsize=1)
def _zones_at(now: datetime) -> list[TimeZoneOut]:
    return [TimeZoneOut(name, utc_offset(now, name)) for name in sorted(time_zones() - RENAMED_ZONES.keys())]


@lru_cache(maxsize=1000)
def _offsets_until(name: str, until: datetime) -> ZoneOffsetsOut:
    changes = ZoneOffsets(name, FIRST, until).changes
    return ZoneOffsetsOut(name, [OffsetChangeOut(change.at, change.utc_offset) for change in changes], until)


def _cacheable(content: object) -> PublicAnswer:
    return PublicAnswer(json_answer(content, headers={"Cache-Control": CACHE_CONTROL}))
