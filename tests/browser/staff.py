"""People of the staff, and a crowd for them to look after."""

import asyncpg

from browser.accounts import Account, account
from postgres.backoffice_dataset import PEOPLE
from postgres.servers import Server


async def staff_member(site: Server, database: str, *, is_superuser: bool = False) -> Account:
    """Somebody new on the staff. No API makes the first of them, so the database is told."""
    member = await account(site, first_name="Robin")
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(
            "UPDATE users SET is_staff = true, is_superuser = $2 WHERE email = $1", member.email, is_superuser
        )
    finally:
        await connection.close()
    return member


async def crowd(database: str, people: int) -> None:
    """So many people more, at `host….example`; of a hundred two are switched off, of a thousand one is on the staff."""
    connection = await asyncpg.connect(database)
    try:
        await connection.execute(PEOPLE, people)
        await connection.execute("ANALYZE users")
    finally:
        await connection.close()
