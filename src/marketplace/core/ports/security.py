"""Password hashing and access tokens."""

from datetime import datetime, timedelta
from typing import Protocol

from marketplace.core.domain.tokens import Claims


class Passwords(Protocol):
    """Password hashing, off the event loop."""

    async def hash(self, password: str) -> str:
        """Return a salted hash that includes its parameters."""
        ...

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Return whether the password matches. With `None` (no such account), takes as long and returns `False`."""
        ...

    def needs_rehash(self, password_hash: str) -> bool:
        """Return whether the hash uses other parameters than the current ones."""
        ...

    def is_common(self, password: str) -> bool:
        """Return whether it is one of the most common passwords, ignoring case."""
        ...


class AccessTokens(Protocol):
    """Signed access tokens."""

    def issue(self, claims: Claims, now: datetime, at_most: timedelta | None = None) -> str:
        """Return a token with these claims. `at_most` can shorten its lifetime."""
        ...

    def read(self, token: str, now: datetime) -> Claims:
        """Return the claims.

        Raises `NotSignedIn` if the token is forged, malformed, expired or for another audience.
        """
        ...
