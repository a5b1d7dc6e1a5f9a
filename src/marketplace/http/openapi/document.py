"""Builds the OpenAPI 3.1 document: Litestar's, completed from the `Route` in each handler's `opt`."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from http import HTTPStatus
from typing import Any, get_args

import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, Contact, License, SecurityScheme, Server, Tag

from marketplace import __version__
from marketplace.core.domain.fields import rule_of
from marketplace.core.domain.money import Money
from marketplace.core.errors import RateLimited
from marketplace.http.api.routes import CONTROLLERS
from marketplace.http.idempotency import KEY_PARAMETER, REPLAYED_HEADER
from marketplace.http.injection import InjectedRouter
from marketplace.http.middleware.rate_limit_headers import RATE_LIMIT_HEADERS
from marketplace.http.openapi.enums import EnumNames
from marketplace.http.openapi.examples import EXAMPLES
from marketplace.http.openapi.plain_schemas import NULL, REF, PlainSchemas
from marketplace.http.openapi.responses import (
    CODES,
    NOT_MODIFIED,
    error_code_schema,
    errors_of,
    references,
    shared_responses,
)
from marketplace.http.openapi.sharing import share_headers, share_parameters
from marketplace.http.problems import Problem
from marketplace.http.security.authorization import Access, Route
from marketplace.http.security.refresh_cookie import COOKIE_PARAMETER
from marketplace.http.validation.json_schema import notes_of, schema_of

DESCRIPTION = """\
Creators offer sessions; learners find them and book seats.

Times are ISO 8601 in UTC; starts also have their UTC offsets. Amounts are decimal strings and IDs are UUIDs. Unknown
fields are ignored. Every path works with and without a trailing slash. Errors are `application/problem+json` (RFC 9457)
with a stable `code`. Lists are bare arrays; the `Link` header has the next page. Answers to requests with a token tell
the time by which holds and offers end: `X-Server-Time`, in milliseconds since 1970.
"""
KEY_SCOPE = "x-api-key-scope"
"""Extension with the scope that an API key needs for an operation."""
SCHEMES: dict[Access, list[dict[str, list[str]]]] = {
    Access.PUBLIC: [],
    Access.ANYONE: [{}, {"bearer": []}],
    Access.SIGNED_IN: [{"bearer": []}],
    Access.CREATOR: [{"bearer": []}],
    Access.STAFF: [{"bearer": []}],
    Access.SUPERUSER: [{"bearer": []}],
}


def openapi_config() -> OpenAPIConfig:
    """Return Litestar's part of the document."""
    return OpenAPIConfig(
        title="Sessions marketplace",
        version=__version__,
        description=DESCRIPTION,
        contact=Contact(name="The operator of this marketplace"),
        license=License(name="All rights reserved", identifier="LicenseRef-All-Rights-Reserved"),
        servers=[Server(url="/")],
        use_handler_docstrings=True,
        tags=[
            Tag(name="accounts", description="Registration, sign-in and your profile."),
            Tag(name="sessions", description="The catalog and a creator's own sessions."),
            Tag(name="creators", description="The public pages of creators."),
            Tag(name="conversations", description="What the two parties of a booking write to each other."),
            Tag(name="notifications", description="What happened to your bookings."),
            Tag(name="reviews", description="What people say about sessions that they attended."),
            Tag(name="favourites", description="Sessions that you keep to find them again."),
            Tag(name="waitlist", description="Waiting for seats of full starts, and offers of seats that become free."),
            Tag(name="schedules", description="Schedules and bookable starts."),
            Tag(name="bookings", description="Booking, cancelling and rescheduling seats."),
            Tag(name="payments", description="Paying for bookings, receipts, and what creators earn."),
            Tag(name="calendars", description="Bookings for calendar programs (RFC 5545)."),
            Tag(name="mail", description="Unsubscribing, and the mail of a demo."),
            Tag(name="administration", description="Administration by staff. The audit log records every action."),
            Tag(name="system", description="Health checks and the operator's settings."),
        ],
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(
                    type="http",
                    scheme="bearer",
                    description=(
                        "The `access` token of a login (JWT), or an API key (`mkt_` and 49 letters and digits). Each "
                        f"operation names the scope that a key needs in `{KEY_SCOPE}`; without one it takes no key."
                    ),
                )
            }
        ),
    )


def document(categories: Collection[str]) -> dict[str, Any]:
    """Build the document. `categories` are the allowed values of `category` in requests.

    The server's address is relative to the document's own, so it is right wherever the document was read.
    """
    # A separate application, since one with an OpenAPI config would also serve Litestar's own pages.
    routes = InjectedRouter("", route_handlers=CONTROLLERS)
    app = Litestar([routes], openapi_config=openapi_config(), logging_config=None)
    schema = app.openapi_schema.to_schema()
    schemas = PlainSchemas(EnumNames(categories))
    structs: set[type[msgspec.Struct]] = {Problem}
    operations = []
    for path, method, handler, route in _routes(app):
        operation = schema["paths"][path][method]
        structs |= set(_response_structs(handler.parsed_fn_signature.return_type.annotation))
        _complete(operation, route, method.upper(), has_path_id="{" in path)
        for parameter in operation.get("parameters", ()):
            parameter["schema"] = schemas.part(parameter["schema"])
        operations.append(operation)
    components = schema["components"]
    components["parameters"] = share_parameters(operations)
    components["headers"] = share_headers(operations)
    components["responses"] = shared_responses()
    named = _response_schemas(structs) | _request_schemas(_routes(app), categories)
    rewritten = {name: schemas.component(each) for name, each in named.items()}
    components["schemas"] = dict(sorted((rewritten | schemas.named | {"ErrorCode": error_code_schema()}).items()))
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
        properties = components[reference["$ref"].rpartition("/")[2]].get("properties", {})
        for field in msgspec.structs.fields(struct):
            described = properties[field.encode_name]
            if "$ref" not in described:
                described |= {key: note for key, note in _notes(struct, field).items() if key not in described}
            if datetime in _leaves(field.type):
                # msgspec leaves it out, since a datetime may lack an offset; ours never do
                described.get("items", described)["format"] = "date-time"
    return dict(components)


def _leaves(annotation: Any) -> Iterator[Any]:
    """Yield the types within a union, a list or an alias."""
    parts = get_args(annotation)
    if not parts:
        yield annotation
    for part in parts:
        yield from _leaves(part)


def _notes(struct: type[msgspec.Struct], field: msgspec.structs.FieldInfo) -> dict[str, Any]:
    """Return the description and example of a response field."""
    rule = rule_of(field.type)
    notes = {} if rule is None else notes_of(rule)
    if isinstance(rule, Money):
        notes["pattern"] = rule.output_pattern
    name = f"{struct.__name__}.{field.encode_name}"
    name = name if name in EXAMPLES else field.encode_name
    if "examples" not in notes and name in EXAMPLES:
        notes["examples"] = [EXAMPLES[name]]
    return notes


def _request_schemas(
    routes: Iterable[tuple[str, str, HTTPRouteHandler, Route]], categories: Collection[str]
) -> dict[str, Any]:
    schemas = {
        _body_name(route): _body_schema(route.body, partial=route.is_partial)
        for *_, route in routes
        if route.body is not None
    }
    for schema in schemas.values():
        if "category" in schema["properties"]:
            # an empty text is read as `null`, too
            schema["properties"]["category"]["anyOf"] = [{"enum": list(categories)}, NULL]
    return schemas


def _body_name(route: Route) -> str:
    name = route.body.__name__ if route.body else ""
    return f"{name.removesuffix('In')}ChangesIn" if route.is_partial else name


def _body_schema(kind: type[msgspec.Struct], *, partial: bool) -> dict[str, Any]:
    fields = msgspec.structs.fields(kind)
    required = [field.encode_name for field in fields if field.required and not partial]
    return {
        "type": "object",
        "description": kind.__doc__,
        "properties": {field.encode_name: schema_of(field.type) for field in fields},
        **({"required": required} if required else {}),
    }


def _parameters(kind: type[msgspec.Struct]) -> Iterator[dict[str, Any]]:
    """Yield the query parameters of a struct. An empty one counts as absent, which the schemas need not say."""
    for field in msgspec.structs.fields(kind):
        schema = schema_of(field.type)
        description = {"description": schema.pop("description")} if "description" in schema else {}
        if isinstance(field.default, int | str):
            schema["default"] = field.default
        if "pattern" not in schema:
            schema.pop("examples", None)  # the type or the words say enough
        yield {"name": field.encode_name, "in": "query", **description, "schema": schema}


def _request_body(route: Route) -> dict[str, Any]:
    schema = {"$ref": REF.format(name=_body_name(route))}
    return {"required": not route.is_body_optional, "content": {"application/json": {"schema": schema}}}


def _upload_body(texts: type[msgspec.Struct]) -> dict[str, Any]:
    schema = _body_schema(texts, partial=True)
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    schema = {"type": "object", "properties": {"file": file, **schema["properties"]}, "required": ["file"]}
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


def _complete(operation: dict[str, Any], route: Route, method: str, *, has_path_id: bool) -> None:
    """Complete Litestar's description of an operation by its `Route`."""
    if not operation["deprecated"]:
        del operation["deprecated"]
    operation["security"] = SCHEMES[route.access]
    if route.scope is not None:
        operation[KEY_SCOPE] = route.scope
    parameters = [
        *operation.get("parameters", ()),
        *(_parameters(route.query) if route.query is not None else ()),
        *([KEY_PARAMETER] if route.is_keyed else ()),
        *([COOKIE_PARAMETER] if route.is_by_cookie else ()),
    ]
    if parameters:
        operation["parameters"] = [dict(parameter) for parameter in parameters]
    if route.body is not None:
        operation["requestBody"] = _request_body(route)
    if route.upload is not None:
        operation["requestBody"] = _upload_body(route.upload)
    codes = errors_of(route, method, has_path_id=has_path_id)
    _complete_success(operation["responses"], route)
    if "ETag" in route.headers:
        operation["responses"] |= references([NOT_MODIFIED])
    operation["responses"] |= references(codes.values())
    operation[CODES] = list(codes)


def _complete_success(responses: dict[str, Any], route: Route) -> None:
    responses.pop("400", None)
    for status, response in responses.items():
        response["description"] = HTTPStatus(int(status)).phrase
        if status == "204":
            response.pop("content", None)  # Litestar adds content to responses that may set headers
        if route.files:
            response["content"] = {
                media_type: {"schema": {"type": "object" if media_type == "application/json" else "string"}}
                for media_type in route.files
            }
        headers = route.headers | (REPLAYED_HEADER if route.is_keyed else {})
        headers |= RATE_LIMIT_HEADERS if RateLimited in route.errors else {}
        response["headers"] = {
            name: {"description": text, "schema": {"type": "string"}} for name, text in headers.items()
        }
        if not headers:
            del response["headers"]
