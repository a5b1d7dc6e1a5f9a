"""A large ledger and its payments, filled by the server with the triggers off: three transactions of each booking.

Every tenth booking is of the same creator. IDs ascend as those of the program do.
"""

from typing import Any
from uuid import UUID

BUSY = UUID(int=1)
CREATORS, LEARNERS = 10_000, 200_000
CHUNK = 100_000
"""Bookings of one statement."""
OF_A_BOOKING = 7
"""Entries."""
TABLES = ("ledger_transactions", "ledger_entries", "ledger_balances")
ALWAYS = """
    SELECT tgrelid::regclass::text AS name, tgname FROM pg_trigger
    WHERE tgenabled = 'A' AND tgrelid::regclass::text = ANY($1)
"""

NUMBER = "lpad(to_hex({}), 32, '0')::uuid"
BOOKING, CREATOR, LEARNER = (
    NUMBER.format(each)
    for each in (
        "n * 4::bigint + 4294967296",
        f"CASE WHEN n % 10 = 0 THEN 1 ELSE 2 + n % {CREATORS} END",
        f"1000000 + n % {LEARNERS}",
    )
)
TRANSACTION = NUMBER.format("n * 4::bigint + 4294967296 + k")
TRANSACTIONS = f"""
    INSERT INTO ledger_transactions (id, kind, once, at, currency, booking_id, payment_id, creator_id, posted_in)
    SELECT {TRANSACTION}, kind, kind || '-' || n, '2026-01-01Z'::timestamptz + n * interval '1 s' + k * interval '1 h',
        'EUR', {BOOKING}, {BOOKING}, {CREATOR}, 1
    FROM generate_series($1::int, $2::int) n, (VALUES (1, 'payment'), (2, 'earning'), (3, 'fee')) AS kinds (k, kind)
"""  # noqa: S608 - constant text
ENTRIES = f"""
    INSERT INTO ledger_entries (transaction_id, place, purpose, owner_id, amount, currency)
    SELECT {TRANSACTION}, place, purpose, CASE owner WHEN 'learner' THEN {LEARNER} WHEN 'creator' THEN {CREATOR} END,
        amount, 'EUR'
    FROM generate_series($1::int, $2::int) n, LATERAL (VALUES
        (1, 0, 'paid_in', 'learner', -1000 - n % 9000), (1, 1, 'held', 'creator', 1000 + n % 9000),
        (2, 0, 'held', 'creator', -1000 - n % 9000), (2, 1, 'earned', 'creator', 900 + n % 9000),
        (2, 2, 'commission', '', 100), (3, 0, 'commission', '', -30), (3, 1, 'fee', '', 30)
    ) AS parts (k, place, purpose, owner, amount)
"""  # noqa: S608 - constant text
BALANCES = """
    INSERT INTO ledger_balances (owner_id, purpose, currency, balance)
    SELECT owner_id, purpose, currency, sum(amount) FROM ledger_entries WHERE owner_id IS NOT NULL
    GROUP BY owner_id, purpose, currency
"""
PAYMENTS = f"""
    INSERT INTO payments (id, booking_id, creator_id, user_id, amount, currency, commission, captures_later, status,
        provider, provider_id, expires_at, created_at, captured, refund_claimed, refunded, receipt_number)
    SELECT {BOOKING}, {BOOKING}, {CREATOR}, {LEARNER}, 1000 + n % 9000, 'EUR', 1000, false, status, 'simulator',
        'pi_' || n, at + interval '15 min', at, CASE WHEN status = 'paid' THEN 1000 + n % 9000 ELSE 0 END, 0, 0,
        CASE WHEN status = 'paid' THEN n END
    FROM generate_series($1::int, $2::int) n, LATERAL (SELECT '2026-01-01Z'::timestamptz + n * interval '1 s' AS at,
        CASE WHEN n % 1000 = 0 THEN 'open' WHEN n % 10 = 3 THEN 'voided' ELSE 'paid' END AS status) facts
"""  # noqa: S608 - constant text
OPERATIONS = f"""
    INSERT INTO payment_operations (id, payment_id, booking_id, creator_id, kind, amount, cause, once, state,
        created_at, attempts, reason)
    SELECT {BOOKING}, {BOOKING}, {BOOKING}, {CREATOR}, 'open', 1000, 'pay', 'pay', 'done', now(), 1, ''
    FROM generate_series($1::int, $2::int) n
"""  # noqa: S608 - constant text
PARKED = f"""
    INSERT INTO parked_payments (id, reason, payment_id, provider, found_at, resolved_at, resolution)
    SELECT {BOOKING}, 'twice', {BOOKING}, 'simulator', '2026-01-01Z'::timestamptz + n * interval '1 s',
        CASE WHEN n % 1000 = 0 THEN now() END, ''
    FROM generate_series($1::int, $2::int) n
"""  # noqa: S608 - constant text


def booking_of(number: int) -> UUID:
    """Return the ID of a booking, from one on, and of its payment and operation."""
    return UUID(int=number * 4 + 4294967296)


def creator_of(number: int) -> UUID:
    """Return the ID of a booking's creator."""
    return BUSY if number % 10 == 0 else UUID(int=2 + number % CREATORS)


async def fill_ledger(connection: Any, bookings: int) -> None:
    """Append the transactions of bookings to an empty ledger, and keep their balances."""
    always = [(row["name"], row["tgname"]) for row in await connection.fetch(ALWAYS, list(TABLES))]
    for table in TABLES:
        await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    for first in range(1, bookings + 1, CHUNK):
        for statement in (TRANSACTIONS, ENTRIES):
            await connection.execute(statement, first, min(first + CHUNK - 1, bookings))
    await connection.execute(BALANCES)
    for table in TABLES:
        await connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")
    for table, trigger in always:
        await connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")
    await connection.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")


async def fill_payments(connection: Any, payments: int) -> None:
    """Insert payments of bookings that do not exist, an operation of each, and as many parked ones."""
    await connection.execute("SET session_replication_role = replica")  # foreign keys are not checked
    for statement in (PAYMENTS, OPERATIONS, PARKED):
        await connection.execute(statement, 1, payments)
    await connection.execute("RESET session_replication_role")
    await connection.execute("VACUUM ANALYZE payments, payment_operations, parked_payments")
