"""Access token claims and refresh tokens."""

import hashlib
import secrets
from dataclasses import dataclass, field
from uuid import UUID

from marketplace.core.domain.second_factors import SecondFactorMethod
from marketplace.core.domain.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Claims of an access token: user and login. Rights are never read from the token."""

    user_id: UUID
    family_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """A signed access token and an opaque refresh token."""

    access: str
    refresh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A successful sign-in."""

    user: User
    tokens: TokenPair


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorDue:
    """A sign-in whose first factor was right. `challenge` stands for it when one of `methods` proves the second."""

    challenge: str = field(repr=False)
    methods: tuple[SecondFactorMethod, ...]


def new_refresh_token() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def refresh_token_hash(token: str) -> bytes:
    """Hash a refresh token for storage. One round of SHA-256 suffices: the token is random."""
    return hashlib.sha256(token.encode()).digest()
