"""Accounts."""

from typing import Protocol
from uuid import UUID

from marketplace.core.entities.users import User


class UserDirectory(Protocol):
    """Accounts as they are read, one statement each, outside a transaction."""

    async def get(self, user_id: UUID) -> User:
        """The account. Raises `NotFound`."""
        ...

    async def find_by_email(self, email: str) -> User | None:
        """The account with this e-mail address, compared folded."""
        ...

    async def has_any(self) -> bool:
        """Whether there is any account at all."""
        ...


class Users(Protocol):
    """Accounts within a transaction."""

    async def acquire(self, user_id: UUID) -> User:
        """The account, locked until the transaction ends, also against bookings of its sessions. Raises `NotFound`."""
        ...

    async def add(self, user: User) -> None:
        """Insert. Raises `EmailTaken` or `UsernameTaken`, waiting for a twin under way to be decided."""
        ...

    async def save(self, user: User) -> None:
        """Update every field. Raises `EmailTaken` or `UsernameTaken` like `add`."""
        ...
