"""Verification of passkeys by the library webauthn.

The library costs a third of a second to import, so the first verification imports it, in a thread. A verification takes
half a millisecond, so it runs on the event loop.
"""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar

from marketplace.core.domain.passkeys import (
    ALGORITHMS,
    MAX_CREDENTIAL_ID,
    Assertion,
    NewCredential,
    RelyingParty,
    VerifiedAssertion,
    VerifiedCredential,
)
from marketplace.core.errors.passkeys import PasskeyRefused

T = TypeVar("T")

FORMATS = frozenset({"none", "packed"})
"""Attestation formats that clients send although none is asked for: `packed` is signed by the credential itself."""


class WebauthnVerifier:
    """`PasskeyVerifier` with the library webauthn."""

    def __init__(self) -> None:
        self._library: Any = None

    async def _loaded(self) -> Any:
        if self._library is None:
            self._library = await asyncio.to_thread(import_module, "webauthn")
        return self._library

    def challenge_of(self, client_data: bytes) -> bytes:
        def read() -> bytes:
            return urlsafe_b64decode(json.loads(client_data)["challenge"] + "==")

        return _refusing(read)

    async def verify_registration(
        self, credential: NewCredential, challenge: bytes, relying_party: RelyingParty
    ) -> VerifiedCredential:
        library = await self._loaded()

        def verify() -> VerifiedCredential:
            _require_own_page(credential.client_data)
            if library.helpers.parse_attestation_object(credential.attestation).fmt not in FORMATS:
                raise PasskeyRefused
            found = library.verify_registration_response(
                credential=_response(
                    credential.credential_id,
                    clientDataJSON=credential.client_data,
                    attestationObject=credential.attestation,
                ),
                expected_challenge=challenge,
                expected_rp_id=relying_party.id,
                expected_origin=[*relying_party.origins],
                require_user_verification=True,
                supported_pub_key_algs=[*ALGORITHMS],
            )
            if found.credential_id != credential.credential_id or len(found.credential_id) > MAX_CREDENTIAL_ID:
                raise PasskeyRefused
            return VerifiedCredential(
                credential_id=found.credential_id,
                public_key=found.credential_public_key,
                sign_count=found.sign_count,
                is_backup_eligible=found.credential_device_type == "multi_device",
                is_backed_up=found.credential_backed_up,
            )

        return _refusing(verify)

    async def verify_assertion(
        self, assertion: Assertion, challenge: bytes, relying_party: RelyingParty, public_key: bytes
    ) -> VerifiedAssertion:
        library = await self._loaded()

        def verify() -> VerifiedAssertion:
            _require_own_page(assertion.client_data)
            found = library.verify_authentication_response(
                credential=_response(
                    assertion.credential_id,
                    clientDataJSON=assertion.client_data,
                    authenticatorData=assertion.authenticator_data,
                    signature=assertion.signature,
                ),
                expected_challenge=challenge,
                expected_rp_id=relying_party.id,
                expected_origin=[*relying_party.origins],
                credential_public_key=public_key,
                # 0 accepts every counter
                credential_current_sign_count=0,
                require_user_verification=True,
            )
            return VerifiedAssertion(
                sign_count=found.new_sign_count,
                is_backup_eligible=found.credential_device_type == "multi_device",
                is_backed_up=found.credential_backed_up,
            )

        return _refusing(verify)


def _require_own_page(client_data: bytes) -> None:
    """Refuse pages that another site embeds (7.1, step 10; 7.2, step 13). The library does not look at it."""
    values = json.loads(client_data)
    if values.get("crossOrigin", False) is not False or "topOrigin" in values:
        raise PasskeyRefused


def _response(credential_id: bytes, **parts: bytes) -> dict[str, Any]:
    """Return a response as browsers encode it."""
    name = _encoded(credential_id)
    response = {key: _encoded(value) for key, value in parts.items()}
    return {"id": name, "rawId": name, "type": "public-key", "response": response}


def _encoded(value: bytes) -> str:
    return urlsafe_b64encode(value).decode().rstrip("=")


def _refusing(read: Callable[[], T]) -> T:
    """Run what reads bytes of a client. The parsers of the library raise errors of many kinds."""
    try:
        return read()
    except PasskeyRefused:
        raise
    except Exception as error:
        raise PasskeyRefused from error
