"""Requests for mails to addresses, and their tokens, in PostgreSQL."""

from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.rows import columns
from marketplace.core.domain.email_tokens import EmailPurpose, EmailRequest, EmailToken
from marketplace.core.ports.email_tokens import PURGE_BATCH

REQUEST = ("id", "purpose", "email", "user_id", "created_at")
FIND = f"""
    SELECT {columns("r", REQUEST)}, t.token_hash, t.expires_at
    FROM email_tokens t JOIN email_requests r ON r.id = t.request_id WHERE t.token_hash = $1
"""  # noqa: S608 - column names
ADD = f"INSERT INTO email_requests ({', '.join(REQUEST)}) VALUES ($1, $2, $3, $4, $5)"  # noqa: S608 - column names
ACQUIRE = f"SELECT {columns('r', REQUEST)} FROM email_requests r WHERE r.id = $1 FOR UPDATE"  # noqa: S608 - column names
ASSIGN = "UPDATE email_requests SET user_id = $2 WHERE id = $1"
MINT = "INSERT INTO email_tokens (token_hash, request_id, expires_at) VALUES ($1, $2, $3)"
CONSUME = """
    DELETE FROM email_requests
    WHERE user_id = $1 AND id = (SELECT request_id FROM email_tokens WHERE token_hash = $2 AND expires_at > $3)
    RETURNING id
"""
DROP = "DELETE FROM email_requests WHERE user_id = $1 AND purpose = ANY($2::text[])"
DISCARD = "DELETE FROM email_requests WHERE id = $1"
PURGE = """
    WITH purged AS (
        DELETE FROM email_requests WHERE id = ANY(ARRAY(
            SELECT id FROM email_requests WHERE created_at < $1 ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED))
        RETURNING id)
    SELECT count(*) AS number FROM purged
"""


class PostgresEmailTokenDirectory:
    """`EmailTokenDirectory` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, token_hash: bytes) -> EmailToken | None:
        row = await self._database.fetchrow(FIND, token_hash)
        if row is None:
            return None
        *request, stored_hash, expires_at = row
        return EmailToken(token_hash=stored_hash, request=_request(request), expires_at=expires_at)


class PostgresEmailRequests:
    """`EmailRequests` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, request: EmailRequest) -> None:
        await self._connection.execute(ADD, *(getattr(request, name) for name in REQUEST))

    async def acquire(self, request_id: UUID) -> EmailRequest | None:
        row = await self._connection.fetchrow(ACQUIRE, request_id)
        return _request([*row]) if row else None

    async def assign(self, request_id: UUID, user_id: UUID) -> None:
        await self._connection.execute(ASSIGN, request_id, user_id)

    async def mint(self, token: EmailToken) -> None:
        await self._connection.execute(MINT, token.token_hash, token.request.id, token.expires_at)

    async def consume(self, user_id: UUID, token_hash: bytes, now: datetime) -> bool:
        return await self._connection.fetchrow(CONSUME, user_id, token_hash, now) is not None

    async def drop(self, user_id: UUID, *purposes: EmailPurpose) -> None:
        await self._connection.execute(DROP, user_id, [*purposes])

    async def discard(self, request_id: UUID) -> None:
        await self._connection.execute(DISCARD, request_id)

    async def purge(self, before: datetime) -> int:
        row = await self._connection.fetchrow(PURGE, before, PURGE_BATCH)
        return int(row["number"]) if row else 0


def _request(values: list[object]) -> EmailRequest:
    return EmailRequest(**dict(zip(REQUEST, values, strict=True)))  # type: ignore[arg-type]
