"""Logins and their refresh tokens."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.principals import Login, Principal
from marketplace.core.domain.tokens import Claims


class Principals(Protocol):
    """Who is behind an access token, read outside a transaction."""

    async def find(self, claims: Claims) -> Principal | None:
        """The caller, if the person is active and the login neither revoked nor another's; else `None`.

        By a login that another began, if that one is not revoked, its person active and of the staff, and this person
        not of the staff; the caller then has that person's id as `impersonator_id`.
        """
        ...


class Tokens(Protocol):
    """Logins within a transaction."""

    async def add_login(self, login: Login, token_hash: bytes) -> None:
        """Start a login with its first refresh token, and drop this person's logins that have expired."""
        ...

    async def add_impersonation(self, login: Login) -> None:
        """Start a login that another began. It has no refresh token, and goes when the other does.

        Raises `NotSignedIn` when the other is gone already.
        """
        ...

    async def revoke(self, family_id: UUID, now: datetime) -> bool:
        """Revoke a login. False, and nothing changed, when there is none or it was revoked before."""
        ...

    async def use(self, token_hash: bytes, now: datetime) -> Login | None:
        """Mark a refresh token as used and return its login, which nobody revokes meanwhile.

        `None` when the token is unknown, expired or used, its login revoked or its person inactive. Of two who use
        one token at once, one gets the login and the other `None`.
        """
        ...

    async def add(self, login: Login, token_hash: bytes) -> None:
        """Add the next refresh token of a login and extend the login to `login.expires_at`."""
        ...

    async def revoke_login_of(self, token_hash: bytes, now: datetime) -> UUID | None:
        """Revoke the login that this refresh token, used or not, belongs to, and return whose it was.

        `None`, with nothing changed, when the token is unknown or its login was revoked before.
        """
        ...

    async def revoke_all_of(self, token_hash: bytes, now: datetime) -> UUID | None:
        """Revoke every login of the person whose living login this refresh token, used or not, belongs to.

        Returns who that is; `None`, with nothing changed, when the token is unknown or its login revoked or expired.
        """
        ...

    async def revoke_all(self, user_id: UUID, now: datetime, *, but: UUID | None = None) -> None:
        """Revoke every login of a person, except `but`."""
        ...
