"""Migration of audit log entries from before 0055, which had their values themselves."""

from typing import Any

import asyncpg
import pytest

from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.schema.migrate import migrate
from marketplace.adapters.postgres.storage import postgres_storage
from staff_services import an_entry, logged

MORE_THAN_A_BATCH = 5_001
ENTRIES_OF_THAT_RELEASE = """
    INSERT INTO audit_entries (id, at, address, agent, action, before, after, reason, searched)
    SELECT md5('entry' || n)::uuid, '2029-01-01Z', '192.0.2.7', 'Firefox', 'user_changed', '{"email": "a@example.org"}',
        '{"email": "b@example.org"}', 'Asked by mail.', '''asked''' FROM generate_series(1, $1::int) n
"""
HAS_VALUES = "address IS NOT NULL OR agent IS NOT NULL OR reason <> '' OR before <> '{}' OR after <> '{}'"
IN_ENTRIES = f"SELECT count(*) FROM audit_entries WHERE {HAS_VALUES} OR searched <> ''"  # noqa: S608 - constants
ARE_WHOLE = """
    SELECT count(*) FROM audit_entries e JOIN audit_values v USING (id)
    WHERE v.address = '192.0.2.7' AND v.before ->> 'email' = 'a@example.org' AND v.after ->> 'email' = 'b@example.org'
        AND v.reason = 'Asked by mail.' AND v.searched = '''asked'''
"""


async def test_values_of_old_entries_move_in_batches_and_back(empty_database: str) -> None:
    await migrate(empty_database)
    database = await connect(empty_database)
    entry = an_entry(before={"role": "user"}, after={"role": "creator"}, reason="They teach.")
    connection: Any = await asyncpg.connect(empty_database)
    try:
        async with postgres_storage(database).unit_of_work() as tx:
            await tx.audit.add(entry)
        await migrate(empty_database, "0054")
        assert await connection.fetchval(IN_ENTRIES) == 1
        await connection.execute(ENTRIES_OF_THAT_RELEASE, MORE_THAN_A_BATCH)

        await migrate(empty_database)

        assert await connection.fetchval(IN_ENTRIES) == 0
        assert await connection.fetchval(ARE_WHOLE) == MORE_THAN_A_BATCH
        assert await logged(postgres_storage(database), ("user", entry.target_id)) == [entry]  # type: ignore[arg-type]
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only added to"):
            await connection.execute("UPDATE audit_entries SET reason = ''")
    finally:
        await connection.close()
        await database.close()
