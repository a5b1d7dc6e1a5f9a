"""Problem details (RFC 9457), the format of all error responses."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException

from marketplace.core.errors import (
    Busy,
    Conflict,
    FieldErrors,
    Forbidden,
    Invalid,
    KeyReused,
    MarketplaceError,
    NotFound,
    NotSignedIn,
    OutcomeUnknown,
    Overloaded,
    PriceChanged,
    RateLimited,
)
from marketplace.core.errors.pictures import PictureTooLarge, UnsupportedPicture
from marketplace.core.errors.second_factors import ReauthenticationRequired, SecondFactorRequired
from marketplace.core.errors.waitlist import OfferExpired
from marketplace.http.answers import Answer, HasScope
from marketplace.telemetry.request_log import request_record_of

PROBLEM_JSON = "application/problem+json"
MAX_STARTS = 20
"""Conflicting starts listed in one problem."""

STATUS: dict[type[MarketplaceError], int] = {
    Invalid: 400,
    KeyReused: 422,
    NotSignedIn: 401,
    RateLimited: 429,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    Busy: 503,
    OutcomeUnknown: 503,
    PictureTooLarge: 413,
    UnsupportedPicture: 415,
}
HEADERS: dict[int, dict[str, str]] = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "60"},
    503: {"Retry-After": "1"},
}
SAFE_METHODS = frozenset({"GET", "HEAD"})
SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Default headers of every response. Pages replace the policy with their own."""
MALFORMED = ("invalid", "The request is malformed.")
FRAMEWORK: dict[int, tuple[str, str]] = {
    400: MALFORMED,
    404: ("not_found", "There's nothing at this address."),
    405: ("method_not_allowed", "This address doesn't support that method."),
    408: ("body_too_slow", "The request didn't arrive in time. Check the connection, then try again."),
    413: ("body_too_large", "The body is too large."),
    415: ("unsupported_media_type", "The body has a media type that isn't accepted here."),
}
"""Codes and details of errors raised by the framework, whose own messages may expose paths or types."""
INTERNAL_ERROR = ("internal_error", "Something went wrong on our side. It has been logged.")

ErrorCode = Annotated[str, msgspec.Meta(extra_json_schema={"$ref": "#/components/schemas/ErrorCode"})]
"""The `code` of an error. Its words are those of the error classes, so the OpenAPI document collects them."""

logger = logging.getLogger("marketplace.http")


class Problem(msgspec.Struct, kw_only=True):
    """Problem details. `code` is stable, for programs; `detail` is for people; `errors` lists the invalid fields.

    `starts` lists the first booked starts that are in the way; `price` is the new price per seat; `place` is the place
    in line of a person who joins the waitlist now. `challenge` stands for the first half of a sign-in, and `methods`
    are those that prove the rest, or a login again. `request_id` identifies a request that failed on our side in the
    log.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: ErrorCode
    errors: dict[str, list[str]] | msgspec.UnsetType = msgspec.UNSET
    starts: list[datetime] | msgspec.UnsetType = msgspec.UNSET
    price: Decimal | msgspec.UnsetType = msgspec.UNSET
    place: int | msgspec.UnsetType = msgspec.UNSET
    challenge: str | msgspec.UnsetType = msgspec.UNSET
    methods: list[str] | msgspec.UnsetType = msgspec.UNSET
    request_id: str | msgspec.UnsetType = msgspec.UNSET

    @classmethod
    def of(
        cls, status: int, code: str, detail: str, errors: FieldErrors | None = None, starts: Sequence[datetime] = ()
    ) -> "Problem":
        """Build a problem titled with the status phrase, as RFC 9457 requires for `about:blank`."""
        field_errors = {name: list(sentences) for name, sentences in (errors or {}).items()}
        title = HTTPStatus(status).phrase
        return cls(
            title=title,
            status=status,
            detail=detail,
            code=code,
            errors=field_errors or msgspec.UNSET,
            starts=list(starts[:MAX_STARTS]) or msgspec.UNSET,
        )


class UnsupportedMediaType(HTTPException):
    """The request body is not declared as JSON."""

    status_code = 415
    sentence = "The body must be JSON, with Content-Type: application/json."


def status_of(error: type[MarketplaceError]) -> int:
    """Return the HTTP status of an error type, looked up by its nearest base class in `STATUS`."""
    return next(STATUS[base] for base in error.__mro__ if base in STATUS)


def refuse(request: HasScope, error: MarketplaceError) -> Answer:
    """Answer with an error of the core. After a commit, it does not say that nothing was changed."""
    if isinstance(error, Busy) and not isinstance(error, Overloaded) and _has_changed(request):
        error = _outcome_unknown(error)
    errors = error.errors if isinstance(error, Invalid) else None
    # who is refused for the load that they are themselves must not fill the log; the request line has the code
    if isinstance(error, Busy | OutcomeUnknown) and not isinstance(error, Overloaded):
        logger.warning("%s was refused: %s (%r)", _route(request), error.code, _root_cause(error))
    starts = error.starts if isinstance(error, Conflict) else ()
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, RateLimited | Overloaded) else None
    problem = Problem.of(status_of(type(error)), error.code, error.detail, errors, starts)
    if isinstance(error, PriceChanged):
        problem.price = error.price
    if isinstance(error, OfferExpired):
        problem.place = error.place
    if isinstance(error, SecondFactorRequired):
        problem.challenge = error.challenge
    if isinstance(error, SecondFactorRequired | ReauthenticationRequired):
        problem.methods = list(error.methods)
    return _answer(request, problem, headers)


def answer_error(request: HasScope, error: Exception) -> Answer:
    """Answer with any error of a request: of the core, of the framework, or unexpected."""
    if isinstance(error, MarketplaceError):
        return refuse(request, error)
    if not isinstance(error, HTTPException) or error.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # The response has only the request id, which identifies the error in the log.
        logger.error("%s failed", _route(request), exc_info=error)
        return _answer(request, Problem.of(500, *INTERNAL_ERROR))
    status = error.status_code if error.status_code in FRAMEWORK else 400
    code, detail = FRAMEWORK[status]
    detail = error.sentence if isinstance(error, UnsupportedMediaType) else detail
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        detail = _too_large(request) or detail
    allow = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    return _answer(request, Problem.of(status, code, detail), allow)


def answer_malformed(request: HasScope) -> Answer:
    """Answer a request that no application may see, such as one with two hosts."""
    return _answer(request, Problem.of(400, *MALFORMED))


def _too_large(request: HasScope) -> str | None:
    """Return what says how much the route takes."""
    limit = getattr(request.scope.get("route_handler"), "resolve_request_max_body_size", lambda: None)()
    if not isinstance(limit, int):
        return None
    size = f"{limit // 1024 // 1024} MiB" if limit % (1024 * 1024) == 0 else f"{limit // 1024} KiB"
    return f"The body is larger than {size}."


def handle_exception(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """Handle an exception for the framework."""
    return answer_error(request, error).response()


def _answer(request: HasScope, problem: Problem, headers: Mapping[str, str] | None = None) -> Answer:
    """Encode the problem and record its code in the request log."""
    record = request_record_of(request.scope)
    if record is not None:
        record.code = problem.code
        if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            problem.request_id = record.request_id
    headers = {**SAFE_HEADERS, **HEADERS.get(problem.status, {}), **(headers or {})}
    return Answer(msgspec.json.encode(problem), problem.status, headers, PROBLEM_JSON)


def _has_changed(request: HasScope) -> bool:
    """Return whether a request that may change something has committed a transaction."""
    record = request_record_of(request.scope)
    return record is not None and record.timing.has_committed and request.scope["method"] not in SAFE_METHODS


def _outcome_unknown(error: Busy) -> OutcomeUnknown:
    unknown = OutcomeUnknown()
    unknown.__cause__ = error
    return unknown


def _root_cause(error: BaseException) -> BaseException | None:
    """Return the error of the database or the clock behind retries, skipping errors of the core."""
    cause = error.__cause__
    while isinstance(cause, MarketplaceError) and cause.__cause__ is not None:
        cause = cause.__cause__
    return cause


def _route(request: HasScope) -> str:
    """Return the method and path template for logging. The path itself may contain a secret."""
    return f"{request.scope['method']} {request.scope.get('path_template', '')}"
