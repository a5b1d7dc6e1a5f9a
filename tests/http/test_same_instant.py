"""A start is the same in the list, in the booking and in calendars, around every clock change of every zone."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from icalendar import Calendar

from core.clock_changes import (
    AROUND,
    HOUR,
    MIDNIGHT,
    Change,
    a_schedule,
    changes,
    every_day,
    ranges_near,
)
from example_search import searched
from http_api import Api, as_json, open_api
from marketplace.core.domain.materialized_availability import MaterializedAvailability
from marketplace.core.domain.schedules import Schedule, TimeRange

pytestmark = pytest.mark.thorough

ROUND_THE_CLOCK = st.sampled_from([15, 30, 60]).map(lambda step: TimeRange(starts=MIDNIGHT, ends=MIDNIGHT, step=step))
BUFFERS, MINUTES = st.sampled_from([(0, 0), (15, 180)]), st.sampled_from([1, 30, 60, 90, 1440])


@dataclass(frozen=True, slots=True)
class Start:
    """Start and end of a booking, as each endpoint returned them."""

    listed: tuple[datetime, datetime]
    booked: tuple[datetime, datetime]
    shown: tuple[datetime, datetime]
    in_calendar: tuple[datetime, datetime]
    in_feed: tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class World:
    """A marketplace and its event loop, shared by all examples."""

    api: Api
    runner: asyncio.Runner


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        yield World(runner.run(stack.enter_async_context(open_api())), runner)
        runner.run(stack.aclose())


def span(body: dict[str, Any], start: str) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(body[start]), datetime.fromisoformat(body["ends_at"])


def event(written: bytes) -> tuple[datetime, datetime]:
    """Return start and end of the single event of a calendar, which must be in UTC."""
    calendar: Any = Calendar.from_ical(written)
    (found,) = calendar.walk("VEVENT")
    assert written.count(b"\r\nDTSTART:") == written.count(b"\r\nDTEND:") == 1  # without a zone, so in UTC
    return found["dtstart"].dt, found["dtend"].dt


async def booked_start(api: Api, schedule: Schedule, change: Change, minutes: int, choice: float) -> Start | None:
    """Book one of the starts around a change and read it back everywhere: `choice` is from 0 (first) to 1."""
    begin, end = change.at - AROUND, change.at + AROUND
    api.clock.at = begin - HOUR
    creator, learner = await api.creator(), await api.person()
    session = await api.session(creator, duration=minutes)
    async with api.storage.unit_of_work() as tx:
        await tx.sessions.save_schedule(
            session.id, schedule, MaterializedAvailability.of(schedule, minutes, api.clock.at)
        )
    slots = (
        await api.visitor.get(f"/api/sessions/{session.id}/slots/", **{"from": as_json(begin), "to": as_json(end)})
    ).json()
    if not slots:
        return None
    slot = slots[min(int(choice * len(slots)), len(slots) - 1)]
    wall = datetime.fromisoformat(slot["starts_at"]).astimezone(ZoneInfo(change.zone))
    body = {"session": str(session.id), "booking_date": wall.isoformat()}
    created = await learner.post("/api/bookings/", body)
    assert created.status_code == 201, created.text
    address = f"/api/bookings/{created.json()['id']}/"
    feed = (await learner.get("/api/calendar/")).json()["url"]
    return Start(
        listed=span(slot, "starts_at"),
        booked=span(created.json(), "booking_date"),
        shown=span((await creator.get(address)).json(), "booking_date"),
        in_calendar=event((await learner.get(f"{address}calendar.ics")).content),
        in_feed=event((await api.visitor.get(feed)).content),
    )


@searched(50)
@given(st.data(), changes(), MINUTES, st.one_of(st.floats(0.4, 0.6), st.floats(0, 1)), BUFFERS)
def test_a_start_is_the_same_instant_in_slots_bookings_and_calendars(
    world: World, data: st.DataObject, change: Change, minutes: int, choice: float, buffers: tuple[int, int]
) -> None:
    hours = data.draw(st.one_of(ROUND_THE_CLOCK, ranges_near(change)))
    before, after = buffers
    schedule = replace(a_schedule(change.zone), weekly=every_day(hours), buffer_before=before, buffer_after=after)

    start = world.runner.run(booked_start(world.api, schedule, change, minutes, choice))

    assume(start is not None)
    assert start is not None
    assert start.listed == start.booked == start.shown == start.in_calendar == start.in_feed
    assert start.listed[1] - start.listed[0] == timedelta(minutes=minutes)
    assert {moment.utcoffset() for moment in start.in_calendar} == {timedelta()}
    assert schedule.has_start(start.in_calendar[0].astimezone(UTC), minutes)
