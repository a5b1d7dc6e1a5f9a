"""Passkeys and their challenges in PostgreSQL."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection, Database
from marketplace.adapters.postgres.rows import columns
from marketplace.core.domain.fields import field_names
from marketplace.core.domain.passkeys import OwnedPasskey, Passkey, PasskeyChallenge
from marketplace.core.ports.passkeys import PURGE_BATCH

PASSKEY = field_names(Passkey)
CHALLENGE = tuple(each.name for each in fields(PasskeyChallenge))
OF_USER = f"SELECT {', '.join(PASSKEY)} FROM passkeys WHERE user_id = $1 ORDER BY created_at, id"  # noqa: S608 - names
FIND = f"""
    SELECT {columns("p", PASSKEY)}, h.handle
    FROM passkeys p JOIN passkey_handles h ON h.user_id = p.user_id WHERE p.credential_id = $1
"""  # noqa: S608 - column names
COUNT = "SELECT count(*) AS number FROM passkeys WHERE user_id = $1"
MAKE_HANDLE = """
    INSERT INTO passkey_handles (user_id, handle) VALUES ($1, $2) ON CONFLICT (user_id) DO NOTHING RETURNING handle
"""
HANDLE = "SELECT handle FROM passkey_handles WHERE user_id = $1"
ADD = f"""
    INSERT INTO passkeys ({", ".join(PASSKEY)}) VALUES ({", ".join(f"${place + 1}" for place in range(len(PASSKEY)))})
"""  # noqa: S608 - column names
# the counter is compared where it is stored (Web Authentication, 7.2, step 22)
USE = """
    UPDATE passkeys SET sign_count = $2, is_backed_up = $3, last_used_at = $4
    WHERE id = $1 AND ($2 > sign_count OR ($2 = 0 AND sign_count = 0)) RETURNING id
"""
RENAME = f"UPDATE passkeys SET name = $3 WHERE user_id = $1 AND id = $2 RETURNING {', '.join(PASSKEY)}"  # noqa: S608 - names
REMOVE = f"DELETE FROM passkeys WHERE user_id = $1 AND id = $2 RETURNING {', '.join(PASSKEY)}"  # noqa: S608 - names
ADD_CHALLENGE = f"""
    INSERT INTO passkey_challenges ({", ".join(CHALLENGE)}) VALUES ($1, $2, $3, $4, $5)
"""  # noqa: S608 - column names
CONSUME = f"DELETE FROM passkey_challenges WHERE challenge_hash = $1 RETURNING {', '.join(CHALLENGE)}"  # noqa: S608 - names
PURGE = """
    WITH purged AS (
        DELETE FROM passkey_challenges WHERE challenge_hash = ANY(ARRAY(
            SELECT challenge_hash FROM passkey_challenges WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2
            FOR UPDATE SKIP LOCKED))
        RETURNING challenge_hash)
    SELECT count(*) AS number FROM purged
"""


class PostgresPasskeyDirectory:
    """`PasskeyDirectory` over the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_user(self, user_id: UUID) -> tuple[Passkey, ...]:
        return tuple(_passkey(row) for row in await self._database.fetch(OF_USER, user_id))

    async def find(self, credential_id: bytes) -> OwnedPasskey | None:
        row = await self._database.fetchrow(FIND, credential_id)
        return OwnedPasskey(passkey=_passkey(row), handle=row["handle"]) if row else None


class PostgresPasskeys:
    """`Passkeys` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def handle_of(self, user_id: UUID, fresh: bytes) -> bytes:
        row = await self._connection.fetchrow(MAKE_HANDLE, user_id, fresh)
        row = row or await self._connection.fetchrow(HANDLE, user_id)
        return bytes(row["handle"]) if row else fresh

    async def of_user(self, user_id: UUID) -> tuple[Passkey, ...]:
        return tuple(_passkey(row) for row in await self._connection.fetch(OF_USER, user_id))

    async def count(self, user_id: UUID) -> int:
        row = await self._connection.fetchrow(COUNT, user_id)
        return int(row["number"]) if row else 0

    async def add(self, passkey: Passkey) -> None:
        await self._connection.execute(ADD, *(getattr(passkey, name) for name in PASSKEY))

    async def use(self, passkey: Passkey) -> bool:
        changes = (passkey.sign_count, passkey.is_backed_up, passkey.last_used_at)
        return await self._connection.fetchrow(USE, passkey.id, *changes) is not None

    async def rename(self, user_id: UUID, passkey_id: UUID, name: str) -> Passkey | None:
        row = await self._connection.fetchrow(RENAME, user_id, passkey_id, name)
        return _passkey(row) if row else None

    async def remove(self, user_id: UUID, passkey_id: UUID) -> Passkey | None:
        row = await self._connection.fetchrow(REMOVE, user_id, passkey_id)
        return _passkey(row) if row else None

    async def add_challenge(self, challenge: PasskeyChallenge) -> None:
        await self._connection.execute(ADD_CHALLENGE, *(getattr(challenge, name) for name in CHALLENGE))

    async def consume(self, challenge_hash: bytes) -> PasskeyChallenge | None:
        row = await self._connection.fetchrow(CONSUME, challenge_hash)
        return PasskeyChallenge(**{name: row[name] for name in CHALLENGE}) if row else None

    async def purge_challenges(self, now: datetime) -> int:
        row = await self._connection.fetchrow(PURGE, now, PURGE_BATCH)
        return int(row["number"]) if row else 0


def _passkey(row: Any) -> Passkey:
    values = {name: row[name] for name in PASSKEY}
    return Passkey(**values | {"transports": tuple(values["transports"])})
