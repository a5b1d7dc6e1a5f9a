"""Booking in two steps: what may change between the quote and the booking, and what is written at once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

import builders
from builders import (
    TOMORROW,
    a_booking,
    a_key,
    principal_of,
    seats_taken,
    services_over,
    slots_of,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.harness import cancel_now, owner_of, waits
from fakes import NOW
from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.idempotency import TTL, IdempotencyKey
from marketplace.core.domain.pictures import Picture
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.users import User
from marketplace.core.errors import AlreadyBooked, CreatorUnavailable, KeyReused, StaleRead
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.new_bookings import MAX_QUOTES

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A booking that was decided upon a quote and is not written yet."""

    storage: Storage
    session: Session
    buyer: User
    quote: BookingQuote
    booking: Booking

    async def accept(self, key: IdempotencyKey | None = None) -> None:
        job = Job(kind="attend_booking", subject=self.booking.id, run_at=self.booking.ends_at)
        await self.storage.booking_quotes.accept(self.quote, self.booking, job, key)

    async def is_written(self) -> bool:
        return await self.storage.booking_lists.find(self.booking.id) is not None


async def decided(storage: Storage, session: Session | None = None, **changes: Any) -> Decided:
    session = session or await stored_session(storage, max_participants=5)
    buyer = await stored_user(storage)
    booking = a_booking(session, buyer.id, **changes)
    quote = await storage.booking_quotes.find(session.id, booking.starts_at, buyer.id, NOW)
    assert isinstance(quote, BookingQuote)
    return Decided(storage=storage, session=session, buyer=buyer, quote=quote, booking=booking)


async def test_quote_is_that_of_a_transaction(storage: Storage) -> None:
    session = await stored_session(storage)
    held = await stored_booking(storage, session, seats=2)

    found = await storage.booking_quotes.find(session.id, TOMORROW, held.user_id, NOW)

    async with storage.unit_of_work() as tx:
        assert found == await tx.slots.acquire_quote(session.id, TOMORROW, held.user_id)


async def test_quote_knows_whether_the_address_of_the_buyer_is_verified(storage: Storage) -> None:
    session = await stored_session(storage)

    for verified_at in (NOW, None):
        buyer = await stored_user(storage, email_verified_at=verified_at)
        quote = await storage.booking_quotes.find(session.id, TOMORROW, buyer.id, NOW)
        assert isinstance(quote, BookingQuote)
        assert quote.buyer_is_verified is (verified_at is not None)


async def test_unknown_session_or_buyer_has_no_quote(storage: Storage) -> None:
    session, buyer = await stored_session(storage), await stored_user(storage)

    for key in (None, a_key()):
        assert await storage.booking_quotes.find(uuid4(), TOMORROW, buyer.id, NOW, key) is None
        assert await storage.booking_quotes.find(session.id, TOMORROW, uuid4(), NOW, key) is None


async def test_accepted_booking_is_stored_with_its_step_its_seats_and_its_job(storage: Storage) -> None:
    one = await decided(storage, seats=2)

    await one.accept()

    found = await storage.booking_lists.find(one.booking.id)
    assert found is not None
    assert builders.as_a(Booking, found) == one.booking
    assert found.history == (one.booking.created(),)
    assert await slots_of(storage, one.session) == (Slot.of(one.session, TOMORROW, 2),)


async def deactivated_creator(one: Decided) -> None:
    await services_over(one.storage).users.set_active(one.session.creator_id, is_active=False)


async def deactivated_buyer(one: Decided) -> None:
    await services_over(one.storage).users.set_active(one.buyer.id, is_active=False)


async def moved_creator(one: Decided) -> None:
    await save_user(one, one.session.creator_id, time_zone="Asia/Tokyo")


async def edited_session(one: Decided) -> None:
    await services_over(one.storage).sessions.change(owner_of(one.session), one.session.id, {"title": "Another"})


async def archived_session(one: Decided) -> None:
    await services_over(one.storage).sessions.archive(owner_of(one.session), one.session.id)


async def requested_start(one: Decided) -> None:
    """The buyer asks to move another booking to this start."""
    services = services_over(one.storage)
    buyer = principal_of(one.buyer)
    other = (await services.bookings.book(buyer, one.session.id, TOMORROW + DAY)).resource
    await services.bookings.act(owner_of(one.session), other.id, "confirm")
    await services.bookings.reschedule(buyer, other.id, TOMORROW)


async def save_user(one: Decided, user_id: UUID, **changes: Any) -> None:
    async with one.storage.unit_of_work() as tx:
        await tx.users.save(replace(await tx.users.acquire(user_id), **changes))


Change = Callable[[Decided], Coroutine[Any, Any, None]]


@pytest.mark.parametrize(
    "change",
    [deactivated_creator, deactivated_buyer, moved_creator, edited_session, archived_session, requested_start],
)
async def test_booking_decided_upon_what_has_changed_is_not_written(storage: Storage, change: Change) -> None:
    session = await stored_session(storage, max_participants=5, requires_confirmation=change is requested_start)
    one = await decided(storage, session)
    await change(one)

    with pytest.raises(StaleRead):
        await one.accept()

    assert not await one.is_written()


async def test_change_that_decides_nothing_makes_no_quote_stale(storage: Storage) -> None:
    one = await decided(storage)
    for user_id in (one.buyer.id, one.session.creator_id):
        await save_user(one, user_id, first_name="Grace", password_hash="plain:another")
    async with one.storage.unit_of_work() as tx:
        session = await tx.sessions.acquire(one.session.id)
        picture = Picture(id=uuid4(), alt="", width=400, height=300)
        await tx.sessions.save(replace(builders.as_a(Session, session), pictures=(picture,), description="Another."))

    await one.accept()

    assert await one.is_written()


async def test_seats_taken_and_released_meanwhile_decide_by_what_is_left(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=3)
    held = await stored_booking(storage, session)
    fits, too_many = await decided(storage, session, seats=1), await decided(storage, session, seats=2)
    await fits.accept()

    with pytest.raises(StaleRead):
        await too_many.accept()

    last = await decided(storage, session)
    await cancel_now(storage, held)
    await cancel_now(storage, fits.booking)
    with pytest.raises(StaleRead):
        await last.accept()
    assert await seats_taken(storage, session) == 0


async def test_unique_booking_and_place_of_creator_are_checked_when_written(storage: Storage) -> None:
    first = await decided(storage)
    twin = replace(first, booking=replace(first.booking, id=builders.a_booking(first.session, first.buyer.id).id))
    overlapping = await decided(
        storage, await stored_session(storage, creator_id=first.session.creator_id), starts_at=TOMORROW + DAY / 48
    )
    await first.accept()

    with pytest.raises(AlreadyBooked):
        await twin.accept()
    with pytest.raises(CreatorUnavailable):
        await overlapping.accept()
    assert not await twin.is_written()
    assert not await overlapping.is_written()


async def test_edit_in_progress_is_waited_for_and_then_counts(storage: Storage) -> None:
    one = await decided(storage)

    async with storage.unit_of_work() as tx:
        session = await tx.sessions.acquire(one.session.id)
        accepting = asyncio.create_task(one.accept())
        assert await waits(accepting)
        await tx.sessions.save(replace(builders.as_a(Session, session), title="Another"))

    with pytest.raises(StaleRead):
        await accepting


@pytest.mark.parametrize("account", ["buyer", "creator"])
async def test_deactivation_in_progress_is_waited_for_and_then_counts(storage: Storage, account: str) -> None:
    one = await decided(storage)

    async with storage.unit_of_work() as tx:
        user = await tx.users.acquire_with_sessions(one.buyer.id if account == "buyer" else one.session.creator_id)
        accepting = asyncio.create_task(one.accept())
        assert await waits(accepting)
        await tx.users.save(replace(user, is_active=False))

    with pytest.raises(StaleRead):
        await accepting


async def with_other_booking(storage: Storage, *, is_occupied: bool) -> tuple[Decided, Booking]:
    """Return a decided booking, and a confirmed one of the same buyer on another day, which needs consent to move."""
    session = await stored_session(storage, max_participants=5, requires_confirmation=True)
    if is_occupied:
        await stored_booking(storage, session)
    one = await decided(storage, session)
    return one, await stored_booking(storage, session, one.buyer.id, starts_at=TOMORROW + DAY)


@pytest.mark.parametrize("is_occupied", [False, True])
async def test_request_of_the_buyer_in_progress_is_waited_for(storage: Storage, *, is_occupied: bool) -> None:
    one, other = await with_other_booking(storage, is_occupied=is_occupied)
    is_written, may_commit = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def slow() -> AsyncIterator[Transaction]:
        async with storage.unit_of_work() as tx:
            yield tx
            is_written.set()
            await may_commit.wait()

    services = services_over(storage, unit_of_work=slow)
    requesting = asyncio.create_task(services.bookings.reschedule(principal_of(one.buyer), other.id, TOMORROW))
    await is_written.wait()
    accepting = asyncio.create_task(one.accept())
    assert await waits(accepting)
    may_commit.set()
    await requesting

    with pytest.raises(StaleRead):
        await accepting
    assert not await one.is_written()
    assert await seats_taken(storage, one.session) == 2 + is_occupied


@pytest.mark.parametrize("is_occupied", [False, True])
async def test_start_that_is_being_booked_cannot_be_requested_too(storage: Storage, *, is_occupied: bool) -> None:
    one, other = await with_other_booking(storage, is_occupied=is_occupied)
    services, book = services_over(storage), builders.take if is_occupied else builders.open_slot

    async with storage.unit_of_work() as tx:
        assert await book(tx, one.session, one.booking)
        requesting = asyncio.create_task(services.bookings.reschedule(principal_of(one.buyer), other.id, TOMORROW))
        assert await waits(requesting)

    with pytest.raises(AlreadyBooked):
        await requesting
    assert await seats_taken(storage, one.session) == 2 + is_occupied


@dataclass(slots=True)
class EditedAfterEachQuote:
    """The quotes of a storage, for a session that is edited whenever one has been read."""

    storage: Storage
    session: Session
    edits: int = 0

    async def find(self, *arguments: Any) -> BookingQuote | UUID | None:
        quote = await self.storage.booking_quotes.find(*arguments)
        self.edits += 1
        changes = {"title": f"Edit {self.edits}"}
        await services_over(self.storage).sessions.change(owner_of(self.session), self.session.id, changes)
        return quote

    async def accept(self, *arguments: Any, **options: Any) -> None:
        await self.storage.booking_quotes.accept(*arguments, **options)


async def test_session_that_is_edited_all_the_time_is_still_booked(storage: Storage) -> None:
    session, buyer = await stored_session(storage), await stored_user(storage)
    quotes, key = EditedAfterEachQuote(storage, session), a_key(user_id=buyer.id)
    services = services_over(replace(storage, booking_quotes=quotes))

    first = await services.bookings.book(principal_of(buyer), session.id, TOMORROW, key=key)
    again = await services.bookings.book(principal_of(buyer), session.id, TOMORROW, key=key)

    assert (first.is_replay, again.is_replay) == (False, True)
    assert first.resource.id == again.resource.id
    assert first.resource.session_details.title == f"Edit {MAX_QUOTES}"
    assert await seats_taken(storage, session) == 1


async def test_key_is_claimed_with_the_booking(storage: Storage) -> None:
    one, key = await decided(storage), a_key()
    key = replace(key, user_id=one.buyer.id)
    find = storage.booking_quotes.find

    await one.accept(key)

    arguments = (uuid4(), TOMORROW, one.buyer.id)
    assert await find(*arguments, NOW, key) == one.booking.id
    assert await find(*arguments, one.booking.created_at + TTL, key) is None
    with pytest.raises(KeyReused):
        await find(*arguments, NOW, replace(key, body_hash=b"another"))


async def test_key_used_meanwhile_makes_the_quote_stale_and_keeps_its_booking(storage: Storage) -> None:
    one = await decided(storage)
    key = a_key(user_id=one.buyer.id)
    async with storage.unit_of_work() as tx:
        used_for = uuid4()
        await tx.idempotency_keys.claim(key, used_for, NOW)
        accepting = asyncio.create_task(one.accept(key))
        assert await waits(accepting)

    with pytest.raises(StaleRead):
        await accepting

    assert not await one.is_written()
    assert await storage.booking_quotes.find(one.session.id, TOMORROW, one.buyer.id, NOW, key) == used_for


async def test_stale_booking_leaves_its_key_unused(storage: Storage) -> None:
    one = await decided(storage)
    key = a_key(user_id=one.buyer.id)
    await edited_session(one)

    with pytest.raises(StaleRead):
        await one.accept(key)

    assert isinstance(await storage.booking_quotes.find(one.session.id, TOMORROW, one.buyer.id, NOW, key), BookingQuote)


async def test_buyers_of_distant_starts_of_one_creator_do_not_wait_for_each_other(storage: Storage) -> None:
    session = await stored_session(storage)
    near, far = (
        await decided(storage, session, starts_at=TOMORROW + DAY / 48),
        await decided(storage, session, starts_at=TOMORROW + DAY),
    )

    async with storage.unit_of_work() as tx:
        assert await builders.open_slot(tx, session, a_booking(session, (await stored_user(storage)).id))
        await asyncio.wait_for(far.accept(), timeout=10)
        overlapping = asyncio.create_task(near.accept())
        assert await waits(overlapping)

    with pytest.raises(CreatorUnavailable):
        await overlapping


async def test_buyers_of_new_slots_wait_for_a_lock_on_all_slots_of_the_creator(storage: Storage) -> None:
    one = await decided(storage)

    async with storage.unit_of_work() as tx:
        await tx.slots.acquire_creator(one.session.creator_id)
        accepting = asyncio.create_task(one.accept())
        assert await waits(accepting)

    await accepting
