"""Plans of conversations: of a booking with 50,000 messages, and of a person with as many unread ones."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest_asyncio
from uuid_utils.compat import uuid7

from fakes import NOW
from marketplace.core.domain.conversations import MAX_UNREAD, BookingMessage, SlotMessage
from postgres.large_dataset import Size, load, numbered
from postgres.query_plans import Watched, carried_out, costly, plans, watched

LONG = numbered("1booking", 1)
START = datetime(2030, 2, 1, 1, tzinfo=UTC)
"""Of the first booking."""
CONVERSATION = """
    INSERT INTO booking_messages (id, booking_id, author_id, recipient_id, text, created_at, batch_id, read_at)
    SELECT gen_random_uuid(), b.id, b.user_id, b.creator_id, 'Hello.', '2030-01-01Z'::timestamptz + n * interval '1 s',
        gen_random_uuid(), now()
    FROM bookings b, generate_series(1, 50000) n WHERE b.id = $1
"""
UNREAD = """
    INSERT INTO booking_messages (id, booking_id, author_id, recipient_id, text, created_at, batch_id)
    SELECT gen_random_uuid(), b.id, b.user_id, (SELECT min(id::text)::uuid FROM users), 'Hello.',
        '2030-01-01Z'::timestamptz + n * interval '1 s', gen_random_uuid()
    FROM (SELECT * FROM bookings WHERE id <> $1 ORDER BY id LIMIT 500) b, generate_series(1, 100) n
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loaded(database: str) -> str:
    await load(database, Size(sessions=2_000, slots=2_000))
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(CONVERSATION, LONG)
        await connection.execute(UNREAD, LONG)
        await connection.execute("VACUUM ANALYZE booking_messages")
    finally:
        await connection.close()
    return database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(loaded: str) -> AsyncIterator[Watched]:
    async with watched(loaded) as opened:
        yield opened


async def test_page_of_a_conversation_costs_what_it_shows_also_far_back(loaded: str, program: Watched) -> None:
    conversations = program.storage.conversations
    far = (await conversations.of_booking(LONG, 20_000, None)).next

    for after in (None, far):
        assert len((await conversations.of_booking(LONG, 20, after)).items) == 20
        found = await carried_out(loaded, program, conversations.of_booking(LONG, 20, after))
        assert costly(found, blocks=30, rows=21) == []


async def test_page_of_an_authors_messages_costs_what_it_shows_also_far_back(loaded: str, program: Watched) -> None:
    conversations = program.storage.conversations
    author = (await conversations.of_booking(LONG, 1, None)).items[0].author_id
    far = (await conversations.of_author(author, 20_000, None)).next

    for after in (None, far):
        assert len((await conversations.of_author(author, 20, after)).items) == 20
        found = await carried_out(loaded, program, conversations.of_author(author, 20, after))
        assert costly(found, blocks=40, rows=21) == []


async def test_unread_messages_are_counted_over_a_bounded_number(loaded: str, program: Watched) -> None:
    connection = await asyncpg.connect(loaded)
    person = await connection.fetchval("SELECT min(id::text)::uuid FROM users")
    await connection.close()
    conversations = program.storage.conversations
    assert sum(each.unread for each in await conversations.unread(person, MAX_UNREAD)) == MAX_UNREAD

    found = await carried_out(loaded, program, conversations.unread(person, MAX_UNREAD))
    found += await carried_out(loaded, program, conversations.unread(numbered("user", 7), MAX_UNREAD))

    assert costly(found, blocks=600, rows=MAX_UNREAD + 100) == []


async def test_oldest_unanswered_message_costs_what_is_unread(loaded: str, program: Watched) -> None:
    connection = await asyncpg.connect(loaded)
    person = await connection.fetchval("SELECT min(id::text)::uuid FROM users")
    busy = await connection.fetchval("SELECT min(booking_id::text)::uuid FROM booking_messages WHERE read_at IS NULL")
    await connection.close()
    recipient = (await program.storage.conversations.of_booking(LONG, 1, None)).items[0].recipient_id

    async def since(booking_id: UUID, user_id: UUID) -> None:
        async with program.storage.unit_of_work() as tx:
            found = await tx.booking_messages.unanswered_since(booking_id, user_id)
        assert found == (None if booking_id == LONG else NOW.replace(day=1, hour=0, second=1))

    for booking_id, user_id, most in ((LONG, recipient, 20), (busy, person, 220)):
        sent = [each for each in await program.sent_by(since(booking_id, user_id)) if "unread" in each.query]
        assert len(sent) == 1
        assert costly(await plans(loaded, sent), blocks=most, rows=most) == []


async def test_marking_as_read_costs_what_was_unread(loaded: str, program: Watched) -> None:
    conversations = program.storage.conversations
    last = (await conversations.of_booking(LONG, 1, None)).items[0]

    async def mark(message: BookingMessage) -> None:
        async with program.storage.unit_of_work() as tx:
            await tx.booking_messages.mark_read(message, message.recipient_id, NOW)

    found = await plans(loaded, [each for each in await program.sent_by(mark(last)) if "UPDATE" in each.query])

    assert len(found) == 1
    assert costly(found, blocks=30, rows=1) == []


async def test_message_to_a_slot_reads_the_bookings_of_the_slot(loaded: str, program: Watched) -> None:
    message = SlotMessage(
        batch_id=uuid7(),
        session_id=numbered("session", 1),
        starts_at=START,
        author_id=numbered("user", 1),
        text="Bring a mat.",
        created_at=NOW,
    )

    async def write() -> None:
        async with program.storage.unit_of_work() as tx:
            assert await tx.booking_messages.add_to_slot(message) == 4

    sent = [each for each in await program.sent_by(write()) if "INSERT" in each.query]
    found = await plans(loaded, sent)

    assert len(found) == 1
    assert costly(found, blocks=200, rows=8) == []
    count = await carried_out(loaded, program, program.storage.conversations.count_of_batch(message.batch_id))
    assert costly(count, blocks=30, rows=20) == []
