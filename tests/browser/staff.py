"""Staff accounts, and many users for them to manage."""

import asyncpg

from browser.accounts import Account, account
from postgres.backoffice_dataset import PEOPLE
from postgres.servers import Server


async def staff_member(site: Server, database: str, *, is_superuser: bool = False) -> Account:
    """Register a staff member. No API grants the first staff rights, so the database is changed directly."""
    member = await account(site, first_name="Robin")
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(
            "UPDATE users SET is_staff = true, is_superuser = $2 WHERE email = $1", member.email, is_superuser
        )
    finally:
        await connection.close()
    return member


async def add_users(database: str, people: int) -> None:
    """Add users at `host….example`; of a hundred two are inactive, of a thousand one is staff."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(PEOPLE, people)
        await connection.execute("ANALYZE users")
    finally:
        await connection.close()
