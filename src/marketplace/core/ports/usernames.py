"""Claims to usernames: which look-alike of a name belongs to whom, and until when a given-up one stays reserved."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.users import User


class UsernameClaims(Protocol):
    """Claims within a transaction. Keys are those of `username_keys`; a key belongs to one account at a time."""

    async def claim(self, user: User, keys: Collection[str], expired_before: datetime) -> None:
        """Claim keys of an account's username, after waiting for a concurrent claim to one of them.

        Raises `UsernameTaken` if a key belongs to another account, or belonged to one and was released after
        `expired_before`.
        """
        ...

    async def release(self, user_id: UUID, keys: Collection[str], now: datetime) -> None:
        """Release keys that the account no longer uses, as of `now`; keys of others are left alone."""
        ...

    async def acquire_without(self, after: UUID | None, limit: int) -> tuple[User, ...]:
        """Return accounts without a claim of their present username, by ID after `after`, locked until the end.

        Skips accounts that another transaction has locked.
        """
        ...

    async def claim_free(self, owners: Mapping[str, User]) -> None:
        """Claim those of the keys that are not claimed yet or were the account's before, for the account of each."""
        ...

    async def release_others(self, present: Collection[tuple[str, UUID]], now: datetime) -> None:
        """Release claims of these accounts to keys other than these, as of `now`."""
        ...
