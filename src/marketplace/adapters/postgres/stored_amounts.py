"""Whether stored amounts fit the marketplace's currency: the setting may have changed since they were stored."""

from decimal import Decimal

import asyncpg

NEWEST = 10_000
"""Newest sessions and bookings that are looked at, which takes milliseconds however many there are."""
UNFIT = f"""
    (SELECT price FROM (SELECT price FROM sessions ORDER BY created_at DESC, id DESC LIMIT {NEWEST}) s
        WHERE scale(trim_scale(price)) > $1 LIMIT 1)
    UNION ALL
    (SELECT amount FROM (SELECT amount FROM bookings ORDER BY created_at DESC, id DESC LIMIT {NEWEST}) b
        WHERE scale(trim_scale(amount)) > $1 LIMIT 1)
    UNION ALL
    (SELECT price FROM (SELECT (terms ->> 'price')::numeric AS price
            FROM bookings ORDER BY created_at DESC, id DESC LIMIT {NEWEST}) t
        WHERE scale(trim_scale(price)) > $1 LIMIT 1)
"""  # noqa: S608 - a constant


async def find_unfit_amount(connection: asyncpg.Connection, digits: int) -> Decimal | None:
    """Return a stored amount that has more decimal places than this, if there is one among the newest."""
    try:
        found: Decimal | None = await connection.fetchval(UNFIT, digits)
    except (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError):
        return None  # not migrated yet
    return found
