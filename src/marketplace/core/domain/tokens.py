"""Logins: who asks, and the refresh tokens that keep a login alive."""

import hashlib
import secrets
from dataclasses import dataclass
from uuid import UUID

from marketplace.core.domain.users import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What an access token says: who, and by which login. Nothing else is ever read from it."""

    user_id: UUID
    family_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """What a login hands out: a signed access token and an opaque refresh token."""

    access: str
    refresh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """The answer to a good e-mail and password."""

    user: User
    tokens: TokenPair


def new_refresh_token() -> str:
    """256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def refresh_token_hash(token: str) -> bytes:
    """How a refresh token is stored. It is random, so one round of SHA-256 cannot be searched."""
    return hashlib.sha256(token.encode()).digest()
