"""Password hashing, access tokens, look-alike names and e-mail addresses."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from marketplace.core.domain.known_devices import KnownDevice
from marketplace.core.domain.tokens import Claims


class Passwords(Protocol):
    """Password hashing, off the event loop. `hash` and `verify` raise `PasswordsBusy` when too many wait."""

    async def hash(self, password: str) -> str:
        """Return a salted hash that includes its parameters."""
        ...

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Return whether the password matches. With `None` (no such account), takes as long and returns `False`."""
        ...

    def needs_rehash(self, password_hash: str) -> bool:
        """Return whether the hash uses other parameters than the current ones."""
        ...

    def common(self, minimum: int) -> tuple[str, ...]:
        """Return the common passwords of at least this length, in lower case, sorted."""
        ...

    def is_common(self, password: str) -> bool:
        """Return whether it is one of the most common passwords, ignoring case."""
        ...

    def is_breached(self, password: str) -> bool:
        """Return whether it is known from a breach of another site, as far as the operator provides such passwords."""
        ...


class EmailSyntax(Protocol):
    """Which e-mail addresses can exist, without asking a network."""

    def refusal(self, email: str) -> str | None:
        """Return why this address cannot exist, as a sentence for people, or `None`."""
        ...


class Confusables(Protocol):
    """Names that look alike (Unicode Technical Standard 39)."""

    def skeleton(self, name: str) -> str:
        """Return the skeleton of a name, equal for names that look alike (section 4). Not for display."""
        ...

    def mixes_scripts(self, name: str) -> bool:
        """Return whether a name mixes more scripts than the level "moderately restrictive" allows (section 5.2).

        It allows one script; Latin with Chinese, Japanese or Korean; Latin with one other except Cyrillic and Greek.
        """
        ...


class DeviceSeals(Protocol):
    """What a browser is known for, signed for it to keep."""

    def seal(self, known: Sequence[KnownDevice]) -> str:
        """Return a text for a cookie."""
        ...

    def open(self, sealed: str) -> tuple[KnownDevice, ...]:
        """Return what was sealed; nothing if the text is not one of ours. Whether it is expired is not looked at."""
        ...


class RefreshTokens(Protocol):
    """Refresh tokens that follow others, so that a request whose response was lost can be repeated."""

    def successors(self, token: str, attempt: str) -> tuple[str, ...]:
        """Return the token that follows a token in an attempt: always the same, and only for who knows both.

        After it come those that followed under older keys of the installation.
        """
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
