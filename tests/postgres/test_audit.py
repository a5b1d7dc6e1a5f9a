"""The audit log is append-only for every role, including that of the application."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from marketplace.adapters.postgres.connection.pool import Database, PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from staff_services import an_entry

VALUES_ATTEMPTS = {
    "UPDATE": "UPDATE audit_values SET reason = ''",
    "UPDATE of no row": "UPDATE audit_values SET reason = '' WHERE false",
    "DELETE": "DELETE FROM audit_values",
    "TRUNCATE": "TRUNCATE audit_values",
    "an upsert": "INSERT INTO audit_values SELECT * FROM audit_values ON CONFLICT (id) DO UPDATE SET reason = ''",
    "DELETE by who may erase": "SET LOCAL marketplace.erases_audit_values = 'on'; DELETE FROM audit_values",
}
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
        return [row["reason"] for row in await connection.fetch("SELECT reason FROM audit_values ORDER BY reason")]
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


@pytest.mark.parametrize("attempt", VALUES_ATTEMPTS)
@pytest.mark.parametrize("role", ["origin", "replica"])
@pytest.mark.usefixtures("application")
async def test_values_of_the_audit_log_are_only_erased_by_their_function(
    empty_database: str, attempt: str, role: str
) -> None:
    connection: Any = await asyncpg.connect(empty_database)
    try:
        await connection.execute(f"SET session_replication_role = {role}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only erased by erase_audit_values"):
            await connection.execute(VALUES_ATTEMPTS[attempt])
    finally:
        await connection.close()

    assert await kept(empty_database) == ["as it was"]


async def test_values_of_an_entry_are_kept_apart_from_it(application: Database, empty_database: str) -> None:
    connection: Any = await asyncpg.connect(empty_database)
    try:
        [entry] = await connection.fetch("SELECT * FROM audit_entries")
        [values] = await connection.fetch("SELECT * FROM audit_values")
        await connection.execute("SELECT erase_audit_values($1, 'ada@example.org')", entry["target_id"])
        [erased] = await connection.fetch("SELECT * FROM audit_values")
    finally:
        await connection.close()

    _ = application
    assert (entry["action"], entry["before"], entry["after"], entry["reason"]) == ("activated", "{}", "{}", "")
    assert (entry["address"], entry["agent"], entry["searched"]) == (None, None, "")
    assert (values["id"], values["address"], values["reason"]) == (entry["id"], "192.0.2.7", "as it was")
    assert values["searched"] == "'activated' 'as' 'it' 'was'"
    assert (erased["after"], erased["reason"], erased["searched"]) == ('{"is_active": true}', "", "'activated'")


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
