"""Stored API keys for tests."""

from dataclasses import dataclass
from typing import Any

from uuid_utils.compat import uuid7

from fakes import NOW
from marketplace.core.domain.api_keys import (
    DEFAULT_KEY_TTL,
    KEY_SCOPES,
    MAX_KEYS,
    SHOWN_LENGTH,
    ApiKey,
    api_key_hash,
    new_api_key,
)
from marketplace.core.domain.users import User
from marketplace.core.ports.storage import Storage


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key and its secret."""

    key: ApiKey
    secret: str

    @property
    def hash(self) -> bytes:
        return api_key_hash(self.secret)


def a_key(user: User, **changes: Any) -> StoredKey:
    secret = new_api_key()
    defaults: dict[str, Any] = {
        "id": uuid7(),
        "user_id": user.id,
        "name": "Calendar sync",
        "scopes": KEY_SCOPES,
        "start": secret[:SHOWN_LENGTH],
        "created_at": NOW,
        "expires_at": NOW + DEFAULT_KEY_TTL,
    }
    return StoredKey(ApiKey(**defaults | changes), secret)


async def stored_key(storage: Storage, user: User, **changes: Any) -> StoredKey:
    key = a_key(user, **changes)
    async with storage.unit_of_work() as tx:
        await tx.api_keys.add(key.key, key.hash, MAX_KEYS)
    return key
