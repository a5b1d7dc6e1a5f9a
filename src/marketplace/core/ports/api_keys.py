"""Reading and writing API keys."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.api_keys import ApiKey
from marketplace.core.domain.principals import Principal

PURGE_BATCH = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyUser:
    """The principal of a key, and when the key was last used, as far as it is recorded."""

    principal: Principal
    last_used_at: datetime | None


class ApiKeyDirectory(Protocol):
    """Reads of keys, one statement each, outside a transaction; and the time of their use."""

    async def of_user(self, user_id: UUID) -> tuple[ApiKey, ...]:
        """Return all stored keys of a person, also ended ones, newest first."""
        ...

    async def find_user(self, key_hash: bytes, now: datetime) -> KeyUser | None:
        """Return who uses the key with this hash, without the rights of staff.

        `None` if there is none, it is revoked or expired, or its owner is not active.
        """
        ...

    async def note_use(self, key_id: UUID, now: datetime) -> None:
        """Record that the key is used, unless a use within `USE_INTERVAL` is recorded.

        Never waits for a transaction that revokes the key; it may record nothing then.
        """
        ...


class ApiKeys(Protocol):
    """Keys within a transaction. A key is locked last, after all that is done with it."""

    async def add(self, key: ApiKey, key_hash: bytes, maximum: int) -> None:
        """Add a key, unless the person has `maximum` live ones: raises `TooManyApiKeys`.

        Needs the account acquired, so that keys are counted one after the other.
        """
        ...

    async def find(self, key_id: UUID) -> ApiKey | None:
        """Return the key, also one that has ended, or `None` if it is no longer stored."""
        ...

    async def acquire_of_user(self, user_id: UUID, key_id: UUID) -> ApiKey:
        """Return a key of a person, locked against use until the transaction ends. Raises `NotFound`."""
        ...

    async def save(self, key: ApiKey) -> None:
        """Update when a key was revoked."""
        ...

    async def require_live(self, key_id: UUID, now: datetime) -> None:
        """Lock a key against revocation until the transaction ends; other uses do not wait.

        Raises `NotSignedIn` if it is revoked or expired, or no longer stored.
        """
        ...

    async def revoke_all(self, user_id: UUID, now: datetime) -> None:
        """Revoke all keys of a person, after waiting for their uses."""
        ...

    async def purge(self, before: datetime) -> int:
        """Delete keys that were revoked or expired at `before` or earlier, at most `PURGE_BATCH`. Return how many."""
        ...
