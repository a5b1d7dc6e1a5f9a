"""Accounts."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.users import User, UserDetails


class UserDirectory(Protocol):
    """Accounts as they are read, one statement each, outside a transaction."""

    async def get(self, user_id: UUID) -> User:
        """The account. Raises `NotFound`."""
        ...

    async def find_details(self, user_id: UUID, now: datetime) -> UserDetails | None:
        """The account as the staff reads it, with the logins that neither were revoked nor expire by `now`."""
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
        """The account, locked against other changes until the transaction ends. Raises `NotFound`."""
        ...

    async def acquire_with_sessions(self, user_id: UUID) -> User:
        """As `acquire`, and no booking of this person's sessions proceeds meanwhile.

        However many buyers come, it waits only for those that were there before it.
        """
        ...

    async def acquire_superusers(self) -> frozenset[UUID]:
        """The ids of all active superusers; until the transaction ends, who asks the same waits.

        Comes before every other lock but that of a bulk run. Whoever switches accounts off or changes rights asks.
        """
        ...

    async def add(self, user: User) -> None:
        """Insert. Raises `EmailTaken` or `UsernameTaken`, waiting for a twin under way to be decided."""
        ...

    async def save(self, user: User) -> None:
        """Update every field. Raises `EmailTaken` or `UsernameTaken` like `add`."""
        ...
