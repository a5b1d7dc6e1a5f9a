"""What browsers return for passkeys, in the JSON of Web Authentication Level 3 (5.1.8), whose names it keeps."""

import re
from base64 import urlsafe_b64decode
from typing import Annotated, Any

from marketplace.core.domain.passkeys import MAX_CREDENTIAL_ID, Assertion, NewCredential, PasskeyName
from marketplace.http.validation.fields import field, rule_for
from marketplace.http.validation.validators import or_null

BASE64URL = r"^[A-Za-z0-9_-]+$"
"""Without padding (RFC 4648, 5)."""
MAX_PART = 16_384
"""Bytes of one part. Attestations of a whole certificate chain, which are not asked for, have some 5,000."""
MAX_TRANSPORTS = 10
TRANSPORT = r"^[a-z-]{1,20}$"
_BASE64URL, _TRANSPORT = re.compile(BASE64URL), re.compile(TRANSPORT)


def characters(size: int) -> int:
    """Return how long so many bytes are in base64url."""
    return -(-size * 4 // 3)


def _bytes(values: dict[str, Any], name: str, most: int = MAX_PART) -> bytes:
    text = values.get(name)
    if not isinstance(text, str) or len(text) > characters(most) or not _BASE64URL.match(text) or len(text) % 4 == 1:
        raise ValueError(f"`{name}` must be base64url, of at most {most} bytes.")
    return urlsafe_b64decode(text + "==")


def _parts(value: Any) -> tuple[bytes, dict[str, Any]]:
    """Return the credential ID and the `response`."""
    response = value.get("response") if isinstance(value, dict) else None
    if not isinstance(response, dict):
        raise ValueError("Must be an object with a `response`.")  # noqa: TRY004 - readers raise one type
    return _bytes(value, "id", MAX_CREDENTIAL_ID), response


def new_credential(value: Any) -> NewCredential:
    """Read a `RegistrationResponseJSON`."""
    credential_id, response = _parts(value)
    known = response.get("transports")
    texts = [each for each in known if isinstance(each, str)] if isinstance(known, list) else []
    return NewCredential(
        credential_id=credential_id,
        client_data=_bytes(response, "clientDataJSON"),
        attestation=_bytes(response, "attestationObject"),
        # words to come are kept as well as those of today
        transports=tuple(each for each in texts if _TRANSPORT.match(each))[:MAX_TRANSPORTS],
    )


def assertion(value: Any) -> Assertion:
    """Read an `AuthenticationResponseJSON`."""
    credential_id, response = _parts(value)
    return Assertion(
        credential_id=credential_id,
        client_data=_bytes(response, "clientDataJSON"),
        authenticator_data=_bytes(response, "authenticatorData"),
        signature=_bytes(response, "signature"),
        user_handle=None if response.get("userHandle") is None else _bytes(response, "userHandle"),
    )


def _base64url(size: int = MAX_PART) -> dict[str, Any]:
    return {"type": "string", "minLength": 2, "maxLength": characters(size), "pattern": BASE64URL}


def _credential(title: str, required: dict[str, Any], optional: dict[str, Any]) -> dict[str, Any]:
    response = {
        "title": f"{title}Response",
        "type": "object",
        "properties": required | optional,
        "required": [*required],
    }
    return {
        "title": title,
        "type": "object",
        "description": "As the `toJSON()` of a browser's `PublicKeyCredential` returns it.",
        "properties": {"id": _base64url(MAX_CREDENTIAL_ID), "response": response},
        "required": ["id", "response"],
    }


_TRANSPORTS = {"type": "array", "items": {"type": "string"}}
_ID = "4s7p0fX0f1OqJ4Qm0eX2Zw"
NewCredentialField = Annotated[
    NewCredential,
    field(
        new_credential,
        _credential(
            "NewPasskeyIn",
            {"clientDataJSON": _base64url(), "attestationObject": _base64url()},
            {"transports": _TRANSPORTS},
        ),
        {"id": _ID, "response": {"clientDataJSON": "eyJ0eXBlIjo", "attestationObject": "o2NmbXRkbm9uZQ"}},
    ),
]
AssertionField = Annotated[
    Assertion,
    field(
        assertion,
        _credential(
            "PasskeyAssertionIn",
            {"clientDataJSON": _base64url(), "authenticatorData": _base64url(), "signature": _base64url()},
            {"userHandle": {"anyOf": [_base64url(), {"type": "null"}]}},
        ),
        {
            "id": _ID,
            "response": {"clientDataJSON": "eyJ0eXBlIjo", "authenticatorData": "SZYN5YgO", "signature": "MEUCIQ"},
        },
    ),
]
_NAME = rule_for(PasskeyName)
OptionalPasskeyName = Annotated[
    str | None,
    field(
        or_null(_NAME.read),
        {"anyOf": [{"type": "string", "minLength": 1, "maxLength": 60}, {"type": "null"}]},
        "Firefox on Linux",
        "By default the browser and system.",
    ),
]
