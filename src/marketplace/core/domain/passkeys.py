"""Passkeys: discoverable credentials that sign challenges once their user is verified (Web Authentication Level 3)."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import ip_address
from secrets import token_bytes
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from marketplace.core.domain.fields import Text
from marketplace.core.domain.user_agents import device_of

MAX_PASSKEYS = 20
"""Passkeys of one person."""
CHALLENGE_BYTES = 32
"""At least 16 are needed (13.4.3)."""
HANDLE_BYTES = 64
"""The most that is allowed (5.4.3). Random, so that it says nothing about the account (14.6.1)."""
CHALLENGE_TTL = timedelta(minutes=5)
MAX_CREDENTIAL_ID = 1023
"""Bytes (4, "credential ID")."""
ALGORITHMS = (-8, -7, -257)
"""EdDSA, ES256 and RS256 (IANA COSE), in the order of preference."""
DEFAULT_NAME = "Passkey"

PasskeyName = Annotated[str, Text(1, 60, example="Firefox on Linux", description="For its owner.")]
ChallengePurpose = Literal["register", "sign_in", "prove"]
"""What a challenge is for: a new passkey, a sign-in, or proof that the owner of a login is present."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelyingParty:
    """For whom passkeys are made: the host of the installation's address, and the origins that may use them."""

    id: str
    origins: tuple[str, ...]

    @classmethod
    def of(cls, address: str, others: Collection[str] = ()) -> Self | None:
        """Return that of an address. `None`: browsers make no passkeys there, since it is an IP or not secure."""
        parts = urlsplit(address)
        host = parts.hostname or ""
        is_local = host == "localhost" or host.endswith(".localhost")
        if not host or _is_ip(host) or (parts.scheme != "https" and not is_local):
            return None
        return cls(id=host, origins=(_origin(address), *map(_origin, others)))


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _origin(address: str) -> str:
    """Return the origin as browsers write it, without the port that the scheme implies."""
    parts = urlsplit(address.lower())
    default = {"https": 443, "http": 80}.get(parts.scheme)
    host = parts.netloc if parts.port is None or parts.port != default else parts.netloc.rpartition(":")[0]
    return f"{parts.scheme}://{host}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """A registered credential."""

    id: UUID
    user_id: UUID
    credential_id: bytes
    public_key: bytes = field(repr=False)
    """COSE_Key (RFC 9052)."""
    sign_count: int
    """Its last signature counter; 0 if the authenticator has none (6.1.1)."""
    is_backup_eligible: bool
    """It can be copied to other devices of its owner. Never changes."""
    is_backed_up: bool
    name: PasskeyName
    transports: tuple[str, ...] = ()
    """How browsers reach its authenticator."""
    created_at: datetime
    last_used_at: datetime | None = None

    def accepts(self, sign_count: int) -> bool:
        """Return whether the counter has risen, or is not in use (7.2, step 22). Otherwise a copy may exist."""
        return sign_count > self.sign_count or (sign_count == 0 and self.sign_count == 0)

    def used(self, assertion: "VerifiedAssertion", now: datetime) -> Self:
        return replace(self, sign_count=assertion.sign_count, is_backed_up=assertion.is_backed_up, last_used_at=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedPasskey:
    """A passkey with the user handle of its owner."""

    passkey: Passkey
    handle: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyChallenge:
    """What an authenticator has to sign, once. Only its hash is kept, with what it was made for."""

    challenge_hash: bytes
    purpose: ChallengePurpose
    expires_at: datetime
    user_id: UUID | None = None
    """Whose it is; `None` for a sign-in."""
    login_id: UUID | None = None

    def is_for(self, purpose: ChallengePurpose, user_id: UUID | None, login_id: UUID | None, now: datetime) -> bool:
        made_for = (self.purpose, self.user_id, self.login_id)
        return made_for == (purpose, user_id, login_id) and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredential:
    """What a browser returns for a new passkey: `RegistrationResponseJSON`, decoded."""

    credential_id: bytes
    client_data: bytes
    attestation: bytes
    transports: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assertion:
    """What a browser returns for a signature: `AuthenticationResponseJSON`, decoded."""

    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes
    user_handle: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedCredential:
    """What an authenticator says of a new credential, once verified."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    is_backup_eligible: bool
    is_backed_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedAssertion:
    """What an authenticator says with a signature, once verified."""

    sign_count: int
    is_backup_eligible: bool
    is_backed_up: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationOptions:
    """What a browser needs to make a passkey."""

    relying_party: RelyingParty
    challenge: bytes
    handle: bytes
    account_name: str
    display_name: str
    existing: tuple[Passkey, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionOptions:
    """What a browser needs to ask for a signature. With no `allowed` passkeys, the person chooses one."""

    relying_party: RelyingParty
    challenge: bytes
    allowed: tuple[Passkey, ...] = ()


def new_challenge() -> bytes:
    return token_bytes(CHALLENGE_BYTES)


def new_handle() -> bytes:
    return token_bytes(HANDLE_BYTES)


def challenge_hash(challenge: bytes) -> bytes:
    """Hash a challenge for storage. One round of SHA-256 suffices: it is random."""
    return hashlib.sha256(challenge).digest()


def default_name(agent: str | None) -> str:
    """Return the name of a passkey whose owner gave none: the browser and system that it was made on."""
    return device_of(agent) or DEFAULT_NAME
