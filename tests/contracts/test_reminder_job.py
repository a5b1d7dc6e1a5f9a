"""Bookings that events brought no reminders of, such as those of an earlier release, get them from a job."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from builders import principal_of
from contracts.events import END, Recorder, relay_over
from contracts.harness import owner_of
from contracts.mail import MailedMarketplace, settle
from due_jobs import run_due
from fakes import NOW, MovableClock
from marketplace.core.domain.messages import MessageKind
from marketplace.core.ports.storage import Storage
from marketplace.core.services.reminders import ReminderService

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
REMINDERS = {MessageKind.REMINDER_DAY, MessageKind.REMINDER_HOUR}


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def no_leftovers(storage: Storage) -> AsyncIterator[None]:
    await settle(storage)
    yield
    await settle(storage)


@pytest.fixture
def market(storage: Storage) -> MailedMarketplace:
    return MailedMarketplace(storage)


def reminders_of(market: MailedMarketplace, batch: int = 2) -> ReminderService:
    return ReminderService(
        unit_of_work=market.storage.unit_of_work, new_messages=market.new_messages, clock=market.clock, batch=batch
    )


async def forget_events(market: MailedMarketplace) -> None:
    """Deliver all events to a release without messages."""
    relay = relay_over(market.storage, Recorder(), clock=MovableClock(END))
    while await relay.deliver():
        pass


async def test_bookings_of_an_earlier_release_are_reminded_of_once(market: MailedMarketplace) -> None:
    session, learners = await market.a_session(), [await market.a_person() for _ in range(5)]
    market.clock.at = NOW - 3 * DAY
    for learner in learners:
        await market.book(session, learner, NOW + 90 * MINUTE)
    await market.book(session, learners[0], NOW + DAY + HOUR / 2)
    await forget_events(market)
    market.clock.at = NOW

    for _ in range(2):
        await reminders_of(market).add_missing()
    for minutes in (30, 30):
        market.clock.advance(minutes * MINUTE)
        await market.deliver()
        await reminders_of(market).add_missing()

    assert [market.to(each) for each in learners[1:]] == [["Starting soon: Morning yoga"]] * 4
    assert sorted(market.to(learners[0])) == ["Reminder: Morning yoga", "Starting soon: Morning yoga"]


async def test_job_and_events_decide_the_same_reminders(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    asked = await market.a_session(requires_confirmation=True)
    market.clock.at = NOW - 3 * DAY
    moved = await market.book(session, learner, NOW + 3 * HOUR)
    await market.services.bookings.reschedule(owner_of(session), moved.id, NOW + 9 * HOUR, "The room is taken.")
    confirmed = await market.book(asked, learner, NOW + 4 * HOUR)
    market.clock.advance(MINUTE)
    await market.services.bookings.reschedule(owner_of(asked), confirmed.id, NOW + 5 * HOUR, "I am late.")
    await market.services.seat_changes.change(principal_of(learner), confirmed.id, 2)
    await market.services.bookings.act(owner_of(asked), confirmed.id, "confirm")
    await market.services.seat_changes.change(principal_of(learner), moved.id, 2)
    market.clock.at = NOW - 14 * HOUR

    async def due() -> list[tuple[datetime, int]]:
        found = [each for each in await market.messages(learner.id) if each.kind in REMINDERS]
        return sorted((each.due_at, each.version) for each in found if each.due_at > market.clock.now())

    await reminders_of(market).add_missing()
    by_job = await due()
    await market.decide()
    by_both = await due()
    await reminders_of(market).add_missing()

    assert [at for at, _ in by_job] == [NOW + 4 * HOUR, NOW + 8 * HOUR]
    assert set(by_both) - set(by_job) == {(NOW + 2 * HOUR, 0)}, "the reminder of the start before the move"
    assert await due() == by_both


async def test_requests_ended_and_late_bookings_are_not_reminded_of(market: MailedMarketplace) -> None:
    session, learner = await market.a_session(), await market.a_person()
    asked = await market.a_session(requires_confirmation=True)
    await market.book(asked, learner, NOW + 5 * HOUR)
    cancelled = await market.book(session, learner, NOW + 6 * HOUR)
    await market.services.bookings.act(principal_of(learner), cancelled.id, "cancel")
    await market.book(session, learner, NOW + HOUR / 2)
    await forget_events(market)

    await reminders_of(market).add_missing()

    assert await market.messages(learner.id) == []


async def test_reminders_are_added_hourly(empty_storage: Storage) -> None:
    market = MailedMarketplace(empty_storage)
    service = reminders_of(market)
    session, learner = await market.a_session(), await market.a_person()
    await service.begin()
    await run_due(empty_storage.job_queue, NOW, {"add_reminders": service.add_missing})
    await market.book(session, learner, NOW + 3 * HOUR)
    await forget_events(market)

    market.clock.at = NOW + HOUR
    await run_due(empty_storage.job_queue, market.clock.now(), {"add_reminders": service.add_missing})

    assert [each.kind for each in await market.messages(learner.id)] == [MessageKind.REMINDER_HOUR]
