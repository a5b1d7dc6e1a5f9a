"""Reads the `Idempotency-Key` header and marks replayed responses."""

import hashlib
from typing import Any, TypeVar

import msgspec
from litestar import Response

from marketplace.core.domain.idempotency import KEY_PATTERN, IdempotencyKey, is_valid_key
from marketplace.core.errors import FieldErrors
from marketplace.core.services.idempotency import Outcome
from marketplace.http.answers import HasScope, headers_of
from marketplace.http.security.authorization import principal_of
from marketplace.http.validation.parsing import ParsedBody

Out = TypeVar("Out", bound=msgspec.Struct)

KEY = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_KEY = KEY.lower().encode()
KEY_PARAMETER: dict[str, Any] = {
    "name": KEY,
    "in": "header",
    "required": False,
    "description": (
        "A unique key of your choice for this request, kept for 24 hours. Repeating the "
        "request with the same key and body changes nothing and returns the same resource in "
        "its current state."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": KEY_PATTERN},
}
REPLAYED_HEADER = {REPLAYED: "`true` if an earlier request with the same key did this; otherwise absent."}


def validate_key(request: HasScope) -> FieldErrors:
    """Return an error if the header is repeated or malformed."""
    keys = headers_of(request, _KEY)
    if len(keys) > 1:
        return {KEY: ["Send this only once."]}
    return {} if all(map(is_valid_key, keys)) else {KEY: ["Use 1 to 255 printable ASCII characters."]}


def key_of(request: HasScope, parsed: ParsedBody[Any]) -> IdempotencyKey | None:
    """Return the idempotency key of a request and its parsed body, or `None` without the header."""
    keys = headers_of(request, _KEY)
    if not keys:
        return None
    # Hash the parsed values, so that whitespace and the order of fields do not matter.
    canonical_body = msgspec.json.encode(parsed.values, order="sorted")
    operation = str(request.scope["route_handler"].operation_id)
    return IdempotencyKey(
        user_id=principal_of(request).user_id,
        route=" ".join([operation, *map(str, request.scope["path_params"].values())]),
        key=keys[0],
        body_hash=hashlib.sha256(canonical_body).digest(),
    )


def answer_all(outcome: Outcome[Any], kind: type[Out]) -> Response[list[Out]]:
    """Build the JSON response of an operation on several resources, marked if replayed."""
    return Response(
        [msgspec.convert(resource, kind, from_attributes=True) for resource in outcome.resource],
        headers=replayed_header(outcome),
    )


def answer(outcome: Outcome[Any], kind: type[Out]) -> Response[Out]:
    """Build the JSON response of an operation, marked if replayed."""
    return Response(msgspec.convert(outcome.resource, kind, from_attributes=True), headers=replayed_header(outcome))


def replayed_header(outcome: Outcome[Any]) -> dict[str, str]:
    """Return the header that marks a replayed response; empty for others."""
    return {REPLAYED: "true"} if outcome.is_replay else {}
