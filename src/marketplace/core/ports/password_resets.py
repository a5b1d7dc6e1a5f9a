"""Password reset links."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.password_resets import PasswordReset


class ResetDirectory(Protocol):
    """Reads of reset links, one statement each, outside a transaction."""

    async def find(self, token_hash: bytes) -> PasswordReset | None:
        """Return the link with this token, expired or not."""
        ...


class Resets(Protocol):
    """Reset links within a transaction. Acquire the user's account first."""

    async def save(self, reset: PasswordReset) -> None:
        """Insert or replace the user's link. The old one becomes invalid."""
        ...

    async def consume(self, user_id: UUID, token_hash: bytes, now: datetime) -> bool:
        """Consume a user's link. Return whether it was theirs and valid at `now`.

        Of two concurrent calls, one returns `True`.
        """
        ...

    async def drop(self, user_id: UUID) -> None:
        """Delete the user's link, if any."""
        ...

    async def drop_issued_by(self, issuer_id: UUID) -> None:
        """Delete all links that this person issued. Acquire the issuer's account first."""
        ...
