"""General hours of creators, and the starts that they suggest."""

from typing import Any
from uuid import UUID

import msgspec
from dishka.integrations.litestar import FromDishka
from litestar import Controller, Request, Response, get, put
from litestar.params import FromPath

from marketplace.core.domain.creator_hours import CreatorHours
from marketplace.core.domain.time_zone_names import TimeZone
from marketplace.core.errors import NotFound, Overloaded
from marketplace.core.ports.system import Clock
from marketplace.core.services.creator_hours import CreatorHoursService
from marketplace.core.services.slots import SlotService
from marketplace.http.api.offsets import ViewerQuery, zone_or_profile
from marketplace.http.api.schedules import WeeklyHoursOut, range_out
from marketplace.http.api.slots import DEFAULT_WINDOW, SlotOut, slots_answer
from marketplace.http.heavy_work import HeavyWork
from marketplace.http.pagination import LINK
from marketplace.http.security.authorization import Access, opt, optional_principal_of, principal_of
from marketplace.http.validation.fields import Window
from marketplace.http.validation.parsing import read_body, read_query
from marketplace.http.validation.schedule_fields import Weekly


class HoursIn(msgspec.Struct, kw_only=True):
    """Weekly hours; a `step` is ignored. Without any, nothing is suggested."""

    time_zone: TimeZone
    weekly: Weekly


class HoursOut(msgspec.Struct):
    """A creator's general hours."""

    time_zone: TimeZone
    weekly: list[WeeklyHoursOut]


class SuggestionsQuery(ViewerQuery, kw_only=True, rename={"begin": "from", "end": "to"}):
    """A window of at most 62 days, by default the next 14."""

    begin: Window | None = None
    end: Window | None = None


class CreatorHoursController(Controller):
    """General hours."""

    path = "/api"
    tags = ["schedules"]  # noqa: RUF012 - Litestar reads a plain list

    @get(
        "/creator/hours",
        operation_id="get_hours",
        summary="Get your general hours",
        opt=opt(Access.CREATOR, scope="read"),
    )
    async def retrieve(self, request: Request[Any, Any, Any], hours: FromDishka[CreatorHoursService]) -> HoursOut:
        """They guide the booking of sessions by arrangement: 8:00 to 21:00 every day until you set others."""
        return _hours_out(await hours.get(principal_of(request)))

    @put(
        "/creator/hours",
        operation_id="replace_hours",
        summary="Set your general hours",
        opt=opt(Access.CREATOR, scope="sessions:write", body=HoursIn),
    )
    async def replace(self, request: Request[Any, Any, Any], hours: FromDishka[CreatorHoursService]) -> HoursOut:
        """They exclude no start: any future one can still be booked."""
        data = (await read_body(request, HoursIn)).checked()
        given = CreatorHours(time_zone=data.time_zone, weekly=data.weekly)
        return _hours_out(await hours.replace(principal_of(request), given))

    @get(
        "/sessions/{session_id:uuid}/suggested-starts",
        operation_id="list_suggested_starts",
        summary="Suggest starts by arrangement",
        opt=opt(Access.ANYONE, scope="read", query=SuggestionsQuery, errors=(NotFound, Overloaded), headers=LINK),
    )
    async def suggest(
        self,
        request: Request[Any, Any, Any],
        session_id: FromPath[UUID],
        slots: FromDishka[SlotService],
        clock: FromDishka[Clock],
        heavy: FromDishka[HeavyWork],
    ) -> Response[list[SlotOut]]:
        """Quarter hours within the creator's hours, taken ones with the `reason`; none for a scheduled session.

        At most 2,000: follow `Link` to the rest.
        """
        parsed = read_query(request, SuggestionsQuery)
        begin = parsed.values.get("begin") or clock.now()
        end = parsed.values.get("end") or begin + DEFAULT_WINDOW
        query = parsed.checked(slots.validate(begin, end) if parsed.is_valid_for("from", "to") else {})
        async with heavy.answers.turn(request, "suggested starts"):
            found = await slots.suggest(optional_principal_of(request), session_id, begin, end)
            shown = await slots_answer(request, found, zone_or_profile(request, query.time_zone), ("from", "to"), end)
            return shown.response()


def _hours_out(hours: CreatorHours) -> HoursOut:
    weekly = [WeeklyHoursOut(*range_out(each.hours)[:2], None, each.weekday) for each in hours.weekly]
    return HoursOut(time_zone=hours.time_zone, weekly=weekly)
