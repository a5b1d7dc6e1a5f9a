"""For any sequence of actions, memory and PostgreSQL give the same results, and every invariant holds."""

import asyncio
from collections.abc import Iterator
from datetime import time

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from builders import a_schedule, principal_of
from contracts.lifecycle import LEARNERS, SESSION, MarketplaceMachine, Side
from example_search import searched
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.availability import MAX_WINDOW
from marketplace.core.domain.bookable_starts import BookableStart
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.schedules import Schedule, TimeRange, WeeklyHours
from marketplace.core.domain.sessions import Session

DAYS = st.sampled_from([(1, 2, 3, 4, 5, 6, 7), (2, 4), (6,)])
HOURS = st.sampled_from([(time(0), time(0)), (time(9), time(13)), (time(11), time(12, 30)), (time(20), time(2))])
BUFFERS = st.sampled_from([(0, 0), (0, 0), (30, 0), (0, 30), (90, 60)])
SETTINGS = searched(15, stateful_step_count=40, phases=[Phase.generate], suppress_health_check=list(HealthCheck))


class ScheduledMarketplaceMachine(MarketplaceMachine):
    """Adds schedule changes and availability searches."""

    @rule(what=SESSION, days=DAYS, hours=HOURS, zone=st.sampled_from(["UTC", "Asia/Kathmandu"]), buffers=BUFFERS)
    def set_hours(
        self, what: int, days: tuple[int, ...], hours: tuple[time, time], zone: str, buffers: tuple[int, int]
    ) -> None:
        provided = TimeRange(starts=hours[0], ends=hours[1], step=30)
        weekly = tuple(WeeklyHours(weekday=day, hours=provided) for day in days)
        schedule = a_schedule(time_zone=zone, weekly=weekly, buffer_before=buffers[0], buffer_after=buffers[1])
        self._replace(what, schedule)

    @rule(what=SESSION, notice=st.sampled_from([0, 45, 2000]), horizon=st.sampled_from([2, 14, 60]))
    def set_bounds(self, what: int, notice: int, horizon: int) -> None:
        self._replace(what, a_schedule(notice=notice, horizon=horizon))

    @rule(what=SESSION)
    def offer_by_arrangement(self, what: int) -> None:
        self._replace(what, None)

    @rule(what=SESSION, who=st.integers(0, LEARNERS - 1), seats=st.integers(1, 2))
    def book_next_slot(self, what: int, who: int, seats: int) -> None:
        """Book the next slot that the catalog shows, which must succeed if it has enough seats."""
        session, learner = self._session(what), principal_of(self.learners[who])

        async def command(side: Side) -> object:
            shown = await side.storage.catalog.find(session.id, self.clock.now())
            assert shown is not None
            if shown.next_slot is None:
                return "nothing is shown"
            start = shown.next_slot.starts_at
            side.booked.append((await side.services.bookings.book(learner, session.id, start, seats)).resource.id)
            return "booked"

        assert self._both(command) in {"booked", "nothing is shown", "already_booked", "sold_out"}

    @rule(first=st.sampled_from([0, 1, 2, 30]), steps=st.sampled_from([1, 4, 48, 400]))
    def search_available_sessions(self, first: int, steps: int) -> None:
        begin, end = self._start(first), self._start(first + steps)
        filters = CatalogFilters(available_from=begin, available_to=end)

        async def command(side: Side) -> object:
            found = {each.id: each for each in (await side.services.sessions.list(filters, 100, None)).items}
            for session in self.sessions:
                is_free = any(begin <= slot.starts_at < end for slot in await self._slots(side, session))
                assert is_free is (session.id in found and not found[session.id].is_open)
            return {session.id for session in self.sessions} & set(found)

        self._both(command)

    @invariant()
    def next_slot_is_first_of_slots(self) -> None:
        async def command(side: Side) -> object:
            shown = [await side.storage.catalog.find(session.id, self.clock.now()) for session in self.sessions]
            for session, each in zip(self.sessions, shown, strict=True):
                assert each is not None
                assert each.next_slot == next(iter(await self._slots(side, session)), None)
            return [each.next_slot for each in shown if each is not None]

        self._both(command)

    async def _slots(self, side: Side, session: Session) -> tuple[BookableStart, ...]:
        begin = self.clock.now()
        found = await side.storage.availabilities.find(session.id, begin, begin + MAX_WINDOW)
        assert found is not None
        return tuple(found.shown_as(tuple(found.free_runs(begin, begin + MAX_WINDOW, begin))))

    def _replace(self, what: int, schedule: Schedule | None) -> None:
        session = self._session(what)
        self._both(lambda side: side.services.schedules.replace(self._owner(session), session.id, schedule))


@pytest.fixture
def machine(database: str) -> Iterator[type[MarketplaceMachine]]:
    """Run the machine over a database, in an event loop of its own."""
    with asyncio.Runner() as runner:
        pool = runner.run(connect(database))
        yield type(
            "LifeOverPostgres", (ScheduledMarketplaceMachine,), {"runner": runner, "opened": postgres_storage(pool)}
        )
        runner.run(pool.close())


def test_memory_and_postgres_have_same_booking_lifecycle(machine: type[MarketplaceMachine]) -> None:
    run_state_machine_as_test(machine, settings=SETTINGS)
