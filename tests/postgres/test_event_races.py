"""Concurrent relays, some killed, while users book: every event is delivered, in order for each booking."""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import asyncpg
import pytest_asyncio

from builders import Services, principal_of, services_over, stored_booking, stored_session, stored_user, stored_users
from contracts.events import Recorder, relay_over
from contracts.harness import owner_of
from fakes import MovableClock
from marketplace.adapters.postgres.schema.migrate import migrate
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.events import STEP_EVENTS
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage
from postgres import event_worker
from postgres.workers import becomes, opened, requested, worker_process

HOUR = timedelta(hours=1)
LEFT = "SELECT count(*) FROM booking_steps WHERE deliver_at IS NOT NULL"


@pytest_asyncio.fixture(loop_scope="module")
async def storage(empty_database: str) -> AsyncIterator[Storage]:
    async with opened(empty_database) as storage:
        yield storage


class Marketplace:
    """Learners who book, reschedule and cancel, by the real clock."""

    def __init__(
        self, services: Services, session: Session, learners: Sequence[Principal], starts_at: datetime
    ) -> None:
        self.services, self.session, self.learners, self.starts_at = services, session, learners, starts_at
        self.days = count()
        self.ids: list[UUID] = []

    @classmethod
    async def of(cls, storage: Storage) -> "Marketplace":
        now = datetime.now(UTC)
        session = await stored_session(storage, max_participants=100)
        learners = [principal_of(user) for user in await stored_users(storage, 8)]
        return cls(services_over(storage, clock=MovableClock(now)), session, learners, now + timedelta(days=3))

    async def live(self, learner: Principal, dice: random.Random) -> None:
        """Make one booking with a few steps."""
        bookings = self.services.bookings
        start = self.starts_at + 3 * HOUR * next(self.days)
        booking = (await bookings.book(learner, self.session.id, start)).resource
        self.ids.append(booking.id)
        for _ in range(dice.randrange(3)):
            rescheduled = self.starts_at + 3 * HOUR * next(self.days)
            await bookings.reschedule(owner_of(self.session), booking.id, rescheduled, "It rains.")
        if dice.random() < 0.7:
            await bookings.act(learner, booking.id, "cancel")

    async def lives(self, learner: Principal, number: int) -> None:
        dice = random.Random(number)  # noqa: S311 - not a secret
        for _ in range(number):
            await self.live(learner, dice)

    async def steps(self, storage: Storage) -> dict[UUID, list[BookingStep]]:
        found = [await storage.booking_lists.find(booking_id) for booking_id in self.ids]
        return {booking.id: list(booking.history) for booking in found if booking is not None}


async def test_three_relays_deliver_each_event_once_and_in_order_while_people_book(
    empty_database: str, storage: Storage
) -> None:
    marketplace, stop = await Marketplace.of(storage), asyncio.Event()
    recorder = Recorder()
    relays = [asyncio.create_task(relay_over(storage, recorder, batch=batch).run(stop)) for batch in (1, 3, 100)]

    await asyncio.gather(*(marketplace.lives(learner, 6) for learner in marketplace.learners))
    assert await becomes(empty_database, LEFT, 0)
    stop.set()
    await asyncio.gather(*relays)

    handed = defaultdict(list)
    for each in recorder.handed:
        handed[each.event.subject_id].append(each.event.kind)
    steps = await marketplace.steps(storage)
    assert len(steps) == 48
    assert {key: handed[key] for key in steps} == {
        key: [STEP_EVENTS[step.action] for step in history] for key, history in steps.items()
    }
    assert len({each.id for each in recorder.handed}) == len(recorder.handed)


async def test_killed_relay_loses_no_event_and_keeps_order(empty_database: str, storage: Storage) -> None:
    await requested(empty_database, event_worker.TABLE)
    marketplace = await Marketplace.of(storage)
    await asyncio.gather(*(marketplace.lives(learner, 12) for learner in marketplace.learners))
    await requested(empty_database, "DELETE FROM jobs")
    steps = await marketplace.steps(storage)
    total = sum(map(len, steps.values()))

    for _ in range(3):
        async with worker_process(empty_database, event_worker.__file__) as worker:
            before = await requested(empty_database, "SELECT count(*) FROM handed")
            assert await becomes(empty_database, f"SELECT count(*) > {before} FROM handed", answer=True)  # noqa: S608
            worker.kill()
            await worker.wait()
    program = event_worker.__file__
    async with worker_process(empty_database, program), worker_process(empty_database, program):
        assert await becomes(empty_database, LEFT, 0)

    jobs = await requested(empty_database, "SELECT count(*) FROM jobs WHERE kind = 'attend_booking'")
    assert jobs == total
    rows = await fetch(empty_database, "SELECT event, subject, kind FROM handed ORDER BY at")
    first = {row["event"]: row for row in reversed(rows)}  # a killed relay delivers some of them again
    order = [row["event"] for row in rows if row is first[row["event"]]]
    handed = defaultdict(list)
    for event in order:
        handed[first[event]["subject"]].append(first[event]["kind"])
    expected = {key: [STEP_EVENTS[step.action] for step in history] for key, history in steps.items()}
    assert {key: handed[key] for key in steps} == expected


async def fetch(dsn: str, question: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(dsn)
    try:
        return list(await connection.fetch(question))
    finally:
        await connection.close()


async def test_only_steps_written_after_the_migration_are_events(empty_database: str, storage: Storage) -> None:
    learner, session = await stored_user(storage), await stored_session(storage)
    booking = await stored_booking(storage, session, learner.id)
    await migrate(empty_database, "0018")
    await migrate(empty_database)
    add = f"""
        INSERT INTO booking_steps (booking_id, at, actor_id, from_status, to_status, reason)
        VALUES ('{booking.id}', now(), '{learner.id}', 'confirmed', 'cancelled', '')
    """  # noqa: S608 - ids
    await requested(empty_database, add)
    recorder = Recorder()
    relay = relay_over(storage, recorder)

    while await relay.deliver():
        pass

    assert recorder.kinds() == ["booking.cancelled"]


async def test_relay_does_not_block_booking_or_cancelling(storage: Storage) -> None:
    marketplace = await Marketplace.of(storage)
    learner = marketplace.learners[0]
    await marketplace.live(learner, random.Random(1))  # noqa: S311 - not a secret
    booking = (
        await marketplace.services.bookings.book(learner, marketplace.session.id, marketplace.starts_at)
    ).resource

    async with storage.unit_of_work() as tx:
        claimed = await tx.events.claim(datetime.now(UTC) + HOUR, 100)
        assert booking.id in {each.event.subject_id for each in claimed}
        async with asyncio.timeout(60):
            await marketplace.services.bookings.act(learner, booking.id, "cancel")


async def test_booking_writes_send_no_notification(empty_database: str) -> None:
    """A notification inside the transaction would serialize commits."""
    triggers = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN ({})"
    tables = "'booking_steps'::regclass, 'events'::regclass, 'bookings'::regclass, 'slots'::regclass"

    assert await requested(empty_database, triggers.format(tables)) == 0
