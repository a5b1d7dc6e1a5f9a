"""Logins and their refresh tokens."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from marketplace.core.domain.principals import Login, Principal
from marketplace.core.domain.tokens import Claims

PURGE_BATCH = 10_000


class Principals(Protocol):
    """Reads of principals, outside a transaction."""

    async def find(self, claims: Claims) -> Principal | None:
        """Return the principal if the user is active and the login theirs and not revoked; else `None`.

        An impersonated login also needs: the staff login it came from is not revoked, that staff member is active and
        still staff, and the impersonated user is not staff. `impersonator_id` is then the staff member's ID.
        `lacks_second_factor` says whether they, or that staff member, are staff without a confirmed factor, required or
        not.
        """
        ...


class LoginDirectory(Protocol):
    """Reads of logins, one statement each, outside a transaction."""

    async def active(self, user_id: UUID, now: datetime, limit: int) -> tuple[Login, ...]:
        """Return a user's own logins that are neither revoked nor expired at `now`, newest first, at most `limit`."""
        ...


class Tokens(Protocol):
    """Logins within a transaction."""

    async def add_login(self, login: Login, token_hash: bytes) -> bool:
        """Add a login with its first refresh token; delete the user's expired ones and end those beyond `MAX_LOGINS`.

        Of the active ones, those that were used last stay. Impersonated logins don't count.

        Return whether the user has other logins, but none that makes this user agent known. Revoked and expired ones
        that were still stored count; one whose message to the user ended `UNSAID` makes nothing known.
        """
        ...

    async def find(self, login_id: UUID) -> Login | None:
        """Return the login, also a revoked one, or `None` if it is no longer stored."""
        ...

    async def require_not_ended(self, login_id: UUID) -> None:
        """Raise `NotSignedIn` if the login was revoked. One that is not stored passes: API keys have none."""
        ...

    async def add_impersonation(self, login: Login) -> None:
        """Add an impersonated login. It has no refresh token and ends with the login in `impersonated_from`.

        Raises `NotSignedIn` if that login has ended.
        """
        ...

    async def prove(self, login_id: UUID, now: datetime, *, by_passkey: bool = False) -> bool:
        """Record that the person has proved who they are. Return whether it is an own login that is not revoked."""
        ...

    async def revoke(self, family_id: UUID, now: datetime) -> bool:
        """Revoke a login. Return whether it existed and was not revoked before."""
        ...

    async def revoke_own(self, user_id: UUID, family_id: UUID, now: datetime) -> bool:
        """Revoke a login of the user's own. Return whether it was theirs, no impersonation, and not revoked before."""
        ...

    async def use(self, token_hash: bytes, now: datetime) -> Login | None:
        """Mark a refresh token as used and return its login, locked against revocation until the transaction ends.

        `None` if the token is unknown, expired or used, its login revoked, or its user inactive. Of two concurrent
        uses, one gets the login and the other `None`.
        """
        ...

    async def find_unused(self, token_hash: bytes, now: datetime) -> Login | None:
        """Return the login of a refresh token that `use` would accept, not locked, or `None`."""
        ...

    async def add(self, login: Login, token_hash: bytes) -> None:
        """Add the next refresh token of a login and extend the login to `login.expires_at`."""
        ...

    async def revoke_login_of(self, token_hash: bytes, now: datetime) -> UUID | None:
        """Revoke the login of this refresh token, used or not, and return its user's ID.

        Returns `None` and changes nothing if the token is unknown or its login already revoked.
        """
        ...

    async def revoke_all_of(self, token_hash: bytes, now: datetime) -> UUID | None:
        """Revoke every login of the user to whose active login this refresh token, used or not, belongs.

        Returns the user's ID; `None`, with nothing changed, if the token is unknown or its login revoked or expired.
        """
        ...

    async def purge(self, now: datetime, before: datetime) -> int:
        """Delete refresh tokens expired at `now`, and logins expired at `before`, at most `PURGE_BATCH` each.

        Return how many were deleted.
        """
        ...

    async def revoke_all(self, user_id: UUID, now: datetime, *, except_id: UUID | None = None) -> None:
        """Revoke every login of a user, except `except_id`."""
        ...
