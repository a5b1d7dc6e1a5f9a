"""Moving a confirmed booking where the creator confirms: the old time is kept until the new one is confirmed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from builders import (
    TOMORROW,
    Services,
    a_user,
    principal_of,
    services_over,
    slots_of,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.booking_invariants import check_books
from due_jobs import run_due
from fakes import NOW
from marketplace.core.domain.booking_details import BookingFilters, BookingHistory
from marketplace.core.domain.booking_steps import BookingAction
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.summaries import UpcomingSeats
from marketplace.core.errors import (
    AlreadyBooked,
    Conflict,
    CreatorUnavailable,
    IllegalTransition,
    NotFound,
    NotYours,
    SoldOut,
)
from marketplace.core.ports.storage import Storage

HOUR, LATER = timedelta(hours=1), TOMORROW + timedelta(hours=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A learner's confirmed booking of two seats tomorrow, of a session with three."""

    storage: Storage
    services: Services
    session: Session
    creator: Principal
    learner: Principal
    booking_id: UUID

    async def request(self, starts_at: datetime = LATER) -> BookingHistory:
        return (await self.services.bookings.reschedule(self.learner, self.booking_id, starts_at)).resource

    async def act(self, who: Principal, action: BookingAction) -> BookingHistory:
        return (await self.services.bookings.act(who, self.booking_id, action)).resource

    async def book(self, starts_at: datetime, seats: int = 1, session: Session | None = None) -> BookingHistory:
        other = principal_of(await stored_user(self.storage))
        made = (await self.services.bookings.book(other, (session or self.session).id, starts_at, seats)).resource
        if (session or self.session).requires_confirmation:
            await self.services.bookings.act(self.creator, made.id, "confirm")
        return await self.services.bookings.get(other, made.id)

    async def taken(self) -> dict[datetime, int]:
        slots = await slots_of(self.storage, self.session)
        return {slot.starts_at: slot.seats_taken for slot in slots if slot.seats_taken}

    async def found(self) -> BookingHistory:
        """Return the booking, having checked all books of its creator."""
        bookings = await check_books(self.storage, self.session.creator_id)
        return next(booking for booking in bookings if booking.id == self.booking_id)


async def a_scene(storage: Storage) -> Scene:
    services = services_over(storage)
    session = await stored_session(storage, requires_confirmation=True, max_participants=3, duration=60)
    creator = principal_of(a_user(id=session.creator_id, role="creator"))
    learner = principal_of(await stored_user(storage))
    booking = (await services.bookings.book(learner, session.id, TOMORROW, 2)).resource
    await services.bookings.act(creator, booking.id, "confirm")
    return Scene(
        storage=storage,
        services=services,
        session=session,
        creator=creator,
        learner=learner,
        booking_id=booking.id,
    )


@pytest.fixture
async def scene(storage: Storage) -> Scene:
    return await a_scene(storage)


async def test_requested_start_holds_seats_at_both_times(scene: Scene) -> None:
    requested = await scene.request()

    assert (requested.status, requested.starts_at, requested.requested_start) == ("confirmed", TOMORROW, LATER)
    assert requested.respond_by == TOMORROW
    assert await scene.taken() == {TOMORROW: 2, LATER: 2}
    assert await scene.found() == requested
    with pytest.raises(SoldOut):
        await scene.book(LATER, 2)
    with pytest.raises(SoldOut):
        await scene.book(TOMORROW, 2)


async def test_confirming_moves_the_booking_and_releases_the_old_time(scene: Scene) -> None:
    await scene.request()

    confirmed = await scene.act(scene.creator, "confirm")

    assert (confirmed.status, confirmed.starts_at, confirmed.requested_start) == ("confirmed", LATER, None)
    assert (confirmed.respond_by, confirmed.ends_at) == (None, LATER + HOUR)
    assert await scene.taken() == {LATER: 2}
    assert await scene.found() == confirmed
    last = confirmed.history[-1]
    assert (last.action, last.from_start, last.to_start) == ("confirm", TOMORROW, LATER)


@pytest.mark.parametrize("way", ["decline", "withdraw", "ask for the old time", "expire", "cancel the slot"])
async def test_request_that_is_not_confirmed_keeps_the_old_time(scene: Scene, way: str) -> None:
    await scene.request()
    services = scene.services
    ways: dict[str, Callable[[], Awaitable[object]]] = {
        "decline": lambda: scene.act(scene.creator, "decline"),
        "withdraw": lambda: scene.act(scene.learner, "decline"),
        "ask for the old time": lambda: scene.request(TOMORROW),
        "expire": lambda: services.bookings.settle_due(scene.booking_id),
        "cancel the slot": lambda: services.slots.cancel(scene.creator, scene.session.id, LATER, "I am away."),
    }
    if way == "expire":
        services.clock.at = TOMORROW

    await ways[way]()

    kept = await scene.found()
    assert (kept.status, kept.starts_at, kept.requested_start, kept.respond_by) == ("confirmed", TOMORROW, None, None)
    assert await scene.taken() == {TOMORROW: 2}
    last = kept.history[-1]
    assert (last.action, last.from_start, last.to_start) == ("expire" if way == "expire" else "decline", None, LATER)
    with pytest.raises(NotYours):
        await scene.act(scene.learner, "decline")


async def test_request_expires_and_the_booking_is_completed_by_their_jobs(empty_storage: Storage) -> None:
    scene = await a_scene(empty_storage)
    await scene.request()
    services = scene.services

    async def work() -> str:
        handlers = {"attend_booking": services.bookings.settle_due}
        await run_due(empty_storage.job_queue, services.clock.now(), handlers)
        return (await scene.found()).history[-1].action

    seen = []
    for services.clock.at in (TOMORROW - timedelta(seconds=1), TOMORROW, TOMORROW + HOUR):
        seen.append(await work())
    assert seen == ["reschedule", "expire", "complete"]


@pytest.mark.parametrize("who", ["learner", "creator"])
async def test_cancelling_returns_the_seats_of_both_times(scene: Scene, who: str) -> None:
    await scene.request()

    cancelled = await scene.act(scene.learner if who == "learner" else scene.creator, "cancel")

    assert (cancelled.status, cancelled.requested_start) == ("cancelled", None)
    assert await scene.taken() == {}
    await scene.found()


async def test_cancelling_the_old_slot_returns_the_seats_of_both_times(scene: Scene) -> None:
    await scene.request()

    (cancelled,) = (await scene.services.slots.cancel(scene.creator, scene.session.id, TOMORROW)).resource

    assert (cancelled.id, cancelled.status) == (scene.booking_id, "cancelled")
    assert await scene.taken() == {}
    await scene.found()


async def test_later_request_replaces_the_earlier_one(scene: Scene) -> None:
    await scene.request()
    with pytest.raises(IllegalTransition):
        await scene.request()

    await scene.request(LATER + 3 * HOUR)

    assert await scene.taken() == {TOMORROW: 2, LATER + 3 * HOUR: 2}
    assert (await scene.found()).requested_start == LATER + 3 * HOUR


async def test_creator_can_move_the_booking_elsewhere_or_to_the_requested_start(scene: Scene) -> None:
    await scene.request()
    elsewhere = LATER + 5 * HOUR
    move = scene.services.bookings.reschedule

    moved = (await move(scene.creator, scene.booking_id, elsewhere)).resource
    assert (moved.starts_at, moved.requested_start, moved.respond_by) == (elsewhere, None, None)
    assert await scene.taken() == {elsewhere: 2}
    await scene.request(LATER)
    moved = (await move(scene.creator, scene.booking_id, LATER)).resource

    assert (moved.starts_at, moved.requested_start, moved.history[-1].action) == (LATER, None, "confirm")
    assert await scene.taken() == {LATER: 2}
    await scene.found()


@pytest.mark.parametrize("by", [timedelta(minutes=30), -timedelta(minutes=30)])
async def test_overlapping_start_needs_no_hold_and_is_swapped_when_confirmed(scene: Scene, by: timedelta) -> None:
    requested = await scene.request(TOMORROW + by)

    assert (requested.requested_start, requested.held_seats) == (TOMORROW + by, 0)
    assert await scene.taken() == {TOMORROW: 2}
    await scene.act(scene.creator, "confirm")
    assert await scene.taken() == {TOMORROW + by: 2}
    await scene.found()


async def test_overlapping_start_is_unavailable_while_others_hold_the_old_time(scene: Scene) -> None:
    half_past = TOMORROW + timedelta(minutes=30)
    other = await scene.book(TOMORROW)
    with pytest.raises(CreatorUnavailable):
        await scene.request(half_past)
    await scene.services.bookings.act(scene.creator, other.id, "cancel")

    await scene.request(half_past)
    joined = await scene.book(TOMORROW)
    with pytest.raises(CreatorUnavailable):
        await scene.act(scene.creator, "confirm")

    assert (await scene.found()).requested_start == half_past
    await scene.services.bookings.act(scene.creator, joined.id, "cancel")
    assert (await scene.act(scene.creator, "confirm")).starts_at == half_past


async def test_start_that_another_session_occupies_cannot_be_requested(scene: Scene) -> None:
    other = await stored_session(scene.storage, creator_id=scene.session.creator_id)
    await scene.book(LATER, session=other)

    with pytest.raises(CreatorUnavailable):
        await scene.request()
    assert (await scene.found()).requested_start is None


async def test_held_start_excludes_other_sessions_of_the_creator(scene: Scene) -> None:
    other = await stored_session(scene.storage, creator_id=scene.session.creator_id)
    await scene.request()

    with pytest.raises(CreatorUnavailable):
        await scene.book(LATER, session=other)
    await scene.act(scene.learner, "decline")
    await scene.book(LATER, session=other)


async def test_learner_cannot_book_the_start_that_they_request(scene: Scene) -> None:
    await scene.request()

    with pytest.raises(AlreadyBooked):
        await scene.services.bookings.book(scene.learner, scene.session.id, LATER)


async def test_edits_keep_the_held_slot_as_long_as_sold_and_count_its_seats(scene: Scene) -> None:
    await scene.request()
    change = scene.services.sessions.change

    await change(scene.creator, scene.session.id, {"duration": 30})
    assert [slot.duration for slot in await slots_of(scene.storage, scene.session)] == [60, 60]
    with pytest.raises(Conflict):
        await change(scene.creator, scene.session.id, {"max_participants": 1})
    await scene.act(scene.creator, "confirm")
    assert [slot.duration for slot in await slots_of(scene.storage, scene.session)] == [60]
    await scene.found()


async def test_deactivation_that_cancels_returns_the_seats_of_both_times(scene: Scene) -> None:
    await scene.request()
    boss = principal_of(await stored_user(scene.storage, is_staff=True, is_superuser=True))

    await scene.services.user_admin.deactivate(boss, scene.session.creator_id, "A hoax.", cancel_sold_seats=True)

    assert await scene.taken() == {}
    assert (await scene.found()).status == "cancelled"


async def test_requests_are_among_the_bookings_that_await_the_creator(scene: Scene) -> None:
    await scene.book(TOMORROW)
    asking = principal_of(await stored_user(scene.storage))
    pending = (await scene.services.bookings.book(asking, scene.session.id, LATER)).resource
    await scene.request()

    filters = BookingFilters(awaits_creator=True)
    page = await scene.services.bookings.list_of_creator(scene.creator, 9, None, filters)

    assert {booking.id for booking in page.items} == {pending.id, scene.booking_id}
    assert (await scene.services.summaries.of_creator(scene.creator)).pending_bookings == 2


@pytest.mark.parametrize("action", ["confirm", "decline"])
@pytest.mark.parametrize("now", ["replaced", "withdrawn"])
async def test_answer_to_a_start_that_is_no_longer_requested_changes_nothing(
    scene: Scene, action: BookingAction, now: str
) -> None:
    await scene.request()
    kept = await (scene.request(LATER + 3 * HOUR) if now == "replaced" else scene.act(scene.learner, "decline"))
    answer, stranger = scene.services.bookings.act, principal_of(await stored_user(scene.storage))

    with pytest.raises(IllegalTransition, match="The requested time has changed"):
        await answer(scene.creator, scene.booking_id, action, answered=LATER)
    with pytest.raises(NotFound):
        await answer(stranger, scene.booking_id, action, answered=LATER)

    assert await scene.found() == kept


@pytest.mark.parametrize(("action", "start"), [("confirm", LATER), ("decline", TOMORROW)])
async def test_answer_to_the_requested_start_counts(scene: Scene, action: BookingAction, start: datetime) -> None:
    await scene.request()

    answered = await scene.services.bookings.act(scene.creator, scene.booking_id, action, answered=LATER)

    assert (answered.resource.starts_at, answered.resource.requested_start) == (start, None)
    assert await scene.found() == answered.resource


async def test_seats_held_at_a_requested_start_are_not_counted_as_sold(scene: Scene) -> None:
    sooner, summaries = TOMORROW - 3 * HOUR, scene.services.summaries
    await scene.request(sooner)

    before = await summaries.of_creator(scene.creator)
    await scene.book(sooner)
    after = await summaries.of_creator(scene.creator)

    assert before.upcoming == UpcomingSeats(seats_sold=2, seats_offered=3)
    assert before.upcoming.fill_rate == 0.6667
    assert before.next_slot is not None
    assert (before.next_slot.starts_at, before.next_slot.seats_taken) == (TOMORROW, 2)
    assert after.upcoming == UpcomingSeats(seats_sold=3, seats_offered=6)
    assert after.next_slot is not None
    assert (after.next_slot.starts_at, after.next_slot.seats_taken) == (sooner, 1)


def step_of(scene: Scene, name: str, booking_id: UUID, start: datetime) -> Awaitable[object]:
    bookings = scene.services.bookings
    steps: dict[str, Callable[[], Awaitable[object]]] = {
        "withdraw": lambda: bookings.act(scene.learner, booking_id, "decline"),
        "decline": lambda: bookings.act(scene.creator, booking_id, "decline"),
        "cancel": lambda: bookings.act(scene.learner, booking_id, "cancel"),
        "expire": lambda: bookings.settle_due(booking_id),
        "confirm": lambda: bookings.act(scene.creator, booking_id, "confirm"),
        "move": lambda: bookings.reschedule(scene.learner, booking_id, start + 6 * HOUR),
    }
    return steps[name]()


@pytest.mark.parametrize("other", ["withdraw", "decline", "cancel", "expire", "confirm", "move"])
async def test_confirmation_races_with_another_step_and_seats_stay_right(scene: Scene, other: str) -> None:
    bookings = scene.services.bookings
    for round_number in range(3):
        start = TOMORROW + (round_number + 1) * timedelta(days=1)
        booking_id = (await bookings.book(scene.learner, scene.session.id, start, 2)).resource.id
        await bookings.act(scene.creator, booking_id, "confirm")
        await bookings.reschedule(scene.learner, booking_id, start + 3 * HOUR)

        outcomes = await asyncio.gather(
            step_of(scene, "confirm", booking_id, start),
            step_of(scene, other, booking_id, start),
            return_exceptions=True,
        )

        failures = [each for each in outcomes if isinstance(each, BaseException)]
        assert [each for each in failures if not isinstance(each, Conflict | NotYours)] == []
        await scene.found()


async def test_request_that_an_older_release_left_next_to_a_booking_of_this_start_cannot_be_confirmed(
    scene: Scene,
) -> None:
    storage, session, booking = scene.storage, scene.session, await scene.found()
    slot = Slot.of(session, LATER)
    async with storage.unit_of_work() as tx:
        await tx.slots.acquire_creator(session.creator_id)
        await tx.slots.acquire_for_move(slot, booking)
        assert await tx.slots.hold(slot, booking.held_at(LATER, "UTC"))
    await stored_booking(storage, session, scene.learner.user_id, starts_at=LATER)
    async with storage.unit_of_work() as tx:
        requested, step = booking.rescheduled(LATER, scene.learner, NOW, requires_confirmation=True)
        await tx.bookings.save(requested, step)

    with pytest.raises(AlreadyBooked):
        await scene.act(scene.creator, "confirm")
    assert await scene.taken() == {TOMORROW: 2, LATER: 3}


async def test_seats_that_an_older_release_left_at_a_requested_start_are_released_by_the_job(scene: Scene) -> None:
    requested = await scene.request()
    async with scene.storage.unit_of_work() as tx:
        cancelled, step = (await tx.bookings.acquire(requested.id)).after("cancel", None, scene.services.clock.now())
        await tx.slots.release(replace(requested, held_seats=0))
        await tx.bookings.save(replace(cancelled, requested_start=LATER, held_seats=2), step)
    assert await scene.taken() == {LATER: 2}

    scene.services.clock.at = TOMORROW
    await scene.services.bookings.settle_due(requested.id)

    assert await scene.taken() == {}
    settled = await scene.storage.booking_lists.find(requested.id)
    assert settled is not None
    assert (settled.status, settled.requested_start, settled.history[-1].action) == ("cancelled", None, "expire")
