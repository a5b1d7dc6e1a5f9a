"""Plans of payments and of the ledger, with 21,000 bookings of which every tenth is of one creator."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest_asyncio

from fakes import NOW
from ledger_entries import a_transaction
from marketplace.core.domain.ledger import Account, Purpose, payment_entries
from payment_records import LEASE, an_operation
from postgres.large_ledger import BUSY, booking_of, creator_of, fill_ledger, fill_payments
from postgres.query_plans import PAGE, Watched, carried_out, costly, pages, plans, watched

BOOKINGS = 21_000
LEARNER = UUID(int=77)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def loaded(database: str) -> str:
    connection = await asyncpg.connect(database)
    try:
        await fill_payments(connection, BOOKINGS)
        await fill_ledger(connection, BOOKINGS)
    finally:
        await connection.close()
    return database


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(loaded: str) -> AsyncIterator[Watched]:
    async with watched(loaded) as opened:
        yield opened


async def test_lists_of_payments_cost_what_they_show(loaded: str, program: Watched) -> None:
    lists = program.storage.payments
    found = await pages(loaded, program, lambda limit, after: lists.search("", limit, after))
    found += await pages(loaded, program, lists.parked)
    found += await carried_out(loaded, program, lists.unsettled(NOW.replace(year=2030), PAGE))
    found += await carried_out(loaded, program, lists.changeable(NOW.replace(year=2030), PAGE))
    found += await carried_out(loaded, program, lists.notices(booking_of(700)))

    assert len(found) == 7
    assert costly(found, blocks=60, rows=PAGE + 1) == []


async def test_search_reads_what_it_finds(loaded: str, program: Watched) -> None:
    lists = program.storage.payments
    [shown] = (await lists.search("pi_7001", PAGE, None)).items
    for text in (str(shown.id), "pi_7001", str(shown.receipt_number), "none"):
        assert costly(await carried_out(loaded, program, lists.search(text, PAGE, None)), blocks=25, rows=4) == [], text


async def test_single_payments_are_found_by_index(loaded: str, program: Watched) -> None:
    lists, number = program.storage.payments, booking_of(700)
    calls = {
        "find": lists.find(number),
        "of its provider": lists.find_by_provider("simulator", "pi_700"),
        "of a booking": lists.of_booking(number),
        "operations": lists.operations([number]),
        "operation": lists.operation(number),
    }
    for name, call in calls.items():
        assert costly(await carried_out(loaded, program, call), blocks=12, rows=1) == [], name


async def test_comparison_reads_only_payments_since(loaded: str, program: Watched) -> None:
    since = (await program.storage.payments.search("", 10, None)).items[-1].created_at

    async def read() -> None:
        assert len([each async for each in program.storage.payments.created_since(since)]) == 10

    assert costly(await carried_out(loaded, program, read()), blocks=40, rows=10) == []


async def test_writes_of_an_operation_lock_by_index(loaded: str, program: Watched) -> None:
    payment = await program.storage.payments.find(booking_of(701))
    assert payment is not None

    async def write() -> None:
        async with program.storage.unit_of_work() as tx:
            await tx.payments.acquire_of_booking(payment.booking_id)
            await tx.payments.save(payment)
            await tx.payments.ask(operation := an_operation(payment, once="pay"))
            await tx.payments.claim(operation.id, NOW, LEASE)
            await tx.payments.record(operation, operation)

    sent = [each for each in await program.sent_by(write()) if each.query not in {"BEGIN;", "COMMIT;"}]

    assert len(sent) == 5
    assert costly(await plans(loaded, sent), blocks=40, rows=4) == []


async def test_ledger_is_read_by_index(loaded: str, program: Watched) -> None:
    books = program.storage.ledger
    first = (await books.since(NOW.replace(year=2020), 1, None)).items[0].at
    found = await pages(loaded, program, lambda limit, after: books.since(first, limit, after))
    found += await pages(loaded, program, lambda limit, after: books.of_creator(BUSY, limit, after))

    # four blocks of the index and one of the table for the entries of each transaction
    assert costly(found, blocks=40 + 5 * (PAGE + 1), rows=4 * (PAGE + 1)) == []
    assert costly(await carried_out(loaded, program, books.of_booking(booking_of(700))), blocks=40, rows=10) == []


async def test_balance_of_a_creator_is_one_row_a_purpose(loaded: str, program: Watched) -> None:
    books = program.storage.ledger
    for call in (books.balance(BUSY, "EUR"), books.account(Account(Purpose.HELD, creator_of(7)), "EUR")):
        assert costly(await carried_out(loaded, program, call), blocks=8, rows=2) == []


async def test_post_reads_nothing_but_its_keys(loaded: str, program: Watched) -> None:
    transaction = a_transaction(*payment_entries(LEARNER, BUSY, 100), creator_id=BUSY, once="payment-700")

    async def post() -> None:
        async with program.storage.unit_of_work() as tx:
            assert await tx.ledger.post(transaction) == ()

    sent = [each for each in await program.sent_by(post()) if "INSERT" in each.query]

    assert costly(await plans(loaded, sent), blocks=20, rows=0) == []
