"""Reads the `Idempotency-Key` header and marks replayed responses."""

import hashlib
from typing import Any, TypeVar

import msgspec
from litestar import Request, Response

from marketplace.core.domain.idempotency import KEY_PATTERN, IdempotencyKey, is_valid_key
from marketplace.core.errors import FieldErrors
from marketplace.core.services.idempotency import Outcome
from marketplace.http.security.authorization import principal_of
from marketplace.http.validation.parsing import ParsedBody

Out = TypeVar("Out", bound=msgspec.Struct)

KEY = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
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


def validate_key(request: Request[Any, Any, Any]) -> FieldErrors:
    """Return an error if the header is repeated or malformed."""
    keys = request.headers.getall(KEY, [])
    if len(keys) > 1:
        return {KEY: ["Send this only once."]}
    return {} if all(map(is_valid_key, keys)) else {KEY: ["Use 1 to 255 printable ASCII characters."]}


def key_of(request: Request[Any, Any, Any], parsed: ParsedBody[Any]) -> IdempotencyKey | None:
    """Return the idempotency key of a request and its parsed body, or `None` without the header."""
    key = request.headers.get(KEY)
    if key is None:
        return None
    # Hash the parsed values, so that whitespace and the order of fields do not matter.
    canonical_body = msgspec.json.encode(parsed.values, order="sorted")
    operation = str(request.route_handler.operation_id)
    return IdempotencyKey(
        user_id=principal_of(request).user_id,
        route=" ".join([operation, *map(str, request.path_params.values())]),
        key=key,
        body_hash=hashlib.sha256(canonical_body).digest(),
    )


def answer_all(outcome: Outcome[Any], kind: type[Out]) -> Response[list[Out]]:
    """Build the JSON response of an operation on several resources, marked if replayed."""
    headers = {REPLAYED: "true"} if outcome.is_replay else {}
    return Response(
        [msgspec.convert(resource, kind, from_attributes=True) for resource in outcome.resource], headers=headers
    )


def answer(outcome: Outcome[Any], kind: type[Out]) -> Response[Out]:
    """Build the JSON response of an operation, marked if replayed."""
    headers = {REPLAYED: "true"} if outcome.is_replay else {}
    return Response(msgspec.convert(outcome.resource, kind, from_attributes=True), headers=headers)
