"""Password reset links, issued by staff."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.users import User

RESET_TTL = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset:
    """A stored reset link; only the token's hash is kept. A user has at most one, the newest.

    It works as long as its issuer may change the account. `issuer_id` is `None`, and the link void, if a release before
    0024 issued it.
    """

    user_id: UUID
    issuer_id: UUID | None
    token_hash: bytes
    created_at: datetime
    expires_at: datetime

    def works_for(self, user: User, issuer: User, now: datetime) -> bool:
        """Return whether it may set the user's password now."""
        return user.is_active and issuer.may_manage(user) and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedReset:
    """A new reset link with its token, which cannot be shown again."""

    token: str = field(repr=False)
    expires_at: datetime


def new_reset_token() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def reset_token_hash(token: str) -> bytes:
    """Hash a token for storage. One round of SHA-256 suffices: the token is random."""
    return hashlib.sha256(token.encode()).digest()
