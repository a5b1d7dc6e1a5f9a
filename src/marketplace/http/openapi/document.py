"""Builds the OpenAPI 3.1 document: Litestar's, completed from the `Route` in each handler's `opt`."""

from collections.abc import Collection, Iterable, Iterator
from http import HTTPStatus
from typing import Any, get_args

import msgspec
from dishka.integrations.litestar import DishkaRouter
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Tag

from marketplace import __version__
from marketplace.core.domain.fields import PLAIN, rule_of
from marketplace.core.errors import (
    Busy,
    ImpersonatedReadOnly,
    Invalid,
    KeyReused,
    MarketplaceError,
    NotACreator,
    NotSignedIn,
    NotStaff,
    NotSuperuser,
    OutcomeUnknown,
)
from marketplace.http.api.routes import CONTROLLERS
from marketplace.http.idempotency import KEY_PARAMETER, REPLAYED_HEADER
from marketplace.http.openapi.examples import EXAMPLES
from marketplace.http.problems import FRAMEWORK, HEADERS, PROBLEM_JSON, Problem, status_of
from marketplace.http.security.authorization import SAFE_METHODS, Access, Route
from marketplace.http.security.refresh_cookie import COOKIE_PARAMETER
from marketplace.http.validation.json_schema import notes_of, schema_of

REF = "#/components/schemas/{name}"
DESCRIPTION = """\
Creators offer sessions; learners find them and book seats.

Times are ISO 8601 in UTC, amounts are decimal strings and IDs are UUIDs. Unknown fields are ignored. Every path works
with and without a trailing slash. Errors are `application/problem+json` (RFC 9457) with a stable `code`. Lists are bare
arrays; the `Link` header has the next page.
"""
SCHEMES: dict[Access, list[dict[str, list[str]]]] = {
    Access.PUBLIC: [],
    Access.ANYONE: [{}, {"bearer": []}],
    Access.SIGNED_IN: [{"bearer": []}],
    Access.CREATOR: [{"bearer": []}],
    Access.STAFF: [{"bearer": []}],
    Access.SUPERUSER: [{"bearer": []}],
}
ROLES: dict[Access, set[type[MarketplaceError]]] = {
    Access.CREATOR: {NotACreator},
    Access.STAFF: {NotStaff},
    Access.SUPERUSER: {NotStaff, NotSuperuser},
}
"""Additional errors for signed-in callers."""


def openapi_config() -> OpenAPIConfig:
    """Return Litestar's part of the document."""
    return OpenAPIConfig(
        title="Sessions marketplace",
        version=__version__,
        description=DESCRIPTION,
        use_handler_docstrings=True,
        tags=[
            Tag(name="accounts", description="Registration, sign-in and your profile."),
            Tag(name="sessions", description="The catalog and a creator's own sessions."),
            Tag(name="schedules", description="Schedules and bookable starts."),
            Tag(name="bookings", description="Booking, cancelling and rescheduling seats."),
            Tag(name="calendars", description="Bookings for calendar programs (RFC 5545)."),
            Tag(name="administration", description="Administration by staff. The audit log records every action."),
            Tag(name="system", description="Health checks and the operator's settings."),
        ],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(
                    type="http", scheme="bearer", bearer_format="JWT", description="The `access` token of a login."
                )
            }
        ),
    )


def document(categories: Collection[str]) -> dict[str, Any]:
    """Build the document. `categories` are the allowed values of `category` in requests."""
    # A separate application, since one with an OpenAPI config would also serve Litestar's own pages.
    routes = DishkaRouter("", route_handlers=CONTROLLERS)
    app = Litestar([routes], openapi_config=openapi_config(), logging_config=None)
    schema = app.openapi_schema.to_schema()
    structs: set[type[msgspec.Struct]] = {Problem}
    for path, method, handler, route in _routes(app):
        operation = schema["paths"][path][method]
        structs |= set(_response_structs(handler.parsed_fn_signature.return_type.annotation))
        operation["security"] = SCHEMES[route.access]
        if route.query is not None:
            operation.setdefault("parameters", []).extend(_parameters(route.query))
        if route.is_keyed:
            operation.setdefault("parameters", []).append(KEY_PARAMETER)
        if route.is_by_cookie:
            operation.setdefault("parameters", []).append(COOKIE_PARAMETER)
        if route.body is not None:
            operation["requestBody"] = _request_body(route)
        _complete_success(operation["responses"], route)
        operation["responses"] |= _error_responses(
            route, is_safe=method.upper() in SAFE_METHODS, has_path_id="{" in path
        )
    requests = _request_schemas(_routes(app))
    for request in requests.values():
        if "category" in request["properties"]:
            category = request["properties"]["category"]
            category.pop("anyOf")
            category |= {"type": ["string", "null"], "enum": [*categories, "", None]}
    schema["components"]["schemas"] = dict(sorted((_response_schemas(structs) | requests).items()))
    return schema


def _routes(app: Litestar) -> Iterator[tuple[str, str, HTTPRouteHandler, Route]]:
    for path_route in app.routes:
        for handler in getattr(path_route, "route_handlers", ()):
            route = getattr(handler, "opt", {}).get("route")
            if isinstance(route, Route) and handler.resolve_include_in_schema():
                for method in sorted(handler.http_methods):
                    if method != "OPTIONS":
                        yield path_route.path_format or "/", method.lower(), handler, route


def _response_structs(annotation: Any) -> Iterator[type[msgspec.Struct]]:
    """Yield the structs of a response, including nested ones."""
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        yield annotation
        for field in msgspec.structs.fields(annotation):
            yield from _response_structs(field.type)
    for part in get_args(annotation):
        yield from _response_structs(part)


def _response_schemas(structs: Iterable[type[msgspec.Struct]]) -> dict[str, Any]:
    ordered = sorted(structs, key=lambda struct: struct.__name__)
    references, components = msgspec.json.schema_components(ordered, ref_template=REF)
    for struct, reference in zip(ordered, references, strict=True):
        # msgspec qualifies names that are not unique.
        properties = components[reference["$ref"].rpartition("/")[2]].get("properties", {})
        for field in msgspec.structs.fields(struct):
            name = field.encode_name
            if "$ref" in properties[name]:
                continue
            notes = _notes(struct, field)
            properties[name] |= {key: note for key, note in notes.items() if key not in properties[name]}
    return dict(components)


def _notes(struct: type[msgspec.Struct], field: msgspec.structs.FieldInfo) -> dict[str, Any]:
    """Return the description and example of a response field."""
    rule = rule_of(field.type)
    notes = {} if rule is None else notes_of(rule)
    name = f"{struct.__name__}.{field.encode_name}"
    name = name if name in EXAMPLES else field.encode_name
    example = EXAMPLES.get(name)
    if "examples" not in notes and name in EXAMPLES:
        notes["examples"] = [example]
    if str(example).endswith("00Z"):
        notes["format"] = "date-time"
    return notes


def _request_schemas(routes: Iterable[tuple[str, str, HTTPRouteHandler, Route]]) -> dict[str, Any]:
    return {
        _body_name(route): _body_schema(route.body, partial=route.is_partial)
        for *_, route in routes
        if route.body is not None
    }


def _body_name(route: Route) -> str:
    name = route.body.__name__ if route.body else ""
    return f"{name.removesuffix('In')}ChangesIn" if route.is_partial else name


def _body_schema(kind: type[msgspec.Struct], *, partial: bool) -> dict[str, Any]:
    fields = msgspec.structs.fields(kind)
    required = [field.encode_name for field in fields if field.required and not partial]
    return {
        "title": kind.__name__,
        "type": "object",
        "description": kind.__doc__,
        "properties": {field.encode_name: schema_of(field.type) for field in fields},
        **({"required": required} if required else {}),
    }


def _parameters(kind: type[msgspec.Struct]) -> Iterator[dict[str, Any]]:
    for field in msgspec.structs.fields(kind):
        schema = schema_of(field.type)
        description = {"description": schema.pop("description")} if "description" in schema else {}
        if isinstance(field.default, int | str):
            schema["default"] = field.default
        yield {"name": field.encode_name, "in": "query", "required": False, **description, "schema": _as_text(schema)}


def _as_text(schema: dict[str, Any]) -> dict[str, Any]:
    """Adapt a schema to query parameters, which are text and count as absent if empty."""
    if "format" in schema or "enum" in schema or schema.get("type") in {"integer", "boolean", "array"}:
        return {"anyOf": [schema, {"type": "string", "maxLength": 0}]}
    if "anyOf" in schema and "pattern" not in schema["anyOf"][0]:
        return schema | {"anyOf": [*schema["anyOf"], {"type": "string", "maxLength": 0}]}
    if "anyOf" in schema:
        text = schema.pop("anyOf")[0]
        return {**schema, **text, "pattern": f"^({text['pattern'].strip('^$')})?$"}
    return schema | ({"minLength": 0, "pattern": PLAIN} if "pattern" in schema else {})


def _request_body(route: Route) -> dict[str, Any]:
    schema = {"$ref": REF.format(name=_body_name(route))}
    return {"required": not route.is_body_optional, "content": {"application/json": {"schema": schema}}}


def _complete_success(responses: dict[str, Any], route: Route) -> None:
    responses.pop("400", None)
    for status, response in responses.items():
        response["description"] = HTTPStatus(int(status)).phrase
        if status == "204":
            response.pop("content", None)  # Litestar adds content to responses that may set headers
        if route.files:
            response["content"] = {media_type: {"schema": {"type": "string"}} for media_type in route.files}
        headers = route.headers | (REPLAYED_HEADER if route.is_keyed else {})
        response["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()
        }


def _error_responses(route: Route, *, is_safe: bool, has_path_id: bool) -> dict[str, Any]:
    errors: set[type[MarketplaceError]] = {Busy, *route.errors}
    if route.body is not None or route.query is not None or route.is_keyed:
        errors.add(Invalid)
    if route.is_keyed:
        errors.add(KeyReused)
    if route.access is not Access.PUBLIC:
        errors |= {NotSignedIn} if is_safe else {NotSignedIn, ImpersonatedReadOnly}
    errors |= ROLES.get(route.access, set())
    if not is_safe:
        errors.add(OutcomeUnknown)
    by_status: dict[int, dict[str, str]] = {}
    for error in sorted(errors, key=lambda error: error.code):
        by_status.setdefault(status_of(error), {})[error.code] = error.sentence
    for status in (413, 415) if route.body is not None else ():
        code, sentence = FRAMEWORK[status]
        by_status[status] = {code: sentence}
    if has_path_id:
        by_status.setdefault(404, {}).setdefault(*FRAMEWORK[404])
    return {str(status): _error_response(status, codes) for status, codes in sorted(by_status.items())}


def _error_response(status: int, codes: dict[str, str]) -> dict[str, Any]:
    headers = {
        name: {"schema": {"type": "string"}, "description": f"`{value}`"}
        for name, value in HEADERS.get(status, {}).items()
    }
    examples = {
        code: {"value": msgspec.to_builtins(Problem.of(status, code, sentence))} for code, sentence in codes.items()
    }
    return {
        "description": "\n".join(f"- `{code}`: {sentence}" for code, sentence in codes.items()),
        "content": {PROBLEM_JSON: {"schema": {"$ref": REF.format(name="Problem")}, "examples": examples}},
        **({"headers": headers} if headers else {}),
    }
