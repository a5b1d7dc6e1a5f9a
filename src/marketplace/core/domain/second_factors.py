"""Second factors: codes of an authenticator app (TOTP, RFC 6238), and recovery codes."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from marketplace.core.domain.users import User

StaffSecondFactor = Literal["required", "optional"]
SecondFactorMethod = Literal["totp", "recovery_code"]
"""What can prove the second factor of a sign-in."""
ProofMethod = Literal["password", "totp", "recovery_code", "passkey", "provider"]
"""What can prove that a login is still with its person."""
CHALLENGE_TTL = timedelta(minutes=10)
"""How long after the first factor the second can follow."""
REAUTHENTICATE_AFTER = timedelta(minutes=10)
"""How long a proof of identity counts, unless a setting says otherwise."""
STEP = timedelta(seconds=30)
"""Of a code (RFC 6238, 4.1)."""
DRIFT = 1
"""Steps that a device's clock may be ahead or behind (RFC 6238, 5.2)."""
CODE_DIGITS = 6
RECOVERY_CODES = 10
RECOVERY_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32, without letters that look like digits or others."""
RECOVERY_GROUPS, RECOVERY_GROUP = 6, 4
"""120 bits: no one guesses one, so that one round of SHA-256 protects it (OWASP ASVS 5.0, 6.5.2)."""
LOW_RECOVERY_CODES = 3
"""From how few on people are advised to make new ones."""
LOOK_ALIKES = str.maketrans("oil", "011")


@dataclass(frozen=True, slots=True, kw_only=True)
class TotpFactor:
    """A person's authenticator app. It counts once it is confirmed by a code."""

    user_id: UUID
    sealed_secret: bytes = field(repr=False)
    created_at: datetime
    confirmed_at: datetime | None = None
    last_step: int | None = None
    """The step of the last code that was used. None of it or before works again."""

    @property
    def is_on(self) -> bool:
        return self.confirmed_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorState:
    """What a person may know of their second factor. `since` is `None` while it is off."""

    since: datetime | None = None
    recovery_codes_left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInChallenge:
    """The first half of a sign-in. It works once, since its login can be opened only once."""

    user_id: UUID
    login_id: UUID
    version: str
    """That of the account's password: see `password_version`."""
    expires_at: datetime


def password_version(user: User) -> str:
    """Return what changes with the account's password, and reveals nothing of it."""
    return hashlib.sha256(f"{user.id} {user.password_hash}".encode()).hexdigest()


def new_recovery_codes() -> tuple[str, ...]:
    """Return distinct random codes such as `4f7k-w2m9-x0pz-t6ha`."""
    codes = set[str]()
    while len(codes) < RECOVERY_CODES:
        codes.add("-".join(_random_group() for _ in range(RECOVERY_GROUPS)))
    return tuple(codes)


def _random_group() -> str:
    return "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_GROUP))


def recovery_code_hash(code: str) -> bytes:
    """Hash a recovery code for storage, however it is spaced and whatever its case."""
    letters = "".join(filter(str.isalnum, code.casefold())).translate(LOOK_ALIKES)
    return hashlib.sha256(letters.encode()).digest()


def totp_code(text: str) -> str | None:
    """Return the digits of a code of an authenticator app, or `None` if the text is not such a code."""
    digits = "".join(text.split()).replace("-", "")
    return digits if len(digits) == CODE_DIGITS and digits.isascii() and digits.isdecimal() else None
