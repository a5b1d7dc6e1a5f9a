"""The OpenAPI document as a client reads it."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from http_api import SETTINGS
from marketplace.http.openapi.document import document

Described = dict[str, Any]


@cache
def described_api() -> Described:
    """Return the document, which is built once for all tests of a process."""
    generated: Described = json.loads(msgspec.json.encode(document(SETTINGS.categories)))
    return generated


def operations() -> Iterator[tuple[str, Described]]:
    for path, methods in described_api()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def resolved(described: Described) -> Described:
    """Return what a reference leads to, and everything else as it is."""
    if "$ref" not in described:
        return described
    _, kind, name = described["$ref"].rsplit("/", 2)
    found: Described = described_api()["components"][kind][name]
    return found


def self_contained(schema: Described) -> Described:
    """Return a schema whose references lead into the document's components."""
    has_references = '"$ref"' in json.dumps(schema)
    return {**schema, "components": described_api()["components"]} if has_references else schema


def schemas() -> Iterator[tuple[str, Described]]:
    """Yield every schema in the document, those within others too, with the way to it."""
    for name, schema in described_api()["components"]["schemas"].items():
        yield from _within(name, schema)
    for name, parameter in described_api()["components"]["parameters"].items():
        yield from _within(name, parameter["schema"])
    for name, operation in operations():
        for parameter in operation.get("parameters", ()):
            yield from _within(f"{name} {parameter.get('name')}", parameter.get("schema", {}))
        for status, response in operation["responses"].items():
            for media in response.get("content", {}).values():
                yield from _within(f"{name} {status}", media["schema"])


def _within(way: str, schema: Described) -> Iterator[tuple[str, Described]]:
    yield way, schema
    parts = [*schema.get("properties", {}).items()]
    parts += [(key, schema[key]) for key in ("items", "additionalProperties") if isinstance(schema.get(key), dict)]
    parts += [(f"anyOf {index}", each) for index, each in enumerate(schema.get("anyOf", ()))]
    for name, part in parts:
        yield from _within(f"{way} {name}", part)
