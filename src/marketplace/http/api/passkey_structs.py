"""What browsers need to make and to ask for passkeys, in the JSON of Web Authentication Level 3 (5.1.9, 5.1.10).

Its names are kept as they are, so that `PublicKeyCredential.parseCreationOptionsFromJSON()` reads it.
"""

from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.core.domain.passkeys import (
    ALGORITHMS,
    CHALLENGE_TTL,
    AssertionOptions,
    Passkey,
    PasskeyName,
    RegistrationOptions,
)

TIMEOUT = int(CHALLENGE_TTL.total_seconds() * 1000)
"""Milliseconds, for browsers."""

Base64Url = Annotated[str, msgspec.Meta(description="base64url, without padding.")]
PUBLIC_KEY, REQUIRED = "public-key", "required"


class PasskeyOut(msgspec.Struct):
    """A passkey: when it was added and last used, and whether a service keeps a copy for one's other devices."""

    id: UUID
    name: PasskeyName
    created_at: datetime
    last_used_at: datetime | None
    is_backed_up: bool


class CredentialDescriptor(msgspec.Struct):
    """A credential, and how browsers reach it."""

    id: Base64Url
    transports: list[str]
    type: str = PUBLIC_KEY


class RelyingPartyOut(msgspec.Struct):
    """For whom a passkey is made."""

    id: str
    name: str


class PasskeyUser(msgspec.Struct, rename="camel"):
    """Whom a passkey is made for. `id` is random, and says nothing about the account."""

    id: Base64Url
    name: str
    display_name: str


class CredentialParameters(msgspec.Struct):
    """A kind of key (IANA COSE algorithms)."""

    alg: int
    type: str = PUBLIC_KEY


class AuthenticatorSelection(msgspec.Struct, rename="camel"):
    """A discoverable credential, of a verified user."""

    resident_key: str = REQUIRED
    require_resident_key: bool = True
    user_verification: str = REQUIRED


class PasskeyCreationOptions(msgspec.Struct, rename="camel", kw_only=True):
    """`PublicKeyCredentialCreationOptionsJSON`."""

    rp: RelyingPartyOut
    user: PasskeyUser
    challenge: Base64Url
    pub_key_cred_params: list[CredentialParameters]
    timeout: int = TIMEOUT
    exclude_credentials: list[CredentialDescriptor]
    authenticator_selection: AuthenticatorSelection
    attestation: str = "none"


class PasskeyRequestOptions(msgspec.Struct, rename="camel", kw_only=True):
    """`PublicKeyCredentialRequestOptionsJSON`. `allowCredentials` is empty if the person chooses an account."""

    challenge: Base64Url
    timeout: int = TIMEOUT
    rp_id: str
    allow_credentials: list[CredentialDescriptor]
    user_verification: str = REQUIRED


def creation_options(options: RegistrationOptions) -> PasskeyCreationOptions:
    return PasskeyCreationOptions(
        rp=RelyingPartyOut(id=options.relying_party.id, name=options.relying_party.id),
        user=PasskeyUser(id=_encoded(options.handle), name=options.account_name, display_name=options.display_name),
        challenge=_encoded(options.challenge),
        pub_key_cred_params=[CredentialParameters(alg=each) for each in ALGORITHMS],
        exclude_credentials=[_descriptor(each) for each in options.existing],
        authenticator_selection=AuthenticatorSelection(),
    )


def request_options(options: AssertionOptions) -> PasskeyRequestOptions:
    return PasskeyRequestOptions(
        challenge=_encoded(options.challenge),
        rp_id=options.relying_party.id,
        allow_credentials=[_descriptor(each) for each in options.allowed],
    )


def _descriptor(passkey: Passkey) -> CredentialDescriptor:
    return CredentialDescriptor(id=_encoded(passkey.credential_id), transports=[*passkey.transports])


def _encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")
