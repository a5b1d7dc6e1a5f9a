"""`Idempotency-Key`: reading it, and saying of an answer that it is a repeat."""

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
    """What is wrong with the key of a request."""
    provided = request.headers.getall(KEY, [])
    if len(provided) > 1:
        return {KEY: ["Send this only once."]}
    return {} if all(map(is_valid_key, provided)) else {KEY: ["Use 1 to 255 printable ASCII characters."]}


def key_of(request: Request[Any, Any, Any], parsed: ParsedBody[Any]) -> IdempotencyKey | None:
    """The key of a request whose body was read as `parsed`, or `None`."""
    provided = request.headers.get(KEY)
    if provided is None:
        return None
    # what the body says, so that neither spaces nor the order of its fields make it another one
    said = msgspec.json.encode(parsed.values, order="sorted")
    operation = str(request.route_handler.operation_id)
    return IdempotencyKey(
        user_id=principal_of(request).user_id,
        route=" ".join([operation, *map(str, request.path_params.values())]),
        key=provided,
        body_hash=hashlib.sha256(said).digest(),
    )


def answer_all(created: Outcome[Any], kind: type[Out]) -> Response[list[Out]]:
    """As `answer`, where several things were changed."""
    headers = {REPLAYED: "true"} if created.is_replay else {}
    return Response(
        [msgspec.convert(resource, kind, from_attributes=True) for resource in created.resource], headers=headers
    )


def answer(created: Outcome[Any], kind: type[Out]) -> Response[Out]:
    """What was made as JSON, with a header where it was made before."""
    headers = {REPLAYED: "true"} if created.is_replay else {}
    return Response(msgspec.convert(created.resource, kind, from_attributes=True), headers=headers)
