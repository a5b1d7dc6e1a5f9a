"""The ledger refuses raw SQL that would change, unbalance or extend it, also from a connection without triggers."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from ledger_entries import a_transaction
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.ledger import PostgresLedgerBooks
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.ledger import Account, Balance, LedgerTransaction, Purpose, payment_entries
from marketplace.core.ports.ledger import Imbalance
from marketplace.core.ports.storage import Storage

LEARNER, CREATOR = UUID(int=1), UUID(int=2)
KEPT = a_transaction(*payment_entries(LEARNER, CREATOR, 7_200), creator_id=CREATOR, once="kept")
NEW = """
    INSERT INTO ledger_transactions (id, kind, once, at, currency, booking_id, payment_id, creator_id)
    VALUES ('00000000-0000-0000-0000-00000000000a', 'fee', 'new', now(), 'EUR', gen_random_uuid(), gen_random_uuid(),
        gen_random_uuid());
"""
ENTRY = "INSERT INTO ledger_entries VALUES ('{transaction}', {place}, '{purpose}', NULL, {amount}, '{currency}');"
FORGED = NEW.replace("creator_id)", "creator_id, posted_in)").replace(
    "gen_random_uuid());", "gen_random_uuid(), pg_current_xact_id()::text::bigint + 1);"
)
INSERT_BALANCE = "INSERT INTO ledger_balances VALUES ('{}', 'earned', 'EUR', 9);"
KEYS = {
    "ledger_transactions": ("id", "at"),
    "ledger_entries": ("transaction_id, place", "amount"),
    "ledger_balances": ("owner_id, purpose, currency", "balance"),
}
"""Each table with its primary key and a column."""
CHANGES = {
    f"{verb} of {table}": statement.format(table=table, key=key, column=column)
    for table, (key, column) in KEYS.items()
    for verb, statement in {
        "UPDATE": "UPDATE {table} SET {column} = {column}",
        "UPDATE of no row": "UPDATE {table} SET {column} = {column} WHERE false",
        "DELETE": "DELETE FROM {table}",
        "DELETE of no row": "DELETE FROM {table} WHERE false",
        "TRUNCATE": "TRUNCATE {table} CASCADE",
        "upsert": (
            "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}"
        ),
        "MERGE": "MERGE INTO {table} a USING {table} b ON a = b WHEN MATCHED THEN DELETE",
    }.items()
} | {
    "INSERT of a balance": INSERT_BALANCE.format(CREATOR),
    "function that updates a balance": "DO $$ BEGIN UPDATE ledger_balances SET balance = 0; END $$",
}


def entry(amount: int, place: int = 0, purpose: str = "fee", currency: str = "EUR", transaction: str = "") -> str:
    number = transaction or str(UUID(int=10))
    return ENTRY.format(transaction=number, place=place, purpose=purpose, amount=amount, currency=currency)


BALANCED = NEW + entry(5) + entry(-5, 1, "commission")
UNBALANCED = {
    "one entry": NEW + entry(5),
    "a cent too much": NEW + entry(5) + entry(-4, 1),
    "a cent too little": NEW + entry(5) + entry(-6, 1),
    "no entry": NEW,
    "one entry of nothing but another": NEW + entry(0) + entry(1, 1),
    "entry after a check": f"{BALANCED} SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;" + entry(1, 2),
    "entry checked at once": f"SET CONSTRAINTS ALL IMMEDIATE; {BALANCED}",
    "entry after a savepoint": f"{BALANCED} SAVEPOINT one; {entry(1, 2)} RELEASE one",
    "sum beyond 64 bits": NEW + "".join(entry(2**63 - 1, n) for n in range(2)) + entry(-2, 2),
}
EXTENSIONS = {
    "balanced entries": entry(5, 2, transaction=str(KEPT.id)) + entry(-5, 3, transaction=str(KEPT.id)),
    "no amount": entry(0, 2, transaction=str(KEPT.id)),
    "another currency": NEW + entry(5, currency="JPY") + entry(-5, 1, currency="JPY"),
    "currencies that cancel each other": NEW + entry(5) + entry(-5, 1, currency="JPY"),
}


@pytest_asyncio.fixture(loop_scope="module")
async def storage(empty_database: str) -> AsyncIterator[Storage]:
    """Open the application's own storage with one transaction in its ledger."""
    pool = await connect(empty_database, PoolLimits(min_size=1, max_size=2))
    opened = postgres_storage(pool)
    async with opened.unit_of_work() as tx:
        await tx.ledger.post(KEPT)
    yield opened
    await pool.close()


async def run(dsn: str, *transactions: str, role: str = "origin") -> None:
    """Run scripts, each in a transaction; raises what the first refused one raises."""
    connection: Any = await asyncpg.connect(dsn)
    try:
        await connection.execute(f"SET session_replication_role = {role}")
        for statements in transactions:
            async with connection.transaction():
                await connection.execute(statements)
    finally:
        await connection.close()


async def accepted(dsn: str, attempts: dict[str, str], error: type[Exception]) -> list[str]:
    """Return the attempts that were not refused with this error, with triggers and with those left out."""
    found = []
    for name, statements in attempts.items():
        for role in ("origin", "replica"):
            try:
                await run(dsn, statements, role=role)
            except error:
                continue
            found.append(f"{name} as {role}")
    return found


async def always(dsn: str) -> list[tuple[str, str]]:
    """Return the triggers of the ledger that every connection fires."""
    connection: Any = await asyncpg.connect(dsn)
    try:
        return [
            (row["name"], row["tgname"])
            for row in await connection.fetch(
                "SELECT tgrelid::regclass::text AS name, tgname FROM pg_trigger"
                " WHERE tgenabled = 'A' AND tgrelid::regclass::text = ANY($1)",
                list(KEYS),
            )
        ]
    finally:
        await connection.close()


async def imbalances(dsn: str, chunk: int) -> list[Imbalance]:
    pool = await connect(dsn, PoolLimits(min_size=1, max_size=1))
    try:
        return [*await PostgresLedgerBooks(pool, chunk).imbalances()]
    finally:
        await pool.close()


async def everything(storage: Storage) -> tuple[tuple[LedgerTransaction, ...], Balance]:
    page = await storage.ledger.since(KEPT.at, 100, None)
    return page.items, await storage.ledger.balance(CREATOR, "EUR")


async def test_ledger_cannot_be_changed(storage: Storage, empty_database: str) -> None:
    assert await accepted(empty_database, CHANGES, asyncpg.InsufficientPrivilegeError) == []

    assert await everything(storage) == ((KEPT,), Balance(7_200, 0))


async def test_unbalanced_transaction_is_refused_at_commit(storage: Storage, empty_database: str) -> None:
    assert await accepted(empty_database, UNBALANCED, asyncpg.CheckViolationError) == []

    assert await everything(storage) == ((KEPT,), Balance(7_200, 0))


async def test_transaction_is_extended_neither_later_nor_in_another_currency(
    storage: Storage, empty_database: str
) -> None:
    assert await accepted(empty_database, EXTENSIONS, asyncpg.InsufficientPrivilegeError) == []

    assert await everything(storage) == ((KEPT,), Balance(7_200, 0))


@pytest.mark.usefixtures("storage")
async def test_forged_number_of_a_transaction_admits_no_later_entry(empty_database: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await run(empty_database, FORGED)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await run(empty_database, FORGED + entry(5) + entry(-5, 1))


@pytest.mark.usefixtures("storage")
async def test_copied_entries_are_checked_like_others(empty_database: str) -> None:
    connection: Any = await asyncpg.connect(empty_database)
    transaction = connection.transaction()
    try:
        await transaction.start()
        await connection.execute(NEW)
        await connection.copy_records_to_table("ledger_entries", records=[(UUID(int=10), 0, "fee", None, 5, "EUR")])
        with pytest.raises(asyncpg.CheckViolationError):
            await transaction.commit()
    finally:
        await connection.close()


async def test_balanced_transactions_of_raw_sql_move_the_kept_balances(storage: Storage, empty_database: str) -> None:
    owned = entry(-5, 1, "held").replace("NULL", f"'{CREATOR}'")

    await run(empty_database, f"{NEW} SAVEPOINT one; {entry(5)} RELEASE one; {owned}")

    assert await storage.ledger.balance(CREATOR, "EUR") == Balance(7_195, 0)
    assert await storage.ledger.account(Account(Purpose.FEE), "EUR") == 5
    assert await storage.ledger.imbalances() == []


async def test_each_injected_imbalance_is_found(storage: Storage, empty_database: str) -> None:
    stranger, second = UUID(int=3), str(UUID(int=11))
    triggers = [(table, name) for table, name in await always(empty_database) if table != "ledger_transactions"]
    injected = (
        *(f"ALTER TABLE {table} DISABLE TRIGGER {trigger};" for table, trigger in triggers),
        NEW + entry(5) + entry(-4, 1),
        NEW.replace("00000a", "00000b").replace("'new'", "'newer'") + entry(5, transaction=second, currency="JPY"),
        "UPDATE ledger_balances SET balance = balance + 1 WHERE purpose = 'held';",
        "DELETE FROM ledger_balances WHERE purpose = 'paid_in';",
        INSERT_BALANCE.format(stranger),
        *(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger};" for table, trigger in triggers),
    )
    await run(empty_database, "".join(injected))

    assert await imbalances(empty_database, chunk=1) == await imbalances(empty_database, chunk=2)
    assert sorted(await storage.ledger.imbalances(), key=str) == sorted(
        [
            Imbalance(LEARNER, Purpose.PAID_IN, "EUR", -7_200, 0),
            Imbalance(CREATOR, Purpose.HELD, "EUR", 7_200, 7_201),
            Imbalance(stranger, Purpose.EARNED, "EUR", 0, 9),
            Imbalance(UUID(int=10), None, "EUR", 0, 1),
            Imbalance(UUID(int=11), None, "JPY", 0, 5),
        ],
        key=str,
    )
