import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from builders import TOMORROW, a_feed, stored_booking, stored_feed, stored_session, stored_user
from contracts.harness import at_once, broken_transaction, cancel_now, waits
from fakes import NOW
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.calendars import CalendarFeed, FeedWindow, new_feed_token
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage

WINDOW = FeedWindow.at(NOW)


async def add(storage: Storage, feed: CalendarFeed) -> CalendarFeed:
    async with storage.unit_of_work() as tx:
        return await tx.feeds.add(feed)


async def shown(storage: Storage, feed: CalendarFeed, **window: Any) -> list[Booking]:
    """Return the bookings of a feed."""
    found = await storage.feeds.find_bookings(feed.token, replace(WINDOW, **window))
    assert found is not None
    assert found.owner_id == feed.user_id
    assert list(found.bookings) == [await storage.booking_lists.find(booking.id) for booking in found.bookings]
    return list(found.bookings)


async def is_known(storage: Storage, feed: CalendarFeed) -> bool:
    return await storage.feeds.find_bookings(feed.token, WINDOW) is not None


def starts(bookings: list[Booking]) -> list[datetime]:
    return sorted(booking.starts_at for booking in bookings)


async def booked(storage: Storage, session: Session, *starts_at: datetime) -> list[Booking]:
    user = await stored_user(storage)
    return [await stored_booking(storage, session, user.id, starts_at=start) for start in starts_at]


async def test_user_without_request_has_no_feed(storage: Storage) -> None:
    assert await storage.feeds.find((await stored_user(storage)).id) is None
    assert await storage.feeds.find_bookings(new_feed_token(), WINDOW) is None


async def test_first_added_feed_is_kept(storage: Storage) -> None:
    user = await stored_user(storage)
    first, second = a_feed(user), a_feed(user, created_at=NOW + timedelta(hours=1))

    assert await add(storage, first) == first
    assert await add(storage, second) == first
    assert await storage.feeds.find(user.id) == first
    assert await is_known(storage, first)
    assert not await is_known(storage, second)


async def test_saved_feed_replaces_previous_one(storage: Storage) -> None:
    user = await stored_user(storage)
    first = await stored_feed(storage, user)

    second = await stored_feed(storage, user, created_at=NOW + timedelta(hours=1))

    assert await storage.feeds.find(user.id) == second
    assert not await is_known(storage, first)
    assert await is_known(storage, second)


async def test_concurrent_adds_of_a_feed_return_the_same_feed(storage: Storage) -> None:
    user = await stored_user(storage)

    outcome = await at_once(add(storage, a_feed(user)) for _ in range(10))

    assert len(outcome.done) == 10
    assert set(outcome.done) == {await storage.feeds.find(user.id)}


async def test_rolled_back_feed_is_replaced_by_concurrent_add(storage: Storage) -> None:
    user = await stored_user(storage)
    failed, feed = a_feed(user), a_feed(user)
    async with broken_transaction(storage) as tx:
        assert await tx.feeds.add(failed) == failed
        twin = asyncio.create_task(add(storage, feed))
        assert await waits(twin)

    assert await twin == feed
    assert not await is_known(storage, failed)


async def test_rolled_back_replacement_leaves_old_feed(storage: Storage) -> None:
    user = await stored_user(storage)
    old, new = await stored_feed(storage, user), a_feed(user)
    async with broken_transaction(storage) as tx:
        await tx.feeds.save(new)

    assert await storage.feeds.find(user.id) == old
    assert await is_known(storage, old)
    assert not await is_known(storage, new)


async def test_feed_of_inactive_user_is_not_found(storage: Storage) -> None:
    feed = await stored_feed(storage, await stored_user(storage, is_active=False))

    assert not await is_known(storage, feed)


async def test_a_feed_without_bookings_is_empty(storage: Storage) -> None:
    assert await shown(storage, await stored_feed(storage, await stored_user(storage))) == []


async def test_feed_shows_only_bookings_of_its_owner_as_learner_and_creator(storage: Storage) -> None:
    person = await stored_user(storage, role="creator")
    feed = await stored_feed(storage, person)
    own, other = await stored_session(storage, creator_id=person.id), await stored_session(storage)
    sold = [await stored_booking(storage, own, seats=seats) for seats in (1, 2)]
    bought = await stored_booking(storage, other, person.id)
    await stored_booking(storage, other)

    found = await shown(storage, feed)

    assert [booking.id for booking in found] == [booking.id for booking in (*sold, bought)]


async def test_feed_shows_cancelled_bookings(storage: Storage) -> None:
    user = await stored_user(storage)
    feed = await stored_feed(storage, user)
    booking = await stored_booking(storage, await stored_session(storage), user.id)
    await cancel_now(storage, booking)

    (found,) = await shown(storage, feed)

    assert (found.id, found.status) == (booking.id, "cancelled")


async def test_feed_starts_at_its_window(storage: Storage) -> None:
    session = await stored_session(storage)
    feed = await stored_feed(storage, await storage.users.get(session.creator_id))
    first = WINDOW.since
    await booked(storage, session, first - timedelta(hours=2), first, NOW, TOMORROW)

    assert starts(await shown(storage, feed)) == [first, NOW, TOMORROW]
    assert starts(await shown(storage, feed, since=NOW)) == [NOW, TOMORROW]


@pytest.mark.parametrize("maximum", range(8))
async def test_feed_over_its_limit_prefers_upcoming_then_most_recent_bookings(storage: Storage, maximum: int) -> None:
    person = await stored_user(storage, role="creator")
    feed = await stored_feed(storage, person)
    own, other = await stored_session(storage, creator_id=person.id), await stored_session(storage)
    candidates = [NOW + timedelta(hours=hours) for hours in (0, 2, 4, -1, -3, -5)]
    await booked(storage, own, *candidates[::2])
    for start in candidates[1::2]:
        await stored_booking(storage, other, person.id, starts_at=start)

    assert starts(await shown(storage, feed, maximum=maximum)) == sorted(candidates[:maximum])


async def test_feed_over_its_limit_prefers_oldest_bookings_of_one_start(storage: Storage) -> None:
    session = await stored_session(storage, max_participants=9)
    feed = await stored_feed(storage, await storage.users.get(session.creator_id))
    for start in (NOW - timedelta(hours=2), NOW):
        created = [await stored_booking(storage, session, starts_at=start) for _ in range(4)]
        found = await shown(storage, feed, maximum=len(created) - 1, now=start)
        assert [booking.id for booking in found] == [booking.id for booking in created[:3]]
