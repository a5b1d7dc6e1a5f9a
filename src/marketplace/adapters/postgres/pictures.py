"""Pictures in PostgreSQL: the document in the row of a session, and the records of stored bytes."""

import json
from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from marketplace.adapters.postgres.connection.pool import Connection
from marketplace.core.domain.fields import field_names
from marketplace.core.domain.pictures import DELETION_LEASE, Picture, PictureRecord, Pictures

NONE = "[]"
PICTURE = tuple(each.name for each in fields(Picture))
RECORD = field_names(PictureRecord)
COLUMNS = ", ".join(RECORD)
CLAIMED = "(p.state = 'deleting' AND p.touched_at > $8)"
BEGIN = f"""
    INSERT INTO pictures AS p ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (id) DO UPDATE
        SET touched_at = CASE WHEN {CLAIMED} THEN p.touched_at ELSE excluded.touched_at END,
            state = CASE WHEN p.state = 'done' OR {CLAIMED} THEN p.state ELSE 'asked' END
    RETURNING {", ".join(f"p.{name}" for name in RECORD)}
"""  # noqa: S608 - column names
ACQUIRE = f"SELECT {COLUMNS} FROM pictures WHERE id = $1 FOR UPDATE"  # noqa: S608 - column names
NOT_KEPT = "(state <> 'done' OR removed_at IS NOT NULL)"
CLAIM = f"""
    UPDATE pictures SET state = 'deleting', touched_at = $2 WHERE id IN (
        SELECT id FROM pictures WHERE {NOT_KEPT} AND touched_at < $1
        ORDER BY touched_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
    ) RETURNING {COLUMNS}
"""  # noqa: S608 - column names
FIND = f"SELECT {COLUMNS} FROM pictures WHERE id = ANY($1::uuid[])"  # noqa: S608 - column names
KEPT = f"""
    SELECT {COLUMNS} FROM pictures
    WHERE id > $1 AND ($2::uuid IS NULL OR id <= $2) AND NOT {NOT_KEPT} ORDER BY id LIMIT $3
"""  # noqa: S608 - column names
SAVE = "UPDATE pictures SET state = $2, touched_at = $3, removed_at = $4 WHERE id = $1"
DELETE = "DELETE FROM pictures WHERE id = $1"


def pictures_from(document: str) -> Pictures:
    """Convert the column of a session."""
    if document == NONE:
        return ()
    return tuple(Picture(**each | {"id": UUID(each["id"])}) for each in json.loads(document))


def document(pictures: Pictures) -> str:
    """Return the column of a session."""
    if not pictures:
        return NONE
    return json.dumps([{name: getattr(each, name) for name in PICTURE} | {"id": str(each.id)} for each in pictures])


class PostgresPictureRecords:
    """`PictureRecords` on a transaction's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def begin(self, record: PictureRecord) -> PictureRecord:
        values = (getattr(record, name) for name in RECORD)
        rows = await self._connection.fetch(BEGIN, *values, record.touched_at - DELETION_LEASE)
        return PictureRecord(**rows[0])

    async def acquire(self, picture: UUID) -> PictureRecord | None:
        row = await self._connection.fetchrow(ACQUIRE, picture)
        return PictureRecord(**row) if row else None

    async def claim_abandoned(self, before: datetime, now: datetime, maximum: int) -> tuple[PictureRecord, ...]:
        return tuple(PictureRecord(**row) for row in await self._connection.fetch(CLAIM, before, now, maximum))

    async def find(self, pictures: Collection[UUID]) -> Mapping[UUID, PictureRecord]:
        return {row["id"]: PictureRecord(**row) for row in await self._connection.fetch(FIND, list(pictures))}

    async def list_kept(self, after: UUID, until: UUID | None, limit: int) -> tuple[PictureRecord, ...]:
        return tuple(PictureRecord(**row) for row in await self._connection.fetch(KEPT, after, until, limit))

    async def save(self, record: PictureRecord) -> None:
        await self._connection.execute(SAVE, record.id, record.state, record.touched_at, record.removed_at)

    async def delete(self, picture: UUID) -> None:
        await self._connection.execute(DELETE, picture)
