"""The audit log is append-only for every role, including that of the application."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from marketplace.adapters.postgres.connection.pool import Database, PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from staff_services import an_entry

ATTEMPTS = {
    "UPDATE": "UPDATE audit_entries SET reason = 'nothing happened'",
    "UPDATE of no row": "UPDATE audit_entries SET reason = '' WHERE false",
    "DELETE": "DELETE FROM audit_entries",
    "DELETE of no row": "DELETE FROM audit_entries WHERE false",
    "TRUNCATE": "TRUNCATE audit_entries",
    "TRUNCATE with others": "TRUNCATE audit_entries, lexemes CASCADE",
    "an upsert": (
        "INSERT INTO audit_entries SELECT * FROM audit_entries ON CONFLICT (id) DO UPDATE SET reason = 'nothing'"
    ),
    "a merge": (
        "MERGE INTO audit_entries a USING audit_entries b ON a.id = b.id WHEN MATCHED THEN UPDATE SET reason = ''"
    ),
}
OWNER = "an_owner_that_is_no_superuser"


@pytest_asyncio.fixture(loop_scope="module")
async def application(empty_database: str) -> AsyncIterator[Database]:
    """Open the application's own pool on a database with one entry."""
    pool = await connect(empty_database, PoolLimits(min_size=1, max_size=1))
    async with postgres_storage(pool).unit_of_work() as tx:
        await tx.audit.add(an_entry(reason="as it was"))
    yield pool
    await pool.close()


async def kept(dsn: str) -> list[str]:
    connection = await asyncpg.connect(dsn)
    try:
        return [row["reason"] for row in await connection.fetch("SELECT reason FROM audit_entries")]
    finally:
        await connection.close()


@pytest.mark.parametrize("attempt", ATTEMPTS)
async def test_application_cannot_change_its_audit_log(
    application: Database, empty_database: str, attempt: str
) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only added to"):
        async with application.transaction() as connection:
            await connection.execute(ATTEMPTS[attempt])

    assert await kept(empty_database) == ["as it was"]


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.usefixtures("application")
async def test_audit_log_is_protected_with_triggers_disabled_by_session(empty_database: str, attempt: str) -> None:
    connection: Any = await asyncpg.connect(empty_database)
    try:
        await connection.execute("SET session_replication_role = replica")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only added to"):
            await connection.execute(ATTEMPTS[attempt])
    finally:
        await connection.close()

    assert await kept(empty_database) == ["as it was"]


@pytest.mark.usefixtures("application")
async def test_table_owner_without_superuser_can_only_append_to_audit_log(empty_database: str) -> None:
    connection: Any = await asyncpg.connect(empty_database)
    try:
        await connection.execute(f"CREATE ROLE {OWNER}; ALTER TABLE audit_entries OWNER TO {OWNER}; SET ROLE {OWNER}")
        for attempt in (ATTEMPTS["UPDATE"], ATTEMPTS["DELETE"], ATTEMPTS["TRUNCATE"]):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only added to"):
                await connection.execute(attempt)
        await connection.execute(
            "INSERT INTO audit_entries (id, at, action, before, after, reason)"
            " VALUES (gen_random_uuid(), now(), 'activated', '{}', '{}', 'one more')"
        )
        await connection.execute(f"RESET ROLE; REASSIGN OWNED BY {OWNER} TO CURRENT_USER; DROP ROLE {OWNER}")
    finally:
        await connection.close()

    assert await kept(empty_database) == ["as it was", "one more"]
