"""Logins: who asks, and the refresh tokens that keep a login alive."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from marketplace.core.domain.audit import UNKNOWN_ORIGIN, Origin
from marketplace.core.domain.users import Role, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What an access token says: who, and by which login. Nothing else is ever read from it."""

    user_id: UUID
    family_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """The person behind a request, as they stand in the database, and where the request came from."""

    user_id: UUID
    family_id: UUID
    role: Role
    is_staff: bool
    is_superuser: bool
    impersonator_id: UUID | None = None
    """Who of the staff sees the site as this person."""
    origin: Origin = UNKNOWN_ORIGIN

    @classmethod
    def of(cls, user: User, family_id: UUID, origin: Origin = UNKNOWN_ORIGIN) -> Self:
        """Somebody by a login of their own."""
        return cls(
            user_id=user.id,
            family_id=family_id,
            role=user.role,
            is_staff=user.is_staff,
            is_superuser=user.is_superuser,
            origin=origin,
        )

    @property
    def actor_id(self) -> UUID:
        """Who really acts."""
        return self.impersonator_id or self.user_id

    @property
    def as_id(self) -> UUID | None:
        """Whom they act as, if that is somebody else."""
        return self.user_id if self.impersonator_id else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One login: the refresh tokens that follow from one another (RFC 9700, 4.14.2)."""

    id: UUID
    user_id: UUID
    created_at: datetime
    expires_at: datetime
    """When its youngest refresh token expires."""
    address: str | None = None
    """Where it began, and by which program."""
    agent: str | None = None
    impersonated_from: UUID | None = None
    """The login of who of the staff sees the site as this person, and by this login."""

    @property
    def is_impersonation(self) -> bool:
        """Whether it is not the person themselves."""
        return self.impersonated_from is not None


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
