"""Notifications of what happened to people's bookings."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from uuid_utils.compat import uuid7

from builders import TOMORROW, Services, principal_of, services_over, stored_booking, stored_session, stored_user
from contracts.harness import at_once, broken_transaction
from fakes import NOW, MovableClock
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.notifications import KEPT_FOR, NEWS_FOR, Notification
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import NotFound
from marketplace.core.ports.storage import Storage

HOUR = timedelta(hours=1)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def services(storage: Storage, clock: MovableClock) -> Services:
    return services_over(storage, clock=clock)


async def parties(storage: Storage, **changes: object) -> tuple[Booking, Principal, Principal]:
    """Store a booking; return it with its learner and its creator."""
    session = await stored_session(storage, max_participants=9, **changes)
    learner = await stored_user(storage)
    booking = await stored_booking(storage, session, learner.id)
    return booking, principal_of(learner), principal_of(await storage.users.get(session.creator_id))


def a_notification(booking: Booking, user_id: UUID, **changes: object) -> Notification:
    values = {"id": uuid7(), "kind": "booked", "created_at": NOW, "source": f"step-{uuid7()}"} | changes
    return Notification(user_id=user_id, booking_id=booking.id, **values)  # type: ignore[arg-type]


async def add(storage: Storage, *notifications: Notification) -> None:
    async with storage.unit_of_work() as tx:
        await tx.notifications.add(notifications)


async def delivered(services: Services) -> None:
    while await services.events.deliver():
        pass


async def kinds(services: Services, person: Principal) -> list[str]:
    return [each.kind for each in (await services.notifications.list_own(person, 50, None)).items]


async def test_notifications_are_listed_newest_first_with_the_other_party(storage: Storage) -> None:
    booking, learner, creator = await parties(storage)
    made = [a_notification(booking, learner.user_id, created_at=NOW + n // 2 * HOUR) for n in range(3)]
    await add(storage, *made, a_notification(booking, creator.user_id))

    first = await storage.notifications.of_user(learner.user_id, 2, None)
    rest = await storage.notifications.of_user(learner.user_id, 2, first.next)

    newest = sorted(made, key=lambda each: (each.created_at, each.id), reverse=True)
    assert [each.id for each in (*first.items, *rest.items)] == [each.id for each in newest]
    assert rest.next is None
    shown = first.items[0]
    assert (shown.title, shown.starts_at, shown.as_creator, shown.is_read) == ("Morning yoga", TOMORROW, False, False)
    assert shown.other.id == creator.user_id
    [of_creator] = (await storage.notifications.of_user(creator.user_id, 9, None)).items
    assert (of_creator.as_creator, of_creator.other.id) == (True, learner.user_id)


async def test_what_is_delivered_long_after_it_happened_is_listed_as_read(
    services: Services, storage: Storage, clock: MovableClock
) -> None:
    session, learner = await stored_session(storage, max_participants=9), principal_of(await stored_user(storage))
    creator = principal_of(await storage.users.get(session.creator_id))
    await services.bookings.book(learner, session.id, clock.now() + 30 * NEWS_FOR, 1)
    clock.advance(NEWS_FOR + HOUR)
    await services.bookings.book(principal_of(await stored_user(storage)), session.id, clock.now() + 30 * NEWS_FOR, 1)

    await delivered(services)

    assert await kinds(services, creator) == ["booked", "booked"]
    assert await services.notifications.count_unread(creator) == 1


async def test_person_has_one_notification_of_a_source_also_at_once(storage: Storage) -> None:
    booking, learner, _ = await parties(storage)

    outcome = await at_once(add(storage, a_notification(booking, learner.user_id, source="step-1")) for _ in range(4))

    assert not outcome.refused
    assert await storage.notifications.count_unread(learner.user_id, 9) == 1


async def test_unread_notifications_are_counted_to_a_maximum_and_marked_up_to_one(storage: Storage) -> None:
    booking, learner, creator = await parties(storage)
    made = [a_notification(booking, learner.user_id, created_at=NOW + n * HOUR) for n in range(3)]
    await add(storage, *made, a_notification(booking, creator.user_id))
    assert await storage.notifications.count_unread(learner.user_id, 2) == 2

    for last, left in ((made[1], 1), (made[0], 1), (made[2], 0)):
        async with storage.unit_of_work() as tx:
            await tx.notifications.mark_read(last, NOW + 9 * HOUR)
        assert await storage.notifications.count_unread(learner.user_id, 9) == left
    assert await storage.notifications.count_unread(creator.user_id, 9) == 1


async def test_old_notifications_are_deleted(storage: Storage, services: Services, clock: MovableClock) -> None:
    booking, learner, _ = await parties(storage)
    old, young = (a_notification(booking, learner.user_id, created_at=NOW + n * HOUR) for n in (0, 1))
    await add(storage, old, young)
    clock.at = NOW + KEPT_FOR

    await services.notifications.purge()

    assert await storage.notifications.find(old.id) is None
    assert await storage.notifications.find(young.id) == young


async def test_rolled_back_notification_does_not_exist(storage: Storage) -> None:
    booking, learner, _ = await parties(storage)
    async with broken_transaction(storage) as tx:
        await tx.notifications.add([a_notification(booking, learner.user_id)])

    assert await storage.notifications.count_unread(learner.user_id, 9) == 0


async def test_each_step_notifies_the_party_who_did_not_take_it(storage: Storage, services: Services) -> None:
    session = await stored_session(storage, max_participants=9, requires_confirmation=True)
    creator = principal_of(await storage.users.get(session.creator_id))
    learner = principal_of(await stored_user(storage))
    bookings, seats = services.bookings, services.seat_changes
    booking = (await bookings.book(learner, session.id, TOMORROW)).resource
    await seats.change(learner, booking.id, 2)
    await bookings.act(creator, booking.id, "confirm")
    await bookings.reschedule(learner, booking.id, TOMORROW + 3 * HOUR)
    await bookings.act(learner, booking.id, "decline")
    await bookings.reschedule(learner, booking.id, TOMORROW + 4 * HOUR)
    await bookings.act(creator, booking.id, "confirm")
    await bookings.reschedule(creator, booking.id, TOMORROW + 6 * HOUR)
    await bookings.act(learner, booking.id, "cancel")
    await delivered(services)

    assert sorted(await kinds(services, creator)) == sorted(
        ["requested", "seats_changed", "move_requested", "withdrawn", "move_requested", "cancelled"]
    )
    assert sorted(await kinds(services, learner)) == ["confirmed", "moved", "moved"]


async def test_expiry_notifies_both_parties_and_completion_no_one(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session = await stored_session(storage, requires_confirmation=True)
    creator = principal_of(await storage.users.get(session.creator_id))
    learner = principal_of(await stored_user(storage))
    booking = (await services.bookings.book(learner, session.id, TOMORROW)).resource
    clock.at = TOMORROW
    await services.bookings.settle_due(booking.id)
    completed, its_learner, its_creator = await parties(storage)
    clock.at = completed.ends_at
    await services.bookings.settle_due(completed.id)
    await delivered(services)

    assert (await kinds(services, learner), sorted(await kinds(services, creator))) == (
        ["expired"],
        ["expired", "requested"],
    )
    assert await kinds(services, its_learner) == []
    assert "completed" not in await kinds(services, its_creator)


async def test_change_of_what_was_sold_notifies_learners_of_upcoming_bookings(
    storage: Storage, services: Services
) -> None:
    booking, learner, creator = await parties(storage)
    session = await storage.catalog.find(booking.session_id, NOW)
    assert session is not None
    over = await stored_user(storage)
    await stored_booking(storage, session, over.id, starts_at=NOW - HOUR)
    gone = await stored_user(storage)
    await stored_booking(storage, session, gone.id, status="cancelled")
    for changes in ({"price": session.price + 1}, {"title": "Evening yoga"}):
        await services.sessions.change(creator, session.id, changes)
    later = await stored_user(storage)
    await stored_booking(storage, session, later.id, created_at=NOW + HOUR)
    await delivered(services)

    assert (await kinds(services, learner)).count("session_changed") == 1
    assert "session_changed" not in await kinds(services, creator)
    for other in (over, gone, later):
        assert "session_changed" not in await kinds(services, principal_of(other))


async def test_changes_of_a_session_are_one_notification_for_each_learner_until_it_is_read(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    booking, learner, creator = await parties(storage)
    session = await storage.catalog.find(booking.session_id, NOW)
    assert session is not None
    later = await stored_booking(storage, session, learner.user_id, starts_at=TOMORROW + 5 * HOUR)
    other = principal_of(await stored_user(storage))
    await stored_booking(storage, session, other.user_id, starts_at=TOMORROW + 5 * HOUR)

    async def change(times: int) -> None:
        for number in range(times):
            clock.advance(timedelta(seconds=10))
            await services.sessions.change(creator, session.id, {"title": f"Yoga {clock.now()} {number}"})
            await delivered(services)

    async def changes_of(person: Principal) -> list[UUID | None]:
        page = await services.notifications.list_own(person, 50, None)
        return [each.booking_id for each in page.items if each.kind == "session_changed"]

    await change(5)
    assert await changes_of(learner) == [booking.id]
    assert len(await changes_of(other)) == 1

    newest = (await services.notifications.list_own(learner, 1, None)).items[0]
    await services.notifications.mark_read(learner, newest.id)
    await change(2)
    assert await changes_of(learner) == [booking.id] * 2
    assert len(await changes_of(other)) == 1

    clock.at = TOMORROW + HOUR
    await change(1)
    assert await changes_of(learner) == [later.id, booking.id, booking.id]
    assert len(await changes_of(other)) == 2


async def test_messages_notify_their_recipients_until_they_are_read(storage: Storage, services: Services) -> None:
    booking, learner, creator = await parties(storage)
    await delivered(services)
    before = await services.notifications.count_unread(learner)
    await services.conversations.write_to_slot(creator, booking.session_id, TOMORROW, "Bring a mat.", key=None)
    last = (await services.conversations.write(creator, booking.id, "And water.")).resource
    assert (await kinds(services, learner)).count("message") == 2
    assert "message" not in await kinds(services, creator)

    await services.conversations.mark_read(learner, booking.id, last.id)

    assert await services.notifications.count_unread(learner) == before


async def test_notifications_of_others_cannot_be_marked(storage: Storage, services: Services) -> None:
    booking, learner, creator = await parties(storage)
    own = a_notification(booking, learner.user_id)
    await add(storage, own)

    for person, last in ((creator, own.id), (learner, uuid4())):
        with pytest.raises(NotFound):
            await services.notifications.mark_read(person, last)
    for _ in range(2):
        await services.notifications.mark_read(learner, own.id)
    assert await services.notifications.count_unread(learner) == 0
