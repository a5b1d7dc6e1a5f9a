"""Reading and writing accounts."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.user_details import UserDetails
from marketplace.core.domain.users import User


class UserDirectory(Protocol):
    """Reads of accounts, one statement each, outside a transaction."""

    async def get(self, user_id: UUID) -> User:
        """Return the account. Raises `NotFound`."""
        ...

    async def find_details(self, user_id: UUID, now: datetime) -> UserDetails | None:
        """Return the account with its details for staff; of logins, those neither revoked nor expired at `now`."""
        ...

    async def find_by_email(self, email: str) -> User | None:
        """Return the account with this e-mail address, compared folded."""
        ...

    async def has_any(self) -> bool:
        """Return whether there is any account."""
        ...


class Users(Protocol):
    """Accounts within a transaction."""

    async def acquire(self, user_id: UUID) -> User:
        """Return the account, locked against other changes until the transaction ends. Raises `NotFound`."""
        ...

    async def acquire_shared(self, user_id: UUID) -> User:
        """Return the account, locked against changes until the transaction ends. Raises `NotFound`.

        Unlike with `acquire`, other callers do not wait. Accounts are locked before seats, bookings and slots.
        """
        ...

    async def acquire_with_staff(
        self, user_id: UUID, staff_id: UUID, *, with_sessions: bool = False
    ) -> tuple[User, User]:
        """Acquire an account, and share that of the staff member who changes it; return both. Raises `NotFound`.

        They are locked by ID, so that staff who change each other cannot deadlock. `with_sessions` is as in
        `acquire_with_sessions`.
        """
        ...

    async def acquire_with_sessions(self, user_id: UUID) -> User:
        """Acquire the account, and make bookings of its sessions wait.

        It waits only for buyers who came before it, however many come later.
        """
        ...

    async def acquire_superusers(self) -> frozenset[UUID]:
        """Return the IDs of all active superusers; concurrent callers wait until the transaction ends.

        This lock precedes every other but that of a bulk run. Take it before deactivating accounts or changing rights.
        """
        ...

    async def add(self, user: User) -> None:
        """Insert an account. Raises `EmailTaken` or `UsernameTaken`, after waiting for a concurrent insert."""
        ...

    async def save(self, user: User) -> None:
        """Update all fields. Raises `EmailTaken` or `UsernameTaken` like `add`.

        Searches find up to 100 of the newest sessions by a new name once the transaction commits, and the others once
        the job `index_names` has run, which it enqueues.
        """
        ...
