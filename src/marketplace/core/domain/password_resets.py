"""Links to set a new password, which the staff hands out to who has lost theirs."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

RESET_TTL = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordReset:
    """A link as it is kept: its token only as a hash. A person has one at most, the newest."""

    user_id: UUID
    token_hash: bytes
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedReset:
    """A link as it is shown, once: nobody can be told the token again."""

    token: str = field(repr=False)
    expires_at: datetime


def new_reset_token() -> str:
    """256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def reset_token_hash(token: str) -> bytes:
    """How a token is stored. It is random, so one round of SHA-256 cannot be searched."""
    return hashlib.sha256(token.encode()).digest()
