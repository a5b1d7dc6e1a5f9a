"""What the two parties of a booking write to each other."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from uuid_utils.compat import uuid7

from builders import (
    PASSWORD,
    TOMORROW,
    Services,
    a_key,
    principal_of,
    services_over,
    stored_booking,
    stored_session,
    stored_user,
)
from contracts.harness import at_once, broken_transaction
from fakes import NOW, MovableClock
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.conversations import WRITABLE_FOR, BookingMessage, SlotMessage, UnreadMessages
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import ConversationClosed, Invalid, KeyReused, NotFound, NotSignedIn, NotYours
from marketplace.core.ports.storage import Storage

MINUTE = timedelta(minutes=1)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def services(storage: Storage, clock: MovableClock) -> Services:
    return services_over(storage, clock=clock)


class Booked:
    """A booking with its two parties."""

    def __init__(self, session: Session, booking: Booking, learner: Principal, creator: Principal) -> None:
        self.session, self.booking, self.learner, self.creator = session, booking, learner, creator


async def booked(storage: Storage, of: Session | None = None, starts_at: datetime = TOMORROW) -> Booked:
    session = of or await stored_session(storage)
    learner = await stored_user(storage)
    booking = await stored_booking(storage, session, learner.id, starts_at=starts_at)
    creator = principal_of(await storage.users.get(session.creator_id))
    return Booked(session, booking, principal_of(learner), creator)


async def written(
    storage: Storage, booking: Booking, author_id: UUID, text: str = "Hello.", at: datetime = NOW
) -> BookingMessage:
    message = BookingMessage.of(booking, author_id, uuid7(), text, at)
    async with storage.unit_of_work() as tx:
        await tx.booking_messages.add(message)
    return message


async def pages(storage: Storage, booking: Booking, limit: int) -> list[list[UUID]]:
    found, after = [], None
    while True:
        page = await storage.conversations.of_booking(booking.id, limit, after)
        found.append([each.id for each in page.items])
        after = page.next
        if after is None:
            return found


def unread(of: Booked, count: int, *, as_creator: bool) -> tuple[UnreadMessages, ...]:
    return (UnreadMessages(booking_id=of.booking.id, as_creator=as_creator, unread=count),) if count else ()


async def test_messages_are_listed_newest_first_in_pages(storage: Storage) -> None:
    here, other = await booked(storage), await booked(storage)
    people = (here.learner.user_id, here.creator.user_id)
    messages = [await written(storage, here.booking, people[n % 2], at=NOW + n // 2 * MINUTE) for n in range(5)]
    await written(storage, other.booking, other.learner.user_id)

    expected = [each.id for each in sorted(messages, key=lambda each: (each.created_at, each.id), reverse=True)]
    assert await pages(storage, here.booking, 2) == [expected[:2], expected[2:4], expected[4:]]
    assert await pages(storage, here.booking, 5) == [expected]
    assert await storage.conversations.find(messages[0].id) == messages[0]
    assert await storage.conversations.find(uuid7()) is None


async def test_messages_of_an_author_are_listed_newest_first_over_all_bookings(storage: Storage) -> None:
    here = await booked(storage)
    there = await booked(storage, here.session)
    author = here.creator.user_id
    messages = [
        await written(storage, each.booking, author, at=NOW + n // 2 * MINUTE)
        for n, each in enumerate([here, there] * 2)
    ]
    await written(storage, here.booking, here.learner.user_id)

    found: list[BookingMessage] = []
    after = None
    for length in (3, 1):
        page = await storage.conversations.of_author(author, 3, after)
        assert len(page.items) == length
        found += page.items
        after = page.next
    assert found == sorted(messages, key=lambda each: (each.created_at, each.id), reverse=True)
    assert after is None


async def test_message_goes_to_the_other_party(storage: Storage) -> None:
    here = await booked(storage)

    asked = await written(storage, here.booking, here.learner.user_id)
    answered = await written(storage, here.booking, here.creator.user_id)

    assert (asked.recipient_id, answered.recipient_id) == (here.creator.user_id, here.learner.user_id)
    assert (asked.to_everyone, asked.read_at) == (False, None)


async def test_unread_messages_are_counted_by_booking_and_party(storage: Storage) -> None:
    here = await booked(storage)
    there = await booked(storage, here.session)
    for _ in range(2):
        await written(storage, here.booking, here.learner.user_id)
    await written(storage, there.booking, there.learner.user_id)
    await written(storage, here.booking, here.creator.user_id)

    by_id = {each.booking_id: each for each in await storage.conversations.unread(here.creator.user_id, 9)}
    assert {each.unread for each in by_id.values()} == {1, 2}
    assert by_id[here.booking.id] == unread(here, 2, as_creator=True)[0]
    assert await storage.conversations.unread(here.learner.user_id, 9) == unread(here, 1, as_creator=False)
    assert await storage.conversations.unread(there.learner.user_id, 9) == ()
    assert sum(each.unread for each in await storage.conversations.unread(here.creator.user_id, 2)) == 2


async def test_reading_marks_what_was_written_to_the_reader_up_to_a_message(storage: Storage) -> None:
    here = await booked(storage)
    own = await written(storage, here.booking, here.creator.user_id)
    first, second = [await written(storage, here.booking, here.learner.user_id, at=NOW + n * MINUTE) for n in (1, 2)]

    for last, left in ((own, 2), (first, 1), (first, 1), (second, 0), (own, 0)):
        async with storage.unit_of_work() as tx:
            await tx.booking_messages.mark_read(last, here.creator.user_id, NOW + 5 * MINUTE)
        found = await storage.conversations.unread(here.creator.user_id, 9)
        assert found == unread(here, left, as_creator=True)
    assert await storage.conversations.unread(here.learner.user_id, 9) == unread(here, 1, as_creator=False)
    read = await storage.conversations.find(second.id)
    assert read is not None
    assert read.read_at == NOW + 5 * MINUTE


async def test_deleted_person_is_written_to_no_more(storage: Storage, services: Services, clock: MovableClock) -> None:
    here = await booked(storage, starts_at=NOW + MINUTE)
    other = await booked(storage, here.session, NOW + MINUTE)
    key = a_key(user_id=here.creator.user_id)
    first = await services.conversations.write(here.creator, here.booking.id, "See you.", key=key)
    clock.advance(2 * MINUTE)  # the session is going on
    await services.account_deletion.delete(here.learner, PASSWORD)

    with pytest.raises(ConversationClosed, match="deleted their account"):
        await services.conversations.write(here.creator, here.booking.id, "You left your mat.")
    again = await services.conversations.write(here.creator, here.booking.id, "See you.", key=key)
    assert (again.resource.id, again.is_replay) == (first.resource.id, True)
    start = here.booking.starts_at
    sent = await services.conversations.write_to_slot(here.creator, here.session.id, start, "Thanks!", key=None)
    assert sent.resource == 1
    page = await services.conversations.list(other.learner, other.booking.id, 9, None)
    assert [each.text for each in page.items] == ["Thanks!"]


async def test_message_to_a_slot_goes_to_each_live_booking_of_it(storage: Storage) -> None:
    here = await booked(storage, await stored_session(storage, max_participants=9))
    also = await booked(storage, here.session)
    later = await booked(storage, here.session, TOMORROW + timedelta(hours=3))
    await stored_booking(storage, here.session, status="cancelled")
    await stored_booking(storage, here.session, status="pending", pay_by=NOW + 15 * MINUTE)
    batch_id = uuid7()

    async with storage.unit_of_work() as tx:
        sent = await tx.booking_messages.add_to_slot(
            SlotMessage(
                batch_id=batch_id,
                session_id=here.session.id,
                starts_at=TOMORROW,
                author_id=here.creator.user_id,
                text="Bring a mat.",
                created_at=NOW,
            )
        )

    assert (sent, await storage.conversations.count_of_batch(batch_id)) == (2, 2)
    for each in (here, also):
        [message] = (await storage.conversations.of_booking(each.booking.id, 9, None)).items
        assert (message.author_id, message.recipient_id) == (here.creator.user_id, each.learner.user_id)
        assert (message.text, message.created_at, message.to_everyone) == ("Bring a mat.", NOW, True)
        assert message.id.version == 7
    assert (await storage.conversations.of_booking(later.booking.id, 9, None)).items == ()


async def test_rolled_back_message_does_not_exist(storage: Storage) -> None:
    here = await booked(storage)
    message = BookingMessage.of(here.booking, here.learner.user_id, uuid7(), "Hello.", NOW)

    async with broken_transaction(storage) as tx:
        await tx.booking_messages.add(message)

    assert await storage.conversations.find(message.id) is None
    assert await storage.conversations.unread(here.creator.user_id, 9) == ()


async def test_both_parties_write_and_read_and_others_do_not(storage: Storage, services: Services) -> None:
    here, stranger = await booked(storage), principal_of(await stored_user(storage))
    staff = principal_of(await stored_user(storage, is_staff=True))
    for author in (here.learner, here.creator):
        await services.conversations.write(author, here.booking.id, f"From {author.role}")

    for reader in (here.learner, here.creator):
        page = await services.conversations.list(reader, here.booking.id, 9, None)
        assert [each.text for each in page.items] == ["From creator", "From user"]
    for other in (stranger, staff):
        with pytest.raises(NotFound):
            await services.conversations.list(other, here.booking.id, 9, None)
        with pytest.raises(NotFound):
            await services.conversations.write(other, here.booking.id, "Hello.")
    assert await services.conversations.list_for_staff(staff, here.booking.id, 9, None) == page
    with pytest.raises(NotFound):
        await services.conversations.list_for_staff(staff, uuid4(), 9, None)


@pytest.mark.parametrize("text", ["", "   ", "x" * 2_001, "a\x00b", "a\x1bb"])
async def test_bad_text_is_refused_by_name(storage: Storage, services: Services, text: str) -> None:
    here = await booked(storage)

    with pytest.raises(Invalid) as refused:
        await services.conversations.write(here.learner, here.booking.id, text)
    assert set(refused.value.errors) == {"text"}
    with pytest.raises(Invalid):
        await services.conversations.write_to_slot(here.creator, here.session.id, TOMORROW, text, key=None)


async def test_conversation_closes_30_days_after_the_end(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    here = await booked(storage)
    clock.at = here.booking.ends_at + WRITABLE_FOR - MINUTE
    await services.conversations.write(here.creator, here.booking.id, "It was a pleasure.")

    clock.at += MINUTE
    for author in (here.learner, here.creator):
        with pytest.raises(ConversationClosed):
            await services.conversations.write(author, here.booking.id, "Too late.")
    with pytest.raises(ConversationClosed):
        await services.conversations.write_to_slot(here.creator, here.session.id, TOMORROW, "Too late.", key=None)
    assert len((await services.conversations.list(here.learner, here.booking.id, 9, None)).items) == 1


@pytest.mark.parametrize("starts_at", [TOMORROW, TOMORROW.replace(year=2199)])
async def test_conversation_of_a_cancelled_booking_closes_30_days_after_the_cancellation(
    storage: Storage, services: Services, clock: MovableClock, starts_at: datetime
) -> None:
    here = await booked(storage, starts_at=starts_at)
    clock.at = NOW + MINUTE
    cancelled = await services.bookings.act(here.learner, here.booking.id, "cancel")

    assert cancelled.resource.messages_until == clock.at + WRITABLE_FOR
    clock.at += WRITABLE_FOR - MINUTE
    await services.conversations.write(here.creator, here.booking.id, "Sorry that you can't come.")
    clock.at += MINUTE
    for author in (here.learner, here.creator):
        with pytest.raises(ConversationClosed):
            await services.conversations.write(author, here.booking.id, "Too late.")


async def test_conversation_of_a_booking_that_expired_late_closes_30_days_after_the_end(
    storage: Storage, services: Services, clock: MovableClock
) -> None:
    session, learner = await stored_session(storage), await stored_user(storage)
    booking = await stored_booking(storage, session, learner.id, status="pending")
    clock.at = booking.ends_at + timedelta(days=1)
    await services.bookings.settle_due(booking.id)

    expired = await services.bookings.get(principal_of(learner), booking.id)
    assert (expired.status, expired.messages_until) == ("cancelled", booking.ends_at + WRITABLE_FOR)


async def test_message_with_a_key_is_written_once(storage: Storage, services: Services) -> None:
    here = await booked(storage)
    key = a_key(user_id=here.learner.user_id, route=f"write {here.booking.id}")

    outcome = await at_once(
        services.conversations.write(here.learner, here.booking.id, "Hello.", key=key) for _ in range(4)
    )

    assert not outcome.refused
    assert len({each.resource.id for each in outcome.done}) == 1
    assert sorted(each.is_replay for each in outcome.done) == [False, True, True, True]
    assert await storage.conversations.unread(here.creator.user_id, 9) == unread(here, 1, as_creator=True)
    other = a_key(user_id=here.learner.user_id, route=key.route, body_hash=b"x" * 32)
    with pytest.raises(KeyReused):
        await services.conversations.write(here.learner, here.booking.id, "Bye.", key=other)


async def test_message_to_a_slot_with_a_key_is_written_once(storage: Storage, services: Services) -> None:
    here = await booked(storage)
    await booked(storage, here.session)
    key = a_key(user_id=here.creator.user_id, route=f"write to {here.session.id}")

    outcome = await at_once(
        services.conversations.write_to_slot(here.creator, here.session.id, TOMORROW, "Hello.", key=key)
        for _ in range(3)
    )

    assert [each.resource for each in outcome.done] == [2, 2, 2]
    assert sorted(each.is_replay for each in outcome.done) == [False, True, True]
    assert len((await storage.conversations.of_booking(here.booking.id, 9, None)).items) == 1


async def test_only_the_creator_writes_to_a_slot(storage: Storage, services: Services) -> None:
    here = await booked(storage)
    staff = principal_of(await stored_user(storage, is_staff=True))

    for other in (here.learner, principal_of(await stored_user(storage, role="creator")), staff):
        with pytest.raises(NotYours):
            await services.conversations.write_to_slot(other, here.session.id, TOMORROW, "Hello.", key=None)
    with pytest.raises(NotFound):
        await services.conversations.write_to_slot(here.creator, uuid4(), TOMORROW, "Hello.", key=None)
    none = await services.conversations.write_to_slot(here.creator, here.session.id, NOW + MINUTE, "Hello.", key=None)
    assert none.resource == 0


async def test_reader_marks_only_their_own_conversations(storage: Storage, services: Services) -> None:
    here, there = await booked(storage), await booked(storage)
    message = await written(storage, here.booking, here.learner.user_id)

    for reader, booking, last in (
        (there.creator, here.booking, message.id),
        (here.creator, there.booking, message.id),
        (here.creator, here.booking, uuid4()),
    ):
        with pytest.raises(NotFound):
            await services.conversations.mark_read(reader, booking.id, last)
    assert await services.conversations.unread(here.creator) == unread(here, 1, as_creator=True)
    for _ in range(2):
        await services.conversations.mark_read(here.creator, here.booking.id, message.id)
        assert await services.conversations.unread(here.creator) == ()


async def test_messages_of_a_deactivated_creator_stay_and_they_write_no_more(
    storage: Storage, services: Services
) -> None:
    here = await booked(storage)
    await services.conversations.write(here.creator, here.booking.id, "See you.")
    await services.users.set_active(here.creator.user_id, is_active=False)

    with pytest.raises(NotSignedIn):
        await services.conversations.write(here.creator, here.booking.id, "One more thing.")
    page = await services.conversations.list(here.learner, here.booking.id, 9, None)
    assert [each.text for each in page.items] == ["See you."]
