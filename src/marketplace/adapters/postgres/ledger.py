"""The ledger in PostgreSQL. Triggers of migration 0059 reject changes and what does not sum to zero, and keep balances.

They run for raw SQL too, and at commit: an unbalanced transaction is an error of the program, which the core does not
know.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.positions import page_of, position_from
from marketplace.adapters.postgres.rows import constructor
from marketplace.core.domain.fields import field_names
from marketplace.core.domain.ledger import (
    Account,
    Balance,
    Entry,
    LedgerTransaction,
    Purpose,
    TransactionKind,
)
from marketplace.core.domain.pages import Page
from marketplace.core.ports.ledger import Imbalance

STORED = field_names(LedgerTransaction, "entries")
FIELDS = ", ".join(STORED)
TYPES = {"kind": "text", "once": "text", "at": "timestamptz", "currency": "text"}
ARRAYS = ", ".join(f"${place}::{TYPES.get(name, 'uuid')}[]" for place, name in enumerate(STORED, 1))
AFTER_ARRAYS = len(STORED) + 1
ENTRY_TYPES = {
    "transaction_id": "uuid",
    "place": "smallint",
    "purpose": "text",
    "owner_id": "uuid",
    "amount": "bigint",
    "currency": "text",
}
ENTRIES = ", ".join(ENTRY_TYPES)
ENTRY_ARRAYS = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(ENTRY_TYPES.values(), AFTER_ARRAYS))
# In the order of the key, so that transactions that post the same wait for each other instead of deadlocking.
# Parts of a WITH, as `payment_drafts` writes them.
POSTING = f"""
    @posted AS (
        INSERT INTO ledger_transactions ({FIELDS})
        SELECT {FIELDS} FROM unnest({ARRAYS}) AS new ({FIELDS}) ORDER BY once
        ON CONFLICT DO NOTHING RETURNING id),
    @added AS (
        INSERT INTO ledger_entries ({ENTRIES})
        SELECT {ENTRIES} FROM unnest({ENTRY_ARRAYS}) AS new ({ENTRIES})
            JOIN @posted posted ON posted.id = transaction_id)
"""  # noqa: S608 - column names
POST = f"WITH {POSTING.replace('@', '')} SELECT id FROM posted"  # noqa: S608 - the same
TRANSACTIONS = f"""
    SELECT {FIELDS}, ARRAY(
        SELECT (e.purpose, e.owner_id, e.amount) FROM ledger_entries e WHERE e.transaction_id = t.id ORDER BY e.place
    ) AS entries
    FROM ledger_transactions t
"""  # noqa: S608 - column names
OF_BOOKING = f"{TRANSACTIONS} WHERE booking_id = $1 ORDER BY at, id"
OF_CREATOR = f"{TRANSACTIONS} WHERE creator_id = $1 AND kind <> 'fee' {{after}} ORDER BY at DESC, id DESC LIMIT $2"
FIRST_OF_CREATOR, LATER_OF_CREATOR = OF_CREATOR.format(after=""), OF_CREATOR.format(after="AND (at, id) < ($3, $4)")
SINCE = f"{TRANSACTIONS} WHERE at >= $1 {{after}} ORDER BY at, id LIMIT $2"
FIRST_SINCE, LATER_SINCE = SINCE.format(after=""), SINCE.format(after="AND (at, id) > ($3, $4)")
BALANCE = """
    SELECT coalesce(sum(balance) FILTER (WHERE purpose = 'held'), 0)::bigint AS held,
        coalesce(sum(balance) FILTER (WHERE purpose = 'earned'), 0)::bigint AS earned
    FROM ledger_balances WHERE owner_id = $1 AND purpose IN ('held', 'earned') AND currency = $2
"""
KEPT = """
    SELECT coalesce(sum(balance), 0)::bigint AS balance FROM ledger_balances
    WHERE owner_id = $1 AND purpose = $2 AND currency = $3
"""
SUMMED = """
    SELECT coalesce(sum(amount), 0)::bigint AS balance FROM ledger_entries
    WHERE purpose = $1 AND currency = $2 AND owner_id IS NULL
"""
CHUNK = 100_000
"""Transactions that one statement adds up."""
FIRST_ID, LAST_ID = UUID(int=0), UUID(int=2**128 - 1)
COMPARED_WITHIN = timedelta(minutes=10)
NEXT_CHUNK = "SELECT id FROM ledger_transactions WHERE id > $1 ORDER BY id OFFSET $2 LIMIT 1"
UNBALANCED = """
    SELECT transaction_id AS subject_id, NULL AS purpose, currency, 0::bigint AS expected, sum(amount)::bigint AS found
    FROM ledger_entries WHERE transaction_id > $1 AND transaction_id <= $2
    GROUP BY transaction_id, currency HAVING sum(amount) <> 0
"""
MISKEPT = """
    SELECT owner_id AS subject_id, purpose, currency, coalesce(e.total, 0)::bigint AS expected,
        coalesce(b.balance, 0) AS found
    FROM (SELECT owner_id, purpose, currency, sum(amount) AS total FROM ledger_entries
            WHERE owner_id IS NOT NULL GROUP BY owner_id, purpose, currency) e
        FULL JOIN ledger_balances b USING (owner_id, purpose, currency)
    WHERE coalesce(e.total, 0) <> coalesce(b.balance, 0)
"""


def _entries(stored: Sequence[tuple[str, UUID | None, int]]) -> tuple[Entry, ...]:
    return tuple(Entry(Account(Purpose(purpose), owner_id), amount) for purpose, owner_id, amount in stored)


_transaction = constructor(LedgerTransaction, {"kind": TransactionKind, "entries": _entries})


def _transactions(rows: Sequence[asyncpg.Record]) -> tuple[LedgerTransaction, ...]:
    return tuple(_transaction(*row) for row in rows)


def posting_values(transactions: Sequence[LedgerTransaction]) -> tuple[list[object], ...]:
    """Return the arguments of `POSTING`."""
    heads = ([getattr(each, name) for each in transactions] for name in STORED)
    entries = [
        (each.id, place, entry.account.purpose, entry.account.owner_id, entry.amount, each.currency)
        for each in transactions
        for place, entry in enumerate(each.entries)
    ]
    return (*heads, *map(list, zip(*entries, strict=True)))


class PostgresLedger:
    """`Ledger` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def post(self, *transactions: LedgerTransaction) -> tuple[LedgerTransaction, ...]:
        if not transactions:
            return ()
        rows = await self._connection.fetch(POST, *posting_values(transactions))
        posted = {row["id"] for row in rows}
        return tuple(each for each in transactions if each.id in posted)

    async def of_booking(self, booking_id: UUID) -> tuple[LedgerTransaction, ...]:
        return _transactions(await self._connection.fetch(OF_BOOKING, booking_id))


class PostgresLedgerBooks:
    """`LedgerBooks` over the pool."""

    def __init__(self, database: Database, chunk: int = CHUNK) -> None:
        self._database = database
        self._chunk = chunk

    async def balance(self, creator_id: UUID, currency: str) -> Balance:
        row = await self._database.fetchrow(BALANCE, creator_id, currency)
        return Balance(*row) if row else Balance(0, 0)

    async def account(self, account: Account, currency: str) -> int:
        if account.owner_id is None:
            row = await self._database.fetchrow(SUMMED, account.purpose, currency)
        else:
            row = await self._database.fetchrow(KEPT, account.owner_id, account.purpose, currency)
        return int(row["balance"]) if row else 0

    async def of_booking(self, booking_id: UUID) -> tuple[LedgerTransaction, ...]:
        return _transactions(await self._database.fetch(OF_BOOKING, booking_id))

    async def of_creator(self, creator_id: UUID, limit: int, after: str | None) -> Page[LedgerTransaction]:
        statement = FIRST_OF_CREATOR if after is None else LATER_OF_CREATOR
        rows = await self._database.fetch(statement, creator_id, limit + 1, *position_from(after))
        return page_of(_transactions(rows), limit, lambda each: (each.at, each.id))

    async def since(self, since: datetime, limit: int, after: str | None) -> Page[LedgerTransaction]:
        statement = FIRST_SINCE if after is None else LATER_SINCE
        rows = await self._database.fetch(statement, since, limit + 1, *position_from(after))
        return page_of(_transactions(rows), limit, lambda each: (each.at, each.id))

    async def imbalances(self) -> Sequence[Imbalance]:
        rows = [row async for row in self._unbalanced()]
        # one statement: entries that are posted meanwhile are in both of its sides, or in none
        async with self._database.transaction() as connection:
            rows += await connection.fetch_slowly(COMPARED_WITHIN, MISKEPT)
        return [Imbalance(**dict(row) | {"purpose": row["purpose"] and Purpose(row["purpose"])}) for row in rows]

    async def _unbalanced(self) -> AsyncIterator[asyncpg.Record]:
        begin, last = FIRST_ID, False
        while not last:
            found = await self._database.fetchrow(NEXT_CHUNK, begin, self._chunk - 1)
            end, last = (found["id"], False) if found else (LAST_ID, True)
            for row in await self._database.fetch(UNBALANCED, begin, end):
                yield row
            begin = end
