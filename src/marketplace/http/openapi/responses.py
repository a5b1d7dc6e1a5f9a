"""Shared responses in the OpenAPI document: one per status of errors and 304, and the enum of error codes."""

from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any

from marketplace.core.errors import (
    Busy,
    ImpersonatedReadOnly,
    Invalid,
    KeyReused,
    MarketplaceError,
    MissingScope,
    NotACreator,
    NotSignedIn,
    NotStaff,
    NotSuperuser,
    OutcomeUnknown,
    Overloaded,
    RateLimited,
)
from marketplace.core.errors.second_factors import ReauthenticationRequired, SecondFactorSetupRequired
from marketplace.http.middleware.rate_limit_headers import RATE_LIMIT_HEADERS
from marketplace.http.problems import FRAMEWORK, HEADERS, INTERNAL_ERROR, PROBLEM_JSON, STATUS, status_of
from marketplace.http.security.authorization import SAFE_METHODS, Access, Route

CODES = "x-error-codes"
"""Extension with the codes of an operation's errors."""
NOT_MODIFIED = 304
RESPONSES = {
    NOT_MODIFIED: ("NotModified", "The content is that of `If-None-Match`."),
    400: ("BadRequest", "The body or a parameter isn't valid. `errors` has a list of messages for each such field."),
    401: ("Unauthorized", "The token or the credentials are missing or not valid."),
    403: ("Forbidden", "Signed in, but not allowed to do this."),
    404: ("NotFound", "This doesn't exist, or the caller has no access to it."),
    408: ("RequestTimeout", "The body didn't arrive in time."),
    409: ("Conflict", "The current state doesn't allow this."),
    413: ("ContentTooLarge", "The body is too large."),
    415: ("UnsupportedMediaType", "The body isn't of a kind that is accepted."),
    422: ("IdempotencyKeyReused", "The `Idempotency-Key` was used with another body."),
    429: ("TooManyRequests", "Over a rate limit. `Retry-After` says when to try again, in seconds."),
    503: (
        "ServiceUnavailable",
        "Try again after `Retry-After` seconds, with the same `Idempotency-Key` if there was one.",
    ),
}
"""Name and description by status."""
PROXY = {"address_too_long": (414, "The address is longer than 16 KiB.")}
"""Errors of the proxy only."""
ROLES: dict[Access, set[type[MarketplaceError]]] = {
    Access.CREATOR: {NotACreator},
    Access.STAFF: {NotStaff, SecondFactorSetupRequired},
    Access.SUPERUSER: {NotStaff, NotSuperuser, SecondFactorSetupRequired},
}
"""Additional errors for signed-in callers."""


def errors_of(route: Route, method: str, *, has_path_id: bool) -> dict[str, int]:
    """Return the statuses of an operation's errors by their codes, in order."""
    is_safe = method in SAFE_METHODS
    # without a body of its own, a route reads and ignores one
    reads_body = method in {"POST", "PUT", "PATCH"} or route.body is not None
    errors: set[type[MarketplaceError]] = {Busy, RateLimited, *route.errors, *ROLES.get(route.access, ())}
    if route.body is not None or route.upload is not None or route.query is not None or route.is_keyed:
        errors.add(Invalid)
    if route.is_keyed:
        errors.add(KeyReused)
    if route.proof is not None:
        errors.add(ReauthenticationRequired)
    if route.access is not Access.PUBLIC:
        errors |= {NotSignedIn, MissingScope} if is_safe else {NotSignedIn, MissingScope, ImpersonatedReadOnly}
    if not is_safe:
        errors.add(OutcomeUnknown)
    if reads_body:
        errors.add(Overloaded)
    statuses = {error.code: status_of(error) for error in errors}
    framework = [*((408, 413, 415) if reads_body else ()), *((404,) if has_path_id else ())]
    statuses |= {FRAMEWORK[status][0]: status for status in framework}
    return dict(sorted(statuses.items()))


def references(statuses: Iterable[int]) -> dict[str, Any]:
    """Return the shared responses of these statuses."""
    return {str(status): {"$ref": f"#/components/responses/{RESPONSES[status][0]}"} for status in sorted(set(statuses))}


def shared_responses() -> dict[str, Any]:
    """Return the responses of all statuses by name."""
    return {name: _response(status, sentence) for status, (name, sentence) in RESPONSES.items()}


def _response(status: int, sentence: str) -> dict[str, Any]:
    headers = {
        name: {"schema": {"type": "string"}, "description": f"For example `{value}`."}
        for name, value in HEADERS.get(status, {}).items()
    }
    if status == status_of(RateLimited):
        headers |= {
            name: {"schema": {"type": "string"}, "description": text} for name, text in RATE_LIMIT_HEADERS.items()
        }
    return {
        "description": sentence,
        **({"headers": headers} if headers else {}),
        **(
            {}
            if status == NOT_MODIFIED
            else {"content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
        ),
    }


def error_code_schema() -> dict[str, Any]:
    """Return the enum of all codes, which later versions add to."""
    meanings: dict[str, dict[str, int]] = {}
    for code, status, sentence in sorted(set(_known_codes())):
        meanings.setdefault(code, {})[sentence] = status
    lines = [
        f"- `{code}` ({next(iter(sentences.values()))}): {' Or: '.join(sentences)}"
        for code, sentences in meanings.items()
    ]
    return {
        "type": "string",
        "enum": list(meanings),
        "description": "\n".join(
            [
                f"What went wrong, for programs; later versions add codes. `{CODES}` of an operation lists its own.",
                "",
                *lines,
            ]
        ),
    }


def _known_codes() -> Iterator[tuple[str, int, str]]:
    for status, (code, sentence) in FRAMEWORK.items():
        yield code, status, sentence
    for code, (status, sentence) in PROXY.items():
        yield code, status, sentence
    yield INTERNAL_ERROR[0], HTTPStatus.INTERNAL_SERVER_ERROR, INTERNAL_ERROR[1]
    for family in STATUS:
        for error in (family, *_subclasses(family)):
            if "code" in vars(error):
                yield error.code, status_of(error), error.sentence


def _subclasses(base: type[MarketplaceError]) -> Iterator[type[MarketplaceError]]:
    for each in base.__subclasses__():
        yield each
        yield from _subclasses(each)
