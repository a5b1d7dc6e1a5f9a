"""The role that the program connects as: it owns nothing, and only adds to the audit log and the ledger.

`migrate` gives it what it needs, as the owner of the tables (docs/decisions/0091).
"""

import logging
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

from marketplace.adapters.postgres.schema.revisions import MigrationError

LOG = logging.getLogger(__name__)

EVERY_ROW = "SELECT, INSERT, UPDATE, DELETE"
"""What the program may do with a table that is not named here."""
LESS = {
    "alembic_version": "SELECT",
    "audit_entries": "SELECT, INSERT",
    # filled by a trigger of audit_entries, erased by a function
    "audit_values": "SELECT",
    "ledger_transactions": "SELECT, INSERT",
    "ledger_entries": "SELECT, INSERT",
    # kept by a trigger of ledger_entries
    "ledger_balances": "SELECT",
}
ROLE_OF_ITS_OWN = (
    "A role of its own could not change the audit log and the ledger: set MARKETPLACE_MIGRATION_DATABASE_URL to this"
    " address, MARKETPLACE_DATABASE_URL to one with another user, and run `marketplace migrate`."
)
"""Advice for who connects as the owner of the tables."""
EXISTS = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)"
EXCESS = """
    SELECT rolname::text || CASE WHEN rolsuper THEN ', a superuser' ELSE ', the owner of the tables' END
    FROM pg_roles r WHERE rolname = coalesce($1, current_user) AND (rolsuper OR EXISTS (
        SELECT FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
            AND pg_has_role(r.oid, relowner, 'MEMBER')))
"""
# The password is neither in a statement, which servers log, nor in its parameters: the block reads it from a setting.
CREATE_ROLE = """
    DO $$ BEGIN
        EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L', current_setting('marketplace.role'),
            nullif(current_setting('marketplace.password'), ''));
    END $$
"""
DIFFERENCES = """
    WITH role AS (SELECT oid, quote_ident(rolname) AS name FROM pg_roles WHERE rolname = $1),
    here AS (SELECT current_schema()::regnamespace AS oid),
    wanted AS (
        SELECT c.oid, privilege, privilege = ANY (string_to_array(coalesce(less.privileges, $2), ', ')) AS is_wanted
        FROM here JOIN pg_class c ON c.relnamespace = here.oid AND c.relkind IN ('r', 'p')
            LEFT JOIN unnest($3::text[], $4::text[]) AS less (name, privileges) ON less.name = c.relname,
            unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS privilege)
    SELECT format('GRANT USAGE ON SCHEMA %s TO %s', here.oid, name) AS statement FROM here, role
    WHERE NOT has_schema_privilege(role.oid, here.oid, 'USAGE')
    UNION ALL
    SELECT format('REVOKE CREATE ON SCHEMA %s FROM %s, PUBLIC', here.oid, name) FROM here, role
    WHERE has_schema_privilege(role.oid, here.oid, 'CREATE')
    UNION ALL
    SELECT format('GRANT %s ON %s TO %s', string_agg(privilege, ', '), wanted.oid::regclass, name) FROM wanted, role
    WHERE is_wanted AND NOT has_table_privilege(role.oid, wanted.oid, privilege) GROUP BY wanted.oid, name
    UNION ALL
    SELECT format('REVOKE %s ON %s FROM %s, PUBLIC', string_agg(privilege, ', '), wanted.oid::regclass, name)
    FROM wanted, role
    WHERE NOT is_wanted AND has_table_privilege(role.oid, wanted.oid, privilege) GROUP BY wanted.oid, name
    UNION ALL
    SELECT format('GRANT USAGE ON SEQUENCE %s TO %s', c.oid::regclass, name)
    FROM here JOIN pg_class c ON c.relnamespace = here.oid AND c.relkind = 'S', role
    WHERE NOT has_sequence_privilege(role.oid, c.oid, 'USAGE')
    UNION ALL
    -- a trigger on a table of its own could have them write what it likes, as their owner
    SELECT format('REVOKE EXECUTE ON FUNCTION %s FROM %s, PUBLIC', p.oid::regprocedure, name)
    FROM here JOIN pg_proc p ON p.pronamespace = here.oid AND prosecdef AND prorettype = 'trigger'::regtype, role
    WHERE has_function_privilege(role.oid, p.oid, 'EXECUTE')
    UNION ALL
    -- for what a later migration adds, while the release before it still writes
    SELECT format('ALTER DEFAULT PRIVILEGES IN SCHEMA %s GRANT %s TO %s', here.oid, added, name)
    FROM here, role, unnest(ARRAY[$2 || ' ON TABLES', 'USAGE ON SEQUENCES']) AS added
"""


def account_in(dsn: str) -> tuple[str, str]:
    """Return user and password of an address, each empty if it has none."""
    parts = urlsplit(dsn)
    query = parse_qs(parts.query)
    user = unquote(parts.username or "") or query.get("user", [""])[-1]
    return user, unquote(parts.password or "") or query.get("password", [""])[-1]


async def let_program_in(connection: asyncpg.Connection, program: str) -> None:
    """Create the user of the program's address if it is missing, and give it what the program needs, no more.

    Statements run only where something differs. Does nothing if that user owns the tables. Raises `MigrationError`.
    """
    role, password = account_in(program)
    if not role:
        raise MigrationError("The address of the program's database must name a user, if migrations have another one.")
    try:
        async with connection.transaction():
            if not await connection.fetchval(EXISTS, role):
                await _create(connection, role, password)
            elif await find_excess(connection, role):
                return
            await _grant(connection, role)
    except asyncpg.InsufficientPrivilegeError as error:
        raise MigrationError(
            f"The database refused to set up the role {role} of the program: {error}."
            f" Create it as a superuser (CREATE ROLE {role} LOGIN PASSWORD '…'), then run `marketplace migrate` again."
        ) from error


async def find_excess(connection: asyncpg.Connection, role: str | None = None) -> str | None:
    """Return what the role, by default the connection's, is, if it may change everything, the audit log too."""
    found: str | None = await connection.fetchval(EXCESS, role)
    return found


async def _create(connection: asyncpg.Connection, role: str, password: str) -> None:
    for name, value in (("role", role), ("password", password)):
        await connection.execute("SELECT set_config('marketplace.' || $1, $2, true)", name, value)
    await connection.execute(CREATE_ROLE)
    LOG.info("Created the role %s", role)


async def _grant(connection: asyncpg.Connection, role: str) -> None:
    for each in await connection.fetch(DIFFERENCES, role, EVERY_ROW, list(LESS), list(LESS.values())):
        await connection.execute(each["statement"])
