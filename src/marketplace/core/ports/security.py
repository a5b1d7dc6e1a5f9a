"""Passwords and signatures."""

from datetime import datetime, timedelta
from typing import Protocol

from marketplace.core.domain.tokens import Claims


class Passwords(Protocol):
    """Hashing of passwords, off the event loop."""

    async def hash(self, password: str) -> str:
        """A salted hash that names its own parameters."""
        ...

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether it is the password. `None` (no such account) takes as long and is false."""
        ...

    def needs_rehash(self, password_hash: str) -> bool:
        """Whether the hash was made with other parameters than today's."""
        ...

    def is_common(self, password: str) -> bool:
        """Whether it is among the commonest, whatever its case."""
        ...


class AccessTokens(Protocol):
    """Signed access tokens."""

    def issue(self, claims: Claims, now: datetime, at_most: timedelta | None = None) -> str:
        """A token that says these claims until its time to live is over, which `at_most` can shorten."""
        ...

    def read(self, token: str, now: datetime) -> Claims:
        """What the token says. Raises `NotSignedIn` when it is forged, malformed, expired or meant for others."""
        ...
