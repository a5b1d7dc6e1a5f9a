"""Events are stored with the change and delivered to every subscriber, in order and at least once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

import pytest
import pytest_asyncio

from builders import (
    TOMORROW,
    Services,
    a_schedule,
    principal_of,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.events import FAR, Enqueuer, Recorder, claimed, drain, relay_over
from contracts.harness import broken_transaction, cancel, cancel_now, owner_of
from due_jobs import take_due
from fakes import NOW, MovableClock
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.events import (
    EVENTS_KEPT_FOR,
    RETRY_FIRST,
    RETRY_MAX,
    STEP_EVENTS,
    BookingEvent,
    BookingEventKind,
    EventId,
    SessionEvent,
    UserEvent,
)
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.storage import Storage
from staff_services import staff_over

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def no_replay(storage: Storage) -> AsyncIterator[None]:
    """Deliver the events of other tests first."""
    await drain(storage)
    yield
    await drain(storage)


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def record(storage: Storage, *events: SessionEvent | UserEvent) -> None:
    async with storage.unit_of_work() as tx:
        for event in events:
            await tx.events.add(event)


def an_event(session: Session, **changes: Any) -> SessionEvent:
    return replace(SessionEvent.of("session.changed", session, session.creator_id, NOW, ["title"]), **changes)


async def history(storage: Storage, booking_id: UUID) -> BookingHistory:
    found = await storage.booking_lists.find(booking_id)
    assert found is not None
    return found


async def due_jobs(storage: Storage) -> list[Job]:
    return await take_due(storage.job_queue, FAR, "attend_booking")


async def test_every_path_that_writes_a_step_writes_its_event(storage: Storage, services: Services) -> None:
    clock, bookings = services.clock, services.bookings
    creator, staff = await stored_user(storage, role="creator"), principal_of(await stored_user(storage, is_staff=True))
    session = await stored_session(storage, creator_id=creator.id, requires_confirmation=True, max_participants=9)
    owner, learners = principal_of(creator), [principal_of(await stored_user(storage)) for _ in range(6)]
    ids = [(await bookings.book(each, session.id, TOMORROW, 1)).resource.id for each in learners]
    expired, declined, cancelled, completed, rescheduled, cancelled_bookings = ids
    await bookings.act(owner, declined, "decline", "No.")
    await bookings.act(learners[2], cancelled, "cancel")
    await bookings.act(owner, completed, "confirm")
    await bookings.reschedule(staff, rescheduled, TOMORROW + 3 * HOUR, "The room is taken.")
    await services.slots.cancel(owner, session.id, TOMORROW + 3 * HOUR, "I am ill.")
    await bookings.reschedule(learners[5], cancelled_bookings, TOMORROW + 5 * DAY)
    clock.at = TOMORROW + 2 * HOUR
    for booking_id in ids:
        await bookings.settle_due(booking_id)
    await staff_over(services).users.deactivate(staff, creator.id, "They never came.", cancel_sold_seats=True)
    recorder = Recorder()

    await drain(storage, recorder)

    for booking_id in ids:
        booking = await history(storage, booking_id)
        events = [each.event for each in recorder.handed if each.event.subject_id == booking_id]
        assert [event.kind for event in events] == [STEP_EVENTS[step.action] for step in booking.history]
        assert [event.at for event in events] == [step.at for step in booking.history]
        assert [event.actor_id for event in events] == [step.actor_id for step in booking.history]
    assert set(recorder.kinds()) >= set(get_args(BookingEventKind)) - {"booking.seats_changed"}
    assert recorder.kinds(expired) == ["booking.created", "booking.expired"]
    assert recorder.kinds(cancelled_bookings) == ["booking.created", "booking.rescheduled", "booking.cancelled"]


async def test_event_of_a_step_has_state_after_the_step(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, price=Decimal("12.50"))
    booking = await stored_booking(storage, session, seats=2, amount=Decimal("25.00"))
    await services.bookings.reschedule(owner_of(session), booking.id, TOMORROW + HOUR, "Why not?")
    await services.bookings.reschedule(owner_of(session), booking.id, TOMORROW + 4 * HOUR)
    recorder = Recorder()

    await drain(storage, recorder)

    created, rescheduled, rescheduled_again = (
        each.event for each in recorder.handed if each.event.subject_id == booking.id
    )
    assert created == BookingEvent(
        kind="booking.created",
        at=NOW,
        actor_id=booking.user_id,
        booking_id=booking.id,
        session_id=session.id,
        creator_id=session.creator_id,
        user_id=booking.user_id,
        title=session.title,
        from_status=None,
        to_status="confirmed",
        starts_at=TOMORROW,
        seats=2,
        amount=Decimal("25.00"),
        from_start=None,
        to_start=None,
        from_seats=None,
        to_seats=None,
        batch_id=None,
    )
    assert isinstance(rescheduled, BookingEvent)
    assert (rescheduled.from_start, rescheduled.to_start, rescheduled.starts_at) == (
        TOMORROW,
        TOMORROW + HOUR,
        TOMORROW + HOUR,
    )
    assert isinstance(rescheduled_again, BookingEvent)
    assert rescheduled_again.starts_at == TOMORROW + 4 * HOUR


async def test_events_contain_no_personal_data(storage: Storage, services: Services) -> None:
    changes = {"first_name": "Wilhelmina", "last_name": "Quicksilver", "avatar": "https://example.org/quick.png"}
    creator, learner = await stored_user(storage, role="creator", **changes), await stored_user(storage, **changes)
    session = await stored_session(storage, creator_id=creator.id, description="Call me at home.")
    booking = await stored_booking(storage, session, learner.id)
    await services.bookings.reschedule(principal_of(creator), booking.id, TOMORROW + HOUR, "My phone is 555.")
    await services.sessions.change(principal_of(creator), session.id, {"description": "Call me at work."})
    registered = await services.users.register(
        email="wilhelmina@example.org", username="wilhelmina", password="quick silver 9", first_name="Wilhelmina"
    )
    recorder = Recorder()

    await drain(storage, recorder)

    text = repr([asdict(each.event) for each in recorder.handed])
    assert str(registered.id) in text
    private = [*changes.values(), "555", "Call me", "wilhelmina@", "'wilhelmina'"]
    private += [value for user in (creator, learner) for value in (user.email, user.username)]
    assert [each for each in private if each in text] == []


async def test_every_change_of_a_session_is_an_event(storage: Storage, services: Services) -> None:
    creator = principal_of(await stored_user(storage, role="creator"))
    staff, admin = staff_over(services), principal_of(await stored_user(storage, is_staff=True))
    session = (
        await services.sessions.create(
            creator,
            {
                "title": "Chess",
                "description": "Openings.",
                "duration": 60,
                "price": Decimal(10),
                "max_participants": 4,
                "image_url": None,
                "status": "active",
                "category": None,
                "tags": (),
                "requires_confirmation": False,
                "cancellation_notice": 0,
            },
        )
    ).resource
    await services.sessions.change(creator, session.id, {"title": "Chess for two", "duration": 90})
    await services.sessions.change(creator, session.id, {"title": "Chess for two"})
    await services.schedules.replace(creator, session.id, a_schedule())
    await staff.sessions.feature(admin, session.id, "It is good.")
    await staff.sessions.hide(admin, session.id, "It is not.")
    await staff.sessions.restore(admin, session.id, "It is.")
    await services.sessions.archive(creator, session.id)
    recorder = Recorder()

    await drain(storage, recorder)

    events = [each.event for each in recorder.handed if isinstance(each.event, SessionEvent)]
    assert {(event.session_id, event.creator_id, event.at) for event in events} == {
        (session.id, creator.user_id, NOW),
    }
    assert [(event.kind, event.actor_id, set(event.changed)) for event in events] == [
        ("session.created", creator.user_id, set()),
        ("session.changed", creator.user_id, {"title", "duration"}),
        ("session.changed", creator.user_id, {"schedule"}),
        ("session.changed", admin.user_id, {"featured_at"}),
        ("session.changed", admin.user_id, {"hidden_at", "hidden_reason", "featured_at"}),
        ("session.changed", admin.user_id, {"hidden_at", "hidden_reason"}),
        ("session.archived", creator.user_id, set()),
    ]
    assert [event.title for event in events] == ["Chess", *["Chess for two"] * 6]


async def test_registering_is_an_event(storage: Storage, services: Services) -> None:
    user = await services.users.register(email="a1@example.org", username="a1", password="quick silver 9")
    recorder = Recorder()

    await drain(storage, recorder)

    assert [each.event for each in recorder.handed] == [
        UserEvent(kind="user.registered", at=NOW, actor_id=None, user_id=user.id)
    ]


async def test_rollback_leaves_no_event(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session)
    await drain(storage)

    async with broken_transaction(storage) as tx:
        await cancel(tx, booking)
        await tx.events.add(an_event(session))

    assert await claimed(storage) == []


async def test_uncommitted_event_is_not_claimed(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session)
    await drain(storage)

    async with storage.unit_of_work() as tx:
        await cancel(tx, booking)
        await tx.events.add(an_event(session))
        assert await claimed(storage) == []

    assert sorted(each.event.kind for each in await claimed(storage)) == ["booking.cancelled", "session.changed"]


async def test_late_commit_is_not_lost(storage: Storage) -> None:
    """An event that becomes visible late has a lower number than delivered ones."""
    one, other = [await stored_session(storage) for _ in range(2)]
    early, late = [await stored_booking(storage, session) for session in (one, other)]
    await drain(storage)
    recorder = Recorder()

    async with storage.unit_of_work() as tx:
        await cancel(tx, late)
        await tx.events.add(an_event(other))
        await cancel_now(storage, early)
        await record(storage, an_event(one))
        await drain(storage, recorder)
        assert recorder.kinds(early.id) == ["booking.cancelled"]
        assert recorder.kinds(one.id) == ["session.changed"]
    await drain(storage, recorder)

    assert recorder.kinds(late.id) == ["booking.cancelled"]
    assert recorder.kinds(other.id) == ["session.changed"]


async def test_events_of_one_subject_are_claimed_one_after_another(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session)
    await cancel_now(storage, booking)
    await record(storage, an_event(session), an_event(session, kind="session.archived"))
    seen = []

    for _ in range(2):
        async with storage.unit_of_work() as tx:
            found = await tx.events.claim(FAR, 9)
            await tx.events.mark_delivered([each.id for each in found])
            seen.append({each.event.kind for each in found})

    assert seen == [{"booking.created", "session.changed"}, {"booking.cancelled", "session.archived"}]
    assert await claimed(storage) == []


async def test_claim_takes_the_oldest_first_up_to_the_limit(storage: Storage) -> None:
    sessions = [await stored_session(storage) for _ in range(4)]
    bookings = [await stored_booking(storage, session) for session in sessions]
    await record(storage, *map(an_event, sessions))

    async with storage.unit_of_work() as tx:
        found = await tx.events.claim(FAR, 3)

    assert [each.event.subject_id for each in found] == [
        *(booking.id for booking in bookings[:3]),
        *(session.id for session in sessions[:3]),
    ]
    assert len({each.id for each in found}) == 6


async def test_event_claimed_by_another_transaction_is_skipped_with_its_successors(storage: Storage) -> None:
    session = await stored_session(storage)
    booking, other = [await stored_booking(storage, session, starts_at=TOMORROW + n * DAY) for n in range(2)]
    await cancel_now(storage, booking)
    await record(storage, an_event(session), an_event(session))

    async with storage.unit_of_work() as tx:
        first = await tx.events.claim(FAR, 1)
        async with storage.unit_of_work() as another:
            second = await another.events.claim(FAR, 9)
        assert await claimed(storage) == second

    assert [each.event.subject_id for each in first] == [booking.id, session.id]
    assert [each.event.subject_id for each in second] == [other.id]


async def test_rolled_back_claim_is_claimed_again(storage: Storage) -> None:
    session = await stored_session(storage)
    await stored_booking(storage, session)
    await record(storage, an_event(session))

    async with broken_transaction(storage) as tx:
        found = await tx.events.claim(FAR, 9)
        await tx.events.mark_delivered([each.id for each in found])

    assert len(found) == 2
    assert await claimed(storage) == found


async def test_an_event_is_not_due_before_it_happened(storage: Storage) -> None:
    session = await stored_session(storage)
    await record(storage, an_event(session, at=NOW + HOUR))

    assert await claimed(storage, NOW) == []
    assert len(await claimed(storage, NOW + HOUR)) == 1


async def test_event_refused_by_subscriber_delays_only_its_own_subject(storage: Storage) -> None:
    session = await stored_session(storage)
    bookings = [await stored_booking(storage, session, starts_at=TOMORROW + n * DAY) for n in range(3)]
    await cancel_now(storage, bookings[1])
    await due_jobs(storage)
    clock, is_ill = MovableClock(FAR), True
    recorder = Recorder(lambda delivery: is_ill and delivery.event.subject_id == bookings[1].id)
    relay = relay_over(storage, recorder, Enqueuer(), clock=clock)

    while await relay.deliver():
        pass
    assert recorder.kinds(bookings[1].id) == []
    assert {each.event.subject_id for each in recorder.handed} == {bookings[0].id, bookings[2].id}
    assert {job.subject for job in await due_jobs(storage)} == {bookings[0].id, bookings[2].id}
    is_ill = False
    assert await relay.deliver() == 0
    clock.advance(RETRY_FIRST)
    while await relay.deliver():
        pass

    assert recorder.kinds(bookings[1].id) == ["booking.created", "booking.cancelled"]
    assert [each.attempts for each in recorder.handed if each.event.subject_id == bookings[1].id] == [1, 0]


async def test_the_pause_between_attempts_grows_to_an_hour(storage: Storage) -> None:
    session = await stored_session(storage)
    await record(storage, an_event(session))
    clock = MovableClock(NOW)
    relay = relay_over(storage, Recorder(lambda _: True), clock=clock)

    for attempt in range(15):
        assert await relay.deliver() == 1
        pause = min(RETRY_FIRST * 2**attempt, RETRY_MAX)
        assert await claimed(storage, clock.at + pause - timedelta(microseconds=1)) == []
        assert len(await claimed(storage, clock.advance(pause))) == 1


async def test_an_event_that_another_relay_delivered_is_not_postponed(storage: Storage) -> None:
    session = await stored_session(storage)
    await stored_booking(storage, session)
    await record(storage, an_event(session))
    found = await claimed(storage)
    await drain(storage)

    for delivery in found:
        async with storage.unit_of_work() as tx:
            await tx.events.postpone(delivery, NOW)

    assert await claimed(storage) == []


async def test_failure_seen_by_two_relays_counts_once(storage: Storage) -> None:
    await stored_booking(storage, await stored_session(storage))
    (delivery,) = await claimed(storage)

    for hours in (1, 5):
        async with storage.unit_of_work() as tx:
            await tx.events.postpone(delivery, NOW + hours * HOUR)

    assert await claimed(storage, NOW + HOUR - RETRY_FIRST) == []
    assert await claimed(storage, NOW + HOUR) == [replace(delivery, attempts=1)]


async def test_work_of_subscriber_in_the_transaction_is_done_once(storage: Storage) -> None:
    """A relay that stops between delivery and marking delivers again, and enqueues its jobs again."""
    booking = await stored_booking(storage, await stored_session(storage))
    await due_jobs(storage)
    recorder, enqueuer = Recorder(), Enqueuer()

    async with broken_transaction(storage) as tx:
        (delivery,) = await tx.events.claim(FAR, 9)
        await recorder.handle(tx, [delivery])
        await enqueuer.handle(tx, [delivery])
        await tx.events.mark_delivered([delivery.id])
    await drain(storage, recorder, enqueuer)

    assert recorder.handed == [delivery, delivery]
    assert [job.subject for job in await due_jobs(storage)] == [booking.id]


async def test_delivered_events_are_purged_after_90_days_and_steps_never(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session)
    async with storage.unit_of_work() as tx:
        while await tx.events.purge(FAR):
            pass
    await record(storage, an_event(session, at=NOW), an_event(session, at=NOW + HOUR))
    await drain(storage)
    await record(storage, an_event(session, at=NOW - HOUR, kind="session.archived"))
    clock = MovableClock(NOW + EVENTS_KEPT_FOR)

    await relay_over(storage, clock=clock).purge()
    async with storage.unit_of_work() as tx:
        assert await tx.events.purge(NOW) == 0
        assert await tx.events.purge(NOW + HOUR) == 1

    assert [each.event.kind for each in await claimed(storage)] == ["session.archived"]
    assert len((await history(storage, booking.id)).history) == 1


async def test_the_next_purge_is_enqueued(storage: Storage) -> None:
    await take_due(storage.job_queue, FAR, "purge_events")

    await relay_over(storage, clock=MovableClock(NOW)).purge()

    found = await take_due(storage.job_queue, FAR, "purge_events")
    assert found == [Job(kind="purge_events", subject=None, run_at=NOW + HOUR)]


async def test_relay_delivers_new_events_until_stopped(storage: Storage) -> None:
    stop, recorder = asyncio.Event(), Recorder()
    running = asyncio.create_task(relay_over(storage, recorder).run(stop))
    session = await stored_session(storage)
    bookings = [await stored_booking(storage, session, starts_at=TOMORROW + n * DAY) for n in range(3)]

    async with asyncio.timeout(60):
        while len(recorder.handed) < len(bookings):  # noqa: ASYNC110 - a subscriber sets no event
            await asyncio.sleep(0.01)
    stop.set()
    await asyncio.wait_for(running, 60)

    assert [each.event.subject_id for each in recorder.handed] == [booking.id for booking in bookings]


def test_event_id_is_text_with_its_source() -> None:
    assert [str(EventId("step", 42)), str(EventId("event", 42))] == ["step-42", "event-42"]
