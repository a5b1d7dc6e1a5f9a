"""API keys: secrets by which a program acts for a person, within scopes."""

import hashlib
import re
import secrets
import zlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Annotated, Any, Literal, Self, get_args
from uuid import UUID

from marketplace.core.domain.fields import Rule, Text
from marketplace.core.errors import FieldErrors

KeyScope = Literal["read", "bookings:write", "sessions:write", "profile:write"]
"""What a key allows; each route names the scope that it needs, or takes no key."""
KEY_SCOPES: tuple[KeyScope, ...] = get_args(KeyScope)

BASE62 = digits + ascii_uppercase + ascii_lowercase
KEY_PREFIX = "mkt_"
"""By which secret scanners recognise a key."""
RANDOM_LENGTH, CHECKSUM_LENGTH = 43, 6
"""Characters of base 62: 256 bits, and the CRC-32 of the random ones, by which scanners validate a key offline."""
KEY_PATTERN = rf"{KEY_PREFIX}[0-9A-Za-z]{{{RANDOM_LENGTH + CHECKSUM_LENGTH}}}"
SHOWN_LENGTH = len(KEY_PREFIX) + 4
"""Characters of a key that are stored and shown, to tell keys apart."""
MAX_KEY_NAME = 60
MAX_KEYS = 20
"""Live keys of a person."""
DEFAULT_KEY_TTL, MAX_KEY_TTL = timedelta(days=90), timedelta(days=366)
KEPT_AFTER_END = timedelta(days=90)
"""How long an expired or revoked key is kept, for its owner and staff to see when it was last used."""
USE_INTERVAL = timedelta(minutes=1)
"""The precision of a key's last use, so that few requests write it."""


@dataclass(frozen=True, eq=False)
class ScopeSet(Rule):
    """One or more scopes, each once, in the order of `KeyScope`."""

    def read(self, value: Any) -> tuple[KeyScope, ...]:
        is_known = isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)
        if not is_known or not value or not set(value) <= set(KEY_SCOPES):
            raise ValueError(f"Choose one or more of: {', '.join(KEY_SCOPES)}.")
        return tuple(scope for scope in KEY_SCOPES if scope in value)


KeyName = Annotated[str, Text(1, MAX_KEY_NAME, example="Calendar sync", description="What the key is for.")]
KeyScopes = Annotated[tuple[KeyScope, ...], ScopeSet(example=["read"], description="What the key allows.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key without its secret, of which only a hash is stored. `start` is its first characters."""

    id: UUID
    user_id: UUID
    name: KeyName
    scopes: KeyScopes
    start: str
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None = None
    """To `USE_INTERVAL`."""
    revoked_at: datetime | None = None

    def is_live(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at

    def revoked(self, now: datetime) -> Self:
        return self if self.revoked_at else replace(self, revoked_at=now)


def new_api_key() -> str:
    """Return a new secret: `KEY_PREFIX`, 256 random bits, and their checksum."""
    random = _base62(secrets.randbits(256), RANDOM_LENGTH)
    return f"{KEY_PREFIX}{random}{_checksum(random)}"


def looks_like_key(token: str) -> bool:
    """Return whether a token claims to be an API key."""
    return token.startswith(KEY_PREFIX)


def is_well_formed(token: str) -> bool:
    """Return whether a token has the format of a key and the right checksum."""
    if re.fullmatch(KEY_PATTERN, token) is None:
        return False
    random = token[len(KEY_PREFIX) : -CHECKSUM_LENGTH]
    return token.endswith(_checksum(random))


def api_key_hash(secret: str) -> bytes:
    """Hash a key for storage. One round of SHA-256 suffices: the secret is random."""
    return hashlib.sha256(secret.encode()).digest()


def validate_expiry(expires_at: datetime, now: datetime) -> FieldErrors:
    """Validate when a new key expires."""
    if now < expires_at <= now + MAX_KEY_TTL:
        return {}
    return {"expires_at": ["Choose a time in the future, at most a year from now."]}


def _checksum(random: str) -> str:
    return _base62(zlib.crc32(random.encode()), CHECKSUM_LENGTH)


def _base62(number: int, length: int) -> str:
    written = []
    for _ in range(length):
        number, digit = divmod(number, len(BASE62))
        written.append(BASE62[digit])
    return "".join(reversed(written))
