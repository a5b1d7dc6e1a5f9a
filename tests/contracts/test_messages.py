"""Messages are decided once, claimed by one worker at a time, and read by person and booking."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest_asyncio

from builders import TOMORROW, a_message, stored_booking, stored_session, stored_user
from contracts.harness import broken_transaction, cancel_now
from fakes import NOW
from marketplace.core.domain.message_reasons import MessageReason
from marketplace.core.domain.messages import KEPT_FOR, Message, MessageKind, MessageState, Unsent
from marketplace.core.ports.messages import LAST_ID, BookedSeat
from marketplace.core.ports.storage import Storage

LEASE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)
DAY_SECONDS = 24 * 60 * 60
EVER = NOW + timedelta(days=9_999)


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def no_leftovers(storage: Storage) -> AsyncIterator[None]:
    """Settle the messages of other tests."""
    yield
    while left := await claim(storage, EVER):
        for each in left:
            await save(storage, each, each.dropped("The test has ended."))


async def add(storage: Storage, *messages: Message) -> None:
    async with storage.unit_of_work() as tx:
        await tx.messages.add(messages)


async def claim(storage: Storage, now: datetime = NOW, limit: int = 100) -> list[Message]:
    async with storage.unit_of_work() as tx:
        return [*await tx.messages.claim_due(now, limit, LEASE)]


async def save(storage: Storage, claimed: Message, after: Message) -> bool:
    async with storage.unit_of_work() as tx:
        return await tx.messages.save(claimed, after)


async def all_of(storage: Storage, user_id: UUID) -> tuple[Message, ...]:
    return (await storage.messages.of_user(user_id, 100, None)).items


async def test_message_is_stored_as_decided(storage: Storage) -> None:
    user, booking_id, session_id = await stored_user(storage), uuid4(), uuid4()
    message = a_message(user.id, booking_id=booking_id, session_id=session_id, version=7)

    await add(storage, message)

    assert await all_of(storage, user.id) == (message,)
    assert (await storage.messages.of_booking(booking_id, 9, None)).items == (message,)


async def test_second_message_with_the_same_key_is_left_out(storage: Storage) -> None:
    user = await stored_user(storage)
    first = a_message(user.id)
    again = replace(a_message(user.id), subject=first.subject)
    moved = replace(again, id=uuid4(), version=1)
    reminder = replace(again, id=uuid4(), kind=MessageKind.REMINDER_DAY)

    await add(storage, first)
    await add(storage, again, moved, reminder)

    assert {each.id for each in await all_of(storage, user.id)} == {first.id, moved.id, reminder.id}


async def test_concurrent_adds_of_one_key_leave_one(storage: Storage) -> None:
    user = await stored_user(storage)
    first, second = a_message(user.id), a_message(user.id)
    kinds = (MessageKind.REMINDER_DAY, MessageKind.REMINDER_HOUR)
    ours = [replace(first, id=uuid4(), kind=kind) for kind in kinds]
    theirs = [replace(second, id=uuid4(), kind=kind, subject=first.subject) for kind in reversed(kinds)]

    await asyncio.gather(add(storage, *ours), add(storage, *theirs))

    assert sorted(each.kind for each in await all_of(storage, user.id)) == sorted(kinds)


async def test_rollback_leaves_no_message(storage: Storage) -> None:
    user = await stored_user(storage)

    async with broken_transaction(storage) as tx:
        await tx.messages.add([a_message(user.id)])

    assert await all_of(storage, user.id) == ()


async def test_claim_takes_what_is_due_longest_first(storage: Storage) -> None:
    user = await stored_user(storage)
    late, early, future = [a_message(user.id, due_at=NOW + n * MINUTE) for n in (-1, -2, 1)]
    await add(storage, late, early, future)

    assert [each.id for each in await claim(storage, limit=1)] == [early.id]
    assert [each.id for each in await claim(storage)] == [late.id]
    assert await claim(storage) == []
    assert [each.id for each in await claim(storage, NOW + MINUTE)] == [future.id]


async def test_claim_ends_with_its_lease(storage: Storage) -> None:
    await add(storage, a_message((await stored_user(storage)).id))
    [claimed] = await claim(storage)

    assert claimed.next_attempt_at == NOW + LEASE
    assert await claim(storage, NOW + LEASE - MINUTE) == []
    [again] = await claim(storage, NOW + LEASE)

    assert again == replace(claimed, next_attempt_at=NOW + 2 * LEASE)


async def test_messages_that_another_transaction_claims_are_skipped(storage: Storage) -> None:
    await add(storage, a_message((await stored_user(storage)).id))

    async with storage.unit_of_work() as tx:
        assert len(await tx.messages.claim_due(NOW, 10, LEASE)) == 1
        assert await asyncio.wait_for(claim(storage), 1) == []


async def test_kinds_of_a_newer_release_are_left_to_its_workers(storage: Storage) -> None:
    user, booking_id = await stored_user(storage), uuid4()
    newer = a_message(user.id, kind="of_a_newer_release", booking_id=booking_id, due_at=NOW - MINUTE)
    ours = a_message(user.id, booking_id=booking_id)
    await add(storage, newer, ours)
    async with storage.unit_of_work() as tx:
        await tx.messages.unsubscribe(user.id, newer.kind, NOW)
        await tx.messages.unsubscribe(user.id, MessageKind.HOW_WAS_IT, NOW)
        recipient = await tx.messages.recipient(user.id)

    assert await all_of(storage, user.id) == (ours,)
    assert (await storage.messages.of_booking(booking_id, 9, None)).items == (ours,)
    assert [each.id for each in await claim(storage, limit=1)] == [ours.id]
    assert recipient is not None
    assert recipient.unsubscribed == {MessageKind.HOW_WAS_IT}
    assert await storage.messages.oldest_due(NOW) == newer.due_at
    assert await save(storage, newer, newer.dropped("The test has ended."))


async def test_save_records_every_outcome(storage: Storage) -> None:
    user = await stored_user(storage)
    await add(storage, a_message(user.id))
    [claimed] = await claim(storage)
    started = claimed.started()
    assert await save(storage, claimed, started)
    assert await all_of(storage, user.id) == (started,)

    lost = started.lost(NOW + MINUTE, "connection lost")
    assert await save(storage, started, lost)
    assert await all_of(storage, user.id) == (lost,)
    [claimed] = await claim(storage, NOW + MINUTE)
    sent = claimed.started().sent(NOW + 2 * MINUTE)
    assert await save(storage, claimed, claimed.started())
    assert await save(storage, claimed.started(), sent)

    [stored] = await all_of(storage, user.id)
    assert stored == sent
    assert (stored.state, stored.attempts, stored.unknown_at) == (MessageState.SENT, 2, NOW + MINUTE)


async def test_worker_whose_lease_ended_saves_nothing(storage: Storage) -> None:
    user = await stored_user(storage)
    await add(storage, a_message(user.id))
    [slow] = await claim(storage)
    [other] = await claim(storage, NOW + LEASE)

    assert not await save(storage, slow, slow.started())

    assert await all_of(storage, user.id) == (other,)


async def test_started_message_is_saved_by_one_of_two_workers(storage: Storage) -> None:
    await add(storage, a_message((await stored_user(storage)).id))
    [claimed] = await claim(storage)

    saved = [await save(storage, claimed, claimed.started()) for _ in range(2)]

    assert saved == [True, False]


async def release(storage: Storage, limit: int) -> int:
    async with storage.unit_of_work() as tx:
        return len(await tx.messages.release_held(NOW, limit))


async def test_held_messages_wait_for_their_release(storage: Storage) -> None:
    user = await stored_user(storage)
    held = [a_message(user.id, due_at=NOW - n * MINUTE).held() for n in range(3)]
    await add(storage, *held)
    assert await claim(storage, EVER) == []
    assert await storage.messages.has_held()

    assert [await release(storage, 2) for _ in range(3)] == [2, 1, 0]

    assert not await storage.messages.has_held()
    assert {each.id for each in await claim(storage)} == {each.id for each in held}


async def test_release_drops_what_is_worthless_by_now(storage: Storage) -> None:
    user = await stored_user(storage)
    old = a_message(user.id, due_at=NOW - 2 * MINUTE, expires_at=NOW).held()
    worth = a_message(user.id, due_at=NOW - MINUTE, expires_at=NOW + MINUTE).held()
    await add(storage, old, worth)

    assert await release(storage, 2) == 2

    assert set(await all_of(storage, user.id)) == {
        old.dropped(MessageReason.TOO_LATE),
        replace(worth, state=MessageState.PENDING, next_attempt_at=NOW),
    }


async def test_released_messages_queue_behind_those_that_are_due(storage: Storage) -> None:
    user = await stored_user(storage)
    fresh, held = a_message(user.id, due_at=NOW - MINUTE), a_message(user.id, due_at=NOW - 9 * MINUTE).held()
    future = a_message(user.id, due_at=NOW + 4 * MINUTE).held()
    await add(storage, fresh, held, future)
    await release(storage, 9)

    assert [each.id for each in await claim(storage, limit=1)] == [fresh.id]
    assert [each.id for each in await claim(storage)] == [held.id]
    assert [each.id for each in await claim(storage, NOW + 4 * MINUTE)] == [future.id]


async def test_age_of_the_backlog_is_that_of_its_oldest_message(storage: Storage) -> None:
    assert await storage.messages.oldest_due(NOW) is None
    user = await stored_user(storage)
    await add(storage, *(a_message(user.id, due_at=NOW - n * MINUTE) for n in (1, 5, -5)))

    assert await storage.messages.oldest_due(NOW) == NOW - 5 * MINUTE


async def test_started_messages_are_counted_by_kind_and_time(storage: Storage) -> None:
    user, kinds = await stored_user(storage), {MessageKind.VERIFY_EMAIL, MessageKind.PASSWORD_RESET}
    messages = [a_message(user.id, kind=kind, attempts=1) for kind in (*kinds, MessageKind.BOOKING_BOOKED)]
    old = a_message(user.id, kind=MessageKind.VERIFY_EMAIL, attempts=1, created_at=NOW - MINUTE)
    await add(storage, *messages, old, a_message(user.id, kind=MessageKind.VERIFY_EMAIL))

    async with storage.unit_of_work() as tx:
        assert await tx.messages.count_started(user.id, kinds, NOW) == 2
        assert await tx.messages.count_started(user.id, kinds, NOW - MINUTE) == 3


async def test_purge_deletes_what_waits_for_nothing(storage: Storage) -> None:
    user, long_ago = await stored_user(storage), NOW - KEPT_FOR
    old = [a_message(user.id, due_at=long_ago).refused("550"), a_message(user.id, due_at=long_ago).held()]
    waiting, recent = a_message(user.id, due_at=long_ago), a_message(user.id).refused("550")
    await add(storage, *old, waiting, recent)

    async with storage.unit_of_work() as tx:
        assert await tx.messages.purge(NOW - KEPT_FOR) == 2
    await add(storage, replace(old[0], id=uuid4()))

    assert len(await all_of(storage, user.id)) == 3


async def test_messages_of_a_person_are_read_page_by_page(storage: Storage) -> None:
    user = await stored_user(storage)
    messages = [a_message(user.id, created_at=NOW + n // 2 * MINUTE) for n in range(5)]
    await add(storage, *messages, a_message((await stored_user(storage)).id))
    newest_first = sorted(messages, key=lambda each: (each.created_at, each.id), reverse=True)

    seen, after = list[Message](), None
    for _ in range(3):
        page = await storage.messages.of_user(user.id, 2, after)
        seen, after = [*seen, *page.items], page.next

    assert seen == newest_first
    assert after is None


async def test_recipient_is_the_person_as_they_are_now(storage: Storage) -> None:
    user = await stored_user(
        storage, email="grace@example.org", first_name="Grace", last_name="", time_zone="Asia/Tokyo"
    )
    async with storage.unit_of_work() as tx:
        before = await tx.messages.recipient(user.id)
        await tx.users.save(replace(user, email_verified_at=NOW))
        verified = await tx.messages.recipient(user.id)
        await tx.users.save(replace(user, email="hopper@example.org"))
        changed = await tx.messages.recipient(user.id)
        unknown = await tx.messages.recipient(uuid4())

    assert before is not None
    assert (before.email, before.display_name, before.time_zone) == ("grace@example.org", "Grace", "Asia/Tokyo")
    assert (before.is_active, before.is_verified, before.refused_at) == (True, False, None)
    assert verified == replace(before, is_verified=True)
    assert changed == replace(before, email="hopper@example.org")
    assert unknown is None


async def test_refused_address_is_marked_until_it_changes_or_is_verified(storage: Storage) -> None:
    user = await stored_user(storage)

    async def refused_at() -> datetime | None:
        async with storage.unit_of_work() as tx:
            found = await tx.messages.recipient(user.id)
            assert found is not None
            return found.refused_at

    async with storage.unit_of_work() as tx:
        await tx.messages.mark_refused(user.id, user.email, NOW)
    assert await refused_at() == NOW
    async with storage.unit_of_work() as tx:
        await tx.messages.mark_accepted(user.id)
    assert await refused_at() is None
    async with storage.unit_of_work() as tx:
        await tx.messages.mark_refused(user.id, "another@example.org", NOW)
    assert await refused_at() is None


async def test_booked_seats_of_a_session_are_those_that_are_live_and_upcoming(storage: Storage) -> None:
    session = await stored_session(storage)
    later = await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=3))
    latest = await stored_booking(
        storage, session, user_id=later.user_id, starts_at=TOMORROW + timedelta(hours=9), status="pending"
    )
    soon = await stored_booking(storage, session, status="pending")
    cancelled = await stored_booking(storage, session, user_id=soon.user_id, starts_at=TOMORROW + timedelta(hours=6))
    await stored_booking(storage, session, starts_at=NOW)
    await stored_booking(storage, session, starts_at=TOMORROW, created_at=NOW + timedelta(seconds=1))
    await stored_booking(storage, await stored_session(storage))
    await cancel_now(storage, cancelled)

    announced = a_message(
        later.user_id, kind=MessageKind.SESSION_CHANGED, subject=str(session.id), version=int(NOW.timestamp())
    )
    await add(storage, announced, replace(announced, id=uuid4(), version=announced.version - DAY_SECONDS))

    async with storage.unit_of_work() as tx:
        day_ago = {"booked_by": NOW, "announced_after": NOW - timedelta(days=1)}
        found = await tx.messages.booked_seats(session.id, (NOW, LAST_ID), 9, **day_ago)
        bounds = {"booked_by": NOW, "announced_after": NOW}
        first = await tx.messages.booked_seats(session.id, (NOW, LAST_ID), 1, **bounds)
        rest = await tx.messages.booked_seats(session.id, first[0].position, 9, **bounds)

    assert found == [
        BookedSeat(booking_id=soon.id, user_id=soon.user_id, starts_at=soon.starts_at, last_start=soon.starts_at),
        BookedSeat(
            booking_id=later.id,
            user_id=later.user_id,
            starts_at=later.starts_at,
            last_start=latest.starts_at,
            announced=(announced.version,),
        ),
        BookedSeat(
            booking_id=latest.id,
            user_id=later.user_id,
            starts_at=latest.starts_at,
            last_start=latest.starts_at,
            announced=(announced.version,),
        ),
    ]
    assert [each.booking_id for each in first] == [soon.id]
    assert [(each.booking_id, each.announced) for each in rest] == [(later.id, ()), (latest.id, ())]


async def test_upcoming_seats_have_their_reminders(storage: Storage) -> None:
    session = await stored_session(storage)
    later = await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=3))
    soon = await stored_booking(storage, session, status="pending")
    cancelled = await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=1))
    await stored_booking(storage, session, starts_at=TOMORROW + timedelta(hours=4))
    await cancel_now(storage, cancelled)
    kinds = (MessageKind.REMINDER_DAY, MessageKind.BOOKING_BOOKED)
    await add(storage, *[a_message(later.user_id, kind=kind, subject=str(later.id)) for kind in kinds])

    async with storage.unit_of_work() as tx:
        before = (TOMORROW, UUID(int=0))
        found = await tx.messages.upcoming_seats(before, later.starts_at, 2_000)
        next_ones = await tx.messages.upcoming_seats(found[0].position, later.starts_at, 1)

    own = [each for each in found if each.booking_id in {later.id, soon.id, cancelled.id}]
    assert [(each.booking_id, each.status) for each in own] == [(soon.id, "pending"), (later.id, "confirmed")]
    assert [each.reminders for each in own] == [frozenset(), {(MessageKind.REMINDER_DAY, NOW)}]
    assert next_ones == found[1:2]


async def test_next_seats_of_a_person_are_confirmed_ones_by_start_then_those_that_wait(storage: Storage) -> None:
    session, learner = await stored_session(storage), await stored_user(storage)
    pending = await stored_booking(
        storage, session, user_id=learner.id, starts_at=TOMORROW + timedelta(hours=9), status="pending"
    )
    async with storage.unit_of_work() as tx:
        assert [*await tx.messages.next_seats(session.id, learner.id, NOW, 3)] == [pending.id]
    asked = await stored_booking(
        storage, session, user_id=learner.id, starts_at=NOW + timedelta(hours=1), status="pending"
    )
    await stored_booking(storage, session, user_id=learner.id, starts_at=NOW)
    cancelled = await stored_booking(storage, session, user_id=learner.id)
    later = await stored_booking(storage, session, user_id=learner.id, starts_at=TOMORROW + timedelta(hours=6))
    soon = await stored_booking(storage, session, user_id=learner.id, starts_at=TOMORROW + timedelta(hours=3))
    await stored_booking(storage, session)
    await cancel_now(storage, cancelled)

    async def found(after: datetime, maximum: int) -> list[UUID]:
        async with storage.unit_of_work() as tx:
            return [*await tx.messages.next_seats(session.id, learner.id, after, maximum)]

    assert await found(NOW, 9) == [soon.id, later.id, asked.id, pending.id]
    assert await found(NOW, 1) == [soon.id]
    assert await found(TOMORROW + timedelta(hours=6), 9) == [pending.id]
    assert await found(TOMORROW + timedelta(hours=9), 9) == []


async def test_unsent_messages_are_listed_while_something_can_be_done(empty_storage: Storage) -> None:
    user, hour = await stored_user(empty_storage), timedelta(hours=1)
    held = [a_message(user.id, due_at=NOW - n * hour).held() for n in range(3)]
    failed = [a_message(user.id, expires_at=NOW + n * hour).refused("550") for n in range(3)]
    lost = replace(a_message(user.id, expires_at=NOW + hour / 2), state=MessageState.UNKNOWN, next_attempt_at=None)
    newer = a_message(user.id, kind="of_a_newer_release").held()
    await add(empty_storage, *held, *failed, lost, newer, a_message(user.id))

    async def pages(unsent: Unsent) -> list[UUID]:
        found, after = list[UUID](), None
        while True:
            page = await empty_storage.messages.unsent(unsent, NOW, 2, after)
            found, after = [*found, *(each.id for each in page.items)], page.next
            if after is None:
                return found

    assert await pages("held") == [each.id for each in reversed(held)]
    assert await pages("failed") == [lost.id, failed[1].id, failed[2].id]
