"""The ledger is appended to once per event, and balances are kept with it."""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.harness import broken_transaction
from fakes import NOW
from ledger_entries import a_transaction
from marketplace.core.domain.ledger import (
    Account,
    Balance,
    Entry,
    LedgerTransaction,
    Purpose,
    TransactionKind,
    earning_entries,
    fee_entries,
    payment_entries,
    refund_entries,
)
from marketplace.core.ports.ledger import LedgerBooks
from marketplace.core.ports.storage import Storage

MINUTE = timedelta(minutes=1)


async def post(storage: Storage, *transactions: LedgerTransaction) -> tuple[LedgerTransaction, ...]:
    async with storage.unit_of_work() as tx:
        return await tx.ledger.post(*transactions)


async def all_since(books: LedgerBooks, **options: Any) -> list[LedgerTransaction]:
    found: list[LedgerTransaction] = []
    after: str | None = None
    while True:
        page = await books.since(options["since"], options.get("limit", 100), after)
        found += page.items
        if (after := page.next) is None:
            return found


async def test_transaction_is_read_as_posted(storage: Storage) -> None:
    creator_id, learner_id = uuid4(), uuid4()
    payment = a_transaction(*payment_entries(learner_id, creator_id, 7_200), creator_id=creator_id)
    earning = a_transaction(
        *earning_entries(creator_id, 7_200, 720),
        kind=TransactionKind.EARNING,
        reverses=payment.id,
        booking_id=payment.booking_id,
        creator_id=creator_id,
        at=NOW + MINUTE,
    )

    assert await post(storage, payment, earning) == (payment, earning)

    assert await storage.ledger.of_booking(payment.booking_id) == (payment, earning)
    assert await storage.ledger.balance(creator_id, "EUR") == Balance(0, 6_480)
    assert await storage.ledger.balance(creator_id, "JPY") == Balance(0, 0)
    assert await storage.ledger.account(Account(Purpose.PAID_IN, learner_id), "EUR") == -7_200


async def test_post_of_nothing_posts_nothing(storage: Storage) -> None:
    assert await post(storage) == ()


async def test_transaction_sees_what_it_posted(storage: Storage) -> None:
    transaction = a_transaction()

    async with storage.unit_of_work() as tx:
        await tx.ledger.post(transaction)
        assert await tx.ledger.of_booking(transaction.booking_id) == (transaction,)
        assert await storage.ledger.of_booking(transaction.booking_id) == ()


async def test_event_is_posted_once(storage: Storage) -> None:
    first = a_transaction()
    again = replace(first, id=uuid4(), entries=payment_entries(uuid4(), first.creator_id, 1))
    other = a_transaction(creator_id=first.creator_id)
    await post(storage, first)

    assert await post(storage, again, other) == (other,)

    assert await storage.ledger.of_booking(first.booking_id) == (first,)
    assert (await storage.ledger.balance(first.creator_id, "EUR")).held == 2 * 7_200


async def test_concurrent_posts_of_one_event_leave_one(storage: Storage) -> None:
    first = a_transaction()
    rivals = [first, replace(first, id=uuid4())] * 10

    posted = await asyncio.gather(*(post(storage, each) for each in rivals))

    assert sum(map(len, posted)) == 1
    assert await storage.ledger.balance(first.creator_id, "EUR") == Balance(7_200, 0)


async def test_rollback_leaves_neither_transaction_nor_balance(storage: Storage) -> None:
    transaction = a_transaction()

    async with broken_transaction(storage) as tx:
        await tx.ledger.post(transaction)

    assert await storage.ledger.of_booking(transaction.booking_id) == ()
    assert await storage.ledger.balance(transaction.creator_id, "EUR") == Balance(0, 0)
    assert await post(storage, transaction) == (transaction,)


async def test_account_without_its_owner_is_refused(storage: Storage) -> None:
    faults = {
        "held by no one": (Entry(Account(Purpose.HELD), 5), Entry(Account(Purpose.FEE), -5)),
        "a person's commission": (Entry(Account(Purpose.COMMISSION, uuid4()), 5), Entry(Account(Purpose.FEE), -5)),
    }
    for name, entries in faults.items():
        transaction = a_transaction(*entries)
        with pytest.raises(Exception, match="owner"):
            await post(storage, transaction)
        assert await storage.ledger.of_booking(transaction.booking_id) == (), name


async def test_lists_are_paged(storage: Storage) -> None:
    creator_id, since = uuid4(), NOW + timedelta(days=400)
    own = [
        a_transaction(creator_id=creator_id, at=since + n // 2 * MINUTE, booking_id=uuid4(), id=UUID(int=n + 1 << 64))
        for n in range(7)
    ]
    earlier = a_transaction(creator_id=creator_id, at=since - MINUTE)
    await post(storage, *random.Random(7).sample(own, 7), earlier)  # noqa: S311 - an order
    await post(storage, other := a_transaction(at=since + 9 * MINUTE))
    fee = {"kind": TransactionKind.FEE, "creator_id": creator_id, "at": since - MINUTE}
    await post(storage, a_transaction(*fee_entries(5), **fee))  # which is no creator's

    found: list[LedgerTransaction] = []
    after: str | None = None
    pages = 0
    while pages == 0 or after is not None:
        page = await storage.ledger.of_creator(creator_id, 3, after)
        found, after, pages = [*found, *page.items], page.next, pages + 1

    assert found == [*reversed(own), earlier]
    assert pages == 3
    assert await all_since(storage.ledger, since=since, limit=3) == [*own, other]


def _step(random_: random.Random, people: list[UUID], n: int) -> LedgerTransaction:
    learner, creator = random_.sample(people, 2)
    amount = random_.randint(1, 10_000)
    commission = amount * random_.randint(0, 5_000) // 10_000
    kind, entries = random_.choice(
        [
            (TransactionKind.PAYMENT, payment_entries(learner, creator, amount)),
            (TransactionKind.EARNING, earning_entries(creator, amount, commission)),
            (TransactionKind.REFUND, refund_entries(learner, creator, amount, amount // 3, commission)),
            (TransactionKind.FEE, fee_entries(amount)),
        ]
    )
    currency = random_.choice(["EUR", "JPY"])
    return a_transaction(*entries, kind=kind, once=f"{people[0]}-{n}", currency=currency, creator_id=creator)


async def test_kept_balances_are_the_sums_of_their_entries(empty_storage: Storage) -> None:
    """Concurrent posts of a few people's random transactions, in batches, some repeated and some rolled back."""
    random_ = random.Random(15)  # noqa: S311 - reproducible
    people = [uuid4() for _ in range(6)]
    steps = [_step(random_, people, n) for n in range(120)]
    batches = [random_.sample(steps, random_.randint(1, 4)) for _ in range(120)]

    async def run(n: int) -> None:
        if n % 7 == 0:
            async with broken_transaction(empty_storage) as tx:
                await tx.ledger.post(*batches[n])
        else:
            await post(empty_storage, *batches[n])

    for start in range(0, len(batches), 10):
        await asyncio.gather(*map(run, range(start, start + 10)))

    books = empty_storage.ledger
    posted = await all_since(books, since=NOW)
    assert Counter(each.once for each in posted).most_common(1)[0][1] == 1
    assert {each.once for each in posted} == {
        each.once for n, batch in enumerate(batches) for each in batch if n % 7 != 0
    }
    sums: Counter[tuple[Account, str]] = Counter()
    for each in posted:
        for entry in each.entries:
            sums[entry.account, each.currency] += entry.amount
    assert {key: await books.account(*key) for key in sums} == dict(sums)
    assert sum(sums.values()) == 0
    assert await books.imbalances() == []
