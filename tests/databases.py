"""Scratch databases of a test, and template databases that a run fills once."""

import asyncio
import fcntl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import IO, Literal
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg

PROGRAM = "marketplace_program"


def address_of(server: str, name: str) -> str:
    """Return the address of a database on this server."""
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def of_program(dsn: str) -> str:
    """Return this address with the role that the program has, which owns nothing."""
    parts = urlsplit(dsn)
    account, _, host = parts.netloc.rpartition("@")
    _, colon, password = account.partition(":")
    return parts._replace(netloc=f"{PROGRAM}{colon}{password}@{host}").geturl()


def migrate_now(dsn: str) -> None:
    """Migrate as the owner, and let the program in."""
    from marketplace.adapters.postgres.schema import migrate  # noqa: PLC0415 - the import takes over a second, and few runs need it

    migrate.migrate_now(dsn, program=of_program(dsn))


def execute(server: str, *statements: str) -> None:
    """Run statements, each in a transaction of its own."""

    async def run() -> None:
        connection = await asyncpg.connect(server)
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())


@contextmanager
def scratch_database(
    server: str, template: str = "template0", strategy: Literal["wal_log", "file_copy"] = "wal_log"
) -> Iterator[str]:
    """Create a database from a template without connections, yield its name, and drop it afterwards.

    With `strategy="file_copy"` the copy of a big template is not written to the WAL as well.
    """
    name = f"test_{uuid4().hex}"
    execute(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY {strategy}")
    try:
        yield name
    finally:
        execute(server, f"DROP DATABASE {name} WITH (FORCE)")


EMPTY = """
    DO $$
    DECLARE each regclass; refusal name; is_filled boolean;
    BEGIN
        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid();
        SET LOCAL session_replication_role = replica;  -- foreign keys are not checked
        FOR each IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                AND relname <> 'alembic_version' LOOP
            EXECUTE format('SELECT EXISTS (SELECT FROM %s)', each) INTO is_filled;
            CONTINUE WHEN NOT is_filled;
            -- those of the audit log and of the ledger refuse otherwise
            FOR refusal IN SELECT tgname FROM pg_trigger WHERE tgrelid = each AND tgenabled = 'A' LOOP
                EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', each, refusal);
            END LOOP;
            EXECUTE format('DELETE FROM %s', each);
            FOR refusal IN SELECT tgname FROM pg_trigger WHERE tgrelid = each AND tgenabled = 'D' LOOP
                EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', each, refusal);
            END LOOP;
        END LOOP;
        PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
    END $$
"""


class EmptiedDatabases:
    """Migrated databases of a process, each emptied after its use and used again.

    Making one, and filling the caches of the first connection to it, take a third of a second of the processor.
    Use is for rows only: what changes the schema takes a scratch database.
    """

    def __init__(self, server: str, template: str) -> None:
        self._server, self._template = server, template
        self._idle: list[str] = []
        self._created = ExitStack()

    @contextmanager
    def one(self) -> Iterator[str]:
        """Yield the address of an empty database. One whose user failed to give it back clean is not used again."""
        if not self._idle:
            name = self._created.enter_context(scratch_database(self._server, self._template))
            self._idle.append(address_of(self._server, name))
        dsn = self._idle.pop()
        yield dsn
        execute(dsn, EMPTY)
        self._idle.append(dsn)

    def close(self) -> None:
        self._created.close()


@contextmanager
def shared_database(
    server: str, folder: Path, role: str, fill: Callable[[str], None], template: str = "template0"
) -> Iterator[str]:
    """Yield the name of a database shared by all workers of a run: the first fills it, the last drops it.

    Users hold a shared lock on a file of `folder`, as those of the embedded PostgreSQL do.
    """
    known_as = f"{role}-{sha256(server.encode()).hexdigest()[:12]}"
    with (folder / f"{known_as}.users").open("a+") as users, (folder / f"{known_as}.lock").open("a") as turn:
        with _locked(turn):
            fcntl.flock(users, fcntl.LOCK_SH)
            users.seek(0)
            name = users.read()
            if not name:
                name = f"test_{role}_{uuid4().hex}"
                execute(server, f"CREATE DATABASE {name} TEMPLATE {template}")
                fill(name)
                users.write(name)
                users.flush()
        try:
            yield name
        finally:
            with _locked(turn), suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                users.truncate(0)
                execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def _locked(file: IO[str]) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
