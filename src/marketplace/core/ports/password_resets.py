"""Links to set a new password."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.password_resets import PasswordReset
from marketplace.core.domain.users import User


class ResetDirectory(Protocol):
    """Links as they are read, one statement each, outside a transaction."""

    async def find_user(self, token_hash: bytes, now: datetime) -> User | None:
        """Whose link this is, if it is good at `now` and they are active."""
        ...


class Resets(Protocol):
    """Links within a transaction. The person's account is acquired first."""

    async def save(self, reset: PasswordReset) -> None:
        """Insert, or put it in the place of the one that the person has, which then is no longer good."""
        ...

    async def take(self, user_id: UUID, token_hash: bytes, now: datetime) -> bool:
        """Use this link of a person up. False, and nothing changed, when it is not theirs or not good at `now`.

        Of two who take one at once, one is told true.
        """
        ...

    async def drop(self, user_id: UUID) -> None:
        """Remove the link that a person has, if any."""
        ...
