"""The role that the program connects as: it owns nothing, and cannot change the audit log or the ledger."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import pytest_asyncio

from builders import stored_user
from databases import PROGRAM, migrate_now, of_program
from http_api import SETTINGS
from ledger_entries import a_transaction
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.schema.migrate import migrate
from marketplace.adapters.postgres.schema.revisions import MigrationError
from marketplace.adapters.postgres.schema.roles import LESS, account_in, find_excess
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.ledger import payment_entries
from marketplace.entrypoints.doctor import database_findings
from marketplace.entrypoints.server import check_database
from postgres.servers import environment
from programs import run_program
from staff_services import an_entry

LEARNER, CREATOR = UUID(int=1), UUID(int=2)
KEYS = {
    "audit_entries": ("id", "reason"),
    "audit_values": ("id", "reason"),
    "ledger_transactions": ("id", "at"),
    "ledger_entries": ("transaction_id, place", "amount"),
    "ledger_balances": ("owner_id, purpose, currency", "balance"),
}
CHANGES = {
    f"{verb} of {table}": statement.format(table=table, key=key, column=column)
    for table, (key, column) in KEYS.items()
    for verb, statement in {
        "UPDATE": "UPDATE {table} SET {column} = {column}",
        "UPDATE of no row": "UPDATE {table} SET {column} = {column} WHERE false",
        "DELETE": "DELETE FROM {table}",
        "TRUNCATE": "TRUNCATE {table} CASCADE",
        "upsert": (
            "INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({key}) DO UPDATE SET {column} = excluded.{column}"
        ),
        "MERGE": "MERGE INTO {table} a USING {table} b ON a = b WHEN MATCHED THEN DELETE",
        "trigger": (
            "CREATE TRIGGER own AFTER INSERT ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        ),
        "disabling of triggers": "ALTER TABLE {table} DISABLE TRIGGER USER",
        "dropping": "DROP TABLE {table} CASCADE",
    }.items()
} | {
    "INSERT of a value": "INSERT INTO audit_values SELECT * FROM audit_values ON CONFLICT DO NOTHING",
    "INSERT of a balance": "INSERT INTO ledger_balances SELECT * FROM ledger_balances ON CONFLICT DO NOTHING",
    "triggers left out": "SET session_replication_role = replica",
    "function of a trigger": (
        "CREATE OR REPLACE FUNCTION refuse_to_change_the_audit_log() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RETURN NULL; END $$"
    ),
    "dropping of a trigger": "DROP TRIGGER audit_entries_are_only_added ON audit_entries",
    "another version": "UPDATE alembic_version SET version_num = '0001'",
    "a table of its own": "CREATE TABLE own (id int)",
    "another role": "CREATE ROLE another",
    "the owner's balances": (
        "CREATE TEMP TABLE forged (LIKE ledger_entries);"
        " CREATE TRIGGER forge AFTER INSERT ON forged REFERENCING NEW TABLE AS added"
        " FOR EACH STATEMENT EXECUTE FUNCTION keep_ledger_balances()"
    ),
    "the owner's values": (
        "CREATE TEMP TABLE forged (LIKE audit_entries); CREATE TRIGGER forge BEFORE INSERT ON forged"
        " FOR EACH ROW EXECUTE FUNCTION keep_audit_values_apart()"
    ),
}
UNGUARDED = "; ".join(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in KEYS)


@asynccontextmanager
async def connected(dsn: str) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def add_to_both(dsn: str) -> None:
    """Add an entry to the audit log and one to the ledger, as the program."""
    pool = await connect(of_program(dsn), PoolLimits(min_size=1, max_size=1))
    async with postgres_storage(pool).unit_of_work() as tx:
        await tx.audit.add(an_entry(reason="as it was"))
        await tx.ledger.post(a_transaction(*payment_entries(LEARNER, CREATOR, 7_200), creator_id=CREATOR, once="kept"))
    await pool.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(database: str) -> AsyncIterator[asyncpg.Connection]:
    """Connect as the program to a database with an entry of the audit log and one of the ledger; nothing changes it."""
    await add_to_both(database)
    async with connected(of_program(database)) as connection:
        yield connection


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(database: str) -> AsyncIterator[Any]:
    async with connected(database) as connection:
        yield connection


@pytest.mark.parametrize("attempt", CHANGES)
async def test_program_may_not_change_audit_log_and_ledger(program: asyncpg.Connection, attempt: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match=r"permission denied|must be (owner|able)"):
        async with program.transaction():
            await program.execute(CHANGES[attempt])


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize("attempt", CHANGES)
async def test_owner_of_the_tables_could(owner: Any, attempt: str) -> None:
    transaction = owner.transaction()
    await transaction.start()
    if "disabling" not in attempt:
        await owner.execute(UNGUARDED)
    await owner.execute(CHANGES[attempt])
    await transaction.rollback()


async def test_program_may_not_become_another_role(program: asyncpg.Connection, owner: Any) -> None:
    name = await owner.fetchval("SELECT current_user")
    for statement in (f"SET ROLE {name}", f"ALTER ROLE {PROGRAM} SUPERUSER", f"GRANT {name} TO {PROGRAM}"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await program.execute(statement)


async def test_program_may_read_every_table_and_change_all_others(program: asyncpg.Connection) -> None:
    rows = await program.fetch(
        "SELECT relname AS name, (SELECT string_agg(p, ', ' ORDER BY n) FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE',"
        " 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) WITH ORDINALITY AS all_of_them (p, n)"
        " WHERE has_table_privilege(oid, p)) AS may"
        " FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )

    found = {row["name"]: row["may"] for row in rows}
    assert len(found) > 50
    assert {name: may for name, may in found.items() if may != "SELECT, INSERT, UPDATE, DELETE"} == LESS


async def test_temporary_table_does_not_stand_in_for_one_that_is_erased(empty_database: str) -> None:
    await add_to_both(empty_database)
    person = uuid4()
    async with connected(of_program(empty_database)) as program, connected(empty_database) as owner:
        await program.execute("CREATE TEMP TABLE audit_entries (LIKE public.audit_entries)")
        await program.execute(
            "INSERT INTO pg_temp.audit_entries SELECT (r).* FROM public.audit_entries e,"
            " jsonb_populate_record(e, jsonb_build_object('target_id', $1::text, 'target_kind', 'user')) AS r",
            str(person),
        )
        await program.execute("SELECT erase_audit_values($1, '')", person)

        assert await owner.fetchval("SELECT reason FROM audit_values") == "as it was"


async def test_table_of_a_later_migration_is_the_programs_at_once(empty_database: str) -> None:
    async with connected(of_program(empty_database)) as program, connected(empty_database) as owner:
        await owner.execute("CREATE TABLE later (id serial, name text)")
        await program.execute("INSERT INTO later (name) VALUES ('one')")

        assert await program.fetchval("SELECT name FROM later") == "one"


async def test_migration_takes_back_what_the_program_should_not_have(empty_database: str) -> None:
    async with connected(empty_database) as owner:
        await owner.execute("GRANT ALL ON audit_entries TO PUBLIC")
        await owner.execute(f"GRANT UPDATE ON ledger_entries TO {PROGRAM}")
        await owner.execute(f"GRANT CREATE ON SCHEMA public TO {PROGRAM}")
        await owner.execute("GRANT EXECUTE ON FUNCTION keep_ledger_balances() TO PUBLIC")
        await migrate(empty_database, program=of_program(empty_database))

        for name in ("audit_entries", "ledger_entries"):
            assert not await owner.fetchval("SELECT has_table_privilege($1, $2, 'UPDATE')", PROGRAM, name)
            assert await owner.fetchval("SELECT has_table_privilege($1, $2, 'INSERT')", PROGRAM, name)
        assert not await owner.fetchval("SELECT has_schema_privilege($1, 'public', 'CREATE')", PROGRAM)
        assert not await owner.fetchval(
            "SELECT has_function_privilege($1, 'keep_ledger_balances()', 'EXECUTE')", PROGRAM
        )


async def test_missing_role_is_created_with_its_password(owner: Any, database: str) -> None:
    role = f"program_{uuid4().hex[:8]}"
    address = of_program(database).replace(PROGRAM, role, 1)
    _, password = account_in(address)
    address = address if password else address.replace(f"{role}@", f"{role}:pass%20word@", 1)
    try:
        await migrate(database, program=address)
        connection = await asyncpg.connect(address)
        assert await connection.fetchval("SELECT current_user") == role
        await connection.close()
        stored = await owner.fetchval("SELECT rolpassword FROM pg_authid WHERE rolname = $1", role)
        assert stored.startswith("SCRAM-SHA-256$")
    finally:
        await owner.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


async def test_address_of_the_program_has_to_name_a_user(database: str) -> None:
    with pytest.raises(MigrationError, match="must name a user"):
        await migrate(database, program="postgresql:///marketplace")


def test_account_is_read_from_an_address() -> None:
    assert account_in("postgresql://me:a%2Fb@db/x") == ("me", "a/b")
    assert account_in("postgresql:///x?host=/run&user=me&password=word") == ("me", "word")


def test_program_that_finds_an_older_schema_says_who_migrates(empty_database: str) -> None:
    asyncio.run(migrate(empty_database, "0078"))
    with pytest.raises(MigrationError, match="MARKETPLACE_MIGRATION_DATABASE_URL"):
        asyncio.run(migrate(of_program(empty_database)))
    migrate_now(empty_database)
    assert asyncio.run(migrate(of_program(empty_database))) == "head"


@pytest.mark.parametrize(("environment", "is_good"), [("production", False), ("development", True)])
def test_check_and_start_say_in_production_that_the_program_is_the_owner(
    database: str, caplog: pytest.LogCaptureFixture, environment: Any, *, is_good: bool
) -> None:
    settings = replace(SETTINGS, storage="postgres", database_url=database, environment=environment)
    (finding,) = [each for each in database_findings(settings) if each.subject == "database role"]
    check_database(settings)

    assert (finding.is_good, finding.is_warning) == (is_good, True)
    assert "a superuser" in finding.seen
    assert ("MARKETPLACE_MIGRATION_DATABASE_URL" in caplog.text) is not is_good


def test_check_is_content_with_a_role_of_its_own(database: str, caplog: pytest.LogCaptureFixture) -> None:
    address = of_program(database)
    settings = replace(SETTINGS, storage="postgres", database_url=address, environment="production")
    (finding,) = [each for each in database_findings(settings) if each.subject == "database role"]
    check_database(settings)

    assert finding.is_good
    assert caplog.text == ""


async def test_program_is_not_the_owner_of_its_embedded_database_either(tmp_path: Path) -> None:
    admin = {"admin_email": "ada@example.org", "admin_username": "ada", "admin_password": "a-new-pass-phrase"}
    ended = run_program(["create-admin"], environment("", data_dir=tmp_path, **admin))
    assert ended.returncode == 0, ended.stderr

    with embedded_postgres(tmp_path / "postgres") as dsn:
        async with connected(of_program(dsn)) as program:
            assert await program.fetchval("SELECT username FROM users") == "ada"
            assert await find_excess(program) is None


async def test_account_is_erased_by_the_program(empty_database: str) -> None:
    await add_to_both(empty_database)
    pool = await connect(of_program(empty_database), PoolLimits(min_size=1, max_size=1))
    storage = postgres_storage(pool)
    user = await stored_user(storage)
    async with storage.unit_of_work() as tx:
        await tx.audit.add(replace(an_entry(reason="asked by Ada"), target_kind="user", target_id=user.id))
    await pool.close()
    async with connected(of_program(empty_database)) as program:
        await program.execute("SELECT erase_audit_values($1, $2)", user.id, user.email)
        left = await program.fetchval("SELECT array_agg(reason ORDER BY reason) FROM audit_values")

    assert left == ["", "as it was"]
