"""Stored identities."""

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from fakes import NOW
from marketplace.core.domain.identities import Identity
from marketplace.core.ports.storage import Storage

ISSUER = "https://login.example.org"


def an_identity(user_id: UUID, **changes: Any) -> Identity:
    number = uuid7()
    defaults: dict[str, Any] = {"id": number, "user_id": user_id, "issuer": ISSUER, "subject": str(number)}
    return Identity(**defaults | {"email": "ada@example.net", "connected_at": NOW, "last_used_at": NOW} | changes)


async def stored_identity(storage: Storage, user_id: UUID, **changes: Any) -> Identity:
    identity = an_identity(user_id, **changes)
    async with storage.unit_of_work() as tx:
        await tx.users.acquire(user_id)
        await tx.identities.add(identity)
    return identity
