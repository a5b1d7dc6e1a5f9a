"""For any schedules and bookings, the availability search agrees with the session's list of slots."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from builders import (
    Services,
    a_principal,
    a_schedule,
    all_starts,
    principal_of,
    services_over,
    stored_session,
    stored_user,
)
from example_search import searched
from fakes import MovableClock
from marketplace.adapters.memory.storage import memory_storage
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.availability import MAX_WINDOW
from marketplace.core.domain.bookable_starts import BookableStart
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.schedules import DayException, Extra, Schedule, TimeRange, WeeklyHours
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.errors import Conflict
from marketplace.core.ports.storage import Storage

T = TypeVar("T")

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ZONES = ("UTC", "Europe/Madrid", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu")
MOMENTS = (
    datetime(2030, 1, 7, 9, tzinfo=UTC),
    datetime(2030, 3, 30, 22, 40, tzinfo=UTC),
    datetime(2030, 4, 6, 13, 50, tzinfo=UTC),
    datetime(2030, 10, 27, 0, 5, tzinfo=UTC),
)
"""Some of them are shortly before clock changes."""
QUARTERS = st.one_of(st.integers(36, 56), st.integers(36, 56), st.integers(0, 95))
"""Quarter hours of the day, mostly before noon, so that they overlap."""
MINUTES = QUARTERS.map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
RANGES = st.builds(TimeRange, starts=MINUTES, ends=MINUTES, step=st.sampled_from([None, 15, 40, 60, 100]))
WEEKLY = st.lists(st.builds(WeeklyHours, weekday=st.integers(1, 7), hours=RANGES), max_size=6).map(tuple)
DURATIONS = st.sampled_from([15, 45, 60, 60, 90, 600])


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A session with its schedule."""

    duration: int
    seats: int
    schedule: Schedule | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Sessions of one creator, their bookings, and the searched windows. Times are minutes from now on."""

    now: datetime
    plans: tuple[Plan, ...]
    bookings: tuple[tuple[int, int, int], ...]
    """Index of the plan, of one of its slots, and the quarter hour for a session by arrangement."""
    changes: tuple[tuple[int, Plan], ...]
    """Index of the plan that is replaced in the end, if its bookings allow it."""
    windows: tuple[tuple[int, int], ...]


@st.composite
def schedules(draw: st.DrawFn, now: datetime) -> Schedule:
    days = st.integers(-1, 9).map(lambda number: now.date() + number * DAY)
    extras = st.lists(st.builds(Extra, on=days, hours=RANGES), max_size=3).map(tuple)
    exceptions = st.builds(DayException, on=days, ranges=st.lists(RANGES, max_size=2).map(tuple))
    first = draw(st.one_of(st.none(), days))
    drawn = Schedule(
        time_zone=draw(st.sampled_from(ZONES)),
        weekly=draw(WEEKLY),
        extras=draw(extras),
        exceptions=tuple(draw(st.lists(exceptions, max_size=2, unique_by=lambda each: each.on))),
        buffer_before=draw(st.sampled_from([0, 0, 10, 180])),
        buffer_after=draw(st.sampled_from([0, 0, 15, 1440])),
        notice=draw(st.sampled_from([0, 0, 45, 1440])),
        horizon=draw(st.sampled_from([2, 7, 60])),
        valid_from=first,
        valid_until=draw(st.one_of(st.none(), st.integers(0, 12).map(lambda more: (first or now.date()) + more * DAY))),
    )
    # leave out whatever contradicts the rest
    return replace(drawn, **{name: getattr(a_schedule(weekly=()), name) for name in drawn.validate()})


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    now = draw(st.sampled_from(MOMENTS))
    schedule = st.one_of(schedules(now), schedules(now), schedules(now), st.none())
    plans = st.builds(Plan, duration=DURATIONS, seats=st.integers(1, 2), schedule=schedule)
    begin, length = st.integers(-60, 8 * 1440), st.sampled_from([1, 15, 60, 600, 3000])
    nth = st.one_of(st.integers(0, 2), st.integers(0, 8), st.integers(0, 200))
    bookings = st.tuples(st.integers(0, 2), nth, st.integers(1, 700))
    changes = st.tuples(st.integers(0, 2), plans)
    booked = draw(st.lists(bookings, max_size=12))
    anywhere = [(first, first + draw(length)) for first in draw(st.lists(begin, min_size=1, max_size=4))]
    return Scenario(
        now=now,
        plans=tuple(draw(st.lists(plans, min_size=1, max_size=3))),
        bookings=tuple(booked),
        changes=tuple(draw(st.lists(changes, max_size=2))),
        windows=(*anywhere, *((quarter * 15, quarter * 15 + 1) for _, _, quarter in booked[:4])),
    )


class Marketplace:
    """One scenario on one storage."""

    def __init__(self, storage: Storage, scenario: Scenario) -> None:
        self.scenario = scenario
        self.storage = storage
        self.services: Services = services_over(storage, clock=MovableClock(scenario.now))
        self.plans = list(scenario.plans)
        self.sessions: list[Session] = []

    async def live(self) -> None:
        creator = await stored_user(self.storage, role="creator")
        for plan in self.scenario.plans:
            self.sessions.append(await stored_session(self.storage, creator_id=creator.id))
            await self._become(len(self.sessions) - 1, plan)
        for which, nth, quarter in self.scenario.bookings:
            await self._book(which % len(self.sessions), nth, quarter)
        for which, plan in self.scenario.changes:
            with suppress(Conflict):
                await self._become(which % len(self.sessions), plan)

    async def _become(self, which: int, plan: Plan) -> None:
        session, owner = self.sessions[which], a_principal(self.sessions[which].creator_id)
        changes: dict[str, Any] = {"duration": plan.duration, "max_participants": plan.seats}
        await self.services.sessions.change(owner, session.id, changes)
        self.sessions[which] = replace(session, **changes)
        self.plans[which] = replace(self.plans[which], duration=plan.duration, seats=plan.seats)
        await self.services.schedules.replace(owner, session.id, plan.schedule)
        self.plans[which] = plan

    async def _book(self, which: int, nth: int, quarter: int) -> None:
        session, learner = self.sessions[which], principal_of(await stored_user(self.storage))
        slots = await self.slots(session)
        if slots:
            await self.services.bookings.book(learner, session.id, slots[nth % len(slots)].starts_at)
        elif self.plans[which].schedule is None:
            with suppress(Conflict):
                await self.services.bookings.book(learner, session.id, self.scenario.now + quarter * 15 * MINUTE)

    async def slots(self, session: Session) -> tuple[BookableStart, ...]:
        now = self.scenario.now
        return await all_starts(self.services.slots.list, None, session, now, now + MAX_WINDOW)

    async def found(self, begin: datetime | None, end: datetime | None) -> set[UUID]:
        creator = self.sessions[0].creator_id
        filters = CatalogFilters(creator=creator, available_from=begin, available_to=end)
        return {session.id for session in (await self.services.sessions.list(filters, 10, None)).items}

    async def has_slot(self, session: Session, plan: Plan, begin: datetime, end: datetime) -> bool:
        if plan.schedule is not None:
            return any(begin <= slot.starts_at < end for slot in await self.slots(session))
        occupied = [slot for each in self.sessions for slot in await self._occupied(each)]
        return any(self._fits(session, start, occupied) for start in self._seconds(begin, end))

    def _seconds(self, begin: datetime, end: datetime) -> Iterator[datetime]:
        """Return the whole minutes of a window that are in the future, and a second after each."""
        for number in range((end - begin) // MINUTE):
            for start in (begin + number * MINUTE, begin + number * MINUTE + timedelta(seconds=1)):
                if start > self.scenario.now:
                    yield start

    @staticmethod
    def _fits(session: Session, start: datetime, occupied: list[Slot]) -> bool:
        slot = Slot.of(session, start)
        own = sum(other.seats_taken for other in occupied if other.is_same_slot(slot))
        return own < session.max_participants and not any(other.excludes(slot) for other in occupied)

    async def _occupied(self, session: Session) -> tuple[Slot, ...]:
        async with self.storage.unit_of_work() as tx:
            return await tx.slots.acquire_upcoming(session.id, self.scenario.now - DAY)


async def check(storage: Storage, scenario: Scenario) -> None:
    market = Marketplace(storage, scenario)
    await market.live()
    published = list(zip(market.sessions, market.plans, strict=True))
    for session in market.sessions:
        shown = await storage.catalog.find(session.id, scenario.now)
        assert shown is not None
        assert shown.next_slot == next(iter(await market.slots(session)), None)
    for first, last in scenario.windows:
        begin, end = scenario.now + first * MINUTE, scenario.now + last * MINUTE
        free = {session.id for session, plan in published if await market.has_slot(session, plan, begin, end)}
        assert await market.found(begin, end) == (free if end > scenario.now else set())
    ever = {session.id for session, plan in published if plan.schedule is None or await market.slots(session)}
    assert await market.found(scenario.now, None) == await market.found(None, scenario.now + 400 * DAY) == ever


@pytest.fixture(params=["memory", "postgres"])
def runner_and_storage(request: pytest.FixtureRequest) -> Iterator[tuple[asyncio.Runner, Storage]]:
    """Return a separate event loop, since hypothesis runs examples and not tests."""
    with asyncio.Runner() as runner:
        if request.param == "memory":
            yield runner, memory_storage()
            return
        pool = runner.run(connect(request.getfixturevalue("database")))
        yield runner, postgres_storage(pool)
        runner.run(pool.close())


@searched(60, suppress_health_check=list(HealthCheck))
@given(scenario=scenarios())
def test_availability_search_agrees_with_listed_slots(
    runner_and_storage: tuple[asyncio.Runner, Storage], scenario: Scenario
) -> None:
    runner, storage = runner_and_storage
    runner.run(check(storage, scenario))
